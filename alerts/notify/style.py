"""The look of every mail: one column of at most 600 px, inline styles, nothing loaded from afar. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.notify import safe
from alerts.notify.content import SAMPLE_BANNER

FONT = "font-family:-apple-system,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"
HEAD = "margin:24px 0 8px;font-size:15px;font-weight:600;color:#1f2328"
PLAIN = "margin:0 0 6px;font-size:15px;line-height:1.6;color:#1f2328"
SMALL = "margin:4px 0 0;font-size:13px;line-height:1.5;color:#59636e"
CODE = "font-family:Menlo,Consolas,monospace;font-size:13px;background:#f6f8fa;padding:2px 6px"
CELL = "padding:6px 0;border-bottom:1px solid #eaeef2;font-size:14px;line-height:1.4;vertical-align:top"


def page(title: str, blocks: Sequence[str]) -> str:
    """The whole HTML page; `blocks` are safe HTML, `title` is text."""
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{safe.escape(title)}</title></head>"
        f'<body style="margin:0;padding:0;background:#f3f5f7;{FONT}">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">'
        '<table role="presentation" cellpadding="0" cellspacing="0" '
        'style="width:100%;max-width:600px;background:#ffffff"><tr>'
        f'<td style="padding:0 20px 20px;word-break:break-word">{"".join(blocks)}</td>'
        "</tr></table></td></tr></table></body></html>\n"
    )


def banner() -> str:
    """Says that what follows is invented."""
    return (
        '<p style="margin:0 -20px;padding:8px 20px;background:#fff8c5;font-size:13px;color:#59460a">'
        f"{SAMPLE_BANNER}</p>"
    )

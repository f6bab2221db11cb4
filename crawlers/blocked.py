"""Tells a wall from a page: a blocked page is a failure of the source, never "no opinions today"."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

STATUSES = frozenset({401, 403, 412, 432, 521})
"""412, 432 and 521 are web application firewalls' own; none of these is ever tried again."""

_SIGNS = (
    "请开启javascript",
    "请启用javascript",
    "wzws",
    "$_ts",
    "__jsluid",
    "__jsl_clearance",
    "antispider",
    "sina visitor system",
    "passport.weibo",
    "just a moment...",
    "cf-chl-",
)
_TITLE = re.compile(
    r"<title[^>]*>[^<]{0,20}?(安全验证|人机验证|访问验证|滑动验证|访问被拦截|访问过于频繁)", re.IGNORECASE
)
_FEW_CHARS = 200
_LONGEST_WALL = 100_000  # characters of markup
_UNSEEN = re.compile(
    r"<(script|style|noscript)\b.*?(?:</\1\s*>|$)|<!--.*?(?:-->|$)|<[^>]*>", re.DOTALL | re.IGNORECASE
)
_LOGIN = re.compile(
    r"(?:^|[/.])(?:login|log-in|signin|sign-in|passport|sso|cas|captcha|antispider|verify|visitor)\b"
)


def blocked_reason(status: int, asked: str, answered: str, text: str) -> str | None:
    """Why this answer is a wall, in words for health, or None when it is a page.

    `asked` and `answered` are the address before and after redirects; `text` is the decoded body. Signs
    in the body count only on a page that shows a reader next to nothing: articles name them too.
    """
    if status in STATUSES:
        return f"对方拒绝访问（状态码 {status}）"
    if status != 200:
        return None
    if not text.strip():
        return "对方返回空白页"
    if _is_login(answered) and not _is_login(asked):
        return "被转到登录或验证页面"
    sign = _sign(text)
    return f"被安全防护拦截（{sign}）" if sign else None


def _sign(text: str) -> str | None:
    if len(text) > _LONGEST_WALL:
        return None
    lowered = text.lower()
    titled = _TITLE.search(text)
    sign = titled[1] if titled else next((sign for sign in _SIGNS if sign in lowered), None)
    shown = len("".join(_UNSEEN.sub(" ", text).split())) if sign else 0
    return sign if shown < _FEW_CHARS else None


def _is_login(url: str) -> bool:
    try:
        parts = urlsplit(url.lower())
    except ValueError:
        return False
    return _LOGIN.search(f"{parts.hostname or ''}{parts.path}") is not None

"""The alert mail as HTML: one column of at most 600 px, inline styles, nothing loaded from afar. Pure."""

from __future__ import annotations

from alerts.explain import headline, sentences
from alerts.notify import content, safe
from alerts.notify.base import PICTURE, Letter
from alerts.notify.content import AlertView, ClaimView, Command, SamplePost
from alerts.notify.style import CELL, CODE, HEAD, PLAIN, SMALL, banner, page
from minyi.chart import SHOWN_WIDTH, draw, in_words
from minyi.models import Level

COLOURS = {Level.I: "#b3261e", Level.II: "#b35309", Level.III: "#8a6a00", Level.IV: "#1d5fa8"}
"""Dark enough for white text (contrast 4.5 : 1 or more); the level is always written beside its colour."""


def letter(view: AlertView) -> Letter:
    """The whole message: subject, plain text and HTML."""
    return Letter(content.subject(view), content.text(view), html(view), draw(view.curve))


def html(view: AlertView) -> str:
    """The page; every word of the outside world is escaped."""
    blocks = [
        banner() if view.sample else "",
        _top(view),
        _deadline(content.deadline(view)),
        _claims(view.claims[: content.MOST_CLAIMS]),
        _curve(view),
        _figures(content.arithmetic_rows(view)),
        _samples(view.samples[: content.MOST_SAMPLES]),
        _others(view.others[: content.MOST_OTHERS]),
        _commands(view.commands[: content.MOST_COMMANDS]),
        _foot(view),
    ]
    return page(safe.header(content.subject(view)), [block for block in blocks if block])


def _top(view: AlertView) -> str:
    alert = view.alert
    reason = content.REASONS.get(view.reason, view.reason)
    mark = safe.escape(f"{alert.level.chinese}　{reason}　{alert.rule.chinese}")
    told = "".join(
        f'<p style="{PLAIN}">{safe.escape(safe.body(one, 1000))}</p>'
        for one in sentences(alert.spike, view.names)
    )
    return (
        f'<div style="margin:0 -20px;padding:12px 20px;background:{COLOURS[alert.level]};color:#ffffff;'
        f'font-size:14px;font-weight:600">{mark}</div>'
        '<h1 style="margin:18px 0 8px;font-size:19px;line-height:1.4;color:#1f2328">'
        f"{_text(headline(alert.spike, view.names))}</h1>{told}"
    )


def _deadline(lines: list[str]) -> str:
    if not lines:
        return ""
    return (
        '<div style="margin:18px 0 0;padding:12px 14px;background:#f6f8fa;border-left:4px solid #1f2328">'
        f'<p style="margin:0;font-size:15px;font-weight:600;line-height:1.5;color:#1f2328">{lines[0]}</p>'
        + "".join(f'<p style="{SMALL}">{line}</p>' for line in lines[1:])
        + "</div>"
    )


def _claims(claims: tuple[ClaimView, ...]) -> str:
    shown = "".join(
        '<div style="margin:0 0 10px;padding:10px 14px;border:1px solid #d1d9e0;border-radius:6px">'
        f'<p style="margin:0;font-size:14px;line-height:1.6;color:#1f2328"><b>误读</b>　{_text(c.claim)}</p>'
        '<p style="margin:6px 0 0;font-size:14px;line-height:1.6;color:#1f2328"><b>正确表述</b>　'
        f"{_text(c.statement)}</p>"
        f'<p style="{SMALL}">复述 {c.repeats} 帖　辟谣 {c.rebuts} 帖　询问 {c.asks} 帖</p></div>'
        for c in claims
    )
    return f'<h2 style="{HEAD}">误读与正确表述</h2>{shown}' if shown else ""


def _curve(view: AlertView) -> str:
    if not view.curve:
        return ""
    words = safe.escape(in_words(view.curve))
    return (
        f'<h2 style="{HEAD}">每小时帖数</h2><img src="cid:{PICTURE}" alt="{words}" width="{SHOWN_WIDTH}" '
        'style="width:100%;height:auto;display:block;border:0">'
        f'<p style="{SMALL}">{words}；红色为预警时段，灰底为无数据。</p>'
    )


def _figures(rows: list[tuple[str, str]]) -> str:
    shown = "".join(
        f'<tr><td style="{CELL};color:#59636e;width:8.5em">{safe.escape(name)}</td>'
        f'<td style="{CELL};color:#1f2328">{safe.escape(value)}</td></tr>'
        for name, value in rows
    )
    return (
        f'<h2 style="{HEAD}">怎么算出来的</h2>'
        f'<table cellpadding="0" cellspacing="0" style="width:100%;border-collapse:collapse">{shown}</table>'
    )


def _samples(samples: tuple[SamplePost, ...]) -> str:
    shown = "".join(_sample(one) for one in samples)
    return f'<h2 style="{HEAD}">代表帖文</h2>{shown}' if shown else ""


def _sample(sample: SamplePost) -> str:
    title = safe.escape(content.sample_title(sample))
    address = safe.link(sample.url)
    if address:
        title = (
            f'<a href="{safe.escape(address)}" rel="noopener noreferrer" style="color:#0b57a4">{title}</a>'
        )
    excerpt = ""
    if sample.title and sample.text:
        words = safe.escape(safe.line(sample.text, content.EXCERPT_LONGEST))
        excerpt = f'<p style="margin:4px 0 0;font-size:14px;line-height:1.6;color:#1f2328">{words}</p>'
    return (
        '<div style="margin:0;padding:10px 0;border-bottom:1px solid #eaeef2">'
        f'<p style="margin:0;font-size:15px;line-height:1.5">{title}</p>{excerpt}'
        f'<p style="{SMALL}">{safe.escape(content.sample_line(sample))}</p></div>'
    )


def _others(others: tuple[str, ...]) -> str:
    shown = "".join(f'<p style="{SMALL}">{_text(other)}</p>' for other in others)
    return f'<h2 style="{HEAD}">同一政策的其他预警</h2>{shown}' if shown else ""


def _commands(commands: tuple[Command, ...]) -> str:
    shown = "".join(
        f'<p style="margin:0 0 8px;font-size:14px;line-height:1.6;color:#1f2328">{_text(one.purpose)}<br>'
        f'<code style="{CODE}">{_text(one.command)}</code></p>'
        for one in commands
    )
    return f'<h2 style="{HEAD}">下一步</h2>{shown}' if shown else ""


def _foot(view: AlertView) -> str:
    return (
        '<p style="margin:24px 0 0;font-size:12px;line-height:1.6;color:#59636e">'
        f"预警编号 {_text(view.alert.id)}<br>{_text(view.office)}<br>{content.DISCLAIMER}</p>"
    )


def _text(words: str) -> str:
    return safe.escape(safe.line(words, content.LINE_LONGEST))

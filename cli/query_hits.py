"""Shows one page of hits: to people with the words found in bold, to programs as JSON lines."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from cli.output import print_json, styled, time_or_dash, width
from jobs.search import post_values
from minyi.models import Precision
from minyi.store.base import Hit, Order, Page, Reader
from minyi.store.query import NameBook, Query
from reports.width import plain, wrap

PAGE = 20
EXCERPT = 160
"""Code points of a post's text shown to people."""
_BEFORE = 40
"""Code points of an excerpt before its first hit."""

_INDENT = "  "
BOLD, DIM, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
"""ECMA-48, section 8.3.117."""


def show(args: argparse.Namespace, reader: Reader, names: NameBook, query: Query) -> None:
    """Print the hits, then the total."""
    order = Order(args.order)
    page = reader.search(query, order, args.limit or PAGE, args.cursor)
    if args.json:
        _print_lines(page, collapsed=query.collapse)
        return
    for hit in page.hits:
        for line in hit_lines(hit, names, width(), bold=styled()):
            print(line)
        print()
    for line in _ending(page, query):
        print(line)


def _print_lines(page: Page, *, collapsed: bool) -> None:
    for hit in page.hits:
        marks = {"title": list(hit.highlights.title), "text": list(hit.highlights.text)}
        copies = {"copies": hit.copies} if collapsed else {}
        print_json({**post_values(hit.stored.post), "highlights": marks, **copies})
    print_json(
        {
            "total": page.total,
            "total_is_floor": page.total_is_floor,
            "window": page.window,
            "notes": list(page.notes),
            "next": page.next,
        }
    )


def _ending(page: Page, query: Query) -> Iterator[str]:
    total = f"{page.total:,}" + ("+" if page.total_is_floor else "")
    yield f"共 {total} 条，显示 {len(page.hits)} 条" + ("，同文合并" if query.collapse else "")
    if page.window:
        yield f"按最新 {page.window:,} 条计算"
    yield from (f"注：{note}" for note in page.notes)
    if page.total == 0:
        yield "看看检索式如何理解：加上 --explain"
    if page.next:
        yield f"下一页：加上 --cursor {page.next}"


def hit_lines(hit: Hit, names: NameBook, cells: int, *, bold: bool) -> Iterator[str]:
    """One hit in lines of at most `cells` cells; the address alone stays whole, so that it can be opened."""
    post = hit.stored.post
    when = "时间不详" if post.precision is Precision.NONE else time_or_dash(post.published)
    label = post.sentiment.label.chinese if post.sentiment else "未分析"
    head = f"{when}  {plain(names.sources.get(post.source, post.source))}  {label}"
    copies = f"  同文 ×{hit.copies:,}" if hit.copies > 1 else ""
    yield from (_painted(line, DIM, bold=bold) for line in wrap(head + copies, cells))
    if post.title:
        yield from _marked(post.title, hit.highlights.title, len(post.title), cells, bold=bold)
    room = cells - len(_INDENT)
    for line in _marked(post.text, hit.highlights.text, EXCERPT, room, bold=bold):
        yield _INDENT + line
    for line in (plain(post.url or ""), f"编号 {post.id}"):
        if line:
            yield _INDENT + _painted(line, DIM, bold=bold)


def _painted(line: str, style: str, *, bold: bool) -> str:
    return f"{style}{line}{PLAIN}" if bold else line


def _marked(
    text: str, spans: Sequence[tuple[int, int]], length: int, cells: int, *, bold: bool
) -> Iterator[str]:
    """An excerpt around the first hit, wrapped, hits in bold; what cannot be shown becomes a blank."""
    start = max(0, spans[0][0] - _BEFORE) if spans and len(text) > length else 0
    piece = "".join(c if c.isprintable() else " " for c in text[start : start + length])
    before, after = ("…" if start else ""), ("…" if start + length < len(text) else "")
    shown = before + piece + after
    shift = len(before) - start
    places = {at + shift for begin, end in spans for at in range(max(begin, start), end)}
    at = 0
    for line in wrap(shown, cells):
        kept, at = _places(line, shown, at)
        yield _bold(line, [place in places for place in kept]) if bold else line


def _places(line: str, shown: str, at: int) -> tuple[list[int], int]:
    """Where each character of a wrapped line stands in the text, from `at` on: wrapping drops only blanks."""
    kept = []
    for character in line:
        while shown[at] != character:
            at += 1
        kept.append(at)
        at += 1
    return kept, at


def _bold(line: str, marked: Sequence[bool]) -> str:
    """The line with its marked characters in bold."""
    out = ""
    was = False
    for character, now in zip(line, marked, strict=True):
        out += (BOLD if now else PLAIN) if now is not was else ""
        out += character
        was = now
    return out + (PLAIN if was else "")

"""`minyi query`: finds posts."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

from rich.text import Text

from cli.opening import opened
from cli.output import console, print_json, time_or_dash
from jobs.context import Context
from jobs.search import name_book
from minyi.clock import local_iso, parse_time
from minyi.errors import QueryError
from minyi.models import Precision
from minyi.store.base import Hit, Order, Page
from minyi.store.query import parse

EXCERPT = 160
"""Code points of a post's text shown to people."""


def options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.add_argument(
        "expression", nargs="?", default="", help='检索式，如 "会费 倾向:负面 -广告"；空 = 全部'
    )
    parser.add_argument("--since", help="起（含），如 2026-03-02 或 2026-03-02T10:00")
    parser.add_argument("--until", help="止（不含）")
    parser.add_argument("--limit", type=int, default=20, help="最多几条，1-200（默认 20）")
    parser.add_argument("--order", choices=[o.value for o in Order], default="newest", help="排序")
    parser.add_argument("--cursor", help="上一页给出的 next")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the hits, then the total."""
    if not 1 <= args.limit <= 200:
        raise QueryError("--limit 应在 1 至 200 之间")
    since, until = _time(args.since, "--since"), _time(args.until, "--until")
    with opened(args) as context:
        query = parse(args.expression, resolver=name_book(context), since=since, until=until)
        page = context.store.search(query, Order(args.order), args.limit, args.cursor)
        if args.json:
            _print_lines(page)
        else:
            _print_page(page, context)
    return 0


def _time(text: str | None, flag: str) -> datetime | None:
    try:
        return None if text is None else parse_time(text)
    except ValueError:
        raise QueryError(f"{flag} {text!r} 不是时间，应写作 2026-03-02 或 2026-03-02T10:00") from None


def _print_lines(page: Page) -> None:
    for hit in page.hits:
        print_json(hit_values(hit))
    print_json(
        {
            "total": page.total,
            "total_is_floor": page.total_is_floor,
            "window": page.window,
            "notes": list(page.notes),
            "next": page.next,
        }
    )


def hit_values(hit: Hit) -> dict[str, Any]:
    """The JSON shape of one hit; published_at is null when the time is unknown."""
    post = hit.stored.post
    sentiment = post.sentiment
    return {
        "id": post.id,
        "native_id": post.native_id,
        "title": post.title,
        "text": post.text,
        "url": post.url,
        "source": post.source,
        "published_at": None if post.precision is Precision.NONE else local_iso(post.published),
        "policies": [match.policy for match in post.matches if match.sure],
        "polarity": sentiment.polarity if sentiment else None,
        "label": sentiment.label.value if sentiment else None,
        "snownlp": sentiment.snownlp if sentiment else None,
        "cluster": post.cluster,
        "highlights": {"title": list(hit.highlights.title), "text": list(hit.highlights.text)},
    }


def _print_page(page: Page, context: Context) -> None:
    out = console()
    names = {card.id: card.name for card in context.config.source}
    for hit in page.hits:
        post = hit.stored.post
        when = "时间不详" if post.precision is Precision.NONE else time_or_dash(post.published)
        label = post.sentiment.label.chinese if post.sentiment else "未分析"
        out.print(Text(f"{when}  {names.get(post.source, post.source)}  {label}", style="dim"))
        if post.title:
            out.print(_marked(post.title, hit.highlights.title, len(post.title)))
        out.print(_marked(post.text, hit.highlights.text, EXCERPT))
        out.print(Text(f"{post.url or ''}  编号 {post.id}", style="dim"))
        out.print()
    total = f"{page.total:,}" + ("+" if page.total_is_floor else "")
    out.print(f"共 {total} 条，显示 {len(page.hits)} 条")
    if page.window:
        out.print(f"按最新 {page.window:,} 条计算")
    for note in page.notes:
        out.print(f"注：{note}")
    if page.next:
        out.print(f"下一页：加上 --cursor {page.next}")


def _marked(text: str, spans: tuple[tuple[int, int], ...], length: int) -> Text:
    """An excerpt around the first hit, hits in bold; control characters shown as blanks."""
    start = max(0, spans[0][0] - 40) if spans and len(text) > length else 0
    piece = "".join(c if c.isprintable() else " " for c in text[start : start + length])
    marked = Text(piece)
    for begin, end in spans:
        if start <= begin < start + length:
            marked.stylize("bold", begin - start, end - start)
    return Text("…" if start else "") + marked + Text("…" if start + length < len(text) else "")

"""Shows how a query was understood, and how many posts each of its conditions finds alone."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from cli.output import print_json
from jobs.context import Context
from minyi.clock import local_iso
from minyi.store.base import Page
from minyi.store.query import NameBook, Query
from minyi.store.wording import Explanation, explain, range_words


def show(args: argparse.Namespace, context: Context, names: NameBook, query: Query) -> None:
    """Print the explanation; it needs no hits."""
    told = explain(args.expression, names)
    alone = [_find(context, Query(text=node)) for node, _ in told.conditions]
    together = _find(context, query)
    if args.json:
        print_json(_values(args.expression, told, query, alone, together))
        return
    print(f"检索式：{args.expression or '（空）'}")
    for line in _lines(told, query, alone, together):
        print(line)


def _find(context: Context, query: Query) -> Page:
    """A page of one: its total is exact to 10,000, a floor beyond."""
    return context.store.search(query, size=1)


def _total(page: Page) -> str:
    return f"{page.total:,}{'+' if page.total_is_floor else ''}"


def _lines(told: Explanation, query: Query, alone: Sequence[Page], together: Page) -> Iterator[str]:
    if told.bracketed:
        yield f"写全运算符和括号：{told.bracketed}"
    if not told.conditions:
        yield "没有检索条件：全部帖文"
    elif len(told.conditions) > 1:
        yield "满足以下任一项即可：" if told.joint == "any" else "以下各项都要满足："
    for (_, steps), page in zip(told.conditions, alone, strict=True):
        for step in steps:
            found = f"　[单独有 {_total(page)} 条]" if step.depth == 0 else ""
            yield f"{'  ' * (step.depth + 1)}· {step.words}{found}"
    start, end = query.published
    if start and end and start >= end:
        yield "几个时间条件没有共同的时间，查不到帖文"
    elif start or end:
        yield f"全式的时间范围：{range_words(start, end)}"
    yield f"合起来有 {_total(together)} 条"
    yield from (f"换写：“{one.typed}”按“{one.read}”检索（{one.how}）" for one in told.converted)
    yield from (f"注意：{words}" for words in told.ignored)
    yield from (f"提示：{words}" for words in told.hints)


def _values(
    typed: str, told: Explanation, query: Query, alone: Sequence[Page], together: Page
) -> dict[str, object]:
    start, end = query.published
    return {
        "expression": typed,
        "bracketed": told.bracketed,
        "joint": told.joint,
        "conditions": [
            {"words": [f"{'  ' * step.depth}{step.words}" for step in steps], **_hits(page)}
            for (_, steps), page in zip(told.conditions, alone, strict=True)
        ],
        "tree": told.tree,
        "since": local_iso(start),
        "until": local_iso(end),
        "converted": [{"typed": one.typed, "read": one.read, "how": one.how} for one in told.converted],
        "ignored": list(told.ignored),
        "hints": list(told.hints),
        **_hits(together),
    }


def _hits(page: Page) -> dict[str, object]:
    return {"total": page.total, "total_is_floor": page.total_is_floor}

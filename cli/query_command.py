"""`minyi query`: finds posts, counts them, explains a query, exports what it finds."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cli import query_counts, query_explain, query_export, query_hits
from cli.commands import Parser
from cli.opening import opened
from jobs.context import Context
from jobs.reading import opened_reader
from jobs.search import bounded, name_book
from jobs.versions import noted
from minyi.clock import parse_time
from minyi.errors import ConfigError
from minyi.store.base import Order, Split, Step
from minyi.store.query import Query, parse

_SPLITS = [split.value for split in Split]
_MINUS = "－"
_NEGATION = re.compile(r"-(?![-\d.]|[hv]$)(?=.)", re.DOTALL)
_STEPS = [Step.HOUR.value, Step.DAY.value]


def options(parser: Parser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.prepare = _mark_negations
    expression = parser.add_argument("expression", nargs="?", default="", type=_unmarked)
    expression.help = '检索式，如 "会费 倾向:负面 -广告"；空 = 全部'
    parser.add_argument("--since", metavar="时间", help="起（含），如 2026-03-02 或 2026-03-02T10:00")
    parser.add_argument("--until", metavar="时间", help="止（不含）")
    parser.add_argument("--limit", type=int, metavar="N", help="最多几条，1-200（默认 20）；导出时不限")
    parser.add_argument(
        "--engine", choices=["sqlite", "elasticsearch"], help="由谁回答（默认按配置 [search] engine）"
    )
    parser.add_argument("--order", choices=[o.value for o in Order], default="newest", help="排序")
    parser.add_argument("--cursor", metavar="C", help="上一页给出的 next")
    parser.add_argument("--collapse", action="store_true", help="同文只显示最新一条，注明有几条")
    answer = parser.add_mutually_exclusive_group()
    answer.add_argument("--explain", action="store_true", help="只说明检索式如何理解")
    answer.add_argument("--facet", choices=_SPLITS, help="按政策、信源或倾向计数")
    answer.add_argument("--timeline", choices=_STEPS, help="按小时或天计数")
    answer.add_argument("--stats", action="store_true", help="情感分的平均与分位")
    answer.add_argument("--export", type=Path, metavar="文件", help="导出为 .csv、.jsonl 或 .xlsx")
    parser.add_argument("--split", choices=_SPLITS, help="曲线再按政策、信源或倾向分开")
    parser.add_argument("--force", action="store_true", help="导出时覆盖已有的文件")
    parser.set_defaults(run=run)


def _mark_negations(words: Sequence[str]) -> list[str]:
    """Words such as `-广告` are queries, not options: their sign takes its full-width form, a synonym.

    Numbers stay: argparse never takes them for options.
    """
    return [_MINUS + word[1:] if _NEGATION.match(word) else word for word in words]


def _unmarked(text: str) -> str:
    return "-" + text[1:] if text.startswith(_MINUS) else text


def run(args: argparse.Namespace) -> int:
    """Answer the query in the form asked for."""
    _check(args)
    since, until = _time(args.since, "--since"), _time(args.until, "--until")
    with opened(args) as context, opened_reader(context, args.engine) as reader:
        names = name_book(context)
        query = parse(args.expression, resolver=names, since=since, until=until, collapse=args.collapse)
        if args.stats or args.facet or (args.timeline and args.split == Split.LABEL):
            query = _judged(args, context, query)
        if args.explain:
            query_explain.show(args, context, names, query)
        elif args.facet:
            query_counts.facet(args, reader, names, query)
        elif args.timeline:
            query_counts.timeline(args, reader, context.clock(), names, query)
        elif args.stats:
            query_counts.stats(args, reader, query)
        elif args.export:
            query_export.export(args, context, query)
        else:
            query_hits.show(args, reader, names, query)
    return 0


def _judged(args: argparse.Namespace, context: Context, query: Query) -> Query:
    """The query, with a note when what it asks for would compare two versions of the judgement."""
    now = context.clock()
    if args.timeline:
        query = bounded(query, Step(args.timeline), now)
    return noted(context.store, query, now)


def _check(args: argparse.Namespace) -> None:
    """Refuse options that would be ignored: a person would believe they had an effect.

    Raises:
        ConfigError: with the option at fault.
    """
    is_list = not (args.explain or args.facet or args.timeline or args.stats or args.export)
    most = None if args.export else 200
    if args.limit is not None and not 1 <= args.limit <= (most or args.limit):
        raise ConfigError("应在 1 至 200 之间" if most else "应是 1 或更大的数", key="--limit")
    _only(args.split, "--split", "--timeline", used=bool(args.timeline))
    _only(args.force, "--force", "--export", used=bool(args.export))
    _only(args.cursor, "--cursor", "帖文列表", used=is_list)
    _only(args.order != Order.NEWEST, "--order", "帖文列表", used=is_list)
    _only(args.collapse, "--collapse", "帖文列表和 --export", used=is_list or bool(args.export))
    listed = is_list or args.facet or args.export
    _only(args.limit, "--limit", "帖文列表、--facet 和 --export", used=bool(listed))
    if args.cursor and args.order == Order.RELEVANCE:
        raise ConfigError("按相关度排序只有一页，不能与 --order relevance 同用", key="--cursor")


def _only(given: object, option: str, where: str, *, used: bool) -> None:
    if given and not used:
        raise ConfigError(f"只用于{where}", key=option)


def _time(text: str | None, flag: str) -> datetime | None:
    try:
        return None if text is None else parse_time(text)
    except ValueError:
        message = f"{text!r} 不是时间，应写作 2026-03-02 或 2026-03-02T10:00"
        raise ConfigError(message, key=flag) from None

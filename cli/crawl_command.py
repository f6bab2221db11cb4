"""`minyi crawl`: read sources now."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cli.opening import opened
from cli.output import print_json, print_table
from crawlers.launch import CrawlOutcome
from jobs.collect import collect
from jobs.context import Context
from jobs.handover import hand_over
from jobs.ingest import Ingested, ingest_spool
from jobs.watch import watch
from minyi.cards import Source
from minyi.errors import ConfigError
from minyi.models import Saved


def options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.add_argument("source", nargs="*", help="信源编号；不写 = 全部")
    parser.add_argument(
        "--hand-over",
        type=Path,
        metavar="DIR",
        help="入库前把采集文件另存一份到此目录，供另一台机器的记录库入库（见 docs/scale.md）",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Crawl, ingest, look for spikes; exit 1 when a source could not be read."""
    with opened(args) as context:
        cards = chosen(context, args.source)
        now = context.clock()
        outcomes = collect(context, cards, now, revisit_all=True)
        if args.hand_over:
            hand_over(context.spool, args.hand_over)
        done = {one.source: one for one in ingest_spool(context, now)}
        watch(context, now)
    report(outcomes, done, as_json=args.json)
    return 0 if all(outcome.run.ok for outcome in outcomes) else 1


def chosen(context: Context, ids: Sequence[str]) -> list[Source]:
    """The cards named, all that are not paused when none is named.

    Raises:
        ConfigError: an id has no card, or there are no cards.
    """
    known = {str(card.id): card for card in context.config.source}
    file = str(context.config.path)
    if not known:
        raise ConfigError("没有信源；请加一张 [[source]] 信源卡", file=file, key="source")
    for one in ids:
        if one not in known:
            raise ConfigError(f"没有信源 {one}；有的是 {'、'.join(known)}", file=file, key="source")
    return [known[one] for one in ids] if ids else [card for card in known.values() if not card.paused]


def report(outcomes: Sequence[CrawlOutcome], done: dict[Any, Ingested], *, as_json: bool) -> None:
    """One line a source."""
    rows = []
    for outcome in outcomes:
        values = values_of(outcome, done.get(outcome.run.source))
        if as_json:
            print_json(values)
        names = (
            "pages",
            "items",
            "new",
            "updated",
            "unchanged",
            "not_modified",
            "errors",
            "blocked",
            "quarantined",
        )
        state = outcome.run.state.chinese
        rows.append(
            (outcome.run.source, state, *(values[name] for name in names), f"{values['seconds']:.1f}")
        )
    if not as_json:
        header = ("信源", "状态", "页", "条", "新增", "更新", "未变", "304", "错误", "拦截", "隔离", "秒")
        print_table(header, rows)
        for outcome in outcomes:
            for reason in outcome.run.reasons:
                print(f"{outcome.run.source}：{reason}")


def values_of(outcome: CrawlOutcome, ingested: Ingested | None) -> dict[str, Any]:
    """The JSON shape of one source's crawl."""
    run = outcome.run
    saved = ingested.saved if ingested else Saved()
    return {
        "source": run.source,
        "state": run.state.value,
        "pages": run.pages,
        "items": run.items,
        "new": saved.new,
        "updated": saved.updated,
        "unchanged": saved.unchanged,
        "not_modified": run.not_modified,
        "errors": run.errors,
        "blocked": run.blocked,
        "quarantined": ingested.quarantined if ingested else 0,
        "seconds": round((run.finished - run.started).total_seconds(), 3),
        "reasons": list(run.reasons),
    }

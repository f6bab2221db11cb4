"""`minyi quarantine`: input that could not be read, with the reason; to look at, try again, or drop."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from cli.opening import opened
from cli.output import print_json, print_table
from jobs.context import Context
from jobs.quarantine import retry
from minyi.clock import local_iso, local_text
from minyi.errors import InputError
from minyi.models import Quarantined

_SHOWN_ID = 8


def options(parser: argparse.ArgumentParser, parents: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    listing = actions.add_parser("list", parents=parents, help="列出，新的在前")
    listing.add_argument("--limit", type=int, default=100, help="最多几条（默认 100）")
    listing.set_defaults(run=run_list)
    show = actions.add_parser("show", parents=parents, help="原文和原因")
    show.add_argument("id", nargs="+", help="编号，或其开头")
    show.set_defaults(run=run_show)
    for name, words, run in (("retry", "重新读取", run_retry), ("drop", "删除", run_drop)):
        action = actions.add_parser(name, parents=parents, help=words)
        action.add_argument("id", nargs="*", help="编号，或其开头")
        action.add_argument("--all", action="store_true", help="全部")
        action.set_defaults(run=run)


def run_list(args: argparse.Namespace) -> int:
    """List the items with their reasons."""
    with opened(args) as context:
        items = context.store.quarantined(max(1, args.limit))
        count = context.store.care.quarantine_count()
    if args.json:
        for item in items:
            print_json({key: value for key, value in values(item).items() if key != "raw"})
        return 0
    rows = [
        (item.id[:_SHOWN_ID], local_text(item.at), item.origin, item.position, item.reason) for item in items
    ]
    print_table(("编号", "时间", "来处", "行", "原因"), rows, empty="隔离区是空的")
    if count > len(items):
        print(f"共 {count:,} 条，显示 {len(items)} 条")
    return 0


def run_show(args: argparse.Namespace) -> int:
    """Print items whole."""
    with opened(args) as context:
        items = _chosen(context, args.id, everything=False)
    for item in items:
        if args.json:
            print_json(values(item))
            continue
        print(f"{item.id}  {local_text(item.at)}  {item.origin} 第 {item.position} 行")
        print(f"原因：{item.reason}")
        print("".join(c if c.isprintable() or c == "\n" else " " for c in item.raw))
    return 0


def run_retry(args: argparse.Namespace) -> int:
    """Read items again; exit 1 when some are still refused."""
    with opened(args) as context:
        done = retry(context, _chosen(context, args.id, everything=args.all), context.clock())
    saved = done.saved
    if args.json:
        counts = {"new": saved.new, "updated": saved.updated, "unchanged": saved.unchanged}
        print_json({**counts, "refused": len(done.refused)})
    else:
        print(f"新增 {saved.new}，更新 {saved.updated}，未变 {saved.unchanged}，仍不能读 {len(done.refused)}")
        for item, reason in done.refused:
            print(f"  {item.id[:_SHOWN_ID]}：{reason}")
    return 1 if done.refused else 0


def run_drop(args: argparse.Namespace) -> int:
    """Delete items."""
    with opened(args) as context:
        items = _chosen(context, args.id, everything=args.all)
        dropped = context.store.care.drop_quarantined([item.id for item in items])
    if args.json:
        print_json({"dropped": dropped})
    else:
        print(f"已删除 {dropped} 条")
    return 0


def _chosen(context: Context, ids: Sequence[str], *, everything: bool) -> list[Quarantined]:
    """The items meant.

    Raises:
        InputError: an id, or the beginning of one, means none or several.
    """
    if everything:
        return context.store.care.every_quarantined()
    if not ids:
        raise InputError("请写编号，或 --all；编号见 minyi quarantine list")
    chosen: dict[str, Quarantined] = {}
    for one in ids:
        found = context.store.care.quarantined([one])
        if len(found) != 1:
            count = "不止一条" if found else "没有"
            raise InputError(f"隔离区{count}编号以 {one} 开头；见 minyi quarantine list")
        chosen[found[0].id] = found[0]
    return list(chosen.values())


def values(item: Quarantined) -> dict[str, Any]:
    """The JSON shape of an item."""
    return {
        "id": item.id,
        "at": local_iso(item.at),
        "origin": item.origin,
        "position": item.position,
        "reason": item.reason,
        "raw": item.raw,
    }

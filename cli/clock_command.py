"""`minyi alerts due` and `minyi alerts quality`: what has to be done by when, and how well it was done."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta

from alerts.deadlines import due_text, standing
from cli.arguments import time_option
from cli.case_text import clock_values
from cli.opening import opened
from cli.output import print_json, print_table
from jobs.clocks import due_table, kept
from jobs.quality import months
from minyi.clock import LOCAL
from minyi.models import Level


def due_options(parser: argparse.ArgumentParser) -> None:
    """Options of `due`."""
    parser.add_argument("--all", action="store_true", help="连同已停止的，并给出按时率")


def quality_options(parser: argparse.ArgumentParser) -> None:
    """Options of `quality`."""
    parser.add_argument("--since", type=time_option, metavar="时间", help="起（默认 12 个月前）")


def run_due(args: argparse.Namespace) -> int:
    """The due table, and on demand the on-time rate."""
    with opened(args) as context:
        rows = due_table(context, everything=args.all)
        now = context.clock()
    if args.json:
        for row in rows:
            shown = {
                "alert": row.alert or None,
                "policy": row.policy,
                "what": row.what,
                "note": row.note or None,
            }
            print_json(shown | {"level": row.level.name if row.level else None} | clock_values(row.run, now))
        return 0
    table = [
        (
            row.alert[:8] or "政策",
            row.level.short if row.level else "—",
            row.what,
            row.clock,
            due_text(row.run).removeprefix(f"{now.astimezone(LOCAL).year}-")
            + (f"（{row.note}）" if row.note else ""),
            standing(row.run, now),
        )
        for row in rows
    ]
    print_table(("编号", "等级", "对象", "时限", "应于", "状况"), table, empty="没有在走的时限")
    if args.all:
        year = datetime(now.astimezone(LOCAL).year, 1, 1, tzinfo=LOCAL).astimezone(UTC)
        print(f"今年按时率：{kept(rows, year, now + timedelta(seconds=1), now)}")
    return 0


def run_quality(args: argparse.Namespace) -> int:
    """Precision and on-time rate by month."""
    with opened(args) as context:
        now = context.clock()
        found = months(context, args.since or now - timedelta(days=366), now)
    if args.json:
        for one in found:
            levels = {level.name: count for level, count in one.levels.items()}
            shown = {"month": one.name, "levels": levels, "judged": one.judged, "false_alarms": one.false}
            kept = {"kept": one.kept.kept, "due": one.kept.judged, "waived": one.kept.waived}
            print_json(shown | {"on_time": kept})
        return 0
    rows = [
        (one.name, *(one.levels[level] for level in Level), one.precision, one.false, str(one.kept))
        for one in found
    ]
    header = ("月份", *(level.short for level in Level), "属实/已判", "误报", "按时率")
    print_table(header, rows, empty="这段时间没有预警")
    return 0

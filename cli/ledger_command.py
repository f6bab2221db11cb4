"""`minyi ledger`: who did what with which alert and policy, and why 台账."""

from __future__ import annotations

import argparse
import csv
import sys
from datetime import timedelta

from cli.arguments import time_option
from cli.case_text import ACTIONS, detail_text
from cli.opening import opened
from cli.output import print_json, print_table, short_time
from jobs.rowfiles import defused
from minyi.clock import local_iso


def options(parser: argparse.ArgumentParser, parents: list[argparse.ArgumentParser]) -> None:
    """Set up `minyi ledger`."""
    del parents
    parser.add_argument("--since", type=time_option, metavar="时间", help="起（默认 30 天前）")
    parser.add_argument("--until", type=time_option, metavar="时间", help="止，不含（默认现在）")
    parser.add_argument("--csv", action="store_true", help="输出 CSV（UTF-8 BOM，Excel 可直接打开）")
    parser.set_defaults(run=run_ledger)


def run_ledger(args: argparse.Namespace) -> int:
    """Every step of every case, oldest first."""
    with opened(args) as context:
        now = context.clock()
        lines = context.store.casework.ledger(
            args.since or now - timedelta(days=30), args.until or now + timedelta(seconds=1)
        )
    header = ("时间", "对象", "事项", "何人", "说明")
    rows = [
        (local_iso(one.at), one.subject, ACTIONS.get(one.action, one.action), one.who, detail_text(one))
        for one in lines
    ]
    if args.csv:
        sys.stdout.write("\ufeff")
        writer = csv.writer(sys.stdout, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows([defused(str(cell)) for cell in row] for row in rows)
    elif args.json:
        for one in lines:
            shown = {"at": local_iso(one.at), "subject": one.subject, "action": one.action, "who": one.who}
            print_json(shown | {"detail": dict(one.detail), "seq": one.seq})
    else:
        short = [
            (short_time(one.at, now), row[1][:8], *row[2:]) for one, row in zip(lines, rows, strict=True)
        ]
        print_table(header, short, empty="这段时间没有记录")
    return 0

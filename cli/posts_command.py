"""`minyi ingest` and `minyi import`: bring posts into the record."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cli.opening import opened
from cli.output import print_json
from jobs.importing import import_file
from jobs.ingest import ingest_spool
from jobs.watch import watch
from minyi.models import Saved


def ingest_options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.set_defaults(run=run_ingest)


def import_options(parser: argparse.ArgumentParser, _: list[argparse.ArgumentParser]) -> None:
    """Set up the command."""
    parser.add_argument("file", type=Path, help="文件；每行至少有 text")
    parser.add_argument("--format", choices=["jsonl", "csv"], help="格式（默认按文件名判断）")
    parser.add_argument("--source", help="信源编号（默认取文件名）")
    parser.set_defaults(run=run_import)


def run_ingest(args: argparse.Namespace) -> int:
    """Ingest the spool, then look for spikes."""
    with opened(args) as context:
        now = context.clock()
        done = ingest_spool(context, now)
        watch(context, now)
    saved = sum((one.saved for one in done), Saved())
    _report(args, saved, sum(one.quarantined for one in done), files=len(done))
    return 0


def run_import(args: argparse.Namespace) -> int:
    """Import one file, then look for spikes."""
    with opened(args) as context:
        now = context.clock()
        done = import_file(context, args.file, args.format, source=args.source, now=now)
        watch(context, now)
    for notice in done.notices:
        print(f"提示：{notice}", file=sys.stderr)
    _report(args, done.saved, done.quarantined)
    return 0


def _report(args: argparse.Namespace, saved: Saved, quarantined: int, **more: int) -> None:
    if args.json:
        counts = {"new": saved.new, "updated": saved.updated, "unchanged": saved.unchanged}
        print_json({**counts, "quarantined": quarantined, **more})
        return
    print(f"新增 {saved.new}，更新 {saved.updated}，未变 {saved.unchanged}，隔离 {quarantined}")
    if quarantined:
        print("隔离的原因见 minyi health")

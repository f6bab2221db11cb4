"""Exports the hits of a query, with progress on standard error."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from cli.output import print_json
from jobs.context import Context
from jobs.export import KINDS, export_posts
from minyi.errors import ConfigError
from minyi.store.query import Query

_STEPS = 10
"""Lines of progress where nobody watches: one for each tenth."""


def export(args: argparse.Namespace, context: Context, query: Query) -> None:
    """Write the file; the last line says how many rows and where."""
    if args.export.suffix.lower() not in KINDS:
        raise ConfigError(f"文件名应以 {'、'.join(KINDS)} 结尾", key="--export")
    with _stopped_cleanly():
        done = export_posts(
            context.store,
            query,
            args.export,
            typed=args.expression,
            now=context.clock(),
            limit=args.limit,
            overwrite=args.force,
            progress=Progress(watched=sys.stderr.isatty()),
        )
    if args.json:
        print_json({"exported": done.rows, "file": str(done.path), "notes": list(query.notes)})
        return
    for note in query.notes:
        print(f"注：{note}")
    print(f"已导出 {done.rows:,} 条到 {done.path}")


class Progress:
    """Shows how far an export is: one line that changes on a terminal, else a line for each tenth."""

    def __init__(self, *, watched: bool) -> None:
        """`watched`: standard error is a terminal."""
        self._watched = watched
        self._next = 0

    def __call__(self, done: int, total: int) -> None:
        """Show the count and the share."""
        share = done / total if total else 1.0
        words = f"已写 {done:,} / {total:,} 条（{share:.0%}）"
        if self._watched:
            print(f"\r{words}", end="\n" if done and done == total else "", file=sys.stderr, flush=True)
        elif share * _STEPS >= self._next:
            print(words, file=sys.stderr, flush=True)
            self._next = int(share * _STEPS) + 1


@contextmanager
def _stopped_cleanly() -> Iterator[None]:
    """A closed terminal or a polite kill unwinds like Ctrl-C, so that nothing half-written stays."""

    def stop(number: int, _: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

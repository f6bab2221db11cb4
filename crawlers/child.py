"""The child's side of a run: one order in, one spool file and one line of JSON out."""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from typing import BinaryIO

from crawlers.order import Order, decode_order
from crawlers.watch import PARENT_GONE, limit_memory, start_watch
from minyi.models import CrawlRun
from minyi.spool import SpoolWriter, Trailer


def main() -> int:
    """Read the order, crawl, hand over. Returns the exit code."""
    pipe: BinaryIO = open(0, "rb", buffering=0, closefd=False)  # noqa: SIM115 - held open on purpose
    order = decode_order(_line(pipe))
    limit_memory(order.limits.memory_mb)
    start_watch(pipe, order.parent, order.limits.memory_mb)
    _log_warnings()
    warnings.simplefilter("ignore")  # libraries' own; they would fill the parent's log
    return run(order)


def _log_warnings() -> None:
    """To the parent's log; the level stands on the handler because Scrapy resets the root logger's."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)


def _line(pipe: BinaryIO) -> bytes:
    """Bytes up to the first line feed, unbuffered: what follows is the watch's."""
    parts: list[bytes] = []
    while not parts or not parts[-1].endswith(b"\n"):
        part = pipe.readline()
        if not part:
            sys.exit(PARENT_GONE)
        parts.append(part)
    return b"".join(parts)


def run(order: Order) -> int:
    """Crawl one source and write its spool file and the result line."""
    from crawlers.process import crawl_source  # noqa: PLC0415 - Scrapy may load only under the memory limit

    with SpoolWriter(order.spool, order.card.id, order.now) as writer:
        record = crawl_source(order, writer)
        finished, cursor = record.finish()
        if os.getppid() != order.parent:
            return PARENT_GONE
        path = writer.finish(Trailer(finished, cursor))
    sys.stdout.write(
        json.dumps({"file": str(path), "run": _plain(finished), "removed": record.removed}) + "\n"
    )
    sys.stdout.flush()
    return 0


def _plain(run: CrawlRun) -> dict[str, object]:
    return {
        "started": run.started.isoformat(),
        "finished": run.finished.isoformat(),
        "state": run.state.value,
        "pages": run.pages,
        "items": run.items,
        "not_modified": run.not_modified,
        "errors": run.errors,
        "blocked": run.blocked,
        "reasons": list(run.reasons),
    }

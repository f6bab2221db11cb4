"""Steps of the office's work at a given instant, as a process of its own that a test may kill."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from jobs.collect import collect
from jobs.context import Context, open_context
from jobs.ingest import ingest_spool
from jobs.notify import deliver
from jobs.watch import watch

STEPS: dict[str, Callable[[Context, datetime], object]] = {
    "collect": lambda context, now: collect(context, context.config.source, now, revisit_all=True),
    "ingest": ingest_spool,
    "watch": watch,
    "notify": deliver,
}


def main(config: str, data: str, steps: str, at: str) -> None:
    """Run the steps, named with commas between, to their end."""
    now = datetime.fromisoformat(at)
    with open_context(Path(config), Path(data), now=lambda: now) as context:
        for step in steps.split(","):
            STEPS[step](context, now)


if __name__ == "__main__":
    main(*sys.argv[1:])

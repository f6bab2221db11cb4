"""The clock and nothing else 定时: how often each job is looked at. What is due is computed from the record.

APScheduler 3.11 runs in memory only: its job stores are pickles, run twice under two processes, and
lose runs. Missed turns fold into one, a job never overlaps itself, and a jump of the wall clock, which
would silence an interval trigger, starts the turns afresh.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler

log = logging.getLogger(__name__)

JUMP_SECONDS = 30.0
"""A difference between wall clock and monotonic clock that counts as a jump."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A job and how often it is looked at, in seconds; `work` must raise nothing."""

    name: str
    seconds: float
    work: Callable[[], None]


def serve(turns: Sequence[Turn], stop: Event, *, wall: Callable[[], float] = time.time) -> None:
    """Run the turns until `stop` is set; jobs under way are not waited for."""
    timer = BackgroundScheduler(timezone="UTC")
    timer.start()
    _start(timer, turns)
    offset = wall() - time.monotonic()
    while not stop.wait(1.0):
        drift = wall() - time.monotonic() - offset
        if abs(drift) > JUMP_SECONDS:
            log.warning("the wall clock jumped by %.0f s; turns start afresh", drift)
            offset += drift
            _start(timer, turns)
    timer.shutdown(wait=False)


def _start(timer: BackgroundScheduler, turns: Sequence[Turn]) -> None:
    timer.remove_all_jobs()
    for turn in turns:
        timer.add_job(
            turn.work,
            "interval",
            seconds=turn.seconds,
            id=turn.name,
            next_run_time=datetime.now(UTC),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )

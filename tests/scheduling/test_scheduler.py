"""The scheduler's turns: at once, again, never over themselves, and afresh after a clock jump."""

import threading
import time

from scheduler import Turn, serve


def test_turns_start_at_once_and_a_long_one_never_overlaps_itself() -> None:
    """Two turns run side by side; a job still under way is not started again."""
    stop, busy, overlaps, short = threading.Event(), threading.Semaphore(1), [], []

    def long_work() -> None:
        if not busy.acquire(blocking=False):
            overlaps.append(1)
        stop.wait(5)
        busy.release()

    def short_work() -> None:
        short.append(1)
        if len(short) >= 3:
            stop.set()

    serve([Turn("long", 0.1, long_work), Turn("short", 0.1, short_work)], stop)
    assert len(short) >= 3
    assert overlaps == []


def test_after_the_clock_jumped_turns_run_at_once() -> None:
    """An interval of an hour would be slept through; a jump starts the turns afresh."""
    stop, runs, jump = threading.Event(), [], [0.0]

    def work() -> None:
        runs.append(1)
        jump[0] = 3600.0
        if len(runs) == 2:
            stop.set()

    serve([Turn("hourly", 3600.0, work)], stop, wall=lambda: time.time() - jump[0])
    assert len(runs) == 2

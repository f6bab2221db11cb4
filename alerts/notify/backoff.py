"""When to try a message again. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

LONGEST_WAIT_MINUTES = 30
GIVE_UP_AFTER = timedelta(hours=48)


def next_try(attempts: int, created: datetime, now: datetime) -> datetime | None:
    """After 1, 2, ... failed `attempts`: 1, 2, 4, 8, 16, then every 30 minutes; None 48 h after `created`.

    Short first steps pass a greylisting server's five minutes at the fourth try.
    """
    if now - created >= GIVE_UP_AFTER:
        return None
    minutes = min(LONGEST_WAIT_MINUTES, 2 ** min(max(attempts, 1) - 1, 10))
    return now + timedelta(minutes=minutes)

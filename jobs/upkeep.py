"""Upkeep 维护: what the service does for the record by night, each due by the record's own memory."""

from __future__ import annotations

from datetime import datetime

from jobs import backup, erasure, retention
from jobs.context import Context


def keep_up(context: Context, now: datetime) -> None:
    """Do what is due: delete what has expired, clean up after erasures, make the night's copy."""
    retention.nightly(context, now)
    erasure.finish(context)
    backup.nightly(context, now)

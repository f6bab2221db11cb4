"""Retention 留存: posts older than the office keeps them are deleted; curves keep their counts."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from jobs.context import Context
from minyi.clock import LOCAL
from minyi.config import Config
from minyi.models import SourceId
from minyi.store.care import Act, AuditLine, Progress, Retain, silent

log = logging.getLogger(__name__)

JOB = "retention"


def retain(config: Config, now: datetime) -> Retain:
    """The edges that the configuration sets at this moment."""
    own = {
        card.id: _before(card.retention_days, now)
        for card in config.source
        if card.retention_days is not None
    }
    return Retain(_before(config.retention.days, now), own)


def is_set(wanted: Retain) -> bool:
    """True when anything expires at all."""
    return wanted.before is not None or any(wanted.own.values())


def expirable(context: Context, now: datetime) -> dict[SourceId, int]:
    """How many posts would go now, by source."""
    return context.store.care.expirable(retain(context.config, now))


def expire(context: Context, *, who: str, now: datetime, progress: Progress = silent) -> AuditLine:
    """Delete what is due, and leave an audit line, also when it was nothing."""
    line = context.store.care.expire(
        retain(context.config, now), Act(who, "retention", "posts"), now, progress
    )
    context.store.job_success(JOB, now)
    return line


def nightly(context: Context, now: datetime) -> AuditLine | None:
    """Once a night, after the hour of the backup; None when it is not due or nothing is to expire."""
    hour = now.astimezone(LOCAL).replace(hour=context.config.backup.hour, minute=0, second=0, microsecond=0)
    latest = hour if hour <= now else hour - timedelta(days=1)
    last = context.store.last_success(JOB)
    if not is_set(retain(context.config, now)) or (last is not None and last >= latest):
        return None
    line = expire(context, who="service", now=now)
    log.info("retention: %s", line.detail)
    return line


def _before(days: int, now: datetime) -> datetime | None:
    return now - timedelta(days=days) if days else None

"""What is due, computed from the record: last success per source and job, never from a timer's memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from minyi.cards import Source
from minyi.clock import LOCAL
from minyi.models import SourceHealth, SourceId


def due_sources(
    cards: Sequence[Source], health: Mapping[SourceId, SourceHealth], now: datetime
) -> list[Source]:
    """Cards whose last run started at least `every` ago, within their hours; longest overdue first.

    However many turns were missed, an overdue source is due once.
    """
    waiting = []
    for card in cards:
        since = _last_start(health.get(card.id))
        if card.paused or not _within(card.hours, now) or (since and now - since < _wait(card)):
            continue
        waiting.append((since or datetime.min.replace(tzinfo=now.tzinfo), card))
    return [card for _, card in sorted(waiting, key=lambda pair: pair[0])]


def _last_start(health: SourceHealth | None) -> datetime | None:
    return health.last_run.started if health and health.last_run else None


def _wait(card: Source) -> timedelta:
    return timedelta(seconds=card.every_seconds)


def _within(hours: str, now: datetime) -> bool:
    first, last = (int(part) for part in hours.split("-"))
    return first <= now.astimezone(LOCAL).hour < last

"""The rule `source_silent`: a source without a good fetch for three of its intervals. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from minyi.clock import LOCAL
from minyi.config import SilentRule, Source
from minyi.models import (
    ALL_POLICIES,
    Level,
    RuleName,
    Scope,
    SourceHealth,
    SourceId,
    SourceState,
    Span,
    Spike,
)


def silent_sources(
    cards: Iterable[Source],
    health: Mapping[SourceId, SourceHealth],
    rule: SilentRule,
    *,
    now: datetime,
    watching_since: datetime,
) -> list[Spike]:
    """One spike per outage of a source, by start of the outage.

    Only time in the card's `hours` counts, and only time this service was watching, or a run that failed:
    after the service itself was down, its sources are not silent. A paused source, and one never run, is not.
    """
    if not rule.enabled:
        return []
    found = (_outage(card, health.get(card.id), rule, now, watching_since) for card in cards)
    return sorted((s for s in found if s is not None), key=lambda s: (s.window.start, s.source or ""))


def _outage(
    card: Source, health: SourceHealth | None, rule: SilentRule, now: datetime, watching_since: datetime
) -> Spike | None:
    if card.paused or health is None or health.state is SourceState.PAUSED:
        return None
    began = health.last_success or health.blind_since
    if began is None:
        return None
    run = health.last_run
    failed = run is not None and not run.ok and run.started >= began
    counted_from = began if failed else max(began, watching_since)
    quiet = _open_seconds(card.hours, counted_from, now)
    missed = quiet / card.every_seconds
    if missed < rule.intervals:
        return None
    return Spike(
        policy=ALL_POLICIES,
        rule=RuleName.SOURCE_SILENT,
        scope=Scope.ALL,
        window=Span(began, now),
        observed=0,
        expected=missed,
        score=missed,
        threshold=rule.intervals,
        level=Level.III,
        late=False,
        posts=(),
        arithmetic={
            "onset": began.isoformat(),
            "every_seconds": card.every_seconds,
            "missed_intervals": missed,
            "threshold": rule.intervals,
            "reason": run.reasons[0] if failed and run and run.reasons else None,
        },
        source=card.id,
    )


def _open_seconds(hours: str, begin: datetime, end: datetime) -> float:
    """Seconds of [begin, end) inside the daily local hours `a-b`; at most the last seven days count."""
    opens, closes = (int(part) for part in hours.split("-"))
    begin = max(begin, end - timedelta(days=7))
    day = begin.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)
    total = 0.0
    while day < end:
        start, stop = max(begin, day + timedelta(hours=opens)), min(end, day + timedelta(hours=closes))
        total += max(0.0, (stop - start).total_seconds())
        day += timedelta(days=1)
    return total

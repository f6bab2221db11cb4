"""The rules on sources, by two clocks: since the last good read, and since the last post. Pure.

`source_blocked`: the site refuses us (its runs end blocked). `source_silent`: no good read for another
reason; or reads succeed, yet a source that always had something brings nothing for longer than chance
allows. Of one outage one rule speaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log1p

from alerts.detect.grid import HOUR, Grid, running_sums
from alerts.detect.sparse import learn, phi
from alerts.detect.tails import LN10
from alerts.profile import ENOUGH_POSTS, pooled
from minyi.cards import Source
from minyi.clock import LOCAL
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
from minyi.rules import BlockedRule, Rules, SilentRule

QUIET_HISTORY = timedelta(days=28)
LONGEST_READ_GAP = 3
"""Intervals without a read after which a source is not quiet but unread."""


def silent_sources(
    cards: Iterable[Source],
    health: Mapping[SourceId, SourceHealth],
    rules: Rules,
    *,
    now: datetime,
    watching_since: datetime,
) -> list[Spike]:
    """One spike per outage of a source, by start of the outage.

    Only time in the card's `hours` counts, and only time this service was watching, or a run that failed:
    after the service itself was down, its sources are not silent. A paused source, and one never run, is not.
    """
    found = (_outage(card, health.get(card.id), rules, now, watching_since) for card in cards)
    return sorted((s for s in found if s is not None), key=lambda s: (s.window.start, s.source or ""))


def _outage(
    card: Source, health: SourceHealth | None, rules: Rules, now: datetime, watching_since: datetime
) -> Spike | None:
    if card.paused or health is None or health.state is SourceState.PAUSED:
        return None
    began = health.last_success or health.blind_since
    if began is None:
        return None
    run = health.last_run
    failed = run is not None and not run.ok and run.started >= began
    refused = failed and run is not None and run.state is SourceState.BLOCKED
    rule: SilentRule | BlockedRule = rules.source_blocked if refused else rules.source_silent
    counted_from = began if failed else max(began, watching_since)
    missed = open_seconds(card.hours, counted_from, now) / card.every_seconds
    if not rule.enabled or missed < rule.intervals:
        return None
    return _spike(
        card.id,
        RuleName.SOURCE_BLOCKED if refused else RuleName.SOURCE_SILENT,
        Span(began, now),
        expected=missed,
        score=missed,
        threshold=rule.intervals,
        numbers={
            "kind": "unread",
            "every_seconds": card.every_seconds,
            "missed_intervals": missed,
            "threshold": rule.intervals,
            "reason": run.reasons[0] if failed and run and run.reasons else None,
        },
    )


# --- read, but without posts ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceCurve:
    """A source's posts by hour, in order, gaps as 0, up to now; and the hours it could not be read."""

    source: SourceId
    newest: datetime
    """When its newest post was published."""
    hours: Sequence[tuple[datetime, int]]
    blind: frozenset[datetime] = frozenset()


def may_be_quiet(card: Source, health: SourceHealth | None, now: datetime) -> bool:
    """True when the source is read well and has brought nothing for hours: worth fetching its curve."""
    if card.paused or health is None or health.state.blind or health.newest_item is None:
        return False
    last = health.last_success
    unread = timedelta(seconds=LONGEST_READ_GAP * card.every_seconds)
    return last is not None and now - last < unread and now - health.newest_item >= timedelta(hours=2)


def quiet_source(curve: SourceCurve, rule: SilentRule, now: datetime) -> Spike | None:
    """A spike when no post for so long is chance less than once in 10 ** `surprise`; else None.

    1. The source's own profile, neither smoothed nor grounded, its mean rate in the 28 days up to its newest
       post, and the spread phi of its 6-hour windows.
    2. m = posts expected since then, blind hours left out. For a negative binomial with mean m,
       P(0) = (1 + phi m) ** (-1 / phi).
    """
    begin = curve.newest - QUIET_HISTORY
    known = [(when, posts) for when, posts in curve.hours if begin <= when < curve.newest]
    total = sum(posts for _, posts in known)
    since = [when for when, _ in curve.hours if when >= curve.newest and when not in curve.blind]
    if not rule.enabled or total < ENOUGH_POSTS or not since:
        return None
    profile = pooled(known, known[0][0], curve.newest, rough=True)
    live = [0.0 if when in curve.blind else 1.0 for when, _ in known]
    season = [profile.at(when) for when, _ in known]
    number = int(known[0][0].timestamp()) // HOUR
    grid = Grid(number, HOUR, [float(posts) for _, posts in known], live, season)
    sums = running_sums(grid)
    rate = sums.posts[-1] / sums.seen[-1] if sums.seen[-1] else 0.0
    expected = rate * sum(profile.at(when) for when in since)
    spread = phi(learn(grid, sums), grid.buckets(6 * HOUR), len(known))
    surprise = log1p(spread * expected) / spread / LN10
    if surprise < rule.surprise:
        return None
    return _spike(
        curve.source,
        RuleName.SOURCE_SILENT,
        Span(curve.newest, now),
        expected=expected,
        score=surprise,
        threshold=rule.surprise,
        numbers={"kind": "quiet", "expected": expected, "phi": spread, "posts_28d": total},
    )


def _spike(
    source: SourceId,
    rule: RuleName,
    window: Span,
    *,
    expected: float,
    score: float,
    threshold: float,
    numbers: Mapping[str, float | int | str | None],
) -> Spike:
    return Spike(
        policy=ALL_POLICIES,
        rule=rule,
        scope=Scope.ALL,
        window=window,
        observed=0,
        expected=expected,
        score=score,
        threshold=threshold,
        level=Level.III,
        late=False,
        posts=(),
        arithmetic={"onset": window.start.isoformat(), **numbers},
        source=source,
    )


def open_seconds(hours: str, begin: datetime, end: datetime) -> float:
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

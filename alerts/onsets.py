"""Onsets: when something began, and what all rules on a policy's posts have in common. Pure.

1. A rule names the buckets in which it is crossed, among those not yet closed when last looked.
2. Crossings within the refractory of an onset belong to it; the first beyond starts the next onset.
3. An onset is told by its end of the first crossing bucket: what an alert is keyed by.

Everything a day's buckets are judged by - season, shares of sources, history - was fixed when that UTC day
began. So a bucket judged again later, when late posts have come in, is judged as it would have been at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TypeVar

from alerts.detect.grid import BUCKET_SECONDS, HOUR
from alerts.detect.share import UNKNOWN_OFFICE_SHARE
from alerts.series import Series, number_of
from minyi.clock import from_seconds
from minyi.models import (
    SOURCE_RULES,
    Alert,
    ClaimSighting,
    PolicyId,
    RuleName,
    Sighting,
    SourceId,
    Span,
    Spike,
    WatchItem,
)
from minyi.rules import PolicyRule

OPEN = timedelta(hours=24)
"""How long a bucket stays open to posts that come late."""
LATE = timedelta(hours=1)
"""A spike whose first crossing ended longer ago than this when found is marked 补报."""
BUCKET = timedelta(seconds=BUCKET_SECONDS)
LONGEST_WINDOW = timedelta(hours=48)
"""No rule looks further back than this from a bucket, history apart."""
MOST_DAYS = 7
"""After a pause longer than this, what began before is no news."""

Topic = tuple[RuleName, str]
"""A rule and its subject: what has onsets of its own on a policy."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Day:
    """The buckets of one UTC day that are judged: those of `series` from index `first` on.

    `office_share` in [0, 1] is the usual share of negative posts over all policies.
    """

    series: Series
    first: int
    office_share: float = UNKNOWN_OFFICE_SHARE


@dataclass(frozen=True, slots=True)
class Watched:
    """What the rules see of one policy.

    `days` in order. `sightings`, in order of publishing, cover `sightings_span`; `claims` of those and 28
    days before, in order too. `cluster_starts` tells when each growing cluster was first seen in 28 days.
    `last_onsets` holds the latest onset of each topic that is no longer open (`settled_onsets`).
    """

    policy: PolicyId
    days: Sequence[Day]
    sightings: Sequence[Sighting]
    claims: Sequence[ClaimSighting] = ()
    watch: Sequence[WatchItem] = ()
    cluster_starts: Mapping[str, datetime] = field(default_factory=dict)
    official: frozenset[SourceId] = frozenset()
    key_sources: frozenset[SourceId] = frozenset()
    last_onsets: Mapping[Topic, datetime] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """Absolute number of the first bucket judged."""
        day = self.days[0]
        return number_of(day.series.time_of(day.first))

    @property
    def judged_from(self) -> datetime:
        """Start of the first bucket judged."""
        return from_seconds(self.first * BUCKET_SECONDS)

    def day_of(self, number: int) -> Day:
        """The day that judges a bucket of this absolute number."""
        return next(
            (day for day in reversed(self.days) if number >= number_of(day.series.time_of(day.first))),
            self.days[0],
        )


def judged_from(now: datetime, watched_at: datetime | None) -> datetime:
    """From when on buckets are judged at `now`, after the last look at `watched_at` (None = never).

    Every bucket is judged once more when nothing late can join it any longer, however long the pause was.
    """
    last = now if watched_at is None else min(now, watched_at)
    return max(last - OPEN, now - timedelta(days=MOST_DAYS))


def days_of(since: datetime, now: datetime) -> list[tuple[datetime, datetime]]:
    """(start of judging, instant to judge at) for every UTC day from `since` to `now`, in order."""
    found = []
    begin = since
    while begin <= now:
        midnight = begin.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        following = midnight + timedelta(days=1)
        found.append((begin, min(now, following - timedelta(microseconds=1))))
        begin = following
    return found


def sightings_span(since: datetime, now: datetime) -> Span:
    """Posts to read: those of judged buckets, and of the longest window before them."""
    return Span(since - LONGEST_WINDOW - BUCKET, now + BUCKET)


def grouped(
    crossings: Sequence[T], number: Callable[[T], int], watched: Watched, topic: Topic, rule: PolicyRule
) -> list[tuple[datetime, list[T]]]:
    """Onsets and the crossings of each, in order; `crossings` ascend by absolute bucket `number`."""
    refractory = ceil(rule.refractory_hours * HOUR / BUCKET_SECONDS)
    last = watched.last_onsets.get(topic)
    groups: list[tuple[int, list[T]]] = [] if last is None else [(number_of(last) - 1, [])]
    for one in crossings:
        if not groups or number(one) - groups[-1][0] >= refractory:
            groups.append((number(one), []))
        groups[-1][1].append(one)
    return [(from_seconds((begin + 1) * BUCKET_SECONDS), group) for begin, group in groups if group]


def onset_of(spike: Spike) -> datetime:
    """End of the first crossing bucket: what an alert is keyed by."""
    return datetime.fromisoformat(str(spike.arithmetic["onset"]))


def is_late(onset: datetime, now: datetime) -> bool:
    """True when it is told as 补报."""
    return now - onset > LATE


def settled_onsets(known: Iterable[Alert], judged_from: datetime) -> dict[PolicyId, dict[Topic, datetime]]:
    """Per policy and topic the latest onset before the buckets that are judged: `Watched.last_onsets`."""
    latest: dict[PolicyId, dict[Topic, datetime]] = {}
    for alert in known:
        onset = onset_of(alert.spike)
        if alert.rule not in (RuleName.BY_HAND, *SOURCE_RULES) and onset <= judged_from:
            of_policy = latest.setdefault(alert.policy, {})
            topic = (alert.rule, alert.spike.subject)
            of_policy[topic] = max(onset, of_policy.get(topic, onset))
    return latest

"""The rules: from a policy's series to spikes, each with every number its text prints. Pure.

1. Crossings of the last 24 hours, while buckets are open to late posts, from the detector.
2. Crossings within the refractory of an onset belong to it; the first beyond starts the next onset.
3. Of each onset the strongest crossing that several voices carry is shown; its level comes from `levels`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from alerts.arithmetic import describe
from alerts.detect import share as shares
from alerts.detect.detector import Detector, Reading
from alerts.detect.grid import BUCKET_SECONDS, HOUR, Grid
from alerts.levels import level_of
from alerts.series import Series, number_of
from alerts.voices import hear, several, within
from minyi.config import Rules, VolumeRule
from minyi.models import PolicyId, RuleName, Scope, Sighting, Span, Spike

OPEN = timedelta(hours=24)
"""How long a bucket stays open to posts that come late."""
LATE = timedelta(hours=1)
"""A spike whose first crossing ended longer ago than this when found is marked 补报."""
BUCKET = timedelta(seconds=BUCKET_SECONDS)
LONGEST_WINDOW = timedelta(hours=6)

RULE_SCOPES = {RuleName.NEGATIVE_VOLUME: Scope.NEGATIVE, RuleName.VOLUME: Scope.ALL}
"""Rules on counts, in the order of lists: negative ones first."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What the rules see of one policy.

    `sightings`, in order of publishing, cover at least `sightings_span(now)`. `office_negative_share` in
    [0, 1] is the share of negative posts over all policies. `last_onsets` holds per rule the latest onset
    whose bucket is no longer open (see `lifecycle.settled_onsets`).
    """

    policy: PolicyId
    series: Series
    sightings: Sequence[Sighting]
    office_negative_share: float = shares.UNKNOWN_OFFICE_SHARE
    last_onsets: Mapping[RuleName, datetime] | None = None


def sightings_span(now: datetime) -> Span:
    """Posts to read for a detection at `now`: the open buckets and the longest window before them."""
    return Span(now - OPEN - LONGEST_WINDOW - timedelta(hours=1), now + BUCKET)


def volume_spikes(watched: Watched, rules: Rules, now: datetime) -> list[Spike]:
    """Spikes of the volume rules, by onset, negative volume first; usually none."""
    found = []
    for rule, scope in RULE_SCOPES.items():
        settings = rules.negative_volume if rule is RuleName.NEGATIVE_VOLUME else rules.volume
        if settings.enabled:
            found += _Search(watched, rule, scope, settings, now).spikes()
    return sorted(found, key=lambda spike: str(spike.arithmetic["onset"]))


@dataclass(frozen=True, slots=True)
class _Search:
    watched: Watched
    rule: RuleName
    scope: Scope
    settings: VolumeRule
    now: datetime

    def spikes(self) -> list[Spike]:
        grid = self.watched.series.grids[self.scope]
        first = max(0, number_of(self.now - OPEN) - grid.number)
        if (
            sum(grid.values[max(0, first - grid.buckets(LONGEST_WINDOW.total_seconds())) :])
            < self.settings.min_posts
        ):
            return []  # no window can hold enough, so nothing need be learnt: the usual case
        detector = Detector(grid, self.settings, first)
        groups = self._groups(list(detector.crossings()))
        return [self._spike(detector, onset, readings) for onset, readings in groups]

    def _groups(self, readings: Sequence[Reading]) -> list[tuple[int, list[Reading]]]:
        """Onset bucket and its crossings, in order."""
        refractory = ceil(self.settings.refractory_hours * HOUR / BUCKET_SECONDS)
        last = (self.watched.last_onsets or {}).get(self.rule)
        groups: list[tuple[int, list[Reading]]] = []
        if last is not None:
            groups.append((self.watched.series.index_of(last) - 1, []))
        for reading in readings:
            if not groups or reading.bucket - groups[-1][0] >= refractory:
                groups.append((reading.bucket, []))
            groups[-1][1].append(reading)
        return [group for group in groups if group[1]]

    def _spike(self, detector: Detector, onset: int, readings: Sequence[Reading]) -> Spike:
        reading = self._telling(readings)
        span = self._span(reading)
        voices = hear(self._heard_in(span))
        series = self.watched.series
        share = shares.measure(
            series.grids[Scope.ALL],
            series.grids[Scope.NEGATIVE],
            reading.bucket + 1,
            self.watched.office_negative_share,
        )
        six_hours = _sum_before(series.grids[Scope.ALL], reading.bucket + 1, 6 * HOUR)
        level = level_of(
            reading,
            voices,
            share,
            six_hours=six_hours,
            min_voices=self.settings.min_voices,
            negative_rule=self.rule is RuleName.NEGATIVE_VOLUME,
            release_onset_before=self._onset_since_release(detector.grid, onset),
        )
        numbers = describe(detector, reading, voices, share, readings)
        opened = series.time_of(onset + 1)
        numbers |= {
            "onset": opened.isoformat(),
            "six_hours": six_hours,
            "sources_live": sum(
                _covers(spans, detector.grid.number + reading.bucket) for spans in series.live.values()
            ),
            "sources_all": len(series.live),
        }
        return Spike(
            policy=self.watched.policy,
            rule=self.rule,
            scope=self.scope,
            window=Span(span.start, min(span.end, self.now)),
            observed=int(reading.window.posts),
            expected=reading.window.expected,
            score=reading.score,
            threshold=reading.threshold,
            level=level,
            late=self.now - opened > LATE,
            posts=voices.shown,
            arithmetic=numbers,
        )

    def _telling(self, readings: Sequence[Reading]) -> Reading:
        """The strongest crossing that several voices carry; without one, the strongest."""
        ranked = sorted(readings, key=lambda r: (-r.score / max(r.threshold, 1e-9), r.bucket))
        least = self.settings.min_voices
        heard = (r for r in ranked if several(self._heard_in(self._span(r)), least))
        return next(heard, ranked[0])

    def _heard_in(self, span: Span) -> list[Sighting]:
        return [
            s
            for s in within(self.watched.sightings, span)
            if (s.negative or self.scope is Scope.ALL) and self.watched.series.counts(s)
        ]

    def _span(self, reading: Reading) -> Span:
        series = self.watched.series
        return Span(series.time_of(reading.window.start), series.time_of(reading.bucket + 1))

    def _onset_since_release(self, grid: Grid, onset: int) -> bool:
        last = (self.watched.last_onsets or {}).get(self.rule)
        if last is None or grid.release is None:
            return False
        return grid.release <= self.watched.series.index_of(last) - 1 < onset


def onset_of(spike: Spike) -> datetime:
    """End of the first crossing bucket: what an alert is keyed by."""
    return datetime.fromisoformat(str(spike.arithmetic["onset"]))


def _sum_before(grid: Grid, end: int, seconds: int) -> int:
    return int(sum(grid.values[max(0, end - grid.buckets(seconds)) : end]))


def _covers(spans: Sequence[tuple[int, int]], number: int) -> bool:
    return any(a <= number < b for a, b in spans)

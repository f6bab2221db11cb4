"""The rules on volume: from a policy's series to spikes, each with every number its text prints. Pure.

1. Crossings of the buckets that are still open, from the detector, day by day; onsets as in `onsets`.
2. Of each onset the strongest crossing that several voices carry is shown; its level comes from `levels`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.arithmetic import describe
from alerts.detect.detector import Detector, Reading
from alerts.detect.grid import BUCKET_SECONDS, HOUR
from alerts.detect.share import NegativeShare, Shares
from alerts.levels import is_ordinary_release, level_of
from alerts.onsets import Day, Watched, grouped, is_late
from alerts.series import number_of
from alerts.talk import is_novel
from alerts.voices import hear, several, within
from minyi.models import RuleName, Scope, Sighting, Span, Spike
from minyi.rules import Rules, VolumeRule

RULE_SCOPES = {RuleName.NEGATIVE_VOLUME: Scope.NEGATIVE, RuleName.VOLUME: Scope.ALL}
SIX_HOURS = 6 * HOUR


def volume_spikes(watched: Watched, rules: Rules, now: datetime) -> list[Spike]:
    """Spikes of the volume rules, negative volume first, each rule's by onset; usually none."""
    found = []
    for rule, scope in RULE_SCOPES.items():
        settings = rules.negative_volume if rule is RuleName.NEGATIVE_VOLUME else rules.volume
        if settings.enabled:
            found += _Search(watched, rule, scope, settings, rules, now).spikes()
    return found


@dataclass(frozen=True, slots=True)
class _Crossing:
    day: Day
    detector: Detector
    reading: Reading

    @property
    def number(self) -> int:
        """Absolute number of its bucket."""
        return self.detector.grid.number + self.reading.bucket

    @property
    def span(self) -> Span:
        """From the start of the telling window to the bucket's end."""
        series = self.day.series
        return Span(series.time_of(self.reading.window.start), series.time_of(self.reading.bucket + 1))


@dataclass(frozen=True, slots=True)
class _Search:
    watched: Watched
    rule: RuleName
    scope: Scope
    settings: VolumeRule
    rules: Rules
    now: datetime

    def spikes(self) -> list[Spike]:
        crossings = list(self._crossings())
        groups = grouped(crossings, lambda c: c.number, self.watched, (self.rule, ""), self.settings)
        found = []
        before = self.watched.last_onsets.get((self.rule, ""))
        for onset, group in groups:
            found.append(self._spike(onset, group, before))
            before = onset
        return found

    def _crossings(self) -> Iterator[_Crossing]:
        for day in self.watched.days:
            grid = day.series.grids[self.scope]
            start = max(0, day.first - grid.buckets(SIX_HOURS))
            seen = sum(grid.values[start:]) + sum(grid.hidden[start:])
            if seen < self.settings.min_posts:
                continue  # no window can hold enough, so nothing need be learnt: the usual case
            detector = Detector(grid, self.settings, day.first)
            for reading in detector.crossings():
                yield _Crossing(day, detector, reading)

    def _spike(self, onset: datetime, crossings: Sequence[_Crossing], last: datetime | None) -> Spike:
        told = self._telling(crossings)
        reading, series, span = told.reading, told.day.series, told.span
        voices = hear(self._heard_in(told))
        share = self._share(told)
        novel = self.rules.novelty.enabled and is_novel(self.watched, span.end, self.rules.novelty)
        told_before = _within_release(told, last, onset)
        six_hours = _sum_before(series.grids[Scope.ALL].values, reading.bucket + 1, SIX_HOURS)
        level = level_of(
            reading,
            voices,
            share,
            self.rules.levels,
            novel=novel,
            six_hours=six_hours,
            min_voices=self.settings.min_voices,
            negative_rule=self.rule is RuleName.NEGATIVE_VOLUME,
            release_onset_before=told_before,
        )
        numbers = describe(
            told.detector,
            reading,
            voices,
            share,
            before=min(number_of(c.span.start) for c in crossings) - told.detector.grid.number,
            hour_posts=self._busiest_hour(crossings),
        )
        numbers |= _coverage(told) | {
            "onset": onset.isoformat(),
            "six_hours": six_hours,
            "novel": int(novel),
            "ordinary_release": int(is_ordinary_release(reading, self.rules.levels, told_before)),
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
            late=is_late(onset, self.now),
            posts=voices.shown,
            arithmetic=numbers,
        )

    def _share(self, told: _Crossing) -> NegativeShare | None:
        """The negative share at the told bucket; None where shares cannot be compared."""
        rule, grids = self.rules.negative_share, told.day.series.grids
        if not rule.enabled:
            return None
        shares = Shares(grids[Scope.ALL], grids[Scope.NEGATIVE], told.day.office_share, rule)
        return shares.measure(told.reading.bucket + 1)

    def _telling(self, crossings: Sequence[_Crossing]) -> _Crossing:
        """The strongest crossing that several voices carry; without one, the strongest."""
        ranked = sorted(
            crossings, key=lambda c: (-c.reading.score / max(c.reading.threshold, 1e-9), c.number)
        )
        least = self.settings.min_voices
        heard = (c for c in ranked if several(self._heard_in(c), least))
        return next(heard, ranked[0])

    def _heard_in(self, crossing: _Crossing) -> list[Sighting]:
        series, whole = crossing.day.series, crossing.reading.whole
        return [
            s
            for s in within(self.watched.sightings, crossing.span)
            if (s.negative or self.scope is Scope.ALL) and series.counts(s, hidden=whole)
        ]

    def _busiest_hour(self, crossings: Sequence[_Crossing]) -> int:
        """Most posts in one hour ending at a crossing of the onset."""
        return max(_last_hour(c) for c in crossings)


def _within_release(told: _Crossing, last: datetime | None, onset: datetime) -> bool:
    """True when the onset before this one came after the release too."""
    series, release = told.day.series, told.detector.grid.release
    if last is None or release is None:
        return False
    return release <= series.index_of(last) - 1 < series.index_of(onset) - 1


def _last_hour(crossing: _Crossing) -> int:
    posts = crossing.detector.view(whole=crossing.reading.whole).posts
    end = crossing.reading.bucket + 1
    return int(posts[end] - posts[max(0, end - HOUR // BUCKET_SECONDS)])


def _sum_before(values: Sequence[float], end: int, seconds: int) -> int:
    return int(sum(values[max(0, end - seconds // BUCKET_SECONDS) : end]))


def _coverage(told: _Crossing) -> dict[str, int]:
    """How many of the sources that count could be read in the told bucket."""
    live = told.day.series.live.values()
    return {
        "sources_live": sum(_covers(spans, told.number) for spans in live),
        "sources_all": len(live),
    }


def _covers(spans: Sequence[tuple[int, int]], number: int) -> bool:
    return any(a <= number < b for a, b in spans)

"""What the rules would have said of a file of counts: same detector, flat profile, no voice gate. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import TypeVar

from alerts.arithmetic import describe, shared
from alerts.detect.detector import Detector, Reading
from alerts.detect.grid import HOUR, Grid
from alerts.detect.share import UNKNOWN_OFFICE_SHARE, Shares, least_negative
from alerts.levels import level_of
from minyi.errors import InputError
from minyi.models import Level, PolicyId, RuleName, Scope, Span, Spike
from minyi.rules import NegativeShareRule, PolicyRule, Rules, VolumeRule

T = TypeVar("T")
Rows = Sequence[tuple[datetime, float]]

LEARNING = timedelta(hours=24)
"""Time at the file's start in which nothing is judged: what came before is unknown, not zero."""
LEARNING_BUCKETS = 200
"""At least so many, or the dense regime has no thresholds yet."""
LONGEST = 400_000
"""Buckets a file may span: nearly four years of 5 minutes."""


def backtest(
    series: str, rows: Rows, step: timedelta, rules: Rules, negatives: Rows | None = None
) -> list[Spike]:
    """Spikes by onset over rows of (start of bucket, posts), in any order; `series` stands as the policy.

    Each spike's window ends with its first crossing bucket. Buckets without a row are unknown, not zero; of
    rows in the same bucket the first counts. `negatives` are the negative posts of the same buckets.
    Without rows: none.

    Raises:
        InputError: the rows span more buckets than can be judged, which hints at a wrong step.
    """
    if not rows:
        return []
    file = _file(series, step, rows, negatives, rules)
    found = list(file.spikes(RuleName.VOLUME, rules.volume))
    if negatives is not None:
        found += file.spikes(RuleName.NEGATIVE_VOLUME, rules.negative_volume)
        found += file.share_spikes(rules.negative_share)
    return sorted(found, key=lambda spike: (spike.window.end, spike.rule))


@dataclass(frozen=True, slots=True)
class _File:
    policy: PolicyId
    begin: datetime
    step: timedelta
    every: Grid
    negative: Grid | None
    rules: Rules

    def spikes(self, rule: RuleName, settings: VolumeRule) -> Iterator[Spike]:
        """First crossings, each `refractory_hours` after the one before at least."""
        grid = self.every if rule is RuleName.VOLUME else self.negative
        if grid is None or not settings.enabled:
            return
        detector = Detector(grid, settings)
        for reading in _apart(detector.crossings(), lambda r: r.bucket, settings, grid.step):
            yield self._spike(rule, detector, reading)

    def share_spikes(self, rule: NegativeShareRule) -> Iterator[Spike]:
        """The same of the share of negative posts."""
        if self.negative is None or not rule.enabled:
            return
        measured = self.shares(rule)
        if measured is None:
            return
        found = (
            (end, measured.measure(end))
            for end in range(self.every.learning + 1, len(self.every.values) + 1)
            if self.negative.values[end - 1] and measured.may_rise(end)
        )
        unusual = ((end, share) for end, share in found if share.unusual)
        for end, share in _apart(unusual, lambda pair: pair[0], rule, self.every.step):
            closed = self.begin + end * self.step
            yield Spike(
                policy=self.policy,
                rule=RuleName.NEGATIVE_SHARE,
                scope=Scope.NEGATIVE,
                window=Span(closed - timedelta(seconds=share.seconds), closed),
                observed=share.k,
                expected=share.n * share.p0,
                score=share.surprise,
                threshold=rule.surprise,
                level=Level.III,
                late=False,
                posts=(),
                arithmetic={
                    "onset": closed.isoformat(),
                    "window_seconds": share.seconds,
                    "least_negative": least_negative(share),
                    **shared(share),
                },
            )

    def shares(self, rule: NegativeShareRule) -> Shares | None:
        """The measure of negative shares; None without negative counts."""
        if self.negative is None:
            return None
        return Shares(self.every, self.negative, UNKNOWN_OFFICE_SHARE, rule)

    def _spike(self, rule: RuleName, detector: Detector, reading: Reading) -> Spike:
        grid, end = detector.grid, reading.bucket + 1
        shares = self.shares(self.rules.negative_share)
        share = None if shares is None else shares.measure(end)
        six_hours = int(sum(self.every.values[max(0, end - self.every.buckets(6 * HOUR)) : end]))
        level = level_of(
            reading,
            None,
            share,
            self.rules.levels,
            novel=False,
            six_hours=six_hours,
            min_voices=1,
            negative_rule=rule is RuleName.NEGATIVE_VOLUME,
            release_onset_before=False,
        )
        closed = self.begin + end * self.step
        hour = int(sum(grid.values[max(0, end - grid.buckets(HOUR)) : end]))
        numbers = describe(detector, reading, None, share, before=reading.window.start, hour_posts=hour)
        return Spike(
            policy=self.policy,
            rule=rule,
            scope=Scope.ALL if rule is RuleName.VOLUME else Scope.NEGATIVE,
            window=Span(self.begin + reading.window.start * self.step, closed),
            observed=int(reading.window.posts),
            expected=reading.window.expected,
            score=reading.score,
            threshold=reading.threshold,
            level=level,
            late=False,
            posts=(),
            arithmetic=numbers | {"onset": closed.isoformat(), "six_hours": six_hours},
        )


def _apart(found: Iterable[T], bucket: Callable[[T], int], rule: PolicyRule, step: int) -> Iterator[T]:
    """The first, and each that lies a refractory after the one before at least."""
    last: int | None = None
    for one in found:
        if last is None or bucket(one) - last >= ceil(rule.refractory_hours * HOUR / step):
            last = bucket(one)
            yield one


def _file(series: str, step: timedelta, rows: Rows, negatives: Rows | None, rules: Rules) -> _File:
    begin = min(when for when, _ in rows)
    size = round((max(when for when, _ in rows) - begin) / step) + 1
    if size > LONGEST:
        raise InputError(f"{series}：时间跨度合 {size} 个时段，超过上限 {LONGEST}；请核对 --step 与时间列")
    every = _grid(rows, begin, step, size)
    negative = None if negatives is None else _grid(negatives, begin, step, size)
    return _File(PolicyId(series), begin, step, every, negative, rules)


def _grid(rows: Rows, begin: datetime, step: timedelta, size: int) -> Grid:
    values, live = [0.0] * size, [0.0] * size
    for when, posts in rows:
        place = round((when - begin) / step)
        if 0 <= place < size and not live[place]:
            values[place], live[place] = posts, 1.0
    seconds = int(step.total_seconds())
    learning = max(LEARNING_BUCKETS, ceil(LEARNING / step))
    return Grid(int(begin.timestamp() // seconds), seconds, values, live, [1.0] * size, learning=learning)

"""What the rules would have said of a file of counts: same detector, flat profile, no voice gate. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from alerts.arithmetic import describe
from alerts.detect import share as shares
from alerts.detect.detector import Detector, Reading
from alerts.detect.grid import HOUR, Grid
from alerts.levels import level_of
from minyi.config import Rules, VolumeRule
from minyi.errors import InputError
from minyi.models import PolicyId, RuleName, Scope, Span, Spike

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
    file = _file(series, step, rows, negatives)
    found = list(file.spikes(RuleName.VOLUME, rules.volume))
    if negatives is not None:
        found += file.spikes(RuleName.NEGATIVE_VOLUME, rules.negative_volume)
    return sorted(found, key=lambda spike: (spike.window.end, spike.rule))


@dataclass(frozen=True, slots=True)
class _File:
    policy: PolicyId
    begin: datetime
    step: timedelta
    every: Grid
    negative: Grid | None

    def spikes(self, rule: RuleName, settings: VolumeRule) -> Iterator[Spike]:
        """First crossings, each `refractory_hours` after the one before at least."""
        grid = self.every if rule is RuleName.VOLUME else self.negative
        if grid is None or not settings.enabled:
            return
        detector = Detector(grid, settings)
        refractory = ceil(settings.refractory_hours * HOUR / grid.step)
        last: int | None = None
        for reading in detector.crossings():
            if last is None or reading.bucket - last >= refractory:
                last = reading.bucket
                yield self._spike(rule, detector, reading)

    def _spike(self, rule: RuleName, detector: Detector, reading: Reading) -> Spike:
        end = reading.bucket + 1
        share = (
            shares.measure(self.every, self.negative, end, shares.UNKNOWN_OFFICE_SHARE)
            if self.negative
            else None
        )
        six_hours = int(sum(self.every.values[max(0, end - self.every.buckets(6 * HOUR)) : end]))
        level = level_of(
            reading,
            None,
            share,
            six_hours=six_hours,
            min_voices=1,
            negative_rule=rule is RuleName.NEGATIVE_VOLUME,
            release_onset_before=False,
        )
        closed = self.begin + end * self.step
        numbers = describe(detector, reading, None, share, [reading])
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


def _file(series: str, step: timedelta, rows: Rows, negatives: Rows | None) -> _File:
    begin = min(when for when, _ in rows)
    size = round((max(when for when, _ in rows) - begin) / step) + 1
    if size > LONGEST:
        raise InputError(f"{series}：时间跨度合 {size} 个时段，超过上限 {LONGEST}；请核对 --step 与时间列")
    every = _grid(rows, begin, step, size)
    negative = None if negatives is None else _grid(negatives, begin, step, size)
    return _File(PolicyId(series), begin, step, every, negative)


def _grid(rows: Rows, begin: datetime, step: timedelta, size: int) -> Grid:
    values, live = [0.0] * size, [0.0] * size
    for when, posts in rows:
        place = round((when - begin) / step)
        if 0 <= place < size and not live[place]:
            values[place], live[place] = posts, 1.0
    seconds = int(step.total_seconds())
    learning = max(LEARNING_BUCKETS, ceil(LEARNING / step))
    return Grid(int(begin.timestamp() // seconds), seconds, values, live, [1.0] * size, learning=learning)

"""Dense regime: how rarely the series itself was so high, as a return period.

1. Windows of 15, 30, 60 and 120 minutes; for each two references: the height r = ln(y + 3), and the height
   over a slow mean, r = ln((y + 3) / (e + 3)).
2. For each, over the 14 days before: u = the .99 quantile, b = the mean excess over it, shrunk to .25.
   Exceedances of a high threshold are close to exponential (Pickands 1975; Coles, *An Introduction to
   Statistical Modeling of Extreme Values*, chapter 4), so a value r > u returns once in
   10 ** (2 + (r - u) / (b ln 10)) buckets.
3. S is the mean of the eight base-ten return periods; a reference not exceeded counts 0.

S is a score, not a calendar time: exceedances come in clusters.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log, log10

from alerts.detect.grid import BUCKET_SECONDS, DAY, HOUR, Grid, Sums

WINDOWS = (900, 1800, 3600, 7200)
"""Seconds."""
MEMORY = 14 * DAY
HALF_LIFE = 7 * DAY
QUANTILE = 0.99
EXCESS_PRIOR = 0.25
EXCESS_PRIOR_COUNT = 5
PSEUDO = 3.0
"""Posts added to both sides of a ratio, so that small counts do not look extreme."""
CAP = 5.0
"""One bucket adds at most this many times the raw mean (plus one post) to the slow mean."""
FIRST = 144
"""Buckets of history before a threshold is believed."""
LN10 = log(10.0)


@dataclass(frozen=True, slots=True)
class Threshold:
    """`u` and `b` of one reference, and how many buckets they rest on."""

    u: float
    b: float
    count: int


@dataclass(frozen=True, slots=True)
class Reference:
    """One of the eight references at one moment."""

    window: int
    """Buckets."""
    ratio: bool
    value: float
    threshold: Threshold
    score: float


def slow_means(grid: Grid, sums: Sums) -> list[float]:
    """Mean posts a bucket known before bucket i, for i = 0 .. n; bursts capped, blind buckets skipped."""
    least = 1.0 - 2.0 ** (-grid.step / HALF_LIFE)
    raw = capped = weight = 0.0
    means = [0.0]
    for i in range(len(grid.values)):
        live = sums.live[i + 1] - sums.live[i]
        if live > 0.0:
            posts = sums.posts[i + 1] - sums.posts[i]
            weight += live
            gain = max(1.0 / weight, least)
            capped += gain * (min(posts, CAP * (raw + 1.0) * live) - live * capped)
            raw += gain * (posts - live * raw)
        means.append(capped)
    return means


def height(posts: float, live: float, window: int) -> float:
    """Reference a: the log of the posts the window would have shown with every source readable."""
    return log(posts * window / live + PSEUDO) if live > 0.0 else log(PSEUDO)


def ratio(posts: float, expected: float) -> float:
    """Reference b: the log of the posts over the slow mean's expectation."""
    return log((posts + PSEUDO) / (expected + PSEUDO))


def return_period(value: float, threshold: Threshold, step: int) -> float:
    """Base-ten return period of `value` in units of 5 minutes; 0 when the threshold is not exceeded."""
    if value <= threshold.u:
        return 0.0
    shift = log10(step / BUCKET_SECONDS)
    return 2.0 + shift + (value - threshold.u) / (threshold.b * LN10)


class Dense:
    """The eight references of a series, read bucket by bucket in rising order."""

    def __init__(self, grid: Grid, sums: Sums, first: int) -> None:
        """Prepare to read buckets from `first` on."""
        self.grid, self.sums = grid, sums
        self.windows = tuple(grid.buckets(w) for w in WINDOWS if w >= grid.step)
        self.means = slow_means(grid, sums)
        self._hour = grid.buckets(HOUR)
        self._memory = grid.buckets(MEMORY)
        self._begin = max(0, self._refreshed(first) - self._memory)
        self._lanes = [
            _Lane(self._values(window, is_ratio), self._begin, self._memory)
            for window in self.windows
            for is_ratio in (False, True)
        ]

    def read(
        self, bucket: int, posts: Mapping[int, float] | None = None, seen: Sums | None = None
    ) -> list[Reference] | None:
        """The references at the end of `bucket`; None before enough history.

        New hours must be asked in rising order. `posts` by window size stand in for those seen (absent = 0);
        `seen` are the sums to judge, those learnt from unless given.
        """
        sums = seen or self.sums
        until = self._refreshed(bucket)
        thresholds = [lane.threshold(until) for lane in self._lanes]
        found = []
        for lane, (window, is_ratio) in enumerate(self.kinds()):
            known = thresholds[lane]
            if known is None:
                return None
            value = self._value(bucket, window, is_ratio, posts, sums)
            found.append(
                Reference(window, is_ratio, value, known, return_period(value, known, self.grid.step))
            )
        return found

    def kinds(self) -> Iterator[tuple[int, bool]]:
        """(window in buckets, is ratio) of the references, in order."""
        return ((window, is_ratio) for window in self.windows for is_ratio in (False, True))

    def expected(self, bucket: int, window: int, sums: Sums) -> float:
        """Posts expected by the slow mean in the window that ends with `bucket`, season left out."""
        start = max(0, bucket + 1 - window)
        return self.means[start] * (sums.live[bucket + 1] - sums.live[start])

    def _refreshed(self, bucket: int) -> int:
        """Thresholds are renewed on the hour: position up to which history counts at `bucket`."""
        return max(0, bucket - (self.grid.number + bucket) % self._hour)

    def _value(
        self, bucket: int, window: int, is_ratio: bool, posts: Mapping[int, float] | None, sums: Sums
    ) -> float:
        start = max(0, bucket + 1 - window)
        count = sums.posts[bucket + 1] - sums.posts[start] if posts is None else posts.get(window, 0.0)
        if is_ratio:
            return ratio(count, self.expected(bucket, window, sums))
        return height(count, sums.live[bucket + 1] - sums.live[start], window)

    def _values(self, window: int, is_ratio: bool) -> list[float | None]:
        """Values from `_begin` on; None where the window saw a blind bucket or the file's edge."""
        posts, live, blind, means = self.sums.posts, self.sums.live, self.sums.blind, self.means
        values: list[float | None] = []
        # As `_value`, which is called too often here: eight times for each bucket of two weeks.
        for end in range(self._begin + 1, len(self.grid.values) + 1):
            start = end - window
            if start < 0 or blind[end] != blind[start]:
                values.append(None)
            elif is_ratio:
                values.append(ratio(posts[end] - posts[start], means[start] * (live[end] - live[start])))
            else:
                values.append(height(posts[end] - posts[start], live[end] - live[start], window))
        return values


class _Lane:
    """One reference's sorted memory, moved forward hour by hour."""

    def __init__(self, values: Sequence[float | None], begin: int, memory: int) -> None:
        self._values, self._begin, self._memory = values, begin, memory
        self._low = self._high = begin
        self._sorted: list[float] = []
        self._known: dict[int, Threshold | None] = {}

    def threshold(self, until: int) -> Threshold | None:
        """Threshold from the values of [until - memory, until); None with too few."""
        if until not in self._known:
            self._move(until)
            self._known[until] = self._fit() if len(self._sorted) >= FIRST else None
        return self._known[until]

    def _move(self, until: int) -> None:
        low = max(self._begin, until - self._memory)
        if low - self._low > 200 or until - self._high > 200:
            chosen = self._values[low - self._begin : until - self._begin]
            self._sorted = sorted(v for v in chosen if v is not None)
        else:
            for value in self._values[self._high - self._begin : until - self._begin]:
                if value is not None:
                    insort(self._sorted, value)
            for value in self._values[self._low - self._begin : low - self._begin]:
                if value is not None:
                    del self._sorted[bisect_left(self._sorted, value)]
        self._low, self._high = low, until

    def _fit(self) -> Threshold:
        place = QUANTILE * (len(self._sorted) - 1)
        whole = int(place)
        u = self._sorted[whole]
        if whole + 1 < len(self._sorted):
            u += (place - whole) * (self._sorted[whole + 1] - u)
        over = self._sorted[bisect_right(self._sorted, u) :]
        excess = sum(over) - u * len(over)
        b = (excess + EXCESS_PRIOR_COUNT * EXCESS_PRIOR) / (len(over) + EXCESS_PRIOR_COUNT)
        return Threshold(u, b, len(self._sorted))

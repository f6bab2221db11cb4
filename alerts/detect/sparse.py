"""Sparse regime: a seasonal negative binomial for policies of few posts an hour.

1. Expected posts of a bucket: rate x season, the rate a decayed mean of seven days' half-life, learnt per
   block of 15 minutes *after* the block's expectation is fixed.
2. What a block adds to the rate is capped at three times its expectation plus one post, so that a burst
   cannot buy itself a higher baseline.
3. Over-dispersion per window length, by moments from the 28 days before the window, shrunk to a prior.
4. Windows close with a block. While it runs, the posts so far stand against the expectation of the whole
   window: a crossing is seen at once, and no more often than if only whole blocks were judged.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise
from math import sqrt

from alerts.detect.grid import DAY, HOUR, Grid, Sums
from alerts.detect.spread import Spreads

WINDOWS = (900, 1800, 3600, 10_800, 21_600)
"""Seconds."""
BLOCK = 900
"""Seconds between two lessons for the rate."""
HALF_LIFE = 7 * DAY
START_RATE = 0.02
"""Posts an hour believed of a policy nobody has written about, weighing `START_WEIGHT` seconds."""
START_WEIGHT = 3 * DAY
MEMORY = 28 * DAY
PHI_PRIOR = 0.6
PHI_PRIOR_BLOCKS = 400
PHI_FLOOR, PHI_CEILING = 0.05, 4.0

RELEASE_SPAN = 6 * DAY
"""How long the release curve rules alone; it goes on fading for as long again."""
RELEASE_HALVES = 36.0
"""Hours in which the release rise halves."""
RELEASE_RISE = 11.0
NO_RELEASE = (1.0, 0.0)
RELEASE_FLOOR = 2.0
"""Posts an hour expected at least right after a release."""


@dataclass(frozen=True, slots=True)
class Sparse:
    """What the sparse regime learnt of a series.

    `expected[i]` is the sum of expectations of the buckets before i, and `whole[i]` the same had every source
    been readable; `ends` are the block ends, as bucket positions; `spread(w)` gives, for windows of w
    buckets, the running sums (excess, squares) over blocks, summed when first asked for.
    """

    expected: list[float]
    whole: list[float]
    ends: list[int]
    spread: Callable[[int], tuple[list[float], list[float]]]
    windows: tuple[int, ...]
    memory_blocks: int

    @staticmethod
    def close_of(grid: Grid, bucket: int) -> int:
        """Position at which the block of `bucket` closes; it may lie beyond the series."""
        size = grid.buckets(BLOCK)
        return bucket + size - (grid.number + bucket) % size


def learn(grid: Grid, sums: Sums) -> Sparse:
    """Fold the whole series once; everything at position i depends on buckets before i only."""
    expected, whole, ends = _expectations(grid, sums)
    windows = tuple(grid.buckets(w) for w in WINDOWS if w >= grid.step)
    calm = [_release_at(grid, end - 1) == NO_RELEASE for end in ends]
    blocks = list(zip(ends, calm, strict=True))
    spread = cache(lambda window: _spread(window, sums, expected, blocks))
    return Sparse(expected, whole, ends, spread, windows, round(MEMORY / max(BLOCK, grid.step)))


def release_factors(hours: float) -> tuple[float, float]:
    """Factor on the rate, and least rate an hour, `hours` after a release; (1, 0) outside twelve days."""
    if not 0 <= hours < 2 * RELEASE_SPAN / HOUR:
        return NO_RELEASE
    fade = 2.0 ** (-hours / RELEASE_HALVES)
    return 1.0 + RELEASE_RISE * fade, RELEASE_FLOOR * fade


def usual_time(grid: Grid, sums: Sums) -> list[float]:
    """Running totals of live share; entry i covers the buckets before i.

    A bucket after a release counts as the several that its release factor makes of it, so that posts over
    this time are the rate but for releases.
    """
    if grid.release is None:
        return sums.live
    shown = (after - before for before, after in pairwise(sums.live))
    factors = (_release_at(grid, bucket)[0] for bucket in range(len(grid.values)))
    return list(accumulate((live * f for live, f in zip(shown, factors, strict=True)), initial=0.0))


def hours(grid: Grid, sums: Sums, model: Sparse) -> Spreads:
    """What each whole hour says of the spread; a release, and hours partly blind, say nothing."""
    size = grid.buckets(HOUR)
    ends = range(size - grid.number % size, len(grid.values) + 1, size)
    posts, expected = [], []
    for end in ends:
        start = max(0, end - size)
        told = _release_at(grid, end - 1) == NO_RELEASE and sums.blind[end] == sums.blind[start]
        posts.append(sums.posts[end] - sums.posts[start] if told else 0.0)
        expected.append(model.expected[end] - model.expected[start] if told else 0.0)
    return Spreads(ends, posts, expected, grid.buckets(MEMORY) // size)


def phi(model: Sparse, window: int, start: int) -> float:
    """Over-dispersion for windows of `window` buckets, known before bucket `start`; in [.05, 4]."""
    excess, squares = model.spread(window)
    last = _blocks_before(model, start)
    first = max(0, last - model.memory_blocks)
    count = last - first
    square_sum = squares[last] - squares[first]
    floor = max(square_sum / count if count else 0.0, 0.01)
    top = excess[last] - excess[first] + PHI_PRIOR * PHI_PRIOR_BLOCKS * floor
    value = top / (square_sum + PHI_PRIOR_BLOCKS * floor)
    return min(PHI_CEILING, max(PHI_FLOOR, value))


def _expectations(grid: Grid, sums: Sums) -> tuple[list[float], list[float], list[int]]:
    size = grid.buckets(BLOCK)
    decay = 2.0 ** (-size * grid.step / HALF_LIFE)
    weight = START_WEIGHT / (size * grid.step)
    learnt = _start_rate(grid, sums) * size * weight
    total, seen = len(grid.values), sums.seen
    ends: list[int] = []
    each: list[float] = []
    whole: list[float] = []
    begin = 0
    while begin < total:
        end = min(total, begin + size - (grid.number + begin) % size)
        rate = learnt / weight
        rise, floor = _release_at(grid, begin)
        level = max(rate * rise, floor * size * grid.step / HOUR) / size
        each += [level * (seen[i + 1] - seen[i]) for i in range(begin, end)]
        whole += [level * factor for factor in grid.season[begin:end]]
        shown = (seen[end] - seen[begin]) / size
        if shown > 0.0:
            mean = level * size * shown
            posts = sums.posts[end] - sums.posts[begin]
            learnt = decay * learnt + min(posts, 3.0 * mean + 1.0)
            weight = decay * weight + shown * rise
        ends.append(end)
        begin = end
    return list(accumulate(each, initial=0.0)), list(accumulate(whole, initial=0.0)), ends


def _start_rate(grid: Grid, sums: Sums) -> float:
    """Posts a bucket believed at first."""
    least = START_RATE * grid.step / HOUR
    until = min(grid.learning, len(grid.values))
    return max(least, sums.posts[until] / sums.seen[until]) if sums.seen[until] > 0.0 else least


def _release_at(grid: Grid, bucket: int) -> tuple[float, float]:
    if grid.release is None or bucket < grid.release:
        return NO_RELEASE
    return release_factors((bucket - grid.release) * grid.step / HOUR)


def _spread(
    window: int, sums: Sums, expected: Sequence[float], blocks: Sequence[tuple[int, bool]]
) -> tuple[list[float], list[float]]:
    """Running sums over blocks (end, calm); a release says nothing of the spread of ordinary days."""
    excess, squares = [0.0], [0.0]
    for end, calm in blocks:
        start = end - window
        extra = square = 0.0
        if calm and start >= 0 and sums.blind[end] == sums.blind[start]:
            mean = expected[end] - expected[start]
            bound = 4.0 * sqrt(mean + 1.0)
            error = sums.posts[end] - sums.posts[start] - mean
            if not -bound <= error <= bound:
                error = bound if error > 0 else -bound
            extra, square = error * error - mean, mean * mean
        excess.append(excess[-1] + extra)
        squares.append(squares[-1] + square)
    return excess, squares


def _blocks_before(model: Sparse, position: int) -> int:
    """Blocks that end at or before `position`."""
    return bisect_right(model.ends, position)

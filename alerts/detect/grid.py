"""The detector's input: one series of equal buckets, with what each bucket knew of the public."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

BUCKET_SECONDS = 300
"""The unit of return periods."""

BLIND_BELOW = 0.5
"""A bucket of which less than this share of the usual posts could be seen is blind."""

HOUR = 3600
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Grid:
    """Consecutive buckets of `step` seconds, oldest first; equal lengths, possibly empty.

    `number` is the count of steps from an origin to the first bucket; hours and quarter hours are cut on
    it, so that a series read from another start is cut alike. `values` are posts seen; `live` the share
    [0, 1] of usual posts whose sources were readable; `season` the profile's factor (1 = average).
    `release` is the index of the bucket in which the policy was released (it may lie before the
    first bucket: negative), or None. `learning` buckets at the start are never judged; their mean is
    the rate believed at first, where what came before the series is unknown and not zero.
    `hidden` are posts of buckets in which their source could not be read, found once it could: at least so
    many were there. Nothing is learnt from them. Empty = none.
    """

    number: int
    step: int
    values: Sequence[float]
    live: Sequence[float]
    season: Sequence[float]
    release: int | None = None
    learning: int = 0
    hidden: Sequence[float] = ()

    def buckets(self, seconds: float) -> int:
        """Buckets in that many seconds, at least 1."""
        return max(1, round(seconds / self.step))


@dataclass(frozen=True, slots=True)
class Sums:
    """Running totals; entry i covers the buckets before i, so a window [a, b) is `t[b] - t[a]`."""

    posts: list[float]
    live: list[float]
    blind: list[int]
    seen: list[float]
    """Live share times season: what a constant rate of 1 a bucket would have shown."""


def whole_sums(grid: Grid) -> Sums:
    """Sums of all posts known, hidden ones included, against all there could have been."""
    values = [x + h for x, h in zip(grid.values, grid.hidden, strict=True)]
    return running_sums(replace(grid, values=values, live=[1.0] * len(values), hidden=()))


def running_sums(grid: Grid) -> Sums:
    """Sum once, look up often; blind buckets add nothing but to `blind`."""
    sighted = [o >= BLIND_BELOW for o in grid.live]
    posts = [x if ok else 0.0 for x, ok in zip(grid.values, sighted, strict=True)]
    live = [o if ok else 0.0 for o, ok in zip(grid.live, sighted, strict=True)]
    seen = [o * p for o, p in zip(live, grid.season, strict=True)]
    return Sums(
        list(accumulate(posts, initial=0.0)),
        list(accumulate(live, initial=0.0)),
        list(accumulate((not ok for ok in sighted), initial=0)),
        list(accumulate(seen, initial=0.0)),
    )

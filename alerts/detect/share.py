"""Is the share of negative posts unusual? A beta-binomial test, because posts copy each other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from math import log10

from alerts.detect.grid import BLIND_BELOW, HOUR, Grid
from alerts.detect.tails import beta_binomial_tail
from minyi.rules import NegativeShareRule

CORRELATION = 0.05
UNKNOWN_OFFICE_SHARE = 0.15
"""Taken for the office-wide share of negative posts where nothing is known."""
PRIOR_POSTS = 20
SHORT, LONG = 6 * HOUR, 48 * HOUR
MEMORY = 28 * 24 * HOUR
DEFAULT = NegativeShareRule()


@dataclass(frozen=True, slots=True)
class NegativeShare:
    """`k` negative of `n` posts in `seconds`, against the usual share `p0`; `p` = P(as many or more)."""

    k: int
    n: int
    seconds: int
    p0: float
    p: float
    rule: NegativeShareRule = DEFAULT

    @property
    def surprise(self) -> float:
        """-log10 of `p`."""
        return -log10(max(self.p, 1e-300))

    @property
    def unusual(self) -> bool:
        """True when negative posts are too many to be chance, in number and in share."""
        rule = self.rule
        return (
            self.n >= rule.min_posts
            and self.k >= rule.min_negative
            and self.k >= self.n * (self.p0 + rule.min_rise)
            and self.surprise > rule.surprise
        )


def judge(
    k: int, n: int, p0: float, seconds: int = SHORT, rule: NegativeShareRule = DEFAULT
) -> NegativeShare:
    """Test `k` of `n` against `p0`, which is kept within [.01, .99]."""
    usual = min(0.99, max(0.01, p0))
    return NegativeShare(k, n, seconds, usual, beta_binomial_tail(k, n, usual, CORRELATION), rule)


def least_negative(share: NegativeShare) -> int | None:
    """The smallest number of negatives that would be unusual among as many posts; None if none would."""
    counts = range(share.n + 1)
    return next((k for k in counts if judge(k, share.n, share.p0, rule=share.rule).unusual), None)


class Shares:
    """The shares of one policy, position by position. Blind buckets and the posts in them are left out."""

    def __init__(
        self,
        every: Grid,
        negative: Grid,
        office_share: float,
        rule: NegativeShareRule = DEFAULT,
    ) -> None:
        """`every` and `negative` cover the same buckets; `office_share` is leant on with 20 posts' weight."""
        self._grid, self._office, self._rule = every, office_share, rule
        self._every, self._negative = (_totals(grid) for grid in (every, negative))

    def measure(self, end: int) -> NegativeShare:
        """The share over the 6 hours before position `end`, or as many as hold 8 posts (48 at most).

        The usual share is the policy's own over the 28 days before those hours, leaning on the office's.
        """
        grid, every = self._grid, self._every
        start, floor = (max(0, end - grid.buckets(s)) for s in (SHORT, LONG))
        while every[end] - every[start] < self._rule.min_posts and start > floor:
            start -= 1
        begin = max(0, start - grid.buckets(MEMORY))
        before = every[start] - every[begin]
        bad = self._negative[start] - self._negative[begin]
        p0 = (bad + PRIOR_POSTS * self._office) / (before + PRIOR_POSTS)
        n, k = every[end] - every[start], self._negative[end] - self._negative[start]
        return judge(int(k), int(n), p0, (end - start) * grid.step, self._rule)

    def may_rise(self, end: int) -> bool:
        """False when the longest window before `end` holds too few negatives to be worth measuring."""
        floor = max(0, end - self._grid.buckets(LONG))
        return self._negative[end] - self._negative[floor] >= self._rule.min_negative


def _totals(grid: Grid) -> list[float]:
    seen = (x if o >= BLIND_BELOW else 0.0 for x, o in zip(grid.values, grid.live, strict=True))
    return list(accumulate(seen, initial=0.0))

"""Is the share of negative posts unusual? A beta-binomial test, because posts copy each other."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.detect.grid import HOUR, Grid
from alerts.detect.tails import beta_binomial_tail

CORRELATION = 0.05
UNKNOWN_OFFICE_SHARE = 0.15
"""Taken for the office-wide share of negative posts where nothing is known."""
PRIOR_POSTS = 20
BAR = 1e-3
MIN_POSTS, MIN_NEGATIVE = 8, 5
MIN_RISE = 0.15
SHORT, LONG = 6 * HOUR, 48 * HOUR
MEMORY = 28 * 24 * HOUR


@dataclass(frozen=True, slots=True)
class NegativeShare:
    """`k` negative of `n` posts in `seconds`, against the usual share `p0`; `p` = P(as many or more)."""

    k: int
    n: int
    seconds: int
    p0: float
    p: float

    @property
    def unusual(self) -> bool:
        """True when negative posts are too many to be chance, in number and in share."""
        return (
            self.p < BAR
            and self.n >= MIN_POSTS
            and self.k >= MIN_NEGATIVE
            and self.k >= self.n * (self.p0 + MIN_RISE)
        )


def judge(k: int, n: int, p0: float, seconds: int = SHORT) -> NegativeShare:
    """Test `k` of `n` against `p0`, which is kept within [.01, .99]."""
    usual = min(0.99, max(0.01, p0))
    return NegativeShare(k, n, seconds, usual, beta_binomial_tail(k, n, usual, CORRELATION))


def measure(every: Grid, negative: Grid, end: int, office_share: float) -> NegativeShare:
    """The share over the 6 hours before bucket position `end`, or as many as hold 8 posts (48 at most).

    The usual share is the policy's own over the 28 days before, leaning on `office_share` with 20 posts'
    weight.
    """
    start = max(0, end - every.buckets(SHORT))
    floor = max(0, end - every.buckets(LONG))
    n = sum(every.values[start:end])
    while n < MIN_POSTS and start > floor:
        start -= 1
        n += every.values[start]
    k = sum(negative.values[start:end])
    begin = max(0, start - every.buckets(MEMORY))
    before, bad = sum(every.values[begin:start]), sum(negative.values[begin:start])
    p0 = (bad + PRIOR_POSTS * office_share) / (before + PRIOR_POSTS)
    return judge(int(k), int(n), p0, (end - start) * every.step)

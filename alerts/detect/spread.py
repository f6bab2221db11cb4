"""How widely a policy's talk wavers: the variance of its liveliness (mean 1), learnt from 28 days of hours.

Each hour's posts are negative binomial about their expectation under each of a few spreads; one hour in
twenty may be anything, so that a burst says little. What the hours say together is tempered, because
neighbours resemble each other, and leans on a prior near .6, the least: calm weeks are no promise, and a
policy of few posts cannot tell.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from math import exp, lgamma, log, log1p

SPREADS = (0.6, 1.2, 2.4)
PRIOR = (0.8, 0.15, 0.05)
ANYTHING = 0.05
"""Share of hours that no spread explains."""
TEMPER = 0.25
"""What an hour adds of its log likelihood: liveliness lasts about four hours."""


class Spreads:
    """What the hours before a position say, for any position."""

    def __init__(
        self, ends: Sequence[int], posts: Sequence[float], expected: Sequence[float], memory: int
    ) -> None:
        """Hours end at positions `ends` and brought `posts` where `expected` were; `memory` of them count."""
        self._ends, self._memory = ends, memory
        self._known: dict[int, float] = {}
        each = [hour_says(count, mean) for count, mean in zip(posts, expected, strict=True)]
        self._sums = [list(accumulate((one[i] for one in each), initial=0.0)) for i in range(len(SPREADS))]

    def before(self, position: int) -> float:
        """The mean spread given the hours that ended by then."""
        last = bisect_right(self._ends, position)
        if last not in self._known:
            self._known[last] = self._mean(last)
        return self._known[last]

    def _mean(self, last: int) -> float:
        first = max(0, last - self._memory)
        logs = [
            log(prior) + TEMPER * (sums[last] - sums[first])
            for prior, sums in zip(PRIOR, self._sums, strict=True)
        ]
        top = max(logs)
        weights = [exp(one - top) for one in logs]
        return exp(sum(w * log(s) for w, s in zip(weights, SPREADS, strict=True)) / sum(weights))


def hour_says(posts: float, expected: float) -> tuple[float, ...]:
    """Log likelihood of an hour's posts under each spread; all alike where nothing was expected."""
    if expected <= 0.0:
        return (0.0,) * len(SPREADS)
    anything = ANYTHING / (1.0 + posts)
    found = []
    for spread in SPREADS:
        shape = 1.0 / spread
        terms = lgamma(posts + shape) - lgamma(shape) - lgamma(posts + 1.0)
        terms += posts * log(expected / (shape + expected)) - shape * log1p(expected / shape)
        found.append(log((1.0 - ANYTHING) * exp(terms) + anything))
    return tuple(found)

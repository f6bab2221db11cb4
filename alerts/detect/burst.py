"""Sparse regime: did a burst begin, or does talk only waver? Odds of the one against the other.

1. Posts of a block of 15 minutes are Poisson, their mean the expectation times exp(x - s^2 / 2). How lively
   talk is, x, wavers normally about 0 with variance s^2 = ln(1 + spread) and forgets itself in three hours: a
   log-Gaussian Cox process (Moller, Syversveen and Waagepetersen 1998).
2. What the posts so far tell of x is kept as a normal distribution: each block's posts weigh its five
   Gauss-Hermite nodes anew (Gaussian filter, Ito and Xiong 2000).
3. A burst of n posts adds to talk n posts that come exponentially, four hours after its onset on average.
   Every block of the last eight hours as onset, with every n, has an x of its own from the onset on.
4. The odds are the base-ten logarithm of the sum of these bursts' likelihoods over that of no burst (Shiryaev
   1963; Roberts 1966). An onset weighs as the posts an hour expected then, for any post may be what starts
   it; the sizes weigh alike. So busier policies alert more often, in proportion to their posts.

A rise that talk's own wavering explains is none; one that began sharply is seen before its height alone would
be unusual.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import exp, log, sqrt
from typing import NamedTuple

from alerts.detect.grid import HOUR

MEMORY_HOURS = 3.0
"""Hours after which the liveliness keeps 1/e of what it was."""
SIZES = (20, 40, 80, 160, 320)
"""Posts of a burst."""
MEAN_HOURS = 4.0
ONSET_HOURS = 8.0
"""A burst is looked for so long after its onset."""
LEAST_RATE = 0.02
"""Posts an hour an onset weighs at least."""
FORGOTTEN = -7.0
"""Natural logarithm of the odds, beside 1 or a likelier burst, under which one is no longer followed."""
NEAR, FAR = 1.355626179974266, 2.8569700138728056
"""Gauss-Hermite nodes: 0, and on both sides so many standard deviations."""
WEIGHTS = (0.011257411327720693, 0.22207592200561264, 8 / 15, 0.22207592200561264, 0.011257411327720693)
LEAST_NARROWING = 0.02
LEAST_MEAN = 1e-9
LN10 = log(10.0)


@dataclass(frozen=True, slots=True)
class Block:
    """Posts of a block, posts expected of what could be seen of it, and the share that could be seen."""

    posts: float
    expected: float
    live: float
    wide: float
    """Usual variance of x, s^2."""


class Level(NamedTuple):
    """What is known of x: mean and variance."""

    mean: float
    variance: float


class _Burst(NamedTuple):
    size: int
    age: int
    """Blocks since the onset's."""
    level: Level
    odds: float
    """Natural logarithm, the onset's weight included."""


def usual_course(hours: float) -> float:
    """Share of a burst's posts that came within `hours` of its onset."""
    return 1.0 - exp(-hours / MEAN_HOURS)


class Odds:
    """Odds of a burst over blocks of `seconds`; cheapest when asked in rising order."""

    def __init__(
        self,
        blocks: Sequence[Block],
        seconds: int,
        levels: Sequence[Level] = (),
        *,
        sizes: Sequence[int] = SIZES,
        course: Callable[[float], float] = usual_course,
    ) -> None:
        """Look for bursts of `sizes` posts, of which the share `course(h)` came within h hours.

        `levels` are known of x before the first blocks; without any, nothing is.
        """
        self._blocks, self._seconds = blocks, seconds
        hours = seconds / HOUR
        self._keep = exp(-hours / MEMORY_HOURS)
        come = [course(hours * i) for i in range(max(1, round(ONSET_HOURS / hours)) + 1)]
        self._gains = [later - sooner for sooner, later in pairwise(come)]
        self._sizes, self._course = sizes, course
        self._levels = list(levels) or [Level(0.0, blocks[0].wide if blocks else 0.0)]
        self._bursts: list[_Burst] = []
        self._next = 0

    def at(self, place: int, block: Block) -> float:
        """Base-ten odds when block `place` shows what `block` says; those before it are as given at first.

        More posts in `block` never lower them: a burst that expected fewer takes them for as many as it and
        talk would have brought together.
        """
        self._move(place)
        calm = self._ahead(self._levels[place], block)
        usual, _ = weigh(block.posts, block, calm, 0.0)
        found = []
        for burst in self._meeting(place, block):
            level, extra = self._ahead(burst.level, block), self._extra(burst, block)
            most = extra + _talk(block, calm) + _talk(block, level)
            if block.posts <= most:
                gain = weigh(block.posts, block, level, extra)[0] - usual
            else:
                with_burst, _ = weigh(most, block, level, extra)
                gain = with_burst - weigh(most, block, calm, 0.0)[0]
            found.append(burst.odds + gain)
        top = max(found)
        return (top + log(sum(exp(one - top) for one in found))) / LN10

    def thinned(self, place: int, block: Block, first: int, factor: float) -> float:
        """As `at`, had the blocks from `first` to `place` brought `factor` times their posts."""
        self._know(first)
        less = [replace(one, posts=one.posts * factor) for one in [*self._blocks[first:place], block]]
        other = Odds(
            [*self._blocks[:first], *less],
            self._seconds,
            self._levels[: first + 1],
            sizes=self._sizes,
            course=self._course,
        )
        return other.at(place, less[-1])

    def _move(self, place: int) -> None:
        """Let the bursts meet every block before `place`."""
        if not 0 <= place - self._next <= len(self._gains):
            self._bursts, self._next = [], max(0, place - len(self._gains))
        self._know(place)
        for at in range(self._next, place):
            block = self._blocks[at]
            usual, _ = weigh(block.posts, block, self._ahead(self._levels[at], block), 0.0)
            met = [self._meet(burst, block, usual) for burst in self._meeting(at, block)]
            self._bursts = _kept([one for one in met if one.age < len(self._gains)])
        self._next = place

    def _know(self, place: int) -> None:
        """Learn what is known of x before each block up to `place`, if no burst was."""
        while len(self._levels) <= place:
            block = self._blocks[len(self._levels) - 1]
            _, level = weigh(block.posts, block, self._ahead(self._levels[-1], block), 0.0)
            self._levels.append(level)

    def _meeting(self, place: int, block: Block) -> list[_Burst]:
        """The bursts followed so far, and those that begin in this block."""
        rate = max(LEAST_RATE, block.expected * HOUR / self._seconds)
        weight, level = log(rate / len(self._sizes)), self._levels[place]
        return self._bursts + [_Burst(size, 0, level, weight) for size in self._sizes]

    def _meet(self, burst: _Burst, block: Block, usual: float) -> _Burst:
        extra = self._extra(burst, block)
        gain, level = weigh(block.posts, block, self._ahead(burst.level, block), extra)
        return _Burst(burst.size, burst.age + 1, level, burst.odds + gain - usual)

    def _extra(self, burst: _Burst, block: Block) -> float:
        return burst.size * self._gains[burst.age] * block.live

    def _ahead(self, level: Level, block: Block) -> Level:
        """What is known of x a block later, before that block's posts are."""
        keep = self._keep
        return Level(keep * level.mean, keep * keep * level.variance + (1.0 - keep * keep) * block.wide)


def _kept(bursts: Sequence[_Burst]) -> list[_Burst]:
    """The bursts, by onset, without those far less likely than none or than one that began later.

    Only later ones, so that what is kept does not depend on where the reading of a series began.
    """
    kept, best = [], 0.0
    for burst in reversed(bursts):
        best = max(best, burst.odds)
        if burst.odds > best + FORGOTTEN:
            kept.append(burst)
    return kept[::-1]


def weigh(posts: float, block: Block, level: Level, extra: float) -> tuple[float, Level]:
    """Log likelihood of `posts`, but for the factorial, and what is known of x after them.

    They stand in the place of the block's own; `extra` are expected of a burst.
    """
    sd = sqrt(level.variance)
    near, far = exp(NEAR * sd), exp(FAR * sd)
    middle = block.expected * exp(level.mean - block.wide / 2.0)
    means = (middle / far, middle / near, middle, middle * near, middle * far)
    if posts:
        logs = [posts * log(max(mean + extra, LEAST_MEAN)) - mean for mean in means]
    else:
        logs = [-mean for mean in means]
    top = max(logs)
    a, b, c, d, e = [weight * exp(one - top) for weight, one in zip(WEIGHTS, logs, strict=True)]
    total = a + b + c + d + e
    first = (NEAR * (d - b) + FAR * (e - a)) / total
    second = (NEAR * NEAR * (b + d) + FAR * FAR * (a + e)) / total
    variance = level.variance * max(second - first * first, LEAST_NARROWING)
    return top + log(total) - extra, Level(level.mean + sd * first, variance)


def _talk(block: Block, level: Level) -> float:
    """Posts that talk alone brings to the block on average."""
    return block.expected * exp(level.mean + (level.variance - block.wide) / 2.0)

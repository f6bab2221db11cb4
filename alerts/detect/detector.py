"""The detector: two regimes, one question a bucket - is this volume unusual, and by which numbers?

1. Regime: the mean of 14 days, without what a release brings, decides; at `dense_rate` posts an hour it turns
   dense, under `dense_leave_rate` sparse again. In the six days after a release the sparse model with the
   release curve rules.
2. N, no noise: enough posts, and Poisson surprise over its bar, in one and the same window.
3. U, unusual here: dense S over its bar; else the negative binomial surprise, and the odds of a burst, over
   theirs. Where the surprise is `PLAIN`, no shape of a burst is asked for.
4. A crossing starts an onset unless one started less than the refractory ago.

Everything at bucket i depends on buckets up to i: cutting the future changes no past answer.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import accumulate, pairwise
from math import log1p

from alerts.detect import sparse
from alerts.detect.burst import Block, Odds
from alerts.detect.dense import Dense, Reference
from alerts.detect.grid import DAY, HOUR, Grid, Sums, running_sums, whole_sums
from alerts.detect.spread import Spreads
from alerts.detect.tails import negative_binomial_surprise, poisson_at_most, poisson_surprise
from minyi.rules import VolumeRule

VERSION = "3"
"""Changes whenever the same counts may give other readings."""
PLAIN = 8.0
"""Surprise from which a rise alerts whatever its shape: slow swells that no model of bursts expects."""


class Regime(StrEnum):
    """Which measure of `unusual` rules a bucket."""

    SPARSE = "sparse"
    DENSE = "dense"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Window:
    """One window's numbers: `size` and `start` in buckets, posts, surprises base ten, spread `phi`.

    A sparse window closes with its quarter of an hour: until then it holds fewer buckets than `size`, and is
    judged against the expectation of all of them.
    """

    size: int
    start: int
    posts: float
    expected: float
    poisson: float
    nb: float
    phi: float


@dataclass(frozen=True, slots=True)
class Reading:
    """A crossing at the end of `bucket`: the telling window, all windows, the dense references or none."""

    bucket: int
    regime: Regime
    score: float
    threshold: float
    window: Window
    windows: tuple[Window, ...]
    references: tuple[Reference, ...]
    live: float
    """Share of usual posts that could be seen in the telling window."""
    odds: float | None = None
    """Base-ten odds that a burst began against talk's wavering; None in the dense regime."""
    whole: bool = False
    """True when posts found after their source's outage count, against all that could have been there."""


@dataclass(frozen=True, slots=True)
class Thinned:
    """The series with `factor` times its posts from position `start` on; `posts` by window size follow."""

    start: int
    factor: float
    posts: Mapping[int, float]


class Detector:
    """One series under one rule; ask for buckets from `first` on, in rising order."""

    def __init__(self, grid: Grid, rule: VolumeRule, first: int = 0) -> None:
        """Learn the series up to each bucket; `first` saves the work for buckets never asked."""
        self.grid, self.rule, self.first = grid, rule, first
        self.sums = running_sums(grid)
        self._whole = whole_sums(grid) if any(grid.hidden) else self.sums
        self._found = list(accumulate(grid.hidden, initial=0.0))
        self.sparse = sparse.learn(grid, self.sums)
        self.regimes = list(self._regimes())

    def crossings(self) -> Iterator[Reading]:
        """Every bucket from `first` on that is unusual, in order."""
        for bucket in range(self.first, len(self.grid.values)):
            reading = self.read(bucket)
            if reading is not None:
                yield reading

    def read(self, bucket: int) -> Reading | None:
        """The crossing at `bucket`, or None: calm, undecided, blind or still learning.

        Posts of an outage that were found after it are a floor: they count where they cross even against all
        the posts there could have been, so that no outage hides a burst and none makes one.
        """
        if bucket < self.grid.learning:
            return None
        if self._finds(bucket):
            reading = self.judge(bucket, None, whole=True)
            if reading is not None:
                return replace(reading, whole=True)
        if self.sums.blind[bucket + 1] > self.sums.blind[bucket]:
            return None
        return self.judge(bucket, None)

    def judge(self, bucket: int, thin: Thinned | None, *, whole: bool = False) -> Reading | None:
        """As `read`, with fewer posts in place of those seen."""
        if self.regimes[bucket] is Regime.DENSE:
            return self._judge_dense(bucket, thin, whole)
        return self._judge_sparse(bucket, thin, whole)

    def view(self, *, whole: bool) -> Sums:
        """What was seen live, or all that is known by now."""
        return self._whole if whole else self.sums

    def _finds(self, bucket: int) -> bool:
        """True when hidden posts lie in some window that ends with `bucket`."""
        if len(self._found) == 1:
            return False
        start = max(0, bucket + 1 - self.sparse.windows[-1])
        return self._found[bucket + 1] > self._found[start]

    def least_posts(self, reading: Reading) -> int:
        """Smallest count in the telling window that would still cross, never under `min_posts`.

        Shorter windows shrink in proportion. Longer ones are left out where each window speaks for itself;
        where all are averaged they lose the same posts.
        """
        low, high = self.rule.min_posts - 1, int(reading.window.posts)
        while high - low > 1:
            middle = (low + high) // 2
            if self.judge(reading.bucket, _thinned(reading, middle), whole=reading.whole) is None:
                low = middle
            else:
                high = middle
        return high

    def odds_of(self, reading: Reading, posts: int) -> float | None:
        """Odds of a burst had the telling window held so many posts; None in the dense regime."""
        if reading.odds is None:
            return None
        return self._odds(reading.bucket, _thinned(reading, posts), reading.whole)

    def most_before(self, size: int, position: int) -> int:
        """Most posts in any window of `size` buckets within the 14 days before `position`."""
        posts = self.sums.posts
        begin = max(0, position - self.grid.buckets(14 * DAY))
        return int(max((posts[i + size] - posts[i] for i in range(begin, position - size + 1)), default=0.0))

    @cached_property
    def dense(self) -> Dense:
        """Built when a dense bucket is first asked for."""
        return Dense(self.grid, self.sums, self.first)

    def _judge_sparse(self, bucket: int, thin: Thinned | None, whole: bool) -> Reading | None:
        end = bucket + 1
        sums, expected = self.view(whole=whole), self.sparse.whole if whole else self.sparse.expected
        close = self.sparse.close_of(self.grid, bucket)
        rest = (close - end) * (expected[end] - expected[bucket])
        seen = []
        for size in self.sparse.windows:
            start = close - size
            if start < 0 or not _decided(sums, start, end):
                continue
            count = thin.posts.get(size, 0.0) if thin else sums.posts[end] - sums.posts[start]
            mean = expected[end] - expected[start] + rest
            if count >= self.rule.min_posts and count > mean:
                seen.append((size, start, count, mean))
        if not any(poisson_at_most(count, mean) >= self.rule.poisson for _, _, count, mean in seen):
            return None  # most buckets end here, before any tail is summed
        found = []
        for size, start, count, mean in seen:
            phi = sparse.phi(self.sparse, size, start)
            nb = negative_binomial_surprise(count, mean, phi)
            found.append(Window(size, start, count, mean, poisson_surprise(count, mean), nb, phi))
        bar = self.rule.sparse_score
        telling = [w for w in found if w.nb >= bar and w.poisson >= self.rule.poisson]
        if not telling:
            return None
        best = max(telling, key=lambda w: (w.nb, -w.size))
        odds = self._odds(bucket, thin, whole)
        if odds < self.rule.burst_odds and best.nb < PLAIN:
            return None
        return replace(self._reading(bucket, best.nb, best, tuple(found)), odds=odds)

    def _odds(self, bucket: int, thin: Thinned | None, whole: bool) -> float:
        ends, odds = self.sparse.ends, self._whole_odds if whole else self._live_odds
        place = bisect_right(ends, bucket)
        block = self._block(ends[place - 1] if place else 0, bucket, whole)
        if thin is None:
            return odds.at(place, block)
        return odds.thinned(place, block, bisect_right(ends, thin.start), thin.factor)

    def _block(self, begin: int, bucket: int, whole: bool) -> Block:
        """The block from `begin` with the posts up to `bucket`, against what all of it leads to expect."""
        sums, expected = self.view(whole=whole), self.sparse.whole if whole else self.sparse.expected
        end, close = bucket + 1, self.sparse.close_of(self.grid, bucket)
        rest = close - end
        mean = expected[end] - expected[begin] + rest * (expected[end] - expected[bucket])
        live = sums.live[end] - sums.live[begin] + rest * (sums.live[end] - sums.live[bucket])
        wide = log1p(self._spreads.before(begin))
        return Block(sums.posts[end] - sums.posts[begin], mean, live / (close - begin), wide)

    @cached_property
    def _spreads(self) -> Spreads:
        return sparse.hours(self.grid, self.sums, self.sparse)

    @cached_property
    def _live_odds(self) -> Odds:
        return self._odds_of(whole=False)

    @cached_property
    def _whole_odds(self) -> Odds:
        return self._odds_of(whole=True)

    def _odds_of(self, *, whole: bool) -> Odds:
        blocks = [self._block(begin, end - 1, whole) for begin, end in pairwise([0, *self.sparse.ends])]
        return Odds(blocks, max(sparse.BLOCK, self.grid.step))

    def _judge_dense(self, bucket: int, thin: Thinned | None, whole: bool) -> Reading | None:
        sums, posts = self.view(whole=whole), thin.posts if thin else None
        references = self.dense.read(bucket, posts, sums)
        if references is None:
            return self._judge_sparse(bucket, thin, whole)
        decided = [r for r in references if _decided(sums, max(0, bucket + 1 - r.window), bucket + 1)]
        score = sum(r.score for r in decided) / len(references)
        if score < self.rule.return_period:
            return None
        windows = [
            self._dense_window(bucket, size, posts, sums) for size in dict.fromkeys(r.window for r in decided)
        ]
        loud = [w for w in windows if w.posts >= self.rule.min_posts and w.poisson >= self.rule.poisson]
        if not loud:
            return None
        weight = {w.size: sum(r.score for r in decided if r.window == w.size) for w in loud}
        best = max(loud, key=lambda w: (weight[w.size], w.size))
        return self._reading(bucket, score, best, tuple(windows), tuple(references))

    def _reading(
        self,
        bucket: int,
        score: float,
        best: Window,
        windows: tuple[Window, ...],
        references: tuple[Reference, ...] = (),
    ) -> Reading:
        threshold = self.rule.return_period if references else self.rule.sparse_score
        live = (self.sums.live[bucket + 1] - self.sums.live[best.start]) / (bucket + 1 - best.start)
        return Reading(bucket, self.regimes[bucket], score, threshold, best, windows, references, live)

    def _dense_window(self, bucket: int, size: int, posts: Mapping[int, float] | None, sums: Sums) -> Window:
        start = max(0, bucket + 1 - size)
        count = sums.posts[bucket + 1] - sums.posts[start] if posts is None else posts.get(size, 0.0)
        mean = self.dense.means[start] * (sums.seen[bucket + 1] - sums.seen[start])
        return Window(size, start, count, mean, poisson_surprise(count, mean), 0.0, 0.0)

    def _regimes(self) -> Iterator[Regime]:
        memory = self.grid.buckets(14 * DAY)
        posts, live = self.sums.posts, sparse.usual_time(self.grid, self.sums)
        enter, leave = (r * self.grid.step / HOUR for r in (self.rule.dense_rate, self.rule.dense_leave_rate))
        release = self.grid.release
        until = None if release is None else release + self.grid.buckets(sparse.RELEASE_SPAN)
        dense = False
        for end in range(1, len(self.grid.values) + 1):
            start = max(0, end - memory)
            seen, shown = posts[end] - posts[start], live[end] - live[start]
            dense = seen >= enter * shown > 0 or (dense and seen >= leave * shown)
            if until is not None and release is not None and release < end <= until:
                yield Regime.RELEASE
            else:
                yield Regime.DENSE if dense else Regime.SPARSE


def _decided(sums: Sums, start: int, end: int) -> bool:
    return 2 * (sums.blind[end] - sums.blind[start]) <= end - start


def _thinned(reading: Reading, count: int) -> Thinned:
    seen, size = reading.window.posts, reading.window.size
    posts = {
        w.size: w.posts * count / seen if w.size <= size else w.posts - (seen - count)
        for w in reading.windows
        if w.size <= size or reading.references
    }
    return Thinned(reading.window.start, count / seen, posts)

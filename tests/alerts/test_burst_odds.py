"""The odds that a burst began, against an integration by brute force, and what they must never do."""

import random
from dataclasses import replace
from itertools import pairwise
from math import exp, log, log1p, log10, sqrt

import pytest

from alerts.detect.burst import LEAST_RATE, MEMORY_HOURS, SIZES, Block, Odds, usual_course
from alerts.detect.detector import Detector
from alerts.detect.grid import Grid
from alerts.detect.spread import SPREADS, Spreads
from minyi.rules import VolumeRule
from tests.alerts.watching import flat, poisson_counts

QUARTER = 900
WIDE = log1p(0.6)


def blocks(counts: list[int], expected: float = 0.5) -> list[Block]:
    """Quarters of an hour, wholly seen."""
    return [Block(float(count), expected, 1.0, WIDE) for count in counts]


def told(counts: list[int], expected: float = 0.5) -> float:
    """Odds at the last block."""
    every = blocks(counts, expected)
    return Odds(every, QUARTER).at(len(every) - 1, every[-1])


def by_brute_force(counts: list[int], expected: float) -> float:
    """The same by sums over a fine grid of x, one forward pass a burst."""
    sd = sqrt(WIDE)
    grid = [sd * (i - 40) / 10 for i in range(81)]
    keep = exp(-0.25 / MEMORY_HOURS)
    noise = (1 - keep * keep) * WIDE
    moves = [[exp(-((after - keep * before) ** 2) / (2 * noise)) for after in grid] for before in grid]
    moves = [[one / sum(row) for one in row] for row in moves]
    start = [exp(-(x**2) / (2 * WIDE)) for x in grid]
    start = [one / sum(start) for one in start]

    def likelihood(size: int, onset: int) -> float:
        weights, total = start, 0.0
        for place, count in enumerate(counts):
            hours = (place - onset) / 4
            extra = size * (usual_course(hours + 0.25) - usual_course(hours)) if place >= onset else 0.0
            weights = [sum(w * row[j] for w, row in zip(weights, moves, strict=True)) for j in range(81)]
            means = [expected * exp(x - WIDE / 2) + extra for x in grid]
            weights = [w * exp(count * log(m) - m) for w, m in zip(weights, means, strict=True)]
            scale = sum(weights)
            total += log(scale)
            weights = [w / scale for w in weights]
        return total

    calm = likelihood(0, len(counts))
    weight = max(LEAST_RATE, 4 * expected) / len(SIZES)
    pairs = ((size, onset) for size in SIZES for onset in range(len(counts)))
    return log10(sum(weight * exp(likelihood(*pair) - calm) for pair in pairs))


@pytest.mark.parametrize(
    ("counts", "expected"), [([0, 1, 0, 0, 3, 4, 2], 0.5), ([1, 2, 0, 1, 9, 8], 1.0), ([0, 0, 1, 0, 0], 0.1)]
)
def test_the_odds_are_those_of_an_integration_by_brute_force(counts: list[int], expected: float) -> None:
    """Within a fifth of a power of ten."""
    assert told(counts, expected) == pytest.approx(by_brute_force(counts, expected), abs=0.2)


def test_a_sharp_rise_is_a_burst_and_a_swell_of_the_same_posts_is_talk() -> None:
    """Forty posts in two hours, against three times as many that slowly rise to as many an hour."""
    sharp = [0, 1] * 40 + [5] * 8
    swell = [0, 1] * 20 + [round(5 * i / 48) for i in range(48)]
    assert told(sharp) > told(swell) + 1


def test_more_posts_in_the_newest_block_never_lower_the_odds() -> None:
    """From nothing to far more than any burst brings, also in the middle of one."""
    for before in ([0, 1] * 20, [0, 1] * 20 + [6, 5, 7]):
        odds = [told([*before, count]) for count in (*range(40), 80, 200, 1_000, 10_000)]
        assert all(later >= sooner - 1e-9 for sooner, later in pairwise(odds))


def test_the_odds_do_not_depend_on_which_blocks_were_asked_before() -> None:
    """One by one, the last alone, back again: bit for bit."""
    chance = random.Random(4)
    every = blocks(
        [chance.randrange(3) for _ in range(150)] + [6] * 10 + [chance.randrange(3) for _ in range(90)]
    )
    steadily = Odds(every, QUARTER)
    wanted = [steadily.at(place, block) for place, block in enumerate(every)]
    jumping = Odds(every, QUARTER)
    for place in (249, 165, 170, 171, 120, 249, 0):
        assert jumping.at(place, every[place]) == wanted[place]


def test_thinning_is_as_if_fewer_posts_had_come() -> None:
    """The same as odds over the thinned blocks from the start."""
    every = blocks([0, 1, 2] * 10 + [6, 8, 4])
    less = every[:30] + [replace(block, posts=block.posts / 2) for block in every[30:]]
    assert Odds(every, QUARTER).thinned(32, every[32], 30, 0.5) == Odds(less, QUARTER).at(32, less[32])
    assert Odds(every, QUARTER).thinned(32, every[32], 30, 1.0) == Odds(every, QUARTER).at(32, every[32])


def test_a_block_nobody_saw_says_nothing() -> None:
    """Two blind hours leave a burst that began before them as likely as it was, and start none."""
    seen = blocks([0, 1] * 20 + [5, 6, 5])
    blind = [*seen, *([Block(0.0, 0.0, 0.0, WIDE)] * 8)]
    assert Odds(blind, QUARTER).at(50, blind[50]) == pytest.approx(
        Odds(seen, QUARTER).at(42, seen[42]), abs=0.3
    )


def test_wild_talk_is_given_more_room_and_a_burst_is_not_taken_for_wildness() -> None:
    """Whole days of silence widen the spread, four weekly bursts hardly do, calm weeks do not narrow it."""
    ends = list(range(1, 673))
    chance = random.Random(2)
    calm = poisson_counts(chance, 1.0, 672)
    bursty = [count + (8 if i % 168 < 5 else 0) for i, count in enumerate(calm)]
    wild = [2 * count if i // 24 % 2 else 0.0 for i, count in enumerate(calm)]
    spreads = [Spreads(ends, counts, [1.0] * 672, 672).before(672) for counts in (calm, bursty, wild)]
    assert spreads[0] == pytest.approx(SPREADS[0], rel=0.05)
    assert spreads[1] < 0.9
    assert spreads[2] > 1.5


def test_a_release_does_not_make_a_quiet_policy_a_busy_one() -> None:
    """What the release curve expects is no part of the mean that decides on the regime."""
    rise = [2.0 / 12] * (20 * 288) + [2 * (1 + 11 * 2 ** (-i / 432)) / 12 for i in range(12 * 288)]
    released = replace(flat(rise), release=20 * 288)
    assert "dense" not in Detector(released, VolumeRule(), len(rise)).regimes
    assert "dense" in Detector(flat(rise), VolumeRule(), len(rise)).regimes


def test_a_steady_swell_far_above_chance_alerts_whatever_its_shape() -> None:
    """Above a surprise of eight the odds are not asked."""
    counts = poisson_counts(random.Random(6), 0.02, 20 * 288)
    counts[-72:] = [1.0] * 72
    grid = Grid(0, 300, counts, [1.0] * len(counts), [1.0] * len(counts))
    strict = VolumeRule(burst_odds=99)
    reading = Detector(grid, strict, len(counts) - 1).read(len(counts) - 1)
    assert reading is not None
    assert reading.odds is not None
    assert reading.odds < strict.burst_odds
    assert reading.score >= 8

"""The detector never looks ahead, and what it cannot see it does not take for silence."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from alerts.detect.detector import Detector, Reading
from alerts.detect.grid import Grid
from minyi.rules import VolumeRule
from tests.alerts.watching import flat, poisson_counts

EAGER = VolumeRule(min_posts=2, poisson=1.0, return_period=0.5, sparse_score=0.8, burst_odds=-1)
"""Low bars, so that many buckets cross and there is something to compare."""


def stream(mean: float, days: int, seed: int = 5) -> list[float]:
    """Counts with two bursts."""
    chance = random.Random(seed)
    counts = poisson_counts(chance, mean, days * 288)
    for start in (len(counts) // 2, len(counts) - 400):
        for place in range(start, start + 24):
            counts[place] += 3 + 4 * mean
    return counts


def crossings(grid: Grid, rule: VolumeRule = EAGER, first: int = 0) -> list[Reading]:
    """Every crossing of the grid."""
    return list(Detector(grid, rule, first).crossings())


def cut(grid: Grid, size: int) -> Grid:
    """The grid as it was known `size` buckets after its start."""
    return replace(grid, values=grid.values[:size], live=grid.live[:size], season=grid.season[:size])


@pytest.mark.parametrize(
    ("mean", "release"), [(0.05, None), (3.0, None), (0.05, 10 * 288)], ids=["sparse", "dense", "release"]
)
def test_cutting_the_future_changes_no_past_reading(mean: float, release: int | None) -> None:
    """At 20 cuts every reading before the cut is the same, bit for bit, in every regime."""
    grid = replace(flat(stream(mean, 20)), release=release)
    whole = crossings(grid)
    assert len(whole) > 20
    for size in random.Random(1).sample(range(200, len(grid.values)), 20):
        assert crossings(cut(grid, size)) == [r for r in whole if r.bucket < size]


@pytest.mark.parametrize("mean", [0.05, 3.0], ids=["sparse", "dense"])
def test_reading_only_the_last_day_gives_the_same_readings(mean: float) -> None:
    """The live service asks for the open buckets only, a replay for all."""
    grid = flat(stream(mean, 20))
    first = len(grid.values) - 288 - 100
    assert crossings(grid, first=first) == [r for r in crossings(grid) if r.bucket >= first]


@pytest.mark.parametrize("mean", [0.05, 3.0], ids=["sparse", "dense"])
def test_shifting_a_stream_by_whole_weeks_shifts_its_readings(mean: float) -> None:
    """Nothing depends on where a stream stands in time but the hour and the week."""
    grid = flat(stream(mean, 16))
    moved = replace(grid, number=grid.number + 3 * 2016)
    assert crossings(moved) == crossings(grid)


@pytest.mark.parametrize("mean", [0.05, 3.0], ids=["sparse", "dense"])
def test_one_more_post_in_the_newest_bucket_never_lowers_the_score(mean: float) -> None:
    """A crossing stays one and its score does not fall, as posts are added."""
    counts = stream(mean, 16)
    for size in random.Random(2).sample(range(3000, len(counts)), 6):
        scores = []
        for extra in range(0, 40, 8):
            values = [*counts[: size - 1], counts[size - 1] + extra]
            reading = Detector(flat(values), EAGER, size - 1).read(size - 1)
            scores.append(reading.score if reading else 0.0)
        assert scores == sorted(scores)


def unseen(values: Sequence[float], start: int, end: int, live: float = 0.0) -> Grid:
    """The grid with buckets [start, end) seen to the share `live` only."""
    share = [live if start <= i < end else 1.0 for i in range(len(values))]
    return flat([0.0 if start <= i < end and live == 0.0 else v for i, v in enumerate(values)], live=share)


def test_twelve_blind_hours_make_no_spike_when_the_source_comes_back() -> None:
    """A constant stream whose source was down for 12 hours stays calm afterwards, at the shipped bars."""
    for mean in (0.2, 3.0):
        values = poisson_counts(random.Random(3), mean, 20 * 288)
        start = 17 * 288
        assert not crossings(unseen(values, start, start + 144), VolumeRule(), start)


def test_blind_is_not_zero() -> None:
    """After three weeks of blindness the usual volume is still usual; after as long a silence it is not."""
    values = [0.3 if i % 2 else 1.0 for i in range(37 * 288)]
    start, end = 14 * 288, 35 * 288
    assert not crossings(unseen(values, start, end), VolumeRule(), end)
    silent = flat([0.0 if start <= i < end else v for i, v in enumerate(values)])
    assert crossings(silent, VolumeRule(), end)


def test_a_blind_bucket_never_fires_and_a_mostly_blind_window_is_undecided() -> None:
    """What arrived in a bucket nobody could see properly is no fact."""
    values = [0.0] * (10 * 288)
    values[-3:] = [0.0, 0.0, 30.0]
    assert crossings(flat(values), VolumeRule())
    assert not crossings(unseen(values, len(values) - 1, len(values), live=0.4), VolumeRule())


def test_half_the_sources_down_halves_the_expectation() -> None:
    """Posts of the live half alone are judged against half of the usual, not against all of it."""
    values = [4.0] * (20 * 288)
    start = 19 * 288
    half = [0.5 if i >= start else 1.0 for i in range(len(values))]
    grid = flat([2.0 if i >= start else v for i, v in enumerate(values)], live=half)
    detector = Detector(grid, VolumeRule(return_period=0.0, poisson=0.0), start)
    reading = detector.read(len(values) - 1)
    assert reading is not None
    assert reading.window.expected == pytest.approx(reading.window.posts, rel=0.05)


def test_the_regime_changes_at_four_posts_an_hour_and_back_below_three_point_three() -> None:
    """Fourteen days decide, with a gap between entering and leaving."""
    values = [0.30] * (20 * 288) + [0.40] * (40 * 288) + [0.30] * (40 * 288) + [0.25] * (40 * 288)
    regimes = Detector(flat(values), VolumeRule(), len(values)).regimes
    assert regimes[20 * 288] == "sparse"
    assert regimes[55 * 288] == "dense"
    assert regimes[95 * 288] == "dense"
    assert regimes[-1] == "sparse"


@pytest.mark.parametrize("step", [900, 3600])
def test_coarser_steps_find_the_same_burst(step: int) -> None:
    """A burst of many times the usual is found at any step, within two hours of the 5-minute answer."""
    counts = stream(3.0, 20)
    first = 18 * 288
    fine = next(r.bucket * 300 for r in crossings(flat(counts), VolumeRule(), first) if r.bucket > 5360)
    size = step // 300
    coarse_counts = [sum(counts[i : i + size]) for i in range(0, len(counts), size)]
    found = [r.bucket * step for r in crossings(flat(coarse_counts, step=step), VolumeRule(), first // size)]
    assert any(abs(at - fine) <= 7200 for at in found)

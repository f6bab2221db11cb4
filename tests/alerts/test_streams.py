"""Invented streams with planted bursts, and the judges of the detection benchmark."""

from datetime import datetime, timedelta

import pytest

from alerts.detect.detector import Detector
from alerts.detect.grid import Grid
from benchmarks import elastalert, nab
from benchmarks.streams import DAY_BUCKETS, RELEASE_DAYS, Stream, make
from minyi.rules import Levels, VolumeRule

DAYS = 90


def onsets(stream: Stream) -> list[int]:
    """Crossings a day apart after the warm-up, ordinary release rises left out."""
    size = len(stream.counts)
    grid = Grid(0, 300, stream.counts, [1.0] * size, stream.season, stream.release)
    found: list[int] = []
    for reading in Detector(grid, VolumeRule(), 30 * DAY_BUCKETS).crossings():
        ordinary = reading.regime == "release" and reading.score < Levels().release_score
        if not ordinary and (not found or reading.bucket - found[-1] >= DAY_BUCKETS):
            found.append(reading.bucket)
    return found


@pytest.mark.parametrize("rate", [0.05, 0.3])
def test_large_bursts_of_quiet_policies_are_found_within_hours(rate: float) -> None:
    """Every burst of 40 posts or more, in three streams of three months."""
    for seed in range(3):
        stream = make(rate, seed, DAYS)
        found = onsets(stream)
        for burst in stream.bursts:
            if burst.size >= 40:
                assert any(0 <= i - burst.onset <= 6 * 12 for i in found), burst


def test_quiet_policies_stay_quiet_between_bursts() -> None:
    """A year of 0.3 posts an hour, releases included: at most two alerts that nothing explains."""
    unexplained = 0
    for seed in range(4):
        stream = make(0.3, seed, DAYS)
        release = range(stream.release, stream.release + RELEASE_DAYS * DAY_BUCKETS)
        unexplained += sum(
            i not in release and not any(abs(i - b.onset) <= 36 * 12 for b in stream.bursts)
            for i in onsets(stream)
        )
    assert unexplained <= 2


def test_equal_seeds_give_equal_streams() -> None:
    """A benchmark can be repeated."""
    assert make(0.3, 5, DAYS) == make(0.3, 5, DAYS)
    assert make(0.3, 5, DAYS) != make(0.3, 6, DAYS)


def test_the_score_is_nothing_for_silence_and_everything_for_early_hits() -> None:
    """0 without alerts, 100 with each window met at its start, less later, still less with false alerts."""
    start = datetime(2026, 3, 1)  # noqa: DTZ001 - the benchmark's files hold naive times
    times = tuple(start + i * timedelta(minutes=5) for i in range(6000))
    series = nab.Labelled("one", times, (1.0,) * 6000, ((2000, 2399), (4000, 4399)))
    perfect, late, noisy = ([2000, 4000], [2300, 4000], [1000, 2000, 4000])
    assert nab.judge([series], [[]]).scores["standard"] == 0.0
    assert nab.judge([series], [perfect]).scores["standard"] == pytest.approx(100.0)
    assert 50 < nab.judge([series], [late]).scores["standard"] < 100
    assert nab.judge([series], [noisy]).scores["standard"] == pytest.approx(100 - 100 * 0.11 / 4)
    assert nab.judge([series], [noisy]).incidents_a_day == pytest.approx(3 / (5249 / 288))


def test_the_peer_fires_on_anything_after_nothing_and_then_waits() -> None:
    """Its reference of 0 is exceeded by any count over the floor; a match empties its memory."""
    counts = [1.0] + [0.0] * 40 + [5.0] * 20
    assert elastalert.spikes(counts, 12, 3.0, 5.0) == [41]
    assert elastalert.spikes([1.0] * 100, 12, 3.0, 5.0) == []

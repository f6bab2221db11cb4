"""What could be found at all: a detector told everything about the invented streams but the bursts' times.

It knows the rate, the season, the release's course, the noise and its memory, and that a burst has 80 posts
and how they come. Its bar is set on the very streams it is judged on. What it misses, nobody finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, log1p

from alerts.detect.burst import Block, Odds
from benchmarks.streams import (
    BURST_MEAN_HOURS,
    DAY_BUCKETS,
    EARLY_HOURS,
    EARLY_SHARE,
    PLAIN,
    QUARTER,
    RELEASE_HALF_LIFE_HOURS,
    STEP,
    WARM_UP_DAYS,
    Stream,
)

SIZE = 80
LEAST = 0.5
"""Odds below this are of no use for a bar."""


def odds(stream: Stream, rate: float) -> list[tuple[int, float]]:
    """(last bucket of a block, odds) after the warm-up, where the odds are not small."""
    blocks = list(_blocks(stream, rate))
    told = Odds(blocks, QUARTER * STEP, sizes=(SIZE,), course=_course)
    first = WARM_UP_DAYS * DAY_BUCKETS // QUARTER
    seen = ((place, told.at(place, blocks[place])) for place in range(first, len(blocks)))
    return [((place + 1) * QUARTER - 1, one) for place, one in seen if one >= LEAST]


def onsets(found: list[tuple[int, float]], bar: float) -> list[int]:
    """Buckets at which the odds reach the bar, a day apart."""
    alerts: list[int] = []
    for bucket, one in found:
        if one >= bar and (not alerts or bucket - alerts[-1] >= DAY_BUCKETS):
            alerts.append(bucket)
    return alerts


def _blocks(stream: Stream, rate: float) -> Iterator[Block]:
    wide = log1p(PLAIN.noise_variance)
    for begin in range(0, len(stream.counts) - QUARTER + 1, QUARTER):
        span = range(begin, begin + QUARTER)
        mean = sum(rate / 12 * stream.season[i] * (1.0 + _rise(i - stream.release)) for i in span)
        yield Block(sum(stream.counts[i] for i in span), mean, 1.0, wide)


def _rise(buckets: int) -> float:
    hours = buckets / 12
    return PLAIN.release_rise * 2.0 ** (-hours / RELEASE_HALF_LIFE_HOURS) if hours >= 0 else 0.0


def _course(hours: float) -> float:
    """Share of a burst's posts that came within `hours`, as the streams draw them."""
    early = min(hours / EARLY_HOURS, 1.0)
    return EARLY_SHARE * early + (1.0 - EARLY_SHARE) * (1.0 - exp(-hours / BURST_MEAN_HOURS))

"""Invented streams of posts with planted bursts: what the detector is judged on beside public series.

A stream has a day's shape (peaks at 11:00 and 20:30, quieter weekends), log-normal noise with three hours'
memory, one release rise, and every five to nine days a burst of known size and onset.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

STEP = 300
DAY_BUCKETS = 288
QUARTER = 3
"""Buckets to a quarter of an hour, the unit of noise."""
NOISE_VARIANCE = 0.6
NOISE_MEMORY_QUARTERS = 12.0
RELEASE_RISE = 11.0
RELEASE_HALF_LIFE_HOURS = 36.0
RELEASE_DAYS = 6
WARM_UP_DAYS = 30
SIZES = (5, 10, 20, 40, 80)
EARLY_SHARE = 0.15
EARLY_HOURS = 2.0
BURST_MEAN_HOURS = 4.5


@dataclass(frozen=True, slots=True)
class Burst:
    """A planted burst: bucket of its onset and its posts."""

    onset: int
    size: int


@dataclass(frozen=True, slots=True)
class Stream:
    """Counts per 5 minutes, true season (mean 1), the release's bucket, and planted bursts in order."""

    counts: tuple[int, ...]
    season: tuple[float, ...]
    release: int
    bursts: tuple[Burst, ...]


def shape(hour: float, *, weekend: bool) -> float:
    """Relative activity at a local hour in [0, 24)."""
    peaks = sum(math.exp(-(((hour - top + 12) % 24 - 12) ** 2) / (2 * 3.0**2)) for top in (11.0, 20.5))
    return (0.15 + peaks) * (0.6 if weekend else 1.0)


def season(days: int) -> tuple[float, ...]:
    """The true profile of that many days from a Monday, scaled to mean 1 over the week."""
    week = [shape((i % DAY_BUCKETS) / 12, weekend=i // DAY_BUCKETS >= 5) for i in range(7 * DAY_BUCKETS)]
    mean = sum(week) / len(week)
    return tuple(week[i % len(week)] / mean for i in range(days * DAY_BUCKETS))


def make(rate: float, seed: int, days: int = 180) -> Stream:
    """A stream of `rate` posts an hour on average; equal arguments give equal streams."""
    chance = random.Random(f"{rate}:{seed}:{days}")
    curve = season(days)
    release = chance.randrange(WARM_UP_DAYS + 10, days - 20) * DAY_BUCKETS + 10 * 12
    bursts = _plan(chance, curve, release, days)
    counts = _background(chance, rate, curve, release)
    for burst in bursts:
        for _ in range(burst.size):
            at = burst.onset + int(_delay_hours(chance) * 12)
            if at < len(counts):
                counts[at] += 1
    return Stream(tuple(counts), curve, release, bursts)


def _background(chance: random.Random, rate: float, curve: Sequence[float], release: int) -> list[int]:
    keep = math.exp(-1.0 / NOISE_MEMORY_QUARTERS)
    spread = math.sqrt(math.log1p(NOISE_VARIANCE))
    noise, counts = chance.gauss(0.0, spread), []
    for bucket, factor in enumerate(curve):
        if bucket % QUARTER == 0:
            noise = keep * noise + math.sqrt(1.0 - keep * keep) * chance.gauss(0.0, spread)
        hours = (bucket - release) / 12
        rise = RELEASE_RISE * 2.0 ** (-hours / RELEASE_HALF_LIFE_HOURS) if hours >= 0 else 0.0
        mean = rate / 12 * factor * (1.0 + rise) * math.exp(noise - spread * spread / 2)
        counts.append(_poisson(chance, mean))
    return counts


def _plan(chance: random.Random, curve: Sequence[float], release: int, days: int) -> tuple[Burst, ...]:
    bursts, day = [], float(WARM_UP_DAYS)
    while (day := day + chance.uniform(5, 9)) < days - 2:
        begin = int(day) * DAY_BUCKETS
        onset = begin + chance.choices(range(DAY_BUCKETS), curve[begin : begin + DAY_BUCKETS])[0]
        if not -2 * DAY_BUCKETS < onset - release < (RELEASE_DAYS + 1) * DAY_BUCKETS:
            bursts.append(Burst(onset, chance.choice(SIZES)))
    return tuple(bursts)


def _delay_hours(chance: random.Random) -> float:
    early = chance.random() < EARLY_SHARE
    return chance.uniform(0.0, EARLY_HOURS) if early else chance.expovariate(1.0 / BURST_MEAN_HOURS)


def _poisson(chance: random.Random, mean: float) -> int:
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count

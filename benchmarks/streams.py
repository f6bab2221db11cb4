"""Invented streams of posts with planted bursts: what the detector is judged on beside public series.

A stream has a day's shape (peaks at 11:00 and 20:30, quieter weekends), log-normal noise with three hours'
memory, one release rise, and every five to nine days a burst of known size and onset. `WORLDS` bend one of
these habits each, to see whether the detector learnt a habit of the generator or something of the world.
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
NOISE_MEMORY_QUARTERS = 12.0
RELEASE_HALF_LIFE_HOURS = 36.0
RELEASE_DAYS = 6
WARM_UP_DAYS = 30
SIZES = (5, 10, 20, 40, 80)
EARLY_SHARE = 0.15
EARLY_HOURS = 2.0
BURST_MEAN_HOURS = 4.5


@dataclass(frozen=True, slots=True)
class World:
    """How ordinary days are: each figure one habit of the public."""

    name: str
    noise_variance: float = 0.6
    weekend: float = 0.6
    """Factor of a weekend day."""
    office_hours: float = 0.0
    """Share of all posts that come evenly between 9:00 and 18:00, the rest by the usual shape."""
    doubling_days: float = 0.0
    """Days in which the rate doubles, from the warm-up's end on, up to fourfold; 0 = never."""
    silent_days: float = 0.0
    """Share of days on which nobody writes; the others carry their posts."""
    echo: float = 0.0
    """Answers a post draws on average, within hours; how many is heavy-tailed (Pareto, exponent 2)."""
    release_rise: float = 11.0


PLAIN = World("as described")
WORLDS = (
    PLAIN,
    World("dead weekends and nights", weekend=0.1, office_hours=0.7),
    World("doubling every 40 days", doubling_days=40.0),
    World("half of the days silent", silent_days=0.5),
    World("posts draw answers, heavy-tailed", echo=0.4),
    World("calm noise", noise_variance=0.1),
    World("a release felt thrice as much", release_rise=33.0),
)


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


def shape(hour: float, *, weekend: bool, world: World = PLAIN) -> float:
    """Relative activity at a local hour in [0, 24)."""
    peaks = sum(math.exp(-(((hour - top + 12) % 24 - 12) ** 2) / (2 * 3.0**2)) for top in (11.0, 20.5))
    usual = 0.15 + peaks
    if world.office_hours:
        usual = (1 - world.office_hours) * usual + world.office_hours * (2.0 if 9 <= hour < 18 else 0.0)
    return usual * (world.weekend if weekend else 1.0)


def season(days: int, world: World = PLAIN) -> tuple[float, ...]:
    """The true profile of that many days from a Monday, scaled to mean 1 over the week."""
    week = [
        shape((i % DAY_BUCKETS) / 12, weekend=i // DAY_BUCKETS >= 5, world=world)
        for i in range(7 * DAY_BUCKETS)
    ]
    mean = sum(week) / len(week)
    return tuple(week[i % len(week)] / mean for i in range(days * DAY_BUCKETS))


def make(rate: float, seed: int, days: int = 180, world: World = PLAIN) -> Stream:
    """A stream of `rate` posts an hour on average; equal arguments give equal streams."""
    name = "" if world == PLAIN else f":{world.name}"
    chance = random.Random(f"{rate}:{seed}:{days}{name}")
    curve = season(days, world)
    release = chance.randrange(WARM_UP_DAYS + 10, days - 20) * DAY_BUCKETS + 10 * 12
    bursts = _plan(chance, curve, release, days)
    counts = _background(chance, rate, curve, release, world)
    for burst in bursts:
        for _ in range(burst.size):
            _add(counts, burst.onset + int(_delay_hours(chance) * 12))
    return Stream(tuple(counts), curve, release, bursts)


def _background(
    chance: random.Random, rate: float, curve: Sequence[float], release: int, world: World
) -> list[int]:
    keep = math.exp(-1.0 / NOISE_MEMORY_QUARTERS)
    spread = math.sqrt(math.log1p(world.noise_variance))
    habit = _habit(chance, len(curve), world)
    noise, counts = chance.gauss(0.0, spread), []
    for bucket, factor in enumerate(curve):
        if bucket % QUARTER == 0:
            noise = keep * noise + math.sqrt(1.0 - keep * keep) * chance.gauss(0.0, spread)
        hours = (bucket - release) / 12
        rise = world.release_rise * 2.0 ** (-hours / RELEASE_HALF_LIFE_HOURS) if hours >= 0 else 0.0
        mean = rate / 12 * factor * habit[bucket] * (1.0 + rise) * math.exp(noise - spread * spread / 2)
        counts.append(_poisson(chance, mean))
    if world.echo:
        _echo(chance, counts, world)
    return counts


def _habit(chance: random.Random, size: int, world: World) -> list[float]:
    """Slow factors of the rate by bucket: growth, silent days, room for answers."""
    factors = [1.0 - world.echo] * size
    if world.doubling_days:
        start = WARM_UP_DAYS * DAY_BUCKETS
        pace = world.doubling_days * DAY_BUCKETS
        factors = [x * min(4.0, 2.0 ** (max(0, i - start) / pace)) for i, x in enumerate(factors)]
    if world.silent_days:
        speaking = [
            0.0 if chance.random() < world.silent_days else 1.0 / (1.0 - world.silent_days)
            for _ in range(size // DAY_BUCKETS + 1)
        ]
        factors = [x * speaking[i // DAY_BUCKETS] for i, x in enumerate(factors)]
    return factors


def _echo(chance: random.Random, counts: list[int], world: World) -> None:
    """Let every post draw answers, and these answers of their own, an hour and a half apart on average."""
    for bucket in range(len(counts)):
        for _ in range(counts[bucket]):
            answers = int(world.echo * chance.paretovariate(2.0) / 2.0 + chance.random())
            for _ in range(min(answers, 30)):
                _add(counts, bucket + int(chance.expovariate(1.0 / 18.0)) + 1)


def _add(counts: list[int], at: int) -> None:
    if at < len(counts):
        counts[at] += 1


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

"""Invented posts and the path from posts to spikes, as the service walks it, for tests of this room."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from alerts.detect.grid import Grid
from alerts.onsets import OPEN, Day, Topic, Watched, days_of, sightings_span
from alerts.rules import policy_spikes
from alerts.series import SourceFacts, build, number_of
from alerts.talk import growing
from minyi.clock import from_seconds
from minyi.models import ClaimSighting, PolicyId, PostId, Sighting, SourceId, Spike, WatchItem
from minyi.rules import NoveltyRule, Rules

POLICY = PolicyId("qingxi")
NOW = datetime(2026, 3, 4, 6, 5, tzinfo=UTC)
BBS, NEWS = SourceId("bbs"), SourceId("news")
SOURCES = tuple(SourceFacts(source, NOW - timedelta(days=60)) for source in (BBS, NEWS))


def post(
    when: datetime,
    *,
    source: SourceId = BBS,
    cluster: str = "",
    negative: bool = False,
    author: str | None = None,
    seen: datetime | None = None,
) -> Sighting:
    """One post; its id follows from its time, source and cluster."""
    name = PostId(f"{when.isoformat()}|{source}|{cluster}|{author}")
    return Sighting(
        name, when, seen or when + timedelta(minutes=1), source, cluster or name, author or name, negative
    )


def everyday(
    chance: random.Random, *, rate: float = 0.4, until: datetime = NOW, days: int = 30
) -> list[Sighting]:
    """Posts at a constant rate an hour, a sixth of them negative, on both sources."""
    posts, when = [], until - timedelta(days=days)
    while (when := when + timedelta(hours=chance.expovariate(rate))) < until:
        posts.append(post(when, source=chance.choice((BBS, NEWS)), negative=chance.random() < 1 / 6))
    return posts


def burst(
    chance: random.Random, count: int, start: datetime, hours: float, *, negative: float = 0.0
) -> list[Sighting]:
    """`count` different posts spread evenly at random over `hours` from `start`."""
    return [
        post(
            start + timedelta(hours=chance.uniform(0, hours)),
            source=chance.choice((BBS, NEWS)),
            negative=chance.random() < negative,
        )
        for _ in range(count)
    ]


def watch(
    posts: Iterable[Sighting],
    now: datetime,
    *,
    sources: Sequence[SourceFacts] = SOURCES,
    released_at: datetime | None = None,
    last_onsets: Mapping[Topic, datetime] | None = None,
    since: datetime | None = None,
    claims: Sequence[ClaimSighting] = (),
    items: Sequence[WatchItem] = (),
    official: frozenset[SourceId] = frozenset(),
    key_sources: frozenset[SourceId] = frozenset(),
) -> Watched:
    """What the rules see at `now`: posts first seen by then, within 24 hours of publishing."""
    since = since or now - OPEN
    known = {
        p.post: p for p in posts if p.first_seen <= now and p.first_seen - p.published <= timedelta(hours=24)
    }
    seen = sorted(known.values(), key=lambda p: (p.published, p.post))
    recent = sightings_span(since, now)
    every = Counter((number_of(p.published), p.source) for p in seen)
    bad = Counter((number_of(p.published), p.source) for p in seen if p.negative)
    rows = [
        (from_seconds(number * 300), source, count, bad[number, source])
        for (number, source), count in sorted(every.items())
    ]
    days = []
    for begin, at in days_of(since, now):
        series = build(rows, sources, now=at, released_at=released_at)
        days.append(Day(series, series.index_of(begin)))
    sightings = [p for p in seen if recent.start <= p.published < recent.end]
    grown = growing(sightings, NoveltyRule(), official)
    starts = {
        cluster: min(p.published for p in seen if (p.cluster or p.post) == cluster) for cluster in grown
    }
    return Watched(
        POLICY,
        days,
        sightings,
        claims=[c for c in claims if c.sighting.first_seen <= now],
        watch=items,
        cluster_starts=starts,
        official=official,
        key_sources=key_sources,
        last_onsets=last_onsets or {},
    )


def spikes(posts: Iterable[Sighting], now: datetime = NOW, **settings: object) -> list[Spike]:
    """Spikes found at `now` with the shipped rules."""
    return policy_spikes(watch(posts, now, **settings), Rules(), now)  # type: ignore[arg-type]


def flat(values: Sequence[float], *, step: int = 300, live: Sequence[float] | None = None) -> Grid:
    """A grid without season, seen wholly unless said."""
    return Grid(0, step, values, live or [1.0] * len(values), [1.0] * len(values))


def poisson_counts(chance: random.Random, mean: float, size: int) -> list[float]:
    """Counts of `mean` posts a bucket."""
    counts = [0.0] * size
    when = chance.expovariate(mean)
    while when < size:
        counts[int(when)] += 1
        when += chance.expovariate(mean)
    return counts

"""Who speaks: independent voices of a window, and the posts that stand for it. Pure; never looks at words."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from minyi.models import PostId, Sighting, SourceId, Span

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Voices:
    """Posts of a window and how many stand behind them.

    `clusters` are independent voices (near-identical posts count once); `shown` one post a cluster (its
    earliest), largest cluster first, at most 20; `top` the copies and sources of the largest cluster.
    """

    posts: int
    clusters: int
    authors: int
    sources: int
    shown: tuple[PostId, ...]
    top_copies: int
    top_sources: int
    first: Sighting | None


def within(sightings: Sequence[Sighting], span: Span) -> Sequence[Sighting]:
    """Those published in the span; `sightings` are in order of publishing."""
    begin = bisect_left(sightings, span.start, key=lambda s: s.published)
    return sightings[begin : bisect_left(sightings, span.end, key=lambda s: s.published)]


def several(sightings: Sequence[Sighting], least: int) -> bool:
    """True when `least` different texts come from at least two authors or sources (one, if `least` is 1)."""
    clusters: set[str] = set()
    authors: set[str] = set()
    sources: set[SourceId] = set()
    people = min(least, 2)
    for one in sightings:
        clusters.add(one.cluster or one.post)
        authors.add(one.author or one.source)
        sources.add(one.source)
        if len(clusters) >= least and max(len(authors), len(sources)) >= people:
            return True
    return False


def hear(sightings: Sequence[Sighting]) -> Voices:
    """Count the voices of a window's posts, given in order of publishing."""
    groups: defaultdict[str, list[Sighting]] = defaultdict(list)
    for one in sightings:
        groups[one.cluster or one.post].append(one)
    ranked = sorted(groups.values(), key=lambda g: (-len(g), g[0].published, g[0].post))
    top = ranked[0] if ranked else []
    return Voices(
        posts=len(sightings),
        clusters=len(ranked),
        authors=len({one.author or one.source for one in sightings}),
        sources=len({one.source for one in sightings}),
        shown=tuple(group[0].post for group in ranked[:SHOWN]),
        top_copies=len(top),
        top_sources=len({one.source for one in top}),
        first=sightings[0] if sightings else None,
    )

"""Answers beyond the caps: what costs grow with the hits is computed on the newest 20,000, and says so."""

from collections.abc import Iterator
from dataclasses import replace

from minyi.models import Post
from minyi.store.base import Order, Split
from minyi.store.query import parse
from tests.store import invented
from tests.store.compare import facets_differ, ranks
from tests.store.meaning import Condition
from tests.store.oracle import holds
from tests.store.world import World

WINDOW, EXACT_TOTAL = 20_000, 10_000
"""The contract's, written down once more."""

BROAD: tuple[tuple[str, Condition], ...] = (
    ("", lambda _: True),
    ("-COVID-19", lambda post: not holds(post, "COVID-19")),
    ("专 OR -专", lambda _: True),
    ("利 专", lambda post: holds(post, "利专") or (holds(post, "利") and holds(post, "专"))),
    ("信源:(s0|s1|s2|s3)-“没有 这些”", lambda post: not holds(post, "没有 这些")),
    ("NOT 倾向:负面", lambda post: not post.sentiment or post.sentiment.label.value != "negative"),
)
"""Queries with thousands of hits, from a few under the caps to all posts."""


def window_differences(world: World) -> tuple[int, list[str]]:
    """How many queries were asked, and what differs."""
    order = ranks(world)
    found = []
    for typed, condition in BROAD:
        hits = world.oracle.hits(condition, lambda post: order[post.id])
        found += [f"{typed!r}: {one}" for one in _differences(world, typed, hits)]
    return len(BROAD), found


def _differences(world: World, typed: str, hits: list[Post]) -> Iterator[str]:
    query = parse(typed, resolver=invented.BOOK)
    newest = {post.id for post in hits[:WINDOW]}
    capped = len(hits) > WINDOW
    for order in Order:
        page = world.reader.search(query, order, size=200)
        if (page.total, page.total_is_floor) != (min(len(hits), EXACT_TOTAL), len(hits) > EXACT_TOTAL):
            yield f"{order} total"
        if not {hit.stored.post.id for hit in page.hits} <= newest or len(page.hits) != 200:
            yield f"{order} hits"
        if page.window not in (None, WINDOW) or (page.window and not capped):
            yield f"{order} window"
    if world.reader.count(query) != len(hits):
        yield "count"
    for split in Split:
        plain = replace(world.oracle.facet(lambda post: post.id in newest, split), capped=capped)
        yield from facets_differ(world.reader.facet(query, split, 50), plain, 50, ())
    plain_stats = replace(world.oracle.stats(lambda post: post.id in newest), capped=capped)
    got = world.reader.stats(query)
    if (got.n, got.p5, got.p50, got.p95, got.counted, got.capped) != (
        plain_stats.n,
        plain_stats.p5,
        plain_stats.p50,
        plain_stats.p95,
        plain_stats.counted,
        plain_stats.capped,
    ):
        yield f"stats {got} {plain_stats}"

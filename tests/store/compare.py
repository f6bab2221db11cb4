"""Everything an engine answers to one typed query, against the plain reading."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from minyi.models import Post, PostId, Span
from minyi.store.base import Order, Page, Split, Step
from minyi.store.cursor import write_cursor
from minyi.store.query import Query, parse
from tests.store import invented
from tests.store.oracle import Condition
from tests.store.world import World

BROAD = 1_000
"""Hits beyond which most queries are not paged through to the end."""

_SPLITS = (None, *Split)


@dataclass
class Comparison:
    """One state of a world: the engine's order of its posts, looked up once."""

    world: World

    def __post_init__(self) -> None:
        """Ask the record for all row ids."""
        ids = list(self.world.oracle.posts)
        parts = (ids[start : start + 500] for start in range(0, len(ids), 500))
        self.ranks = {one.post.id: one.rid for part in parts for one in self.world.record.get(part)}

    def differences(self, random: Random) -> list[str]:
        """What differs for one generated query, in words; nothing when all is the same."""
        typed, condition = invented.query(random, self.world.everything)
        query = parse(typed, resolver=invented.BOOK)
        hits = self.world.oracle.hits(condition, lambda post: self.ranks[post.id])
        found = [*self._pages(query, hits, random), *self._relevance(query, hits)]
        match random.randrange(4):
            case 0:
                found += self._collapsed(typed, hits, random)
            case 1:
                found += self._facet(query, hits, random.choice(list(Split)))
            case 2:
                found += self._stats(query, hits)
            case _:
                found += self._curve(typed, condition, random)
        return [f"{typed}: {one}" for one in found]

    def _pages(self, query: Query, hits: list[Post], random: Random) -> Iterator[str]:
        """All pages, newest first, whole posts on the first; of most broad queries only pages here and there."""
        size = random.choice([20, 77, 200]) if len(hits) < 500 else 200
        if len(hits) <= BROAD or random.random() < 0.2:
            pages = list(self._walk(query, size))
            if [hit.stored.post.id for page in pages for hit in page.hits] != [post.id for post in hits]:
                yield "pages"
        else:
            pages = [self.world.reader.search(query, size=size)]
            yield from self._jumps(query, hits, random)
        if [hit.stored.post for hit in pages[0].hits] != hits[:size]:
            yield "first page"
        exact = min(len(hits), 10_000)
        if any((page.total, page.total_is_floor) != (exact, len(hits) > exact) for page in pages):
            yield "totals"
        if pages[0].notes:
            yield f"notes {pages[0].notes}"
        if self.world.reader.count(query) != len(hits):
            yield "count"

    def _jumps(self, query: Query, hits: list[Post], random: Random) -> Iterator[str]:
        """Pages after hits anywhere."""
        for place in random.sample(range(len(hits)), 3):
            page = self.world.reader.search(query, cursor=write_cursor(query, self.ranks[hits[place].id]))
            following = hits[place + 1 : place + 21]
            if [hit.stored.post.id for hit in page.hits] != [post.id for post in following]:
                yield f"page after {place}"

    def _walk(self, query: Query, size: int) -> Iterator[Page]:
        cursor: str | None = None
        while True:
            page = self.world.reader.search(query, size=size, cursor=cursor)
            yield page
            cursor = page.next
            if cursor is None:
                return

    def _relevance(self, query: Query, hits: list[Post]) -> Iterator[str]:
        """Best first: the same posts, in any order, as far as one page goes."""
        page = self.world.reader.search(query, Order.RELEVANCE, size=200)
        ids = {hit.stored.post.id for hit in page.hits}
        if not ids <= {post.id for post in hits} or len(ids) != min(len(hits), 200):
            yield "relevance"

    def _collapsed(self, typed: str, hits: list[Post], random: Random) -> Iterator[str]:
        """One hit a cluster over all pages; totals stay."""
        query = parse(typed, resolver=invented.BOOK, collapse=True)
        if len(hits) > BROAD and random.random() < 0.8:
            return
        pages = list(self._walk(query, random.choice([20, 200]) if len(hits) < 500 else 200))
        found: list[PostId] = [hit.stored.post.id for page in pages for hit in page.hits]
        if found != [post.id for post in self.world.oracle.collapsed(hits)]:
            yield "collapsed"
        if any(page.total != min(len(hits), 10_000) for page in pages):
            yield "collapsed totals"

    def _facet(self, query: Query, hits: list[Post], split: Split) -> Iterator[str]:
        got, plain = self.world.reader.facet(query, split, size=50), self.world.oracle.facet(_of(hits), split)
        asked = query.policies if split is Split.POLICY else ()
        rows = [row for row in plain.rows if not asked or row.value in asked]
        if [(row.value, row.count) for row in got.rows] != [(row.value, row.count) for row in rows]:
            yield f"facet {split}"
        if any(abs(a.polarity - b.polarity) > 0.001 for a, b in zip(got.rows, rows, strict=False)):
            yield f"facet means {split}"
        if (got.counted, got.capped) != (plain.counted, False):
            yield f"facet counted {split}"

    def _stats(self, query: Query, hits: list[Post]) -> Iterator[str]:
        if self.world.reader.stats(query) != self.world.oracle.stats(_of(hits)):
            yield "stats"

    def _curve(self, typed: str, condition: Condition, random: Random) -> Iterator[str]:
        step, split = random.choice(list(Step)), random.choice(_SPLITS)
        start = invented.START + timedelta(seconds=random.randrange(4 * 86_400))
        end = start + (timedelta(hours=5) if step is Step.FIVE_MINUTES else timedelta(days=3, minutes=7))
        query = parse(typed, resolver=invented.BOOK, since=start, until=end)
        low, high = query.published
        if low is None or high is None:
            return
        got = self.world.reader.timeline(query, step, split)
        keys = sorted({bucket.key for bucket in got})
        plain = self.world.oracle.timeline(condition, Span(low, max(low, high)), step, split, keys)
        if split is Split.POLICY and query.policies:
            plain = [bucket for bucket in plain if bucket.key in query.policies]
        if [(b.start, b.key, b.count) for b in got] != [(b.start, b.key, b.count) for b in plain]:
            yield f"timeline {step} {split}"
        sums = zip((b.polarity_sum for b in got), (b.polarity_sum for b in plain), strict=False)
        if not all(math.isclose(one, other, abs_tol=1e-6) for one, other in sums):
            yield f"timeline sums {step} {split}"


def _of(hits: list[Post]) -> Condition:
    held = {post.id for post in hits}
    return lambda post: post.id in held

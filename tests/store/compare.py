"""Everything an engine answers to one typed query, against the plain reading."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from minyi.models import Post, PostId, Precision, Span
from minyi.store.base import Facet, Highlights, Hit, Order, Page, Reader, Split, Stats, Step
from minyi.store.cursor import write_cursor
from minyi.store.query import Query, parse
from tests.store import invented
from tests.store.meaning import Condition, Meaning
from tests.store.plain import marked
from tests.store.world import World

BROAD = 1_000
"""Hits beyond which most queries are not paged through to the end, unless every page is asked for."""

_SPLITS = (None, *Split)
_SPREAD = {Precision.HOUR: timedelta(hours=1), Precision.DAY: timedelta(days=1)}
_ROOM = timedelta(seconds=30)
"""How far posts of one second may push each other."""


@dataclass
class Comparison:
    """One state of a world: the engine's order of its posts, looked up once."""

    world: World
    every_page: bool = False
    """Also the ten thousandth hit is paged to."""

    def __post_init__(self) -> None:
        """Ask the record for all row ids."""
        self.ranks = ranks(self.world)

    def differences(self, random: Random) -> list[str]:
        """What differs for one generated query, in words; nothing when all is the same."""
        typed, meaning = invented.query(random, self.world.everything)
        query = parse(typed, resolver=invented.BOOK)
        hits = self.world.oracle.hits(meaning, lambda post: self.ranks[post.id])
        found = [*self._pages(query, meaning, hits, random), *self._relevance(query, hits)]
        match random.randrange(4):
            case 0:
                found += self._collapsed(typed, hits, random)
            case 1:
                found += self._facet(query, hits, random)
            case 2:
                found += self._stats(query, hits)
            case _:
                found += self._curve(typed, meaning, random)
        return [f"{typed!r}: {one}" for one in found]

    def disorder(self) -> list[str]:
        """Posts that stand before ones certainly published after them: newest first must be that of time."""
        found = []
        upper = datetime.max.replace(tzinfo=invented.START.tzinfo)
        for post in self.world.oracle.hits(lambda _: True, lambda post: self.ranks[post.id]):
            if post.published > upper:
                found.append(f"{post.id} stands below an older post")
            upper = min(upper, post.published + _SPREAD.get(post.precision, timedelta()) + _ROOM)
        return found

    def _pages(self, query: Query, meaning: Meaning, hits: list[Post], random: Random) -> Iterator[str]:
        """Pages, newest first, whole posts on the first; of most broad queries only some, see `every_page`."""
        size = next(size for size in (1, 3, 20, 77, 200) if size == 200 or len(hits) < size * 8)
        if self.every_page or len(hits) <= BROAD or random.random() < 0.03:
            pages = list(walk(self.world.reader, query, size))
            if [hit.stored.post.id for page in pages for hit in page.hits] != [post.id for post in hits]:
                yield "pages"
        else:
            pages = [self.world.reader.search(query, size=size)]
            yield from self._jumps(query, hits, random)
        if [hit.stored.post for hit in pages[0].hits] != hits[:size]:
            yield "first page"
        if any(hit.highlights != _marks(hit, meaning) for hit in pages[-1].hits):
            yield "highlights"
        exact = min(len(hits), 10_000)
        if any((page.total, page.total_is_floor) != (exact, len(hits) > exact) for page in pages):
            yield "totals"
        if pages[0].notes != meaning.notes:
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

    def _relevance(self, query: Query, hits: list[Post]) -> Iterator[str]:
        """Best first: the same posts, in any order, as far as one page goes."""
        page = self.world.reader.search(query, Order.RELEVANCE, size=200)
        ids = {hit.stored.post.id for hit in page.hits}
        if not ids <= {post.id for post in hits} or len(ids) != min(len(hits), 200):
            yield "relevance"

    def _collapsed(self, typed: str, hits: list[Post], random: Random) -> Iterator[str]:
        """One hit a cluster over all pages; totals stay."""
        query = parse(typed, resolver=invented.BOOK, collapse=True)
        if not self.every_page and len(hits) > BROAD and random.random() < 0.9:
            return
        size = 20 if len(hits) < 200 else 200
        found = ids_of(walk(self.world.reader, query, size))
        if found != [post.id for post in self.world.oracle.collapsed(hits)]:
            yield "collapsed"
        if self.world.reader.search(query).total != min(len(hits), 10_000):
            yield "collapsed total"

    def _facet(self, query: Query, hits: list[Post], random: Random) -> Iterator[str]:
        split, size = random.choice(list(Split)), random.choice([1, 2, 50])
        got, plain = self.world.reader.facet(query, split, size), self.world.oracle.facet(_of(hits), split)
        asked = query.policies if split is Split.POLICY else ()
        yield from facets_differ(got, plain, size, asked)

    def _stats(self, query: Query, hits: list[Post]) -> Iterator[str]:
        got, plain = self.world.reader.stats(query), self.world.oracle.stats(_of(hits))
        if not _alike(got, plain):
            yield f"stats {got} {plain}"

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
        if [(b.start, b.end, b.key, b.count) for b in got] != [
            (b.start, b.end, b.key, b.count) for b in plain
        ]:
            yield f"timeline {step} {split}"
        sums = zip((b.polarity_sum for b in got), (b.polarity_sum for b in plain), strict=False)
        if not all(math.isclose(one, other, abs_tol=1e-6) for one, other in sums):
            yield f"timeline sums {step} {split}"


def ranks(world: World) -> Mapping[PostId, int]:
    """The engine's row id of every post."""
    ids = list(world.oracle.posts)
    parts = (ids[start : start + 500] for start in range(0, len(ids), 500))
    return {one.post.id: one.rid for part in parts for one in world.record.get(part)}


def walk(reader: Reader, query: Query, size: int) -> Iterator[Page]:
    """All pages, newest first."""
    cursor: str | None = None
    while True:
        page = reader.search(query, size=size, cursor=cursor)
        yield page
        cursor = page.next
        if cursor is None:
            return


def ids_of(pages: Iterator[Page]) -> list[PostId]:
    """Ids of the hits, in order."""
    return [hit.stored.post.id for page in pages for hit in page.hits]


def facets_differ(got: Facet, plain: Facet, size: int, asked: tuple[str, ...]) -> Iterator[str]:
    """Counts, means and how many hits were counted."""
    rows = [row for row in plain.rows if not asked or row.value in asked][:size]
    if [(row.value, row.count) for row in got.rows] != [(row.value, row.count) for row in rows]:
        yield "facet"
    if any(abs(a.polarity - b.polarity) > 0.001 for a, b in zip(got.rows, rows, strict=False)):
        yield "facet means"
    if (got.counted, got.capped) != (plain.counted, plain.capped):
        yield "facet counted"


def arriving(world: World, random: Random) -> list[str]:
    """What differs when posts arrive, change and go between the pages of one query."""
    typed, meaning = invented.query(random, world.everything)
    query = parse(typed, resolver=invented.BOOK, collapse=random.random() < 0.3)
    size = random.choice([1, 3, 7])
    cursor: str | None = None
    below = math.inf
    for _ in range(6):
        order = ranks(world)
        hits = world.oracle.hits(meaning, lambda post, order=order: order[post.id])  # type: ignore[misc]
        shown = world.oracle.collapsed(hits) if query.collapse else hits
        expected = [post.id for post in shown if order[post.id] < below]
        page = world.reader.search(query, size=size, cursor=cursor)
        if [hit.stored.post.id for hit in page.hits] != expected[:size]:
            return [f"{typed!r}: page while posts arrive"]
        if page.total != min(len(hits), 10_000):
            return [f"{typed!r}: total while posts arrive"]
        if (page.next is None) != (len(expected) <= size):
            return [f"{typed!r}: end while posts arrive"]
        cursor = page.next
        if cursor is None:
            break
        below = order[page.hits[-1].stored.post.id]
        world.change(random)
    return []


def _marks(hit: Hit, meaning: Meaning) -> Highlights:
    post = hit.stored.post
    return Highlights(marked(post.title, meaning.words), marked(post.text, meaning.words))


def _alike(one: Stats, other: Stats) -> bool:
    """Equal, the mean but for rounding."""
    if one.mean is None or other.mean is None:
        return one == other
    exact = (one.n, one.p5, one.p50, one.p95, one.counted, one.capped)
    return math.isclose(one.mean, other.mean, abs_tol=1e-9) and exact == (
        other.n,
        other.p5,
        other.p50,
        other.p95,
        other.counted,
        other.capped,
    )


def _of(hits: list[Post]) -> Condition:
    held = {post.id for post in hits}
    return lambda post: post.id in held

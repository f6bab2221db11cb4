"""Every engine answers as a plain reading of the posts does."""

from datetime import UTC, datetime, timedelta

import pytest

from minyi.models import PostId, Span
from minyi.store.base import Order, Split, Step
from minyi.store.query import Query, parse
from tests.store import invented
from tests.store.meaning import Meaning
from tests.store.oracle import within
from tests.store.world import World

QUERIES = 250
_ROUND_ROBIN = (None, *Split)


def _queries(world: World, seed: int, count: int = QUERIES) -> list[tuple[str, Query, Meaning]]:
    random = invented.seeded(seed)
    made = (invented.query(random, world.everything) for _ in range(count))
    return [(typed, parse(typed, resolver=invented.BOOK), condition) for typed, condition in made]


@pytest.mark.parametrize("seed", range(4))
def test_hits_come_as_the_oracle_says(world: World, seed: int) -> None:
    """Hits, order and total of generated queries are those of a loop over all posts."""
    ranks = {stored.post.id: stored.rid for stored in world.record.get(list(world.oracle.posts))}
    for typed, query, condition in _queries(world, seed):
        expected = world.oracle.hits(condition, lambda post: ranks[post.id])
        page = world.reader.search(query, size=200)
        assert [hit.stored.post for hit in page.hits] == expected[:200], typed
        assert (page.total, page.total_is_floor, page.notes) == (len(expected), False, condition.notes), typed


def test_pages_join_without_gap_or_repeat(world: World) -> None:
    """Walking all pages gives every hit once, over posts of one second too, collapsed or not."""
    ranks = {stored.post.id: stored.rid for stored in world.record.get(list(world.oracle.posts))}
    for number, (typed, _, condition) in enumerate(_queries(world, 99, 60)):
        collapse = number % 2 == 1
        query = parse(typed, resolver=invented.BOOK, collapse=collapse)
        expected = world.oracle.hits(condition, lambda post: ranks[post.id])
        shown = world.oracle.collapsed(expected) if collapse else expected
        found: list[PostId] = []
        cursor: str | None = None
        while True:
            page = world.reader.search(query, size=17, cursor=cursor)
            assert page.total == len(expected), typed
            found += [hit.stored.post.id for hit in page.hits]
            cursor = page.next
            if cursor is None:
                break
        assert found == [post.id for post in shown], typed


def test_relevance_gives_the_same_posts_in_one_page(world: World) -> None:
    """Best first holds exactly the hits when they fit, and no cursor."""
    for typed, query, condition in _queries(world, 5, 80):
        page = world.reader.search(query, Order.RELEVANCE, size=200)
        hits = {post.id for post in world.everything if condition(post)}
        found = {hit.stored.post.id for hit in page.hits}
        assert found <= hits, typed
        assert len(found) == min(len(hits), 200), typed


def test_the_only_page_of_the_best_says_so(world: World) -> None:
    """Whoever ranks by relevance is told that there is no further page, or that nothing could be ranked."""
    query = parse("专利 OR 商标", resolver=invented.BOOK)
    page = world.reader.search(query, Order.RELEVANCE, size=3)
    assert page.next is None
    assert page.notes == ("按相关度只列最相关的 3 条，没有下一页；要看其余的，请按时间排列",)
    every = parse("专利 商标 年费", resolver=invented.BOOK)
    assert world.reader.search(every, Order.RELEVANCE, size=200).notes == ()
    unranked = world.reader.search(Query(), Order.RELEVANCE, size=3)
    assert unranked.notes == ("没有可比较相关度的检索词，按时间从新到旧排列",)
    assert unranked.next is not None


@pytest.mark.parametrize("step", Step)
def test_curves_count_as_the_oracle_does(world: World, step: Step) -> None:
    """Buckets with and without text, split or not, over whole and ragged ranges."""
    random = invented.seeded(step.value)
    for number, (typed, _, condition) in enumerate(_queries(world, 11, 60)):
        start = datetime(2026, 3, 1, 16, tzinfo=UTC) + timedelta(days=random.randrange(4))
        end = start + (timedelta(hours=7) if step is Step.FIVE_MINUTES else timedelta(days=3))
        if number % 3:
            start, end = start + timedelta(seconds=random.randrange(5_000)), end - timedelta(seconds=1_234)
        split = _ROUND_ROBIN[number % 4]
        query = parse(typed, resolver=invented.BOOK, since=start, until=end)
        low, high = query.published
        assert low is not None
        assert high is not None
        got = world.reader.timeline(query, step, split)
        keys = {bucket.key for bucket in got}
        expected = world.oracle.timeline(condition, Span(low, high), step, split, _keys(query, split))
        if split is Split.POLICY and query.policies:
            expected = [bucket for bucket in expected if bucket.key in query.policies]
        assert [(b.start, b.key, b.count) for b in got] == [(b.start, b.key, b.count) for b in expected], (
            typed
        )
        assert [b.polarity_sum for b in got] == pytest.approx([b.polarity_sum for b in expected])
        assert keys == {bucket.key for bucket in expected}


def _keys(query: Query, split: Split | None) -> list[str]:
    asked: dict[Split | None, list[str]] = {
        None: [""],
        Split.POLICY: list(query.policies),
        Split.SOURCE: list(query.sources),
        Split.LABEL: [label.value for label in query.labels] or ["negative", "neutral", "positive"],
    }
    return asked[split]


@pytest.mark.parametrize("split", Split)
def test_facets_and_polarity_are_the_oracles(world: World, split: Split) -> None:
    """Counts, means and percentiles of generated queries."""
    for typed, query, condition in _queries(world, 21, 60):
        got = world.reader.facet(query, split, size=50)
        expected = world.oracle.facet(condition, split)
        rows = [
            row
            for row in expected.rows
            if split is not Split.POLICY or row.value in (query.policies or [row.value])
        ]
        assert [(row.value, row.count) for row in got.rows] == [(row.value, row.count) for row in rows], typed
        assert [row.polarity for row in got.rows] == pytest.approx([row.polarity for row in rows])
        assert (got.counted, got.capped) == (expected.counted, False)
        assert world.reader.stats(query) == world.oracle.stats(condition), typed


def test_a_time_range_leaves_out_posts_of_unknown_time(world: World) -> None:
    """`since` and `until` count only posts whose time is known."""
    start, end = invented.START, invented.START + timedelta(days=4)
    page = world.reader.search(Query(published=(start, end)), size=1)
    assert page.total == sum(within(post, start, end) for post in world.everything)


def test_iterating_gives_every_hit_newest_first(world: World) -> None:
    """`iterate` is the search without pages."""
    found = [stored.rid for stored in world.record.iterate(Query())]
    assert found == sorted(found, reverse=True)
    assert len(found) == len(world.everything) == world.record.post_count()

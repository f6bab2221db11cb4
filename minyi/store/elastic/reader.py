"""The reading half of the contract on the cluster, with the answers the record itself would give."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from minyi.errors import QueryError
from minyi.models import Bucket, PostId, SourceId, StoredPost
from minyi.store.base import Facet, Hit, Order, Page, Reader, Split, Stats, Step
from minyi.store.cursor import read_cursor, write_cursor
from minyi.store.elastic import sums
from minyi.store.elastic.client import Cluster
from minyi.store.elastic.compile import compile_query, scored
from minyi.store.elastic.hits import EXACT_TOTAL, WINDOW, Asker, at_least
from minyi.store.elastic.layout import Layout
from minyi.store.highlight import highlights
from minyi.store.nodes import positive_texts
from minyi.store.query import Query
from minyi.store.ranking import ranking_notes

MAX_PAGE = 200
MAX_BUCKETS = 10_000

_SECONDS = {Step.FIVE_MINUTES: 300, Step.HOUR: 3_600, Step.DAY: 86_400}
_DAY_SHIFT = 8 * 3_600
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ElasticReader:
    """See `Reader`. Every method may raise `SearchUnavailable`.

    When a source could not be read is known to the record alone, so blind buckets are asked there.
    """

    def __init__(self, cluster: Cluster, layout: Layout, record: Reader) -> None:
        """`record` marks the blind buckets of curves, and nothing else."""
        self._asker = Asker(cluster, layout.posts)
        self._record = record

    def get(self, ids: Sequence[PostId]) -> list[StoredPost]:
        """See `Reader.get`."""
        return self._asker.by_id(ids)

    def count(self, query: Query) -> int:
        """See `Reader.count`."""
        return self._asker.total(compile_query(query), limit=True)

    def search(
        self, query: Query, order: Order = Order.NEWEST, size: int = 20, cursor: str | None = None
    ) -> Page:
        """See `Reader.search`."""
        size = min(max(size, 1), MAX_PAGE)
        asked = compile_query(query)
        total = self._asker.total(asked, EXACT_TOTAL + 1)
        window: int | None = None
        following: str | None = None
        ranked = order == Order.RELEVANCE and bool(positive_texts(query.text))
        if ranked:
            floor = self._asker.window_floor(asked)
            among = [] if floor is None else [at_least(floor)]
            posts = self._asker.best(scored(query, *among), size, collapse=query.collapse)
            window = None if floor is None else WINDOW
        else:
            newest = self._asker.newest_collapsed if query.collapse else self._asker.newest
            found = newest(asked, size + 1, read_cursor(query, cursor))
            posts = found[:size]
            following = write_cursor(query, posts[-1].rid) if len(found) > size else None
        hits = self._hits(query, posts)
        notes = query.notes + ranking_notes(order, ranked=ranked, total=total, shown=len(hits), size=size)
        return Page(hits, min(total, EXACT_TOTAL), total > EXACT_TOTAL, window, notes, following)

    def _hits(self, query: Query, posts: Sequence[StoredPost]) -> tuple[Hit, ...]:
        clusters = sorted({one.post.cluster for one in posts if one.post.cluster}) if query.collapse else []
        copies = self._asker.copies(compile_query(query), clusters)
        return tuple(
            Hit(
                one,
                highlights(query, one.post.title, one.post.text),
                min(copies.get(one.post.cluster, 1), EXACT_TOTAL),
            )
            for one in posts
        )

    def timeline(self, query: Query, step: Step, split: Split | None = None) -> list[Bucket]:
        """See `Reader.timeline`."""
        start, end, seconds = _grid(query, step)
        cells: dict[tuple[int, str], tuple[int, float]] = {}
        for second, key, n, total in sums.cells(self._asker, query, step, split):
            if not (split is Split.POLICY and query.policies and key not in query.policies):
                cells[second, key] = (n, total)
        keys = sums.shown_keys(query, split, {key for _, key in cells})
        blind = {key: self._blind(query, step, split, key) for key in keys}
        return [
            Bucket(
                _time(first),
                _time(first + seconds),
                *cells.get((first, key), (0, 0.0)),
                key,
                first in blind[key],
            )
            for first in range(start, end, seconds)
            for key in keys
        ]

    def _blind(self, query: Query, step: Step, split: Split | None, key: str) -> set[int]:
        """First seconds of the buckets in which every source in question was silent for want of reading."""
        sources = (SourceId(key),) if split is Split.SOURCE else query.sources
        asked = Query(published=query.published, sources=sources)
        return {_second(one.start) for one in self._record.timeline(asked, step) if one.blind}

    def facet(self, query: Query, field: Split, size: int = 20) -> Facet:
        """See `Reader.facet`."""
        return sums.facet(self._asker, query, field, size)

    def stats(self, query: Query) -> Stats:
        """See `Reader.stats`."""
        return sums.stats(self._asker, query)


def _grid(query: Query, step: Step) -> tuple[int, int, int]:
    """First second, end and width of the buckets that touch the range."""
    start, end = query.published
    if start is None or end is None:
        raise QueryError("曲线要有起止时间；请加上 时间:2026-01-01..2026-01-31")
    width = _SECONDS[step]
    shift = _DAY_SHIFT if step is Step.DAY else 0
    low, high = _second_up(start), _second_up(end)
    first = low - (low + shift) % width
    count = -(-(high - first) // width) if low < high else 0
    if count > MAX_BUCKETS:
        raise QueryError(f"时段过多（{count} 个，最多 {MAX_BUCKETS} 个）；请缩短时间或改用更大的时段")
    return first, first + count * width, width


def _second(when: datetime) -> int:
    return (when - _EPOCH) // timedelta(seconds=1)


def _second_up(when: datetime) -> int:
    return -((_EPOCH - when) // timedelta(seconds=1))


def _time(second: int) -> datetime:
    return _EPOCH + timedelta(seconds=second)

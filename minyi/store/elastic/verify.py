"""Is the cluster's copy true? Counts, every document, and sampled questions, against the record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any

from minyi.models import PostId, StoredPost
from minyi.store import tokens
from minyi.store.base import Store
from minyi.store.elastic.client import Cluster
from minyi.store.elastic.document import Document, label_name, to_document
from minyi.store.elastic.layout import Layout
from minyi.store.elastic.reader import ElasticReader
from minyi.store.elastic.sums import UNSCORED
from minyi.store.nodes import Text
from minyi.store.projection import Cell
from minyi.store.query import Query
from minyi.text import search_key

Tell = Callable[[str], None]

_PAGE = 1_000
_CELLS = 10_000
SHOWN = 20
"""Differences named one by one; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Differences:
    """What differs; ids of posts missing in the cluster, too many there, or other than in the record."""

    posts: int
    cells: tuple[str, ...]
    missing: tuple[PostId, ...]
    extra: tuple[PostId, ...]
    changed: tuple[PostId, ...]
    queries: int
    wrong_queries: tuple[str, ...]

    @property
    def count(self) -> int:
        """0 = the copy is true."""
        lists = (self.cells, self.missing, self.extra, self.changed, self.wrong_queries)
        return sum(map(len, lists))


@dataclass(frozen=True, slots=True)
class Verifier:
    """Compares one record with one readable copy. What is still queued is no difference."""

    store: Store
    cluster: Cluster
    layout: Layout

    def verify(self, queries: int, random: Random, tell: Tell) -> Differences:
        """Everything; `queries` sampled questions."""
        self.cluster.ask("POST", f"/{self.layout.posts}/_refresh", params={"ignore_unavailable": "true"})
        cells = self._cells()
        tell(f"按政策、日期、倾向的计数：{len(cells)} 处不同")
        posts, missing, extra, changed = self._walk(tell)
        asked, wrong = self._ask(queries, random)
        tell(f"抽查检索 {asked} 次：{len(wrong)} 次不同")
        return Differences(posts, cells, missing, extra, changed, asked, wrong)

    def _cells(self) -> tuple[str, ...]:
        """Counts per policy, day and label that differ, in words; not compared while posts are queued."""
        if self.store.index_lag()[0] or self.store.projection.dead_count():
            return ()
        ours = dict(self.store.projection.cells())
        theirs = dict(self._their_cells())
        return tuple(
            f"{cell.policy or '全部'} {cell.date} {cell.label}："
            f"记录 {ours.get(cell, 0)}，集群 {theirs.get(cell, 0)}"
            for cell in sorted({*ours, *theirs})
            if ours.get(cell, 0) != theirs.get(cell, 0)
        )

    def _their_cells(self) -> Iterator[tuple[Cell, int]]:
        """Each post once under "", and once under each of its policies."""
        yield from self._composite([])
        yield from self._composite([{"policy": {"terms": {"field": "policies"}}}])

    def _composite(self, policy: list[Any]) -> Iterator[tuple[Cell, int]]:
        day = {"field": "published", "fixed_interval": "1d", "time_zone": "+08:00"}
        label = {"terms": {"field": "label", "missing_bucket": True}}
        composite: Document = {
            "size": _CELLS,
            "sources": [*policy, {"day": {"date_histogram": day}}, {"label": label}],
        }
        body = {"size": 0, "track_total_hits": False, "aggs": {"cells": {"composite": composite}}}
        while True:
            answer = self.cluster.ask("POST", f"/{self.layout.posts}/_search", body)
            page = answer["aggregations"]["cells"] if "aggregations" in answer else {"buckets": []}
            for one in page["buckets"]:
                key = one["key"]
                name = UNSCORED if key["label"] is None else label_name(key["label"])
                day_number = (key["day"] // 1000 + 8 * 3_600) // 86_400
                yield Cell(key.get("policy", ""), day_number, name), one["doc_count"]
            if len(page["buckets"]) < _CELLS:
                return
            composite["after"] = page["after_key"]

    def _walk(self, tell: Tell) -> tuple[int, tuple[PostId, ...], tuple[PostId, ...], tuple[PostId, ...]]:
        """Both sides newest first, side by side; then a second look at what seemed to differ."""
        posts = 0
        suspects: dict[PostId, None] = {}
        ours, theirs = self.store.iterate(Query()), self._documents()
        mine, other = next(ours, None), next(theirs, None)
        while mine is not None or other is not None:
            if other is None or (mine is not None and mine.rid > other["rid"]):
                assert mine is not None  # noqa: S101 - one of the two is there
                suspects[mine.post.id] = None
                mine, posts = next(ours, None), posts + 1
            elif mine is None or other["rid"] > mine.rid:
                suspects[PostId(other["id"])] = None
                other = next(theirs, None)
            else:
                if not _same(mine, other):
                    suspects |= {mine.post.id: None, PostId(other["id"]): None}
                mine, other, posts = next(ours, None), next(theirs, None), posts + 1
            if posts % 20_000 == 0 and posts:
                tell(f"已比对 {posts:,} 条")
        return posts, *self._look_again(list(suspects))

    def _documents(self) -> Iterator[Document]:
        """Every document, newest first, at one point in time."""
        keep = "2m"
        opened = self.cluster.ask(
            "POST", f"/{self.layout.posts}/_pit", params={"keep_alive": keep, "ignore_unavailable": "true"}
        )
        pit = {"id": opened["id"], "keep_alive": keep}
        body: Document = {"size": _PAGE, "sort": [{"rid": "desc"}], "track_total_hits": False, "pit": pit}
        try:
            while True:
                answer = self.cluster.ask("POST", "/_search", body, timeout=30.0)
                hits = answer["hits"]["hits"]
                yield from (hit["_source"] for hit in hits)
                if len(hits) < _PAGE:
                    return
                pit["id"] = answer["pit_id"]
                body["search_after"] = hits[-1]["sort"]
        finally:
            self.cluster.ask("DELETE", "/_pit", {"id": pit["id"]})

    def _look_again(
        self, suspects: Sequence[PostId]
    ) -> tuple[tuple[PostId, ...], tuple[PostId, ...], tuple[PostId, ...]]:
        """Posts change while both are read: only what differs now, and is not on its way, is a difference."""
        missing: list[PostId] = []
        extra: list[PostId] = []
        changed: list[PostId] = []
        for chunk in _chunks(suspects, _PAGE):
            ours = {one.post.id: one for one in self.store.get(chunk)}
            theirs = self._by_id(chunk)
            waiting = self.store.projection.still_waiting(chunk)
            for post in chunk:
                found = theirs.get(post, [])
                if post in waiting:
                    continue
                if post not in ours:
                    extra += [post] if found else []
                elif not found:
                    missing.append(post)
                elif len(found) > 1:
                    extra.append(post)
                elif not _same(ours[post], found[0]):
                    changed.append(post)
        return tuple(missing), tuple(extra), tuple(changed)

    def _by_id(self, posts: Sequence[PostId]) -> dict[PostId, list[Document]]:
        """Documents by id; two of one id when it lies in two months."""
        body = {"size": 10_000, "query": {"ids": {"values": list(posts)}}}
        found: dict[PostId, list[Document]] = {}
        for hit in self.cluster.ask("POST", f"/{self.layout.posts}/_search", body)["hits"]["hits"]:
            found.setdefault(PostId(hit["_id"]), []).append(hit["_source"])
        return found

    def _ask(self, count: int, random: Random) -> tuple[int, tuple[str, ...]]:
        """Words of the record's own newest posts, asked of both; those with another answer."""
        reader = ElasticReader(self.cluster, self.layout, self.store)
        words = _words(islice(self.store.iterate(Query()), 5_000), random)
        asked = 0
        wrong: list[str] = []
        for word in islice(words, count):
            asked += 1
            query = Query(text=Text((word,)))
            ours, theirs = self.store.search(query, size=5), reader.search(query, size=5)
            same = (ours.total, [one.stored.post.id for one in ours.hits]) == (
                theirs.total,
                [one.stored.post.id for one in theirs.hits],
            )
            if not same and not self.store.index_lag()[0]:
                wrong.append(word)
        return asked, tuple(wrong)


def _words(posts: Iterable[StoredPost], random: Random) -> Iterator[str]:
    """Runs cut at random to two, three or four characters; words of other scripts whole."""
    runs = [run for one in posts for run in tokens.runs(search_key(one.post.text))]
    if not runs:
        return
    while True:
        run = random.choice(runs)
        if not tokens.is_han(run):
            yield run
            continue
        at = random.randrange(len(run))
        yield run[at : at + random.choice((1, 2, 2, 2, 3, 4))]


def _same(stored: StoredPost, document: Document) -> bool:
    """Equal in every field; the form of numbers does not matter."""
    return to_document(stored) == document


def _chunks(values: Sequence[PostId], size: int) -> Iterator[Sequence[PostId]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]

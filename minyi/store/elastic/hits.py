"""Asking the cluster for hits: newest first by row id, or the best of the newest 20,000."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from minyi.models import PostId, StoredPost
from minyi.store.elastic.client import Cluster
from minyi.store.elastic.compile import Dsl, both
from minyi.store.elastic.document import to_stored

EXACT_TOTAL = 10_000
"""Totals are exact up to this many; beyond, a floor."""
WINDOW = 20_000
"""What costs grow with the hits is computed on this many newest ones."""
RESULT_WINDOW = 10_000
"""The cluster's limit of one page."""

_NEWEST: list[Dsl] = [{"rid": "desc"}]
LENIENT = {"ignore_unavailable": "true", "allow_no_indices": "true"}
"""An index that is not there holds nothing."""
_CANDIDATES = 4
"""Hits read for each one shown when clusters collapse."""


@dataclass(frozen=True, slots=True)
class Found:
    """A hit's document, without the words when they were not asked for."""

    rid: int
    cluster: str


@dataclass(frozen=True, slots=True)
class Asker:
    """Questions to one alias."""

    cluster: Cluster
    alias: str

    def search(self, body: Dsl) -> Any:
        """The raw answer; the cluster gives up a little before we do, and a partial answer is an error."""
        limit = f"{max(int(self.cluster.timeout) - 1, 1)}s"
        params = {**LENIENT, "allow_partial_search_results": "false"}
        return self.cluster.ask("POST", f"/{self.alias}/_search", {"timeout": limit, **body}, params=params)

    def total(self, query: Dsl, limit: int | bool) -> int:
        """Hits, counted up to a limit (True = all)."""
        answer = self.search({"query": query, "size": 0, "track_total_hits": limit})
        return int(answer["hits"]["total"]["value"])

    def newest(self, query: Dsl, size: int, below: int | None) -> list[StoredPost]:
        """Posts, newest first, below the cursor's."""
        return [to_stored(hit["_source"]) for hit in self._page(query, size, below, source=True)]

    def _page(self, query: Dsl, size: int, below: int | None, *, source: bool | Sequence[str]) -> list[Any]:
        body: Dsl = {
            "query": both(query, _below(below)),
            "size": size,
            "sort": _NEWEST,
            "track_total_hits": False,
            "_source": source,
        }
        hits: list[Any] = self.search(body)["hits"]["hits"]
        return hits

    def newest_collapsed(self, query: Dsl, size: int, below: int | None) -> list[StoredPost]:
        """As `newest`, leaving out every hit that has a newer one of its cluster, on earlier pages too.

        The server's own `collapse` cannot be paged by row id.
        """
        shown: list[int] = []
        while len(shown) < size:
            found = [
                Found(hit["_source"]["rid"], hit["_source"]["cluster"])
                for hit in self._page(query, size * _CANDIDATES, below, source=["rid", "cluster"])
            ]
            newest = self._newest_of(query, sorted({one.cluster for one in found}))
            shown += [one.rid for one in found if newest[one.cluster] == one.rid]
            if len(found) < size * _CANDIDATES:
                break
            below = found[-1].rid
        return self.by_rid(shown[:size])

    def _newest_of(self, query: Dsl, clusters: Sequence[str]) -> dict[str, int]:
        """The newest row id of each cluster among the hits."""
        if not clusters:
            return {}
        counted = {
            "terms": {"field": "cluster", "size": len(clusters)},
            "aggs": {"rid": {"max": {"field": "rid"}}},
        }
        body = {
            "query": both(query, {"terms": {"cluster": list(clusters)}}),
            "size": 0,
            "track_total_hits": False,
            "aggs": {"clusters": counted},
        }
        buckets = self.search(body)["aggregations"]["clusters"]["buckets"]
        return {one["key"]: int(one["rid"]["value"]) for one in buckets}

    def copies(self, query: Dsl, clusters: Sequence[str]) -> dict[str, int]:
        """Hits of each cluster."""
        if not clusters:
            return {}
        counted = {"terms": {"field": "cluster", "size": len(clusters)}}
        body = {
            "query": both(query, {"terms": {"cluster": list(clusters)}}),
            "size": 0,
            "track_total_hits": False,
            "aggs": {"clusters": counted},
        }
        return {
            one["key"]: one["doc_count"] for one in self.search(body)["aggregations"]["clusters"]["buckets"]
        }

    def by_rid(self, rids: Sequence[int]) -> list[StoredPost]:
        """Posts by row id, newest first."""
        return self.newest({"terms": {"rid": list(rids)}}, len(rids), None) if rids else []

    def best(self, scored: Dsl, size: int, *, collapse: bool) -> list[StoredPost]:
        """Best first, equal scores newest first; collapsed, a cluster shows its best hit."""
        body: Dsl = {
            "query": scored,
            "size": size,
            "sort": [{"_score": "desc"}, *_NEWEST],
            "track_total_hits": False,
        }
        if collapse:
            body["collapse"] = {"field": "cluster"}
        return [to_stored(hit["_source"]) for hit in self.search(body)["hits"]["hits"]]

    def window_floor(self, query: Dsl) -> int | None:
        """Row id of the last hit inside the window; None when all hits are."""
        if self.total(query, WINDOW + 1) <= WINDOW:
            return None
        below: int | None = None
        for _ in range(WINDOW // RESULT_WINDOW):
            body: Dsl = {
                "query": both(query, _below(below)),
                "from": RESULT_WINDOW - 1,
                "size": 1,
                "sort": _NEWEST,
                "track_total_hits": False,
                "_source": False,
            }
            below = int(self.search(body)["hits"]["hits"][0]["sort"][0])
        return below

    def by_id(self, ids: Sequence[PostId]) -> list[StoredPost]:
        """Posts in the order asked; unknown ids are left out."""
        posts: dict[str, StoredPost] = {}
        for start in range(0, len(ids), RESULT_WINDOW):
            wanted = list(dict.fromkeys(ids[start : start + RESULT_WINDOW]))
            body = {"query": {"ids": {"values": wanted}}, "size": len(wanted), "track_total_hits": False}
            posts |= {hit["_id"]: to_stored(hit["_source"]) for hit in self.search(body)["hits"]["hits"]}
        return [posts[one] for one in ids if one in posts]


def _below(rid: int | None) -> Dsl:
    return {"match_all": {}} if rid is None else {"range": {"rid": {"lt": rid}}}


def at_least(rid: int) -> Dsl:
    """Hits at or above a row id."""
    return {"range": {"rid": {"gte": rid}}}

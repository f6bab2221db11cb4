"""Facets, polarity and curves from the cluster, exact: distributions are counted, never estimated."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from minyi.models import Label
from minyi.store.base import Facet, FacetRow, Split, Stats, Step
from minyi.store.elastic.compile import Dsl, both, compile_query
from minyi.store.elastic.document import label_name
from minyi.store.elastic.hits import WINDOW, Asker, at_least
from minyi.store.query import Query

UNSCORED = "unscored"
FIELDS = {Split.POLICY: "policies", Split.SOURCE: "source", Split.LABEL: "label"}

_MANY = 10_000
"""More values than any office has policies or sources: nothing is left out, so counts are exact."""
_PAGE = 10_000
_POLARITIES = 2_001
"""Different values of a polarity in thousandths."""
_INTERVALS = {Step.FIVE_MINUTES: "5m", Step.HOUR: "1h", Step.DAY: "1d"}
_COARSEST = {
    Step.FIVE_MINUTES: ["minute", "hour"],
    Step.HOUR: ["minute", "hour"],
    Step.DAY: ["minute", "hour", "day"],
}


def windowed(asker: Asker, query: Query) -> tuple[Dsl, bool]:
    """The question over the newest 20,000 hits, and whether there are more."""
    asked = compile_query(query)
    floor = asker.window_floor(asked)
    return (asked, False) if floor is None else (both(asked, at_least(floor)), True)


def facet(asker: Asker, query: Query, field: Split, size: int) -> Facet:
    """Counts by value, largest first, then by value; of policies only those asked for, when any are."""
    asked, capped = windowed(asker, query)
    values: Dsl = {"field": FIELDS[field], "size": _MANY}
    if field is Split.LABEL:
        values["missing"] = UNSCORED
    counted = {
        "terms": values,
        "aggs": {"s": {"sum": {"field": "polarity"}}, "n": {"value_count": {"field": "polarity"}}},
    }
    body = {"query": asked, "size": 0, "track_total_hits": True, "aggs": {"values": counted}}
    answer = asker.search(body)
    rows = (
        [
            FacetRow(_value(field, one["key"]), one["doc_count"], _mean(one["s"]["value"], one["n"]["value"]))
            for one in answer["aggregations"]["values"]["buckets"]
        ]
        if "aggregations" in answer
        else []
    )
    if field is Split.POLICY and query.policies:
        rows = [row for row in rows if row.value in query.policies]
    rows.sort(key=lambda row: (-row.count, row.value))
    counted_hits = WINDOW if capped else int(answer["hits"]["total"]["value"])
    return Facet(tuple(rows[:size]), counted_hits, capped)


def _value(field: Split, key: str) -> str:
    return label_name(key) if field is Split.LABEL and key != UNSCORED else key


def _mean(total: float, count: int) -> float:
    return total / count if count else 0.0


def stats(asker: Asker, query: Query) -> Stats:
    """Polarity of the scored hits, percentiles by nearest rank over the counted distribution."""
    asked, capped = windowed(asker, query)
    counted = {"terms": {"field": "polarity", "size": _POLARITIES}}
    answer = asker.search({"query": asked, "size": 0, "track_total_hits": True, "aggs": {"values": counted}})
    hits = WINDOW if capped else int(answer["hits"]["total"]["value"])
    buckets = answer["aggregations"]["values"]["buckets"] if "aggregations" in answer else []
    spread = sorted((round(one["key"] * 1000), one["doc_count"]) for one in buckets)
    n = sum(count for _, count in spread)
    if not n:
        return Stats(0, None, None, None, None, hits, capped)
    mean = sum(value * count for value, count in spread) / n / 1000
    p5, p50, p95 = (_ranked(spread, math.ceil(share * n)) / 1000 for share in (0.05, 0.5, 0.95))
    return Stats(n, mean, p5, p50, p95, hits, capped)


def _ranked(spread: Sequence[tuple[int, int]], rank: int) -> int:
    """The value at a rank, counted from 1."""
    seen = 0
    for value, count in spread:
        seen += count
        if seen >= rank:
            return value
    raise ValueError(rank)


def cells(
    asker: Asker, query: Query, step: Step, split: Split | None
) -> Iterator[tuple[int, str, int, float]]:
    """Non-empty cells of a curve: UTC second, split value, count, sum of polarities; paged, so never cut.

    Days are cut at a fixed +08:00, as the record cuts them.
    """
    time = {"field": "published", "fixed_interval": _INTERVALS[step], "time_zone": "+08:00"}
    sources: list[Dsl] = [{"at": {"date_histogram": time}}]
    if split is not None:
        sources.append({"key": {"terms": {"field": FIELDS[split], "missing_bucket": split is Split.LABEL}}})
    precise = {"terms": {"precision": _COARSEST[step]}}
    composite: Dsl = {"size": _PAGE, "sources": sources}
    body: Dsl = {
        "query": both(compile_query(query), precise),
        "size": 0,
        "track_total_hits": False,
        "aggs": {"cells": {"composite": composite, "aggs": {"s": {"sum": {"field": "polarity"}}}}},
    }
    while True:
        page = asker.search(body).get("aggregations", {}).get("cells", {"buckets": []})
        for one in page["buckets"]:
            key: Any = one["key"].get("key", "") if split is not None else ""
            yield one["key"]["at"] // 1000, _key(split, key), one["doc_count"], one["s"]["value"]
        if len(page["buckets"]) < _PAGE:
            return
        composite["after"] = page["after_key"]


def _key(split: Split | None, key: str | None) -> str:
    if split is Split.LABEL:
        return UNSCORED if key is None else label_name(key)
    return key or ""


def shown_keys(query: Query, split: Split | None, found: set[str]) -> list[str]:
    """Split values to show: those asked for, else those found; labels always."""
    if split is None:
        return [""]
    asked: Sequence[str] = {
        Split.POLICY: query.policies,
        Split.SOURCE: query.sources,
        Split.LABEL: query.labels or tuple(Label),
    }[split]
    return sorted({str(one) for one in asked} | found)

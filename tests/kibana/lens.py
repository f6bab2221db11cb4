"""Asks a cluster what Kibana's panels ask, from the very bodies sent to Kibana, and gives back the numbers.

Aggregations follow Lens: a filter around each number, one search more for each shifted range, terms ordered
by the first number. `auto` steps are taken as one hour; a last value is asked by `top_hits`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from minyi.clock import LOCAL
from minyi.panels import Boards

Json = dict[str, Any]
Ask = Callable[[str, Json], Json]
"""Index and search body to the answer."""
Rows = dict[tuple[str, ...], list[Any]]

_SHIFTS = {"": timedelta(0), "1d": timedelta(days=1), "1w": timedelta(weeks=1)}
_PART = re.compile(r"(not )?(\w+) : (?:\((?P<many>[^)]*)\)|(?P<one>\"[^\"]*\")|(?P<any>\*))")
_COUNT = re.compile(r"count\((?:kql='(?P<kql>[^']*)')?(?:, )?(?:shift='(?P<shift>\w+)')?\)")


def kql(expression: str) -> Json:
    """The part of KQL that we write: terms and existence, joined by `and`."""
    clauses: list[Json] = []
    for part in expression.split(" and ") if expression else []:
        found = _PART.fullmatch(part)
        assert found is not None, part
        values = re.findall(r'"([^"]*)"', found["many"] or found["one"] or "")
        clause: Json = {"terms": {found[2]: values}} if values else {"exists": {"field": found[2]}}
        clauses.append({"bool": {"must_not": [clause]}} if found[1] else clause)
    return {"bool": {"filter": clauses}}


@dataclass(frozen=True)
class Lens:
    """A Kibana's eyes at one moment."""

    ask: Ask
    prefix: str
    boards: Boards
    now: datetime
    days: int

    def rows(self, config: Json) -> Rows:
        """Numbers by the values of the breakdowns, as `(x, y)`; `()` for a metric."""
        if config["type"] == "metric":
            return {(): [self._number(config, one) for one in config["metrics"]]}
        layer = config["layers"][0] if config["type"] == "xy" else config
        splits, numbers = _parts(config["type"], layer)
        answer = self._search(config, layer["data_source"], _nested(splits, numbers), timedelta(0))
        return dict(_flat(answer["aggregations"], splits, numbers, ()))

    def _number(self, config: Json, one: Json) -> Any:
        """One number of a metric, which may look back."""
        if one["operation"] == "formula":
            return self._formula(config, one["formula"])
        shift = _SHIFTS[one.get("time_shift", "")]
        answer = self._search(config, config["data_source"], {"m0": _metric(one)}, shift)
        return _read(answer["aggregations"]["m0"], one)

    def _formula(self, config: Json, text: str) -> float | None:
        upper, lower = (_COUNT.fullmatch(part) for part in text.split(" / "))
        assert upper is not None
        assert lower is not None
        counts = []
        for found in (upper, lower):
            aggs: Json = {"m0": {"filter": kql(found["kql"] or "")}}
            answer = self._search(config, config["data_source"], aggs, _SHIFTS[found["shift"] or ""])
            counts.append(answer["aggregations"]["m0"]["doc_count"])
        return counts[0] / counts[1] if counts[1] else None

    def newest(self, config: Json) -> list[Json]:
        """Sources of the documents a list shows, in its order."""
        (tab,) = config["tabs"]
        body = self._query(config, tab["data_source"], timedelta(0))
        order = [{one["name"]: one["direction"]} for one in tab["sort"]]
        body |= {"size": tab["sample_size"], "sort": order, "_source": tab["column_order"]}
        hits = self.ask(self._index(tab["data_source"]), body)["hits"]["hits"]
        return [hit["_source"] for hit in hits]

    def marks(self, layer: Json) -> list[tuple[str, str]]:
        """(time, text) of the moments a layer draws."""
        (event,) = layer["events"]
        body = {"size": 100, "query": kql(event["query"]["expression"])}
        hits = self.ask(self._index(layer["data_source"]), body)["hits"]["hits"]
        return sorted(
            (one["_source"][event["time_field"]], one["_source"][event["text"]["field"]]) for one in hits
        )

    def _search(self, config: Json, source: Json, aggs: Json, shift: timedelta) -> Json:
        return self.ask(self._index(source), {"size": 0, **self._query(config, source, shift), "aggs": aggs})

    def _index(self, source: Json) -> str:
        name = str(source.get("ref_id") or source["index_pattern"])
        return name.replace("minyi", self.prefix, 1)

    def _query(self, config: Json, source: Json, shift: timedelta) -> Json:
        """Range and condition of the panel; an inline source without a time field has neither."""
        clauses = [kql(config["query"]["expression"])] if "query" in config else []
        if "ref_id" in source:
            start, end = self._range(config)
            bounds = {"gte": (start - shift).isoformat(), "lte": (end - shift).isoformat()}
            clauses.append({"range": {self.boards.find_view(source["ref_id"]).time_field: bounds}})
        return {"query": {"bool": {"filter": clauses}}}

    def _range(self, config: Json) -> tuple[datetime, datetime]:
        if config.get("time_range", {}).get("from") == "now/d":
            return self.now.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0), self.now
        return self.now - timedelta(days=self.days), self.now


def _parts(kind: str, layer: Json) -> tuple[list[Json], list[Json]]:
    """Breakdowns and numbers of a chart."""
    match kind:
        case "xy":
            return [layer["x"], *([layer["breakdown_by"]] if "breakdown_by" in layer else [])], layer["y"]
        case "data_table":
            return layer["rows"], layer["metrics"]
        case "tag_cloud":
            return [layer["tag_by"]], [layer["metric"]]
        case _:
            return [layer["x"], layer["y"]], [layer["metric"]]


def _nested(splits: list[Json], numbers: list[Json]) -> Json:
    if not splits:
        return {f"m{n}": _metric(one) for n, one in enumerate(numbers)}
    own = {f"m{n}": _metric(one) for n, one in enumerate(numbers)}
    below = _nested(splits[1:], numbers) | own
    return {"split": _split(splits[0], numbers) | {"aggs": below}}


def _split(one: Json, numbers: list[Json]) -> Json:
    if one["operation"] == "date_histogram":
        step = {"auto": "1h"}.get(one["suggested_interval"], one["suggested_interval"])
        body = {"field": one["field"], "calendar_interval": step, "time_zone": "Asia/Shanghai"}
        return {"date_histogram": {**body, "min_doc_count": 0 if one["include_empty_rows"] else 1}}
    if one["rank_by"]["type"] == "significant":
        return {"significant_terms": {"field": one["fields"][0], "size": one["limit"]}}
    order = {"_key": "asc"} if one["rank_by"]["type"] == "alphabetical" else _by_first(numbers[0])
    return {"terms": {"field": one["fields"][0], "size": one["limit"], "order": order}}


def _by_first(number: Json) -> Json:
    return {"_count" if number["operation"] == "count" and "filter" not in number else "m0>v": "desc"}


def _metric(one: Json) -> Json:
    inner: Json
    match one["operation"]:
        case "count":
            inner = {}
        case "unique_count":
            inner = {"v": {"cardinality": {"field": one["field"]}}}
        case "average":
            inner = {"v": {"avg": {"field": one["field"]}}}
        case "median":
            inner = {"v": {"percentiles": {"field": one["field"], "percents": [50]}}}
        case "last_value":
            newest = [{one["time_field"]: "desc"}]
            inner = {"v": {"top_hits": {"size": 1, "sort": newest, "_source": [one["field"]]}}}
        case other:
            inner = {"v": {other: {"field": one["field"]}}}
    return {"filter": kql(one.get("filter", {}).get("expression", "")), **({"aggs": inner} if inner else {})}


def _read(found: Json, one: Json) -> Any:
    match one["operation"]:
        case "count":
            return found["doc_count"]
        case "median":
            return found["v"]["values"]["50.0"]
        case "last_value":
            hits = found["v"]["hits"]["hits"]
            return hits[0]["_source"][one["field"]] if hits else None
        case _:
            return found["v"]["value"]


def _flat(
    found: Mapping[str, Any], splits: list[Json], numbers: list[Json], keys: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    """Buckets as rows; those without documents are left out."""
    if not splits:
        yield keys, [_read(found[f"m{n}"], one) for n, one in enumerate(numbers)]
        return
    for bucket in found["split"]["buckets"]:
        if bucket["doc_count"]:
            key = str(bucket.get("key_as_string", bucket["key"]))
            yield from _flat(bucket, splits[1:], numbers, (*keys, key))

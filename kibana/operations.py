"""Metrics and breakdowns as the operations of Kibana's dashboards API (9.5).

Shapes and their source: docs/kibana.md, "What the bodies hold".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from kibana.kql import kql
from minyi.panels import Band, Breakdown, Condition, Metric, View

Json: TypeAlias = dict[str, object]

_OPERATION = {"unique": "unique_count", "last": "last_value"}
_NUMBER: Json = {"type": "number", "decimals": 0}
_FORMAT: dict[str, Json] = {
    "": _NUMBER,
    "decimal": {"type": "number", "decimals": 2},
    "seconds": {"type": "number", "decimals": 0, "suffix": " 秒"},
    "minutes": {"type": "number", "decimals": 0, "suffix": " 分钟"},
    "percent": {"type": "percent", "decimals": 1},
}

_OTHER = "#d3dae6"
"""Colour of values that have none of their own."""


def query(conditions: Sequence[Condition]) -> Json:
    """A KQL query or filter."""
    return {"language": "kql", "expression": kql(conditions)}


def metric(one: Metric, view: View, always: Sequence[Condition] = ()) -> Json:
    """One number; `always` are further conditions that only the metric itself can carry."""
    if one.kind == "share":
        return _share(one)
    last = one.kind == "last"
    made: Json = {"operation": _OPERATION.get(one.kind, one.kind), "label": one.label}
    if one.field:
        made["field"] = one.field
    if last:
        made["time_field"] = view.time_field
    if not last or one.unit:
        made["format"] = dict(_FORMAT[one.unit])
    if one.kind == "count":
        made["empty_as_null"] = False
    # The last value is that of the newest document which has the field at all.
    parts = [f"{one.field} : *" if last else "", kql((*always, *one.filter))]
    if any(parts):
        made["filter"] = {"language": "kql", "expression": " and ".join(part for part in parts if part)}
    return made | ({"time_shift": one.shift} if one.shift else {})


def _share(one: Metric) -> Json:
    """A formula; it takes neither `filter` nor `time_shift`, so both stand inside it."""
    inside = [f"kql='{kql(one.filter)}'"]
    shift = [f"shift='{one.shift}'"] if one.shift else []
    formula = f"count({', '.join(inside + shift)}) / count({', '.join(shift)})"
    return {
        "operation": "formula",
        "formula": formula,
        "label": one.label,
        "format": dict(_FORMAT["percent"]),
    }


def bands(steps: Sequence[Band]) -> Json:
    """Colours by value: the first band is open below, the last above, and they touch."""
    made: list[Json] = []
    lower: float | None = None
    for step in steps:
        bounds = {} if lower is None else {"gte": lower}
        if step.below is not None:
            bounds["lt"] = step.below
        made.append({**bounds, "color": step.color})
        lower = step.below
    return {"type": "dynamic", "range": "absolute", "steps": made}


def breakdown(one: Breakdown, view: View) -> Json:
    """One split: steps of time, or the values of a field."""
    label = _label(view, one.field)
    if one.kind == "time":
        return {
            "operation": "date_histogram",
            "field": one.field,
            "label": label,
            "suggested_interval": one.step,
            "include_empty_rows": True,
        }
    return {
        "operation": "terms",
        "fields": [one.field],
        "limit": one.limit,
        "rank_by": _rank(one),
        "label": label,
    }


def _rank(one: Breakdown) -> Json:
    if one.kind == "significant":
        return {"type": "significant"}
    if one.order == "value":
        return {"type": "alphabetical", "direction": "asc"}
    return {"type": "metric", "metric_index": 0, "direction": "desc"}


def value_colors(one: Breakdown, view: View) -> Json | None:
    """The office's colours of a field's values, or None when the field has none."""
    known = view.find_field(one.field)
    if known is None or not known.colors:
        return None
    mapping = [
        {"values": [pair.value], "color": {"type": "color_code", "value": pair.color}}
        for pair in known.colors
    ]
    rest = {"type": "color_code", "value": "#d3dae6"}
    return {"mode": "categorical", "palette": "default", "mapping": mapping, "unassigned": rest}


def _label(view: View, name: str) -> str:
    known = view.find_field(name)
    return known.label if known is not None else name

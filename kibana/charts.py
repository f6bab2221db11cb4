"""One panel as the dashboards API wants it: its box, its kind, its numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from kibana.operations import Json, bands, breakdown, metric, query, value_colors
from minyi.panels import Boards, Chart, Marks, Panel, View

_HIDDEN: Json = {"visible": False}
_HEAT = ("#fff3e0", "#ffcc80", "#ffa726", "#f4511e", "#b71c1c")
_MARK_COLOR = "#1565c0"


class MarksAs(StrEnum):
    """How moments are drawn on a time axis.

    Annotations are the better picture; bars are for a Kibana that fails on them.
    """

    ANNOTATIONS = "annotations"
    BARS = "bars"


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a chart is made from: the panel, its view, all boards, and how marks are drawn."""

    panel: Panel
    view: View
    boards: Boards
    marks_as: MarksAs

    @property
    def source(self) -> Json:
        """The saved data view; for an `always` panel its index alone, without a time field to filter by."""
        if self.panel.range == "always":
            return {"type": "data_view_spec", "index_pattern": self.view.id}
        return {"type": "data_view_reference", "ref_id": self.view.id}

    @property
    def metrics(self) -> list[Json]:
        """The panel's numbers. `always` panels drop their own query, so its condition moves in here."""
        inside = self.panel.filter if self.panel.range == "always" else ()
        return [metric(one, self.view, inside) for one in self.panel.metrics]

    @property
    def splits(self) -> list[Json]:
        """The panel's breakdowns."""
        return [breakdown(one, self.view) for one in self.panel.breakdown]


def panel_body(panel: Panel, boards: Boards, marks_as: MarksAs) -> Json:
    """The panel with its place and everything Kibana needs to draw it."""
    grid: Json = {"x": panel.grid.x, "y": panel.grid.y, "w": panel.grid.w, "h": panel.grid.h}
    drawing = Drawing(panel, boards.find_view(panel.index), boards, marks_as)
    if panel.chart is Chart.LIST:
        return {"type": "discover_session", "id": panel.id, "grid": grid, "config": _list(drawing)}
    config = {"title": panel.title, **_CHARTS[panel.chart](drawing)}
    if panel.range == "today":
        config["time_range"] = {"from": "now/d", "to": "now"}
    if panel.range == "always":
        config["ignore_global_filters"] = True
    elif panel.filter:
        config["query"] = query(panel.filter)
    return {"type": "vis", "id": panel.id, "grid": grid, "config": config}


def _metric(drawing: Drawing) -> Json:
    numbers: list[Json] = []
    for place, one, spec in zip(
        ("primary", "secondary"), drawing.metrics, drawing.panel.metrics, strict=False
    ):
        number = {"type": place, **one}
        if spec.bands and place == "primary":
            number |= {"color": bands(spec.bands), "apply_color_to": "value"}
        numbers.append(number)
    if drawing.panel.range == "today" and drawing.panel.metrics[0].kind == "count":
        numbers[0]["background_chart"] = {"type": "trend"}
    # The number carries the same words: with both, the title would stand twice.
    return {"type": "metric", "hide_title": True, "data_source": drawing.source, "metrics": numbers}


def _xy(drawing: Drawing) -> Json:
    x, *rest = drawing.splits
    layer: Json = {"type": drawing.panel.chart.value, "data_source": drawing.source, "x": x}
    layer["y"] = drawing.metrics
    if rest:
        colors = value_colors(drawing.panel.breakdown[1], drawing.view)
        layer["breakdown_by"] = rest[0] | ({"color": colors} if colors else {})
    layers = [layer]
    if drawing.panel.marks is not None:
        layers.append(_marks_layer(drawing.panel.marks, drawing))
    temporal: Json = {"scale": "temporal"} if x["operation"] == "date_histogram" else {}
    slanted: Json = {"labels": {"orientation": "angled"}} if drawing.panel.chart is Chart.BAR else {}
    axis = {"x": {"title": _HIDDEN, **temporal, **slanted}, "y": {"title": _HIDDEN}}
    if drawing.panel.marks is not None and drawing.marks_as is MarksAs.BARS:
        axis["y2"] = {"title": _HIDDEN}
    placed: Json = {"visibility": "visible", "placement": "outside", "position": "bottom"}
    legend = placed if len(layers) + len(rest) > 1 else {"visibility": "hidden"}
    return {"type": "xy", "layers": layers, "legend": legend, "axis": axis}


def _marks_layer(marks: Marks, drawing: Drawing) -> Json:
    view = drawing.boards.find_view(marks.index)
    source: Json = {"type": "data_view_reference", "ref_id": view.id}
    if drawing.marks_as is MarksAs.BARS:
        x: Json = {
            "operation": "date_histogram",
            "field": view.time_field,
            "label": marks.label,
            "suggested_interval": "auto",
            "include_empty_rows": True,
        }
        whole: Json = {"type": "number", "decimals": 0}
        count: Json = {"operation": "count", "label": marks.label, "format": whole, "empty_as_null": False}
        count["axis"] = "y2"
        return {"type": "bar", "ignore_global_filters": True, "data_source": source, "x": x, "y": [count]}
    event: Json = {
        "type": "query",
        "label": marks.label,
        "time_field": view.time_field,
        "query": {"language": "kql", "expression": f"{view.time_field} : *"},
        "text": {"visible": True, "field": marks.text},
        "extra_fields": list(marks.more),
        "icon": "flag",
        "color": {"type": "static", "color": _MARK_COLOR},
        "line": {"stroke_width": 2, "stroke_dash": "dashed"},
    }
    return {"type": "annotations", "ignore_global_filters": True, "data_source": source, "events": [event]}


def _table(drawing: Drawing) -> Json:
    rows = []
    for row, spec in zip(drawing.splits, drawing.panel.breakdown, strict=True):
        rows.append(row | ({"width": spec.width, "click_filter": True} if spec.width else {}))
    words = [
        number | ({"alignment": "left"} if number["operation"] == "last_value" else {})
        for number in drawing.metrics
    ]
    styling: Json = {
        "density": {"mode": "compact"},
        "sort_by": {"column_type": "metric", "index": 0, "direction": "desc"},
    }
    return {
        "type": "data_table",
        "data_source": drawing.source,
        "rows": rows,
        "metrics": words,
        "styling": styling,
    }


def _tag_cloud(drawing: Drawing) -> Json:
    styling: Json = {"orientation": "horizontal", "font_size": {"min": 14, "max": 56}, "caption": _HIDDEN}
    return {
        "type": "tag_cloud",
        "data_source": drawing.source,
        "metric": drawing.metrics[0],
        "tag_by": drawing.splits[0],
        "styling": styling,
    }


def _heatmap(drawing: Drawing) -> Json:
    x, y = drawing.splits
    width = 100 // len(_HEAT)
    steps: list[Json] = [
        {"gte": width * n, "lt": width * (n + 1), "color": color} for n, color in enumerate(_HEAT)
    ]
    steps[-1]["lte"] = steps[-1].pop("lt")  # only the last step may be closed above
    color: Json = {"type": "dynamic", "range": "percentage", "steps": steps}
    scale = "temporal" if x["operation"] == "date_histogram" else "ordinal"
    return {
        "type": "heatmap",
        "data_source": drawing.source,
        "x": x,
        "y": y,
        "metric": drawing.metrics[0] | {"color": color},
        "axis": {"x": {"scale": scale, "title": _HIDDEN}, "y": {"title": _HIDDEN}},
        "legend": {"visibility": "hidden"},
    }


def _list(drawing: Drawing) -> Json:
    columns = drawing.panel.columns
    tab: Json = {
        "data_source": drawing.source,
        "column_order": [column.field for column in columns],
        "column_settings": {one.field: {"width": one.width} for one in columns if one.width},
        "sort": [{"name": drawing.view.time_field, "direction": "desc"}],
        "view_mode": "documents",
        "rows_per_page": 50,
        "sample_size": 500,
    }
    return {"title": drawing.panel.title, "tabs": [tab]}


_CHARTS: dict[Chart, Callable[[Drawing], Json]] = {
    Chart.METRIC: _metric,
    Chart.AREA_STACKED: _xy,
    Chart.LINE: _xy,
    Chart.BAR: _xy,
    Chart.BAR_STACKED: _xy,
    Chart.BAR_HORIZONTAL_STACKED: _xy,
    Chart.TABLE: _table,
    Chart.TAG_CLOUD: _tag_cloud,
    Chart.HEATMAP: _heatmap,
}

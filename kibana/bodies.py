"""Everything sent to Kibana, as plain values: data views, boards, the viewer's role."""

from __future__ import annotations

from kibana.charts import MarksAs, panel_body
from kibana.operations import Json
from minyi.panels import Board, Boards, View, ViewField

ROLE = "minyi-viewer"
"""Name of the read-only role for people who look at boards."""


def data_view(view: View) -> Json:
    """A data view with Chinese field names.

    `override` replaces the one of the same name, so id and name must stay as they are.
    """
    formats: Json = {one.name: {"id": "url"} for one in view.fields if one.link}
    formats |= {one.name: _lookup(one) for one in view.fields if one.names}
    labels: Json = {one.name: {"customLabel": one.label} for one in view.fields}
    inner: Json = {
        "id": view.id,
        "title": view.id,
        "name": view.name,
        "timeFieldName": view.time_field,
        "allowNoIndex": True,
        "fieldFormats": formats,
        "fieldAttrs": labels,
    }
    return {"override": True, "data_view": inner}


def _lookup(field: ViewField) -> Json:
    """Kibana's static lookup: stored values are found and filtered by, names are shown."""
    entries = [{"key": one.value, "value": one.name} for one in field.names]
    return {"id": "static_lookup", "params": {"lookupEntries": entries}}


def board(one: Board, boards: Boards, marks_as: MarksAs = MarksAs.ANNOTATIONS) -> Json:
    """A board with its controls and panels; the same specification gives the same body."""
    view = boards.find_view(one.index)
    return {
        "title": one.title,
        "description": one.description,
        "time_range": {"from": f"now-{one.days}d", "to": "now"},
        "refresh_interval": {"pause": False, "value": one.refresh_seconds * 1000},
        "query": {"language": "kql", "expression": ""},
        "options": {
            "use_margins": True,
            "sync_colors": True,
            "sync_cursor": True,
            "sync_tooltips": False,
            "hide_panel_titles": False,
        },
        "pinned_panels": [_control(name, view) for name in one.controls],
        "panels": [panel_body(panel, boards, marks_as) for panel in one.panel],
    }


def _control(name: str, view: View) -> Json:
    known = view.find_field(name)
    config: Json = {
        "title": known.label if known is not None else name,
        "data_view_id": view.id,
        "field_name": name,
    }
    return {
        "type": "options_list_control",
        "id": f"control-{name}",
        "width": "medium",
        "grow": True,
        "config": config,
    }


def viewer_role() -> Json:
    """May read Minyi's indices and look at boards and posts in Kibana, and nothing else."""
    return {
        "description": "民意：只读看板",
        "elasticsearch": {
            "cluster": [],
            "indices": [{"names": ["minyi-*"], "privileges": ["read", "view_index_metadata"]}],
            "run_as": [],
        },
        "kibana": [
            {
                "spaces": ["default"],
                "base": [],
                "feature": {"dashboard_v2": ["read"], "discover_v2": ["read"]},
            }
        ],
    }


def export_files(boards: Boards) -> dict[str, Json]:
    """Every body by the file name under which `minyi kibana export` writes it."""
    files = {f"data-view.{view.id}.json": data_view(view) for view in boards.view}
    files |= {f"board.{one.id}.json": board(one, boards) for one in boards.board}
    return files | {f"role.{ROLE}.json": viewer_role()}

"""Every field a board uses is in the index's mapping, with a type that suits what is done with it."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from minyi.panelfile import load_boards
from minyi.panels import Board, Metric, Panel, View
from minyi.store.elastic import template
from minyi.store.elastic.layout import Layout

BOARDS = load_boards()
MAPPINGS: Mapping[str, Mapping[str, Any]] = {
    Layout().posts: template.POSTS,
    **{f"{Layout().prefix}-{name}": fields for name, fields in template.SIDE_INDICES.items()},
}
NUMBERS = {"long", "integer", "double", "float"}
ANY = {"keyword", "date", "boolean"} | NUMBERS
TYPES = {
    "unique": ANY, "sum": NUMBERS, "average": NUMBERS, "median": NUMBERS, "max": NUMBERS, "last": ANY,
    "terms": {"keyword"}, "significant": {"keyword"}, "time": {"date"},
    "filter": {"keyword"}, "column": ANY, "control": {"keyword"},
}  # fmt: skip
PANELS = [(board, panel) for board in BOARDS.board for panel in board.panel]


def conditions(panel: Panel) -> Iterator[tuple[str, str]]:
    """(use, field) of every condition."""
    yield from (("filter", one.field) for one in panel.filter)
    yield from (("filter", one.field) for metric in panel.metrics for one in metric.filter)


def uses(panel: Panel) -> Iterator[tuple[str, str]]:
    """(use, field) of everything in the panel."""

    def number(metric: Metric) -> tuple[str, str]:
        return metric.kind, metric.field

    yield from (number(metric) for metric in panel.metrics if metric.field)
    yield from ((one.kind, one.field) for one in panel.breakdown)
    yield from (("column", one.field) for one in panel.columns)
    yield from conditions(panel)


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=[f"{b.id}/{p.id}" for b, p in PANELS])
def test_a_panels_fields_are_mapped_and_suit(board: Board, panel: Panel) -> None:
    """A sum wants a number, terms a keyword with stored values, a curve a date."""
    del board
    mapping = MAPPINGS[panel.index]
    for use, name in uses(panel):
        assert name in mapping, f"{panel.index} has no {name}"
        spec = mapping[name]
        assert spec["type"] in TYPES[use], f"{use} of {name}, a {spec['type']}"
        assert spec.get("doc_values", True), f"{name} keeps no values to count"


@pytest.mark.parametrize("board", BOARDS.board, ids=[board.id for board in BOARDS.board])
def test_choices_above_a_board_are_keywords(board: Board) -> None:
    """A list of values to choose from."""
    assert {MAPPINGS[board.index][name]["type"] for name in board.controls} == {"keyword"}


@pytest.mark.parametrize("view", BOARDS.view, ids=[view.id for view in BOARDS.view])
def test_every_field_of_a_view_is_in_its_index(view: View) -> None:
    """Labels are given to fields that exist; the time field is a date; only addresses are links."""
    mapping = MAPPINGS[view.id]
    assert {one.name for one in view.fields} - set(mapping) == set()
    assert mapping[view.time_field]["type"] == "date"
    assert {one.name for one in view.fields if one.link} <= {"url"}


def test_marks_name_fields_of_their_own_index() -> None:
    """Releases come from the policies."""
    marks = [panel.marks for _, panel in PANELS if panel.marks is not None]
    assert marks
    for one in marks:
        assert {one.text, *one.more} <= set(MAPPINGS[one.index])

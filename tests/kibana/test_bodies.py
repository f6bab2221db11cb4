"""Every body sent to Kibana has the shape its API takes, and a wrong one would be noticed."""

import copy
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest

from kibana import bodies
from kibana.charts import MarksAs
from minyi.models import AlertState, RuleName, SourceState
from minyi.panelfile import load_boards
from minyi.panels import COLUMNS, Boards
from minyi.store.elastic import access
from minyi.store.elastic.layout import Layout
from tests.kibana.shapes import faults

BOARDS = load_boards()
HAN = re.compile(r"[\u4e00-\u9fff]")


def whole(name: str = "minyi-overview", marks_as: MarksAs = MarksAs.ANNOTATIONS) -> dict[str, Any]:
    """A board's body, free to be spoiled."""
    (board,) = (one for one in BOARDS.board if one.id == name)
    return copy.deepcopy(bodies.board(board, BOARDS, marks_as))


def panel(body: dict[str, Any], name: str) -> dict[str, Any]:
    """The configuration of one panel."""
    (found,) = (one["config"] for one in body["panels"] if one["id"] == name)
    assert isinstance(found, dict)
    return found


def each(value: Any, key: str) -> Iterator[Any]:
    """Every value under this key, at any depth."""
    if isinstance(value, dict):
        yield from (found for name, found in value.items() if name == key)
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in below:
        yield from each(one, key)


@pytest.mark.parametrize("marks_as", list(MarksAs))
@pytest.mark.parametrize("name", [board.id for board in BOARDS.board])
def test_every_board_has_the_shape_kibana_takes(name: str, marks_as: MarksAs) -> None:
    """Also in the form for a Kibana that fails on annotations."""
    assert faults("dashboard", whole(name, marks_as)) == []


def test_data_views_and_role_have_the_shape_kibana_takes() -> None:
    """One data view an index, with unique names, for Kibana replaces by name."""
    made = [bodies.data_view(view) for view in BOARDS.view]
    assert [faults("data_view", one) for one in made] == [[]] * 4
    assert len(set(each(made, "name"))) == 4
    assert faults("role", bodies.viewer_role()) == []


def at(name: str, *path: str | int, value: Any = None) -> Callable[[dict[str, Any]], None]:
    """Set, or without a value delete, what stands at the path in a panel."""

    def spoil(body: dict[str, Any]) -> None:
        place: Any = panel(body, name)
        *way, last = path
        for step in way:
            place = place[step]
        if value is None:
            del place[last]
        else:
            place[last] = value

    return spoil


WRONG: dict[str, Callable[[dict[str, Any]], None]] = {
    "a wrapper of older versions": lambda body: body.update(attributes={}),
    "an id inside": lambda body: body.update(id="minyi-overview"),
    "no title": lambda body: body.pop("title"),
    "kuery for kql": lambda body: body["query"].update(language="kuery"),
    "half a refresh": lambda body: body["refresh_interval"].pop("pause"),
    "a box out of the grid": lambda body: body["panels"][0]["grid"].update(w=49),
    "an old kind of panel": lambda body: body["panels"][0].update(type="lens"),
    "no chart type": at("trend", "type"),
    "an unknown chart": at("trend", "type", value="pie3d"),
    "dataset for data_source": at("policies", "dataset", value={}),
    "no data source": at("hot-words", "data_source"),
    "an inline view with a time field": at("open-alerts", "data_source", "time_field", value="detected_at"),
    "three numbers in a metric": at("today-volume", "metrics", value=[{}, {}, {}]),
    "the secondary number first": at("today-volume", "metrics", 0, "type", value="secondary"),
    "a trend behind the secondary": at("today-volume", "metrics", 1, "background_chart", value={"type": "trend"}),
    "a formula with a shift beside it": at("negative-share", "metrics", 1, "time_shift", value="1w"),
    "a formula with a filter beside it": at("negative-share", "metrics", 0, "filter", value={"language": "kql", "expression": "a : b"}),
    "a formula too long": at("negative-share", "metrics", 0, "formula", value="count() + " * 200),
    "colours without their place": at("negative-share", "metrics", 0, "apply_color_to"),
    "a count of a field": at("platforms", "layers", 0, "y", 0, "field", value="rid"),
    "an average with empty_as_null": at("policies", "metrics", 2, "empty_as_null", value=False),
    "a unique count of nothing": at("policies", "metrics", 1, "field"),
    "a last value without its time": at("reposts", "metrics", 1, "time_field"),
    "terms with size": at("platforms", "layers", 0, "x", "size", value=5),
    "terms of one field": at("platforms", "layers", 0, "x", "field", value="platform"),
    "terms of no fields": at("platforms", "layers", 0, "x", "fields", value=[]),
    "a rank by rarity and direction": at("hot-words", "tag_by", "rank_by", value={"type": "significant", "direction": "desc"}),
    "an unknown step of time": at("trend", "layers", 0, "x", "suggested_interval", value="3 hours"),
    "a colour on x": at("trend", "layers", 0, "x", "color", value={"mode": "categorical"}),
    "the query in the layer": at("trend", "layers", 0, "query", value={"language": "kql", "expression": "a : b"}),
    "a legend at the side with an outside list": at("trend", "legend", "position", value="right"),
    "no layers": at("trend", "layers", value=[]),
    "marks without events": at("releases", "layers", 1, "events", value=[]),
    "a mark without its time": at("releases", "layers", 1, "events", 0, "time_field"),
    "a heat map axis without scale": at("hours", "axis", "x", "scale"),
    "a heat map with many numbers": at("hours", "metrics", value=[]),
    "table paging outside styling": at("policies", "paging", value=10),
    "columns for column_order": at("posts", "tabs", 0, "columns", value=["title"]),
    "two tabs": at("posts", "tabs", value=[{}, {}]),
    "a list without a source": at("posts", "tabs", 0, "data_source"),
    "a control with values_source": lambda body: body["pinned_panels"][0]["config"].update(values_source="field"),
    "a control without its view": lambda body: body["pinned_panels"][0]["config"].pop("data_view_id"),
    "a control on the grid": lambda body: body["pinned_panels"][0].update(grid={"x": 0, "y": 0, "w": 1, "h": 1}),
}  # fmt: skip


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_board_is_noticed(fault: str) -> None:
    """Each of the mistakes that Kibana answers with 400 fails our schema too."""
    body = whole()
    WRONG[fault](body)
    assert faults("dashboard", body) != []


@pytest.mark.parametrize("name", [board.id for board in BOARDS.board])
def test_boxes_fit_beside_each_other(name: str) -> None:
    """Inside 48 columns, without overlap, every row of the board filled from its left edge."""
    boxes = [one["grid"] for one in whole(name)["panels"]]
    cells = [
        (x, y)
        for box in boxes
        for x in range(box["x"], box["x"] + box["w"])
        for y in range(box["y"], box["y"] + box["h"])
    ]
    assert len(cells) == len(set(cells)), "two panels share a place"
    height = max(y for _, y in cells) + 1
    assert len(cells) == COLUMNS * height, "a hole in the board"


@pytest.mark.parametrize("name", [board.id for board in BOARDS.board])
def test_ids_are_unique_and_words_are_chinese(name: str) -> None:
    """Kibana finds panels by id; people read titles and labels."""
    body = whole(name)
    ids = [one["id"] for one in body["panels"]]
    assert len(ids) == len(set(ids))
    labels = [one for one in each(body, "label") if isinstance(one, str)]
    words = [body["title"], *labels, *(one["config"]["title"] for one in body["panels"])]
    assert [one for one in words if not HAN.search(one)] == []


def test_nobody_is_ranked() -> None:
    """No board counts, splits or lists by author."""
    for board in BOARDS.board:
        used = {name for one in board.panel for _, name in one.used_fields()} | set(board.controls)
        assert used.isdisjoint({"author", "ip", "user"})


@pytest.mark.parametrize("name", [board.id for board in BOARDS.board])
def test_colour_steps_touch(name: str) -> None:
    """Kibana refuses holes between steps, a first step without an end, and `lte` before the last."""
    for steps in each(whole(name), "steps"):
        for one, after in pairwise(steps):
            assert one["lt"] == after["gte"]
            assert "lte" not in one
        assert "lt" not in steps[-1]


def test_open_alerts_do_not_depend_on_choices_above() -> None:
    """A chosen platform would turn them into 0: global filters are off, and the condition is the number's own."""
    for board, name in (("minyi-overview", "open-alerts"), ("minyi-alerts", "open")):
        config = panel(whole(board), name)
        assert config["ignore_global_filters"] is True
        assert "query" not in config
        assert "time_field" not in config["data_source"]
        assert config["metrics"][0]["filter"]["expression"] == 'state : "firing"'


def test_shares_carry_filter_and_shift_inside_the_formula() -> None:
    """Chinese only inside quotes: the formula's grammar knows no Han letters outside them."""
    now, before = (one["formula"] for one in panel(whole(), "negative-share")["metrics"])
    assert now == """count(kql='label : "负面"') / count()"""
    assert before == """count(kql='label : "负面"', shift='1w') / count(shift='1w')"""
    assert not HAN.search(re.sub(r"'[^']*'", "", now + before))


def test_posts_without_a_known_hour_stay_out_of_the_curves() -> None:
    """Otherwise posts of which only the day is known heap up at midnight."""
    for name in ("trend", "releases"):
        assert panel(whole(), name)["query"]["expression"] == 'precision : ("minute" or "hour")'


def test_the_same_specification_gives_the_same_bodies() -> None:
    """Nothing random or dated: a second run sends what the first sent."""
    assert bodies.export_files(load_boards()) == bodies.export_files(load_boards())


def test_the_viewers_role_is_the_one_the_cluster_is_given() -> None:
    """Made through Kibana or in Elasticsearch: one name, one set of rights."""
    ours: Any = bodies.viewer_role()
    theirs = access.viewer_role(Layout())
    assert bodies.ROLE == access.VIEWER_ROLE
    assert ours["elasticsearch"]["indices"] == theirs["indices"]
    assert ours["elasticsearch"]["cluster"] == theirs["cluster"] == []
    ((feature,), (application,)) = ours["kibana"], theirs["applications"]
    named = [f"feature_{name}.{right}" for name, rights in feature["feature"].items() for right in rights]
    assert sorted(application["privileges"]) == sorted(named)
    assert application["resources"] == [f"space:{name}" for name in feature["spaces"]]


def test_every_value_has_the_offices_colours() -> None:
    """负面 is red wherever sentiment splits a picture."""
    assert isinstance(BOARDS, Boards)
    for name in ("trend", "platforms"):
        colors = panel(whole(), name)["layers"][0]["breakdown_by"]["color"]["mapping"]
        assert {one["values"][0]: one["color"]["value"] for one in colors}["负面"] == "#c62828"


def test_states_and_rules_show_in_the_words_of_alerts_and_mails() -> None:
    """Each stored value once; nothing English is left on a board."""
    known = {
        ("minyi-alerts", "state"): {one.value: one.chinese for one in AlertState},
        ("minyi-alerts", "rule"): {one.value: one.chinese for one in RuleName},
        ("minyi-health", "state"): {one.value: one.chinese for one in SourceState},
    }
    for (index, name), words in known.items():
        made: Any = bodies.data_view(BOARDS.find_view(index))["data_view"]
        made = made["fieldFormats"][name]
        assert made["id"] == "static_lookup"
        assert {one["key"]: one["value"] for one in made["params"]["lookupEntries"]} == words

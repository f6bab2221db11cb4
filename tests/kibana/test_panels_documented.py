"""Every key of the boards' file is described where an office looks for it."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from minyi import panels

PAGE = (Path(__file__).parents[2] / "docs/kibana.md").read_text("utf-8")
TABLES = (
    panels.View, panels.ViewField, panels.ValueColor, panels.Board, panels.Panel, panels.Metric, panels.Breakdown,
    panels.Condition, panels.Band, panels.Marks, panels.Column, panels.Grid,
)  # fmt: skip


@pytest.mark.parametrize("table", TABLES, ids=[table.__name__ for table in TABLES])
def test_every_key_is_described(table: type) -> None:
    """In code type, in the page about boards."""
    words = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]*)`", PAGE))))
    assert {field.name for field in fields(table)} - words == set()


def test_every_chart_is_described() -> None:
    """With how many numbers and breakdowns it takes."""
    assert [chart for chart in panels.Chart if f"`{chart.value}`" not in PAGE] == []

"""The boards' specification is read from one file, and a contradiction in it is named."""

from pathlib import Path

import pytest

from minyi.errors import ConfigError
from minyi.panelfile import load_boards

VIEW = """
[[view]]
id = "posts"
name = "原文"
time_field = "published"
fields = [{ name = "published", label = "时间" }, { name = "source", label = "来源" }]
[[view]]
id = "alerts"
name = "预警"
time_field = "at"
fields = [{ name = "at", label = "时间" }]
[[board]]
id = "one"
title = "看板"
description = ""
index = "posts"
days = 7
controls = ["source"]
"""
PANEL = """
[[board.panel]]
id = "a"
title = "声量"
chart = "metric"
index = "posts"
metrics = [{ kind = "count", label = "声量" }]
grid = { x = 0, y = 0, w = 12, h = 6 }
"""


def written(folder: Path, text: str) -> Path:
    """A folder with this `panels.toml`."""
    (folder / "panels.toml").write_text(text, "utf-8")
    return folder


def test_the_program_brings_three_boards(tmp_path: Path) -> None:
    """Without a file of the office's own, the shipped one stands."""
    boards = load_boards(tmp_path)
    assert [board.id for board in boards.board] == ["minyi-overview", "minyi-alerts", "minyi-health"]
    assert boards == load_boards()


def test_the_file_shipped_is_the_one_in_the_configuration_folder() -> None:
    """One specification: what the program brings and what an office copies are the same bytes."""
    root = Path(__file__).parents[2]
    assert (root / "minyi/panels.toml").read_bytes() == (root / "config/panels.toml").read_bytes()


def test_an_offices_own_file_wins(tmp_path: Path) -> None:
    """It replaces the shipped boards as a whole."""
    boards = load_boards(written(tmp_path, VIEW + PANEL))
    assert [panel.id for board in boards.board for panel in board.panel] == ["a"]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('chart = "metric"', 'chart = "pie"', "chart"),
        ('title = "声量"', 'titel = "声量"', "titel"),
        ('index = "posts"\nmetrics', 'index = "nowhere"\nmetrics', "one.a.index"),
        ('index = "posts"\nmetrics', 'index = "alerts"\nmetrics', "one.a.index"),
        ('kind = "count"', 'kind = "sum"', "one.a.metrics.声量"),
        ('kind = "count"', 'kind = "share"', "one.a.metrics.声量"),
        ('kind = "count"', 'kind = "unique", field = "clsuter"', "one.a.field"),
        ("w = 12", "w = 49", "one.a.grid"),
        ('id = "a"', 'id = "A!"', "A!"),
        ("grid = {", 'columns = [{ field = "source" }]\ngrid = {', "one.a.columns"),
        ("grid = {", 'breakdown = [{ field = "source" }]\ngrid = {', "one.a.breakdown"),
        ("grid = {", 'filter = [{ field = "source" }]\ngrid = {', "one.a.filter"),
        ("grid = {", """filter = [{ field = "source", any = ['a"b'] }]\ngrid = {""", "one.a.filter"),
        ('controls = ["source"]', 'controls = ["author"]', "one.controls"),
        ('time_field = "at"', 'time_field = "when"', "alerts.time_field"),
        ('name = "预警"', 'name = "原文"', "view"),
        ("days = 7", "days = 0", "one.days"),
    ],
)  # fmt: skip
def test_a_contradiction_is_named(tmp_path: Path, old: str, new: str, key: str) -> None:
    """With file and key, before anything is sent anywhere."""
    text = (VIEW + PANEL).replace(old, new)
    assert text != VIEW + PANEL
    with pytest.raises(ConfigError) as caught:
        load_boards(written(tmp_path, text))
    assert caught.value.file.endswith("panels.toml")
    assert key in caught.value.key


def test_panels_may_not_overlap(tmp_path: Path) -> None:
    """Both are named."""
    second = PANEL.replace('id = "a"', 'id = "b"').replace("x = 0", "x = 11")
    with pytest.raises(ConfigError, match="与 b 重叠"):
        load_boards(written(tmp_path, VIEW + PANEL + second))


def test_two_panels_may_not_share_an_id(tmp_path: Path) -> None:
    """Kibana would keep one of them."""
    with pytest.raises(ConfigError, match="a 重复"):
        load_boards(written(tmp_path, VIEW + PANEL + PANEL.replace("y = 0", "y = 6")))


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    """As every other configuration file."""
    with pytest.raises(ConfigError, match="无法读取"):
        load_boards(written(tmp_path, "[[view"))

"""`minyi kibana` sets boards up and writes their bodies, from the command line."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Minyi
from tests.kibana.shapes import faults
from tests.servers.kibana import FakeKibana, serve


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeKibana]:
    """A Kibana whose password stands in the environment."""
    monkeypatch.setenv("MINYI_KIBANA_PASSWORD", "right")
    with serve() as running:
        yield running


def test_setup_tells_what_it_did(minyi: Minyi, fake: FakeKibana) -> None:
    """A line a thing, and where to look."""
    result = minyi("kibana", "setup", "--url", fake.url)
    assert (result.code, result.err) == (0, "")
    assert "看板 民意总览（minyi-overview）：新建" in result.out
    assert f"{fake.url}/app/dashboards" in result.out
    assert "已就位" in minyi("kibana", "setup", "--url", fake.url).out


def test_setup_speaks_json(minyi: Minyi, fake: FakeKibana) -> None:
    """One object a thing."""
    lines = minyi("kibana", "setup", "--url", fake.url, "--json").lines
    assert [one["kind"] for one in lines] == ["role"] + ["data_view"] * 4 + ["board"] * 3
    assert all(one["notes"] == [] for one in lines)


def test_a_refusal_ends_in_words_and_1(minyi: Minyi, fake: FakeKibana) -> None:
    """No traceback."""
    fake.version = "8.19.0"
    result = minyi("kibana", "setup", "--url", fake.url)
    assert result.code == 1
    assert "看板需要 9.5" in result.err


@pytest.mark.parametrize(("password", "words"), [("changeme", "示例口令"), ("", "没有口令")])
def test_no_password_and_the_samples_are_refused(
    minyi: Minyi, monkeypatch: pytest.MonkeyPatch, password: str, words: str
) -> None:
    """Before Kibana is asked."""
    monkeypatch.setenv("MINYI_KIBANA_PASSWORD", password)
    result = minyi("kibana", "setup")
    assert result.code == 2
    assert words in result.err


def test_password_and_key_exclude_each_other(minyi: Minyi, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be a guess which one is meant."""
    monkeypatch.setenv("MINYI_KIBANA_PASSWORD", "a")
    monkeypatch.setenv("MINYI_KIBANA_KEY", "b")
    assert minyi("kibana", "setup").code == 2


def test_export_writes_what_setup_sends(minyi: Minyi, fake: FakeKibana) -> None:
    """File for file the bodies that Kibana got."""
    assert minyi("kibana", "export", "out").code == 0
    minyi("kibana", "setup", "--url", fake.url)
    files = {path.name: json.loads(path.read_text("utf-8")) for path in Path("out").iterdir()}
    assert len(files) == 8
    for name, board in fake.boards.items():
        assert files[f"board.{name}.json"] == board
        assert faults("dashboard", board) == []
    assert files["role.minyi-viewer.json"] == fake.roles["minyi-viewer"]


def test_the_offices_own_boards_are_used(minyi: Minyi, fake: FakeKibana) -> None:
    """`panels.toml` beside the configuration replaces the shipped one."""
    text = (Path(__file__).parents[2] / "config/panels.toml").read_text("utf-8")
    Path("config").mkdir()
    Path("config/panels.toml").write_text(text.replace('title = "民意总览"', 'title = "本局总览"'), "utf-8")
    minyi("kibana", "setup", "--url", fake.url)
    assert fake.boards["minyi-overview"]["title"] == "本局总览"

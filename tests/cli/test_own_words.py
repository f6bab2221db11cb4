"""Own words: the office's file counts from the next post on, and a fault in it is told with its line."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Minyi

Write = Callable[[str, str | list[dict[str, Any]]], str]

SAYING = "这回真是泰裤辣"
FILE = Path("config/own_words.tsv")


@pytest.fixture
def office(minyi: Minyi) -> Minyi:
    """An office as `minyi init` leaves it."""
    assert minyi("init", "--name=示例局", "--contact=a@b.example").code == 0
    return minyi


def said(minyi: Minyi, write: Write, number: int) -> dict[str, Any]:
    """What is found in a new post with the saying."""
    row = {"id": f"p{number}", "text": f"{SAYING}，第{number}回", "published_at": "2026-03-02T09:00"}
    assert minyi("import", write("p.jsonl", [row]), "--source", "luntan").code == 0
    feeling: dict[str, Any] = minyi("show", f"p{number}", "--json").lines[0]["sentiment"]
    return feeling


def test_init_writes_a_commented_file_that_changes_nothing(office: Minyi) -> None:
    """The check reads it; a second init leaves the office's work alone."""
    assert FILE.read_text("utf-8").startswith("# ")
    assert office("config", "check", "--json").lines[0]["own_words"] == 0
    FILE.write_text("泰裤辣\t1.6\n", "utf-8")
    office("init", "--name=示例局", "--contact=a@b.example", "--force")
    assert office("config", "check", "--json").lines[0]["own_words"] == 1
    assert "自备词 1 个" in office("config", "check").out


def test_a_word_counts_from_the_next_post_on_and_everywhere_after_a_rescoring(
    office: Minyi, write: Write
) -> None:
    """It is named among the reasons; the version of the judgement changes with the file."""
    before = said(office, write, 1)
    assert before["label"] == "neutral"
    FILE.write_text("泰裤辣\t1.6\n", "utf-8")
    after = said(office, write, 2)
    assert after["label"] == "positive"
    assert "泰裤辣" in [one["word"] for one in after["evidence"]]
    assert after["model"] != before["model"]
    asked = ("query", "--stats", "--json")
    assert any("minyi rescore" in note for note in office(*asked).lines[-1]["notes"])
    assert office("rescore", "--json").lines[0]["posts"] == 1
    assert office("show", "p1", "--json").lines[0]["sentiment"]["label"] == "positive"
    assert office(*asked).lines[-1]["notes"] == []


def test_the_text_tools_use_the_file_too(office: Minyi, monkeypatch: pytest.MonkeyPatch) -> None:
    """`score` and `analyse` say what the record would."""
    FILE.write_text("泰裤辣\t1.6\n", "utf-8")
    for command in ("score", "analyse"):
        line = json.dumps({"text": SAYING}).encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(line), "utf-8"))
        assert office(command).lines[0]["label"] == "positive"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("好\t1\n\n泰裤辣\t很好\n", ("第 3 行", "不是数")),
        ("泰裤辣 1.6\n", ("第 1 行", "制表符")),
        ("泰裤辣\t9\n", ("第 1 行", "-3 到 3")),
        ("泰裤辣\t1\tgreat\n", ("第 1 行", "praise")),
        (None, ("own_words", "找不到")),
    ],
)
def test_a_fault_is_named_and_does_not_stop_the_intake_of_crawls(
    office: Minyi, write: Write, content: str | None, told: tuple[str, ...]
) -> None:
    """The check and every command that needs the words refuse; health says what to mend."""
    FILE.unlink() if content is None else FILE.write_text(content, "utf-8")
    row = {"id": "p1", "text": SAYING, "published_at": "2026-03-02T09:00"}
    for words in (("config", "check"), ("rescore",), ("import", write("p.jsonl", [row]))):
        result = office(*words)
        assert result.code == 2
        assert all(word in result.err for word in told)
    assert office("ingest").code == 0
    problems = office("health", "--json").lines[0]["problems"]
    assert any(all(word in one for word in told) for one in problems)

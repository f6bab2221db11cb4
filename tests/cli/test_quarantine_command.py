"""Quarantine: what could not be read is looked at, tried again, or dropped."""

from collections.abc import Callable
from typing import Any

import pytest

from minyi import importfile, when
from tests.cli.conftest import Minyi

Write = Callable[[str, str | list[dict[str, Any]]], str]

BAD = [
    {"text": "时间写错的帖子", "published_at": "某年某月某日", "id": "t1", "source": "luntan"},
    {"text": ""},
    {"text": "好帖子", "id": "g1"},
]


@pytest.fixture
def bad(minyi: Minyi, write: Write) -> Minyi:
    """Two of three lines in quarantine."""
    done = minyi("import", write("posts.jsonl", BAD), "--json").lines[0]
    assert (done["new"], done["quarantined"]) == (1, 2)
    return minyi


def ids(minyi: Minyi) -> dict[int, str]:
    """Ids of the items by line."""
    return {line["position"]: line["id"] for line in minyi("quarantine", "list", "--json").lines}


def test_items_are_listed_with_their_reasons_and_shown_whole(bad: Minyi) -> None:
    """The list is short, `show` has the text; the beginning of an id is enough."""
    lines = bad("quarantine", "list", "--json").lines
    assert {(line["origin"], line["position"]) for line in lines} == {("posts.jsonl", 1), ("posts.jsonl", 2)}
    assert all("raw" not in line and line["reason"] for line in lines)
    (shown,) = bad("quarantine", "show", ids(bad)[1][:8], "--json").lines
    assert "时间写错的帖子" in shown["raw"]
    assert "published_at 不是时间" in bad("quarantine", "show", ids(bad)[1]).out
    assert "published_at" in bad("quarantine", "list").out
    assert bad("health", "--json").lines[0]["quarantined"] == 2


def test_what_still_cannot_be_read_stays_with_its_reason(bad: Minyi) -> None:
    """Retried in vain: exit 1, nothing lost, nothing twice."""
    done = bad("quarantine", "retry", "--all", "--json")
    assert done.code == 1
    assert done.lines == [{"new": 0, "updated": 0, "unchanged": 0, "refused": 2}]
    assert len(ids(bad)) == 2
    assert "不是时间" in bad("quarantine", "retry", ids(bad)[1]).out


def test_what_can_be_read_today_is_saved_and_leaves(bad: Minyi, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the program learnt a way to write time, the line becomes a post like any other."""
    real = when.parse_when
    learnt = lambda text, *rest: real(text.replace("某年某月某日", "2026-03-02"), *rest)  # noqa: E731
    with monkeypatch.context() as patched:
        patched.setattr(importfile, "parse_when", learnt)
        done = bad("quarantine", "retry", ids(bad)[1], "--json")
    assert done.code == 0
    assert done.lines == [{"new": 1, "updated": 0, "unchanged": 0, "refused": 0}]
    assert list(ids(bad)) == [2]
    (hit, _) = bad("query", "时间写错", "--json").lines
    assert (hit["native_id"], hit["source"]) == ("t1", "luntan")


def test_items_are_dropped_by_id_or_all(bad: Minyi) -> None:
    """Gone for good."""
    assert bad("quarantine", "drop", ids(bad)[2][:6], "--json").lines == [{"dropped": 1}]
    assert bad("quarantine", "drop", "--all", "--json").lines == [{"dropped": 1}]
    assert bad("quarantine", "list").out == "隔离区是空的\n"


@pytest.mark.parametrize("words", [("show", "ffffffff"), ("drop",), ("retry", "*"), ("drop", "")])
def test_an_id_that_means_nothing_is_said(bad: Minyi, words: tuple[str, ...]) -> None:
    """Nothing is dropped by mistake."""
    refused = bad("quarantine", *words)
    assert refused.code == 1
    assert "minyi quarantine list" in refused.err
    assert len(ids(bad)) == 2

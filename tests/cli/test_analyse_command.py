"""`minyi analyse`: every line comes back in its place with all that analysis finds."""

import io
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.conftest import Minyi

POLICIES = """
[[policy]]
id = "fee"
title = "商标规费减免办法"
doc_number = "示知发〔2026〕12号"
[[policy.watch]]
id = "price"
claim = "注册费涨到三千"
statement = "一个类别仍为三百元"
wording = ["注册费涨到三千"]
"""
KEYS = {
    "snownlp",
    "polarity",
    "label",
    "evidence",
    "model",
    "policies",
    "misreading",
    "asks",
    "terms",
    "cluster",
}


@pytest.fixture
def analyse(
    minyi: Minyi, write: Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[dict[str, Any]]]:
    """Lines in, lines out."""

    def run(*lines: dict[str, Any] | bytes) -> list[dict[str, Any]]:
        content = b"".join(
            (one if isinstance(one, bytes) else json.dumps(one, ensure_ascii=False).encode()) + b"\n"
            for one in lines
        )
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), "utf-8"))
        result = minyi("analyse", "--policies", write("p.toml", POLICIES))
        assert result.code == 0, result.err
        return result.lines

    return run


def test_each_line_gets_every_field_and_keeps_its_own(analyse: Callable[..., list[dict[str, Any]]]) -> None:
    """Policies with what named them, the claim with the post's role, asks, terms."""
    (first, second) = analyse(
        {"text": "商标规费减免办法一出，注册费涨到三千，太离谱了，气死人", "n": 7},
        {"text": "请问注册费涨到三千是真的吗", "parent_title": "关于示知发〔2026〕12号的讨论"},
    )
    assert first.keys() >= KEYS
    assert first["n"] == 7
    assert first["policies"] == [{"policy": "fee", "via": "title", "sure": True}]
    assert [(one["policy"], one["claim"], one["role"]) for one in first["misreading"]] == [
        ("fee", "price", "repeat")
    ]
    assert first["label"] == "negative"
    assert "注册费" in first["terms"]
    assert first["asks"] is False
    assert [one["role"] for one in second["misreading"]] == ["ask"]
    assert second["asks"] is True
    assert second["policies"][0]["via"] == "doc_number"


def test_copies_in_the_stream_share_a_cluster(analyse: Callable[..., list[dict[str, Any]]]) -> None:
    """Retyped ones too; another fee is another report, and a short cry its own voice."""
    text = "甲市窗口今天开始受理续展，每件收300元，排队的人一直排到了马路对面，大家错峰去"
    one, copy, other, cry, again = analyse(
        {"text": text},
        {"text": text.replace("今天", "今日").replace("一直", "已经")},
        {"text": text.replace("300", "500")},
        {"text": "支持"},
        {"text": "支持"},
    )
    assert one["cluster"] == copy["cluster"] != other["cluster"]
    assert cry["cluster"] != again["cluster"]


def test_bad_lines_become_errors_in_their_place(analyse: Callable[..., list[dict[str, Any]]]) -> None:
    """Order is kept; an empty text is a post that says nothing."""
    bad, empty, wrong, good = analyse(b"{", {"text": ""}, {"text": "x", "title": 5}, {"text": "会费太贵了"})
    assert "第 1 行" in bad["error"]
    assert empty["snownlp"] is None
    assert empty["label"] == "neutral"
    assert "title" in wrong["error"]
    assert good["label"] == "negative"


def test_without_a_file_the_registered_policies_are_used(
    minyi: Minyi, write: Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """None are registered in a new office."""
    line = json.dumps({"text": "商标规费减免办法真好"}).encode()
    found = []
    for command in (["normalise"], ["policies", "import", write("p.toml", POLICIES)]):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(line), "utf-8"))
        minyi(*command)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(line), "utf-8"))
        found.append(minyi("analyse").lines[0]["policies"])
    assert found[0] == []
    assert found[1][0]["policy"] == "fee"

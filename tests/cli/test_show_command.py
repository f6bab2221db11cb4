"""Show: one post with everything the record knows of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jobs.context import open_context
from minyi.models import Span
from tests.cli.conftest import Minyi
from tests.store.filled import alerted

Write = Callable[[str, str | list[dict[str, Any]]], str]

COPY = "听说注册商标每年都要交会费，太坑人了，大家都别注册了，会费根本交不起！"
POSTS: list[dict[str, Any]] = [
    {
        "id": "a1",
        "title": "油糕办法",
        "text": COPY,
        "author": "甲",
        "url": "https://luntan.example/a1",
        "published_at": "2026-03-02T09:00",
        "likes": 7,
        "parent_title": "办法讨论帖",
    },
    {"id": "a2", "text": COPY, "author": "乙", "published_at": "2026-03-02T09:05"},
    {"id": "a3", "text": COPY, "author": "丙", "published_at": "2026-03-02T09:06"},
    {"id": "b1", "text": "没有时间的另一件事"},
]
POLICY = """
[[policy]]
id = "oil-cake"
title = "青溪油糕商标使用办法"
aliases = ["油糕办法"]
"""


@pytest.fixture
def filled(minyi: Minyi, write: Write) -> Minyi:
    """Three copies of one text, matched to a policy by the title's alias, and another post."""
    minyi("policies", "import", write("p.toml", POLICY))
    assert minyi("import", write("posts.jsonl", POSTS), "--source", "luntan").code == 0
    return minyi


def test_a_post_is_shown_with_scores_evidence_matches_and_copies(filled: Minyi) -> None:
    """Every field by name; the words that counted with their places in the text."""
    (post,) = filled("show", "a1", "--json").lines
    assert (post["native_id"], post["source"], post["metrics"]) == ("a1", "luntan", {"likes": 7})
    assert post["published_at"] == "2026-03-02T09:00:00+08:00"
    feeling = post["sentiment"]
    assert feeling["label"] == "negative"
    assert feeling["polarity"] < 0
    assert 0 <= feeling["snownlp"] <= 1
    assert feeling["evidence"]
    assert post["matches"] == [{"policy": "oil-cake", "via": "alias", "sure": True}]
    assert post["cluster"]["others"] == 2
    assert len(post["cluster"]["newest"]) == 2
    assert post["alerts"] == []
    assert post["history"]["revision"] > 0
    assert len(post["author"]) == 32


def test_a_person_reads_it_in_chinese(filled: Minyi) -> None:
    """Text, scores, reasons, copies and times on one page."""
    page = filled("show", "a1").out
    for words in (
        COPY,
        "负面",
        "SnowNLP",
        "青溪油糕商标使用办法》（别名）",
        "转载群：另有 2 帖",
        "办法讨论帖",
        "首次见到",
    ):
        assert words in page
    assert "时间不详" in filled("show", "b1").out


@pytest.mark.parametrize("how", ["native", "id", "short", "url"])
def test_a_post_is_found_by_any_of_its_names(filled: Minyi, how: str) -> None:
    """As imported, by its id, by the id's beginning, by its address."""
    post = filled("show", "a1", "--json").lines[0]
    name = {"native": "a1", "id": post["id"], "short": post["id"][:8], "url": post["url"]}[how]
    assert filled("show", name, "--json").lines == [post]


def test_alerts_that_name_a_post_are_listed(filled: Minyi) -> None:
    """By id for programs, by headline for people; an alert about another post is not."""
    first, other = (filled("show", name, "--json").lines[0]["id"] for name in ("a1", "b1"))
    now = datetime(2026, 3, 2, 2, tzinfo=UTC)
    span = Span(now - timedelta(hours=1), now)
    with open_context(Path("config/office.toml"), Path("data"), missing_ok=True) as context:
        changes = [alerted("alert-one", span, (first,)), alerted("alert-two", span, (other,))]
        context.store.commit_alerts(changes, {}, now)
    assert filled("show", "a1", "--json").lines[0]["alerts"] == ["alert-one"]
    page = filled("show", "a1").out
    assert "预警 alert-on" in page
    assert "待受理" in page


@pytest.mark.parametrize("name", ["nobody", "zzzzzzzzzz", "%", ""])
def test_a_post_that_is_not_there_is_said(filled: Minyi, name: str) -> None:
    """With what to do next."""
    refused = filled("show", name)
    assert refused.code == 1
    assert "minyi query" in refused.err


def test_an_edit_is_shown_with_what_it_changed(filled: Minyi, write: Write) -> None:
    """The stretch before and after on the page, the whole earlier wording as JSON."""
    edited = [{**POSTS[0], "text": COPY.replace("每年都要交会费", "三年交一次会费")}]
    filled("import", write("edited.jsonl", edited), "--source", "luntan")
    page = filled("show", "a1").out
    assert "已修改" in page
    assert "每年都要交会费" in page.split("原文")[1].split("改为")[0]
    assert "三年交一次会费" in page.split("改为")[1]
    (post,) = filled("show", "a1", "--json").lines
    (earlier,) = post["history"]["earlier"]
    assert (earlier["title"], earlier["text"]) == (POSTS[0]["title"], COPY)
    assert earlier["since"] == post["history"]["first_seen"]
    (other,) = filled("show", "a2", "--json").lines
    assert other["history"]["earlier"] == []

"""Import, query, policies: what goes in is found again, as the contracts say."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.conftest import Minyi

Write = Callable[[str, str | list[dict[str, Any]]], str]

POSTS: list[dict[str, Any]] = [
    {
        "id": 1,
        "text": "听说注册商标每年都要交会费，太坑人了！",
        "published_at": "2026-03-02T09:00",
        "source": "luntan",
    },
    {
        "id": 2,
        "text": "《青溪油糕商標使用辦法》保護著作權",
        "published_at": "2026-03-02 10:00",
        "url": "https://a.example/2",
    },
    {"id": 3, "text": "没有时间的帖子，说的是专利年费"},
    {"text": ""},
]
POLICY = """
[[policy]]
id = "oil-cake"
title = "青溪油糕商标使用办法"
aliases = ["油糕办法"]
"""


def test_import_counts_every_line_and_a_second_import_changes_nothing(minyi: Minyi, write: Write) -> None:
    """New and quarantined add up to the file; importing again finds everything unchanged."""
    name = write("posts.jsonl", POSTS)
    first, second = (minyi("import", name, "--json") for _ in range(2))
    assert (first.code, second.code) == (0, 0)
    assert first.lines == [{"new": 3, "updated": 0, "unchanged": 0, "quarantined": 1}]
    assert second.lines == [{"new": 0, "updated": 0, "unchanged": 3, "quarantined": 1}]


def test_query_prints_hits_and_a_last_line(minyi: Minyi, write: Write) -> None:
    """Each hit has the promised fields, highlights are spans of the displayed text."""
    minyi("import", write("posts.jsonl", POSTS))
    *hits, last = minyi("query", "会费", "--json").lines
    (hit,) = hits
    assert set(hit) == {
        "id", "native_id", "title", "text", "url", "source", "published_at", "policies",
        "polarity", "label", "snownlp", "cluster", "highlights",
    }  # fmt: skip
    assert (hit["native_id"], hit["source"], hit["label"]) == ("1", "luntan", "negative")
    assert hit["published_at"] == "2026-03-02T09:00:00+08:00"
    assert [hit["text"][a:b] for a, b in hit["highlights"]["text"]] == ["会费"]
    assert last == {"total": 1, "total_is_floor": False, "window": None, "notes": [], "next": None}


@pytest.mark.parametrize(
    ("typed", "found"), [("著作权", {"2"}), ("著作權", {"2"}), ("專利", {"3"}), ("商标", {"1", "2"})]
)
def test_script_makes_no_difference(minyi: Minyi, write: Write, typed: str, found: set[str]) -> None:
    """Traditional finds simplified and the reverse."""
    minyi("import", write("posts.jsonl", POSTS))
    assert {hit["native_id"] for hit in minyi("query", typed, "--json").lines[:-1]} == found


def test_an_unknown_time_is_null_and_outside_every_time_filter(minyi: Minyi, write: Write) -> None:
    """A post without a time is found by its words and by no day."""
    minyi("import", write("posts.jsonl", POSTS))
    assert minyi("query", "年费", "--json").lines[0]["published_at"] is None
    assert minyi("query", "--since", "2000-01-01", "--json").lines[-1]["total"] == 2
    assert (
        minyi("query", "--since", "2026-03-02T10:00", "--until", "2026-03-03", "--json").lines[-1]["total"]
        == 1
    )


def test_a_policy_imported_later_is_matched_to_stored_posts(minyi: Minyi, write: Write) -> None:
    """The watch starts with what is already there, and `policy:` finds it by id and by alias."""
    minyi("import", write("posts.jsonl", POSTS))
    done = minyi("policies", "import", write("p.toml", POLICY), "--json")
    assert (done.lines[0]["new"], done.lines[0]["rematched"]) == (1, 1)
    for name in ("oil-cake", "油糕办法"):
        *hits, _ = minyi("query", f"政策:{name}", "--json").lines
        assert [hit["policies"] for hit in hits] == [["oil-cake"]]
    assert minyi("policies", "list", "--json").lines[0]["title"] == "青溪油糕商标使用办法"


def test_options_go_before_or_after_the_command(minyi: Minyi, write: Write) -> None:
    """`--data` and `--json` mean the same on either side."""
    minyi("--data", "elsewhere", "import", write("posts.jsonl", POSTS))
    assert minyi("query", "--data", "elsewhere", "--json").lines[-1]["total"] == 3
    assert minyi("--json", "--data", "elsewhere", "query").lines[-1]["total"] == 3
    assert minyi("--json", "query").lines[-1]["total"] == 0


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["query", "sent:高"], 2, "第"),
        (["query", "--since", "明天"], 2, "--since"),
        (["query", "--limit", "0"], 2, "--limit"),
        (["query", "--cursor", "nonsense"], 2, "翻页标记"),
        (["import", "none.csv"], 1, "none.csv"),
        (["policies", "import", "none.toml"], 2, "none.toml"),
        (["--config", "none.toml", "health"], 2, "minyi init"),
        (["crawl", "--json"], 2, "信源"),
        (["backtest"], 2, "--counts"),
        (["alerts", "show", "nothing"], 2, "minyi alerts list"),
        (["dance"], 2, "--help"),
    ],
)
def test_faults_have_their_exit_code_and_words(minyi: Minyi, words: list[str], code: int, told: str) -> None:
    """The code tells programs, the message tells people; nobody sees a traceback."""
    result = minyi(*words)
    assert result.code == code
    assert told in result.err
    assert "Traceback" not in result.err


def test_a_person_reads_hits_with_source_time_and_label(minyi: Minyi, write: Write) -> None:
    """Without --json the page is Chinese and complete."""
    minyi("import", write("posts.jsonl", POSTS))
    page = minyi("query", "会费").out
    assert "2026-03-02 09:00" in page
    assert "负面" in page
    assert "共 1 条" in page
    assert "时间不详" in minyi("query", "年费").out


def test_an_imported_source_is_found_by_its_name(minyi: Minyi, write: Write) -> None:
    """A source known only from an import needs no card to be asked for."""
    minyi("import", write("posts.jsonl", POSTS))
    for typed in ("source:luntan", "来源:LUNTAN"):
        hit, last = minyi("query", typed, "--json").lines
        assert (hit["native_id"], last["notes"]) == ("1", [])


def test_a_data_folder_that_cannot_be_used_is_named(minyi: Minyi, write: Write) -> None:
    """A file where the folder should be is an error in words, not a trace."""
    result = minyi("health", "--data", write("taken", ""))
    assert result.code == 2
    assert "taken" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("typed", ["-会费", '-"会费"', "-（会费 OR 年会费）"])
def test_a_query_may_begin_with_what_it_leaves_out(minyi: Minyi, write: Write, typed: str) -> None:
    """A leading hyphen before a word is part of the query, not an option of the program."""
    minyi("import", write("posts.jsonl", POSTS))
    for words in (("query", typed, "--json"), ("query", "--json", typed)):
        assert {hit["native_id"] for hit in minyi(*words).lines[:-1]} == {"2", "3"}

"""A post becomes a document and comes back the same; a query becomes clauses and nothing typed is syntax."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from minyi.errors import QueryError
from minyi.models import Claim, PolicyId, Precision, Stance, StoredPost
from minyi.store.elastic.answers import Outcome, judge, judge_item
from minyi.store.elastic.client import to_line
from minyi.store.elastic.compile import compile_query
from minyi.store.elastic.document import to_document, to_stored
from minyi.store.elastic.layout import Layout, month_of
from minyi.store.elastic.rare import spell
from minyi.store.elastic.template import POSTS, mappings
from minyi.store.query import Query, parse
from tests.store import invented

DOCS = Path(__file__).parents[2] / "docs"


def stored(number: int) -> StoredPost:
    """An invented post as the record would hold it: whole seconds."""
    post = invented.post(invented.seeded(number), number)
    return StoredPost(post, 4_000 + number, 7 + number, invented.NOW)


def through(one: StoredPost) -> StoredPost:
    """To the cluster's JSON and back."""
    return to_stored(json.loads(to_line(to_document(one))))


def test_a_document_gives_back_the_post_it_was_made_of() -> None:
    """Every field, of posts with and without title, sentiment, time, cluster, claims."""
    for number in range(300):
        one = stored(number)
        assert through(one) == one


def test_odd_posts_come_back_too() -> None:
    """Own metrics, a long title, an unclear stance, traditional script, marks and emoji."""
    one = stored(1)
    post = replace(
        one.post,
        metrics={"likes": 3, "coins": 9},
        title="題" * 900,
        text="專利費太貴了😀 ＰＣＴ a̐ \U0003106c",
        parent_title="公告",
        region="广东",
        native_id="x",
        claims=(Claim(PolicyId("p"), "w", Stance.UNCLEAR, "吗"),),
    )
    odd = replace(one, post=post)
    assert through(odd) == odd
    document = to_document(odd)
    assert document["text"].startswith("专利费太贵了")
    assert len(document["title_raw"]) == 512
    assert "misread" not in document


def test_every_field_is_in_the_strict_mapping_and_in_the_page() -> None:
    """A field nobody wrote down would be refused by the cluster."""
    fields = {field for number in range(300) for field in to_document(stored(number))}
    assert fields <= set(POSTS)
    assert mappings(POSTS)["dynamic"] == "strict"
    page = (DOCS / "elasticsearch.md").read_text("utf-8")
    words = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]*)`", page))))
    assert set(POSTS) <= words


def test_a_post_of_unknown_time_is_in_no_time_range() -> None:
    """It has no published field; one known to the day has no hour."""
    one = stored(2)
    none = replace(one.post, precision=Precision.NONE, published=one.post.first_seen)
    day = replace(one.post, precision=Precision.DAY)
    assert "published" not in to_document(replace(one, post=none))
    assert "hour_cn" not in to_document(replace(one, post=day))
    assert through(replace(one, post=none)).post == none


@pytest.mark.parametrize("character", ["々", "\u4db6", "\u9ffe", "\U0002ebf0", "\U00030ede", "\U0003106c"])
def test_new_ideographs_are_spelled_alike_when_stored_and_asked(character: str) -> None:
    """As two characters that no key holds; neighbours stay neighbours."""
    spelt = spell(character)
    assert len(spelt) == 2
    assert spell(f"面{character}面") == f"面{spelt}面"
    assert spell("专利ａ") == "专利ａ"
    assert re.fullmatch("[\U0002f800-\U0002fa1d]{2}", spelt)


def test_no_two_new_ideographs_share_a_spelling() -> None:
    """All that Unicode may assign up to the end of the third plane's first quarter."""
    rare = [
        chr(n) for n in [0x3005, *range(0x4DB6, 0x4DC0), *range(0x9FF0, 0xA000), *range(0x30000, 0x34000)]
    ]
    assert len({spell(one) for one in rare}) == len(rare)
    firsts, seconds = {spell(one)[0] for one in rare}, {spell(one)[1] for one in rare}
    assert firsts.isdisjoint(seconds)


def test_months_are_those_of_shanghai_and_names_read_back() -> None:
    """The first second of a month there is the month's."""
    layout = Layout()
    edge = datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert (month_of(edge), month_of(edge - timedelta(seconds=1))) == ("2026.11", "2026.10")
    assert layout.read_index(layout.index(3, "2026.11")) == (3, "2026.11")
    assert layout.read_index("minyi-posts-v3-other") is None
    assert layout.read_index("minyi-alerts") is None


@pytest.mark.parametrize(
    "typed", ["_exists_:text", "/a.*b/", "*", "title:x~2", "a AND (b", '{"match_all":{}}']
)
def test_nothing_typed_is_syntax(typed: str) -> None:
    """Compiled clauses are terms, phrases and ranges only."""
    text = json.dumps(compile_query(parse(typed, resolver=invented.BOOK)))
    kinds = set(re.findall(r'"(\w+)": [\[{]', text))
    allowed = {"bool", "must", "should", "filter", "must_not", "term", "terms", "match_phrase", "match_all"}
    assert kinds <= allowed | {"title", "text", "range", "words", "match_none"}


def test_the_empty_query_is_every_post() -> None:
    """And an impossible one is refused as on the record."""
    assert compile_query(Query()) == {"match_all": {}}
    with pytest.raises(QueryError):
        parse("时间:2026-13-40", resolver=invented.BOOK)


@pytest.mark.parametrize(
    ("status", "kind", "outcome"),
    [
        (200, "", Outcome.DONE),
        (201, "", Outcome.DONE),
        (409, "version_conflict_engine_exception", Outcome.DONE),
        (404, "", Outcome.DONE),
        (404, "index_not_found_exception", Outcome.PAUSE),
        (400, "document_parsing_exception", Outcome.DEAD),
        (413, "", Outcome.SMALLER),
        (429, "es_rejected_execution_exception", Outcome.AGAIN),
        (503, "unavailable_shards_exception", Outcome.AGAIN),
        (401, "security_exception", Outcome.PAUSE),
        (403, "security_exception", Outcome.PAUSE),
        (403, "cluster_block_exception", Outcome.PAUSE),
        (429, "cluster_block_exception", Outcome.PAUSE),
    ],
)
def test_each_answer_has_its_verdict(status: int, kind: str, outcome: Outcome) -> None:
    """The table of docs/elasticsearch.md."""
    assert judge(status, kind, "why").outcome is outcome


def test_a_reason_never_quotes_the_post() -> None:
    """Neither the value previewed nor the document that the parser shows."""
    error = {
        "type": "document_parsing_exception",
        "reason": "[1:9] failed to parse field [likes] of type [long] in document with id '1'. Preview of field's value: '原话'",
        "caused_by": {"type": "input_coercion_exception", "reason": 'at [Source: (byte[])"{"text":"原话'},
    }
    verdict = judge_item({"index": {"status": 400, "error": error}})
    assert verdict.outcome is Outcome.DEAD
    assert "[likes]" in verdict.reason
    assert "input_coercion_exception" in verdict.reason
    assert "原话" not in verdict.reason

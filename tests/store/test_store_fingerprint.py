"""The hash of what a post says: another for every change, the same after a way through the record."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from minyi.models import (
    Claim,
    Evidence,
    Label,
    Match,
    PolicyId,
    Post,
    PostId,
    Precision,
    Sentiment,
    SourceId,
    Stance,
)
from minyi.store import open_store
from minyi.store.sqlite.fingerprint import fingerprint

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
FEELING = Sentiment(-0.5, Label.NEGATIVE, (Evidence("太贵", 3, 5, -1.5, "不满"),), 0.25, "lexicon-1")
POST = Post(
    PostId("1"),
    SourceId("s"),
    "web",
    "post",
    "这个费太贵了",
    AT,
    Precision.MINUTE,
    AT,
    native_id="7",
    metrics={"likes": 3, "views": 40},
    sentiment=FEELING,
    matches=(Match(PolicyId("p"), "title", sure=True),),
    claims=(Claim(PolicyId("p"), "c", Stance.REPEAT, "太贵"),),
    cluster="c1",
    keywords=("费用",),
)


def test_it_is_what_stands_in_every_record() -> None:
    """Another spelling would call every stored post damaged: it needs a new schema version."""
    assert fingerprint(POST).hex() == "b51ebba7bdc28319"


@pytest.mark.parametrize("name", [one.name for one in fields(Post)])
def test_every_field_but_two_counts(name: str) -> None:
    """The id is what a post is looked up by; when it was first seen is the record's own note."""
    others: dict[str, Any] = {
        "published": AT + timedelta(seconds=1),
        "precision": Precision.HOUR,
        "metrics": {"likes": 3},
        "official": True,
        "sample": True,
        "sentiment": None,
        "matches": (),
        "claims": (),
        "keywords": ("费", "用"),
        "first_seen": AT + timedelta(days=1),
    }
    other = replace(POST, **{name: others.get(name, "另一个")})
    assert (fingerprint(other) == fingerprint(POST)) == (name in {"id", "first_seen"})


@pytest.mark.parametrize(
    "feeling",
    [
        replace(FEELING, polarity=-0.501),
        replace(FEELING, label=Label.NEUTRAL),
        replace(FEELING, evidence=()),
        replace(FEELING, evidence=(replace(FEELING.evidence[0], weight=-1.6),)),
        replace(FEELING, snownlp=0.26),
        replace(FEELING, snownlp=None),
        replace(FEELING, model_version="lexicon-2"),
    ],
)
def test_another_judgement_counts(feeling: Sentiment) -> None:
    """Down to a thousandth of polarity."""
    assert fingerprint(replace(POST, sentiment=feeling)) != fingerprint(POST)


def test_absent_is_not_empty_and_no_field_runs_into_the_next() -> None:
    """Each value is spelled with its quotes."""
    said = [
        replace(POST, title="", parent_title="甲"),
        replace(POST, title="甲", parent_title=""),
        replace(POST, native_id=None),
        replace(POST, native_id=""),
        replace(POST, region="甲\0乙"),
        replace(POST, lang="甲", region="乙"),
        replace(POST, keywords=("费用", "")),
    ]
    assert len({fingerprint(one) for one in said}) == len(said)


def test_order_and_kind_of_a_mapping_say_nothing() -> None:
    """Metrics come in any order."""
    turned = MappingProxyType({"views": 40, "likes": 3})
    assert fingerprint(replace(POST, metrics=turned)) == fingerprint(POST)


def test_a_time_that_only_repeats_the_first_seen_one_says_nothing() -> None:
    """A post without a time is seen at another moment by every crawl."""
    unknown = replace(POST, precision=Precision.NONE)
    assert fingerprint(replace(unknown, published=AT + timedelta(days=3))) == fingerprint(unknown)


def test_a_number_may_have_any_size(tmp_path: Path) -> None:
    """What a broken page counts is kept, told apart and no damage."""
    post = replace(POST, metrics={"likes": 2**70})
    assert fingerprint(replace(POST, metrics={"likes": 2**70 + 1})) != fingerprint(post)
    store = open_store(tmp_path / "minyi.db")
    store.save_posts([post], now=AT)
    assert store.get([post.id])[0].post.metrics == {"likes": 2**70}
    assert store.verify() == []
    store.close()


def test_whole_numbers_come_back_as_they_went(tmp_path: Path) -> None:
    """A weight of 1 and a score of 1 are no damage after a way through the record."""
    one = Evidence("好", 0, 1, 1, "赞扬")
    post = replace(POST, sentiment=replace(FEELING, evidence=(one,), snownlp=1))
    store = open_store(tmp_path / "minyi.db")
    store.save_posts([post], now=AT)
    (stored,) = store.get([post.id])
    assert fingerprint(stored.post) == fingerprint(post)
    assert store.verify() == []
    assert store.save_posts([post], now=AT).unchanged == 1
    store.close()

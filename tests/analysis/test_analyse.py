"""The whole analysis of a post, from raw to everything the record keeps."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import analysis
from analysis.post import SourceFacts, to_post
from minyi.clock import LOCAL
from minyi.models import Label, Match, Policy, PolicyId, Post, RawPost, SourceId, Stance, WatchItem

NOW = datetime(2026, 6, 9, 4, 0, tzinfo=UTC)
POLICY = Policy(
    PolicyId("p"),
    "店铺招牌管理规定",
    watch=(WatchItem("w", "带地名都要交会费", "不用", wording=("带地名都要交",)),),
)


def post(text: str) -> Post:
    """A post that says this."""
    raw = RawPost(SourceId("s"), NOW, native_id="1", body_text=text)
    return to_post(raw, SourceFacts("s", "post", LOCAL), author_key=b"k" * 32, now=NOW)


def test_a_post_gets_sentiment_policy_claim_and_cluster(snow_cache: Path) -> None:
    """One call, every field; the same post gives the same answer."""
    toolkit = analysis.load(snow_cache, [POLICY])
    said = post("店铺招牌管理规定说带地名都要交会费，太过分了，乱收费！")
    found = analysis.analyse(said, toolkit)
    assert found.sentiment is not None
    assert found.sentiment.label is Label.NEGATIVE
    assert found.matches == (Match(PolicyId("p"), "title", sure=True),)
    assert [(claim.item, claim.stance) for claim in found.claims] == [("w", Stance.REPEAT)]
    assert found.cluster
    assert found.cluster != found.id
    assert analysis.analyse(said, toolkit) == found


def test_matching_anew_leaves_the_rest_alone(snow_cache: Path) -> None:
    """When policies change, sentiment, cluster and text stay as stored."""
    before = analysis.analyse(post("店铺招牌管理规定来了"), analysis.load(snow_cache, []))
    after = analysis.load(snow_cache, [POLICY]).match(before)
    assert before.matches == ()
    assert after == replace(before, matches=(Match(PolicyId("p"), "title", sure=True),))


def test_loading_again_is_free_until_policies_change(snow_cache: Path) -> None:
    """The engine is read once a process."""
    first = analysis.load(snow_cache, [POLICY])
    assert analysis.load(snow_cache, (POLICY,)) is first
    other = analysis.load(snow_cache, [])
    assert other is not first
    assert other.engine is first.engine


def test_the_opinion_is_judged_and_nothing_else(snow_cache: Path) -> None:
    """Names, addresses and quoted chains say nothing; without an opinion there is no SnowNLP score."""
    toolkit = analysis.load(snow_cache, [])
    plain = toolkit.judge("太过分了")
    assert toolkit.judge("太過(guò)分了 http://t.cn/A1 //@甲:好极了") == plain
    assert plain.snownlp == toolkit.engine.sentiments("太过分了")
    empty = toolkit.judge("转发微博 @甲 http://t.cn/A1")
    assert (empty.snownlp, empty.polarity, empty.label, empty.evidence) == (None, 0.0, Label.NEUTRAL, ())


def test_the_middle_of_a_long_text_is_not_judged(snow_cache: Path) -> None:
    """Over 1,200 characters the first 1,000 and the last 200 are."""
    toolkit = analysis.load(snow_cache, [])
    head, tail = "天气" * 500, "地点" * 100
    assert toolkit.judge(head + "太过分了" * 300 + tail) == toolkit.judge(head + tail)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=[]), max_size=200))
def test_any_text_whatever_is_analysed(snow_cache: Path, text: str) -> None:
    """Nothing a stranger writes raises, and every result can be written as JSON in UTF-8."""
    toolkit = analysis.load(snow_cache, [POLICY])
    found = analysis.analyse(post("店铺招牌管理规定带地名都要交" + text), toolkit)
    stored = [found.text, found.cluster, [claim.cue for claim in found.claims]]
    json.dumps(stored, ensure_ascii=False).encode("utf-8")

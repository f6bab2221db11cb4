"""Corrections, models and versions in the record: a person's label holds, and no version mixes unseen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from minyi.models import ALL_POLICIES, Label, Match, PolicyId, Post, PostId, Precision, Sentiment, Span
from minyi.store.care import Act
from minyi.store.learning import BY_HAND, Correction
from minyi.store.sqlite import SqliteStore, posts
from tests.store import invented

WHO = "王审校"
SPAN = Span(invented.START - timedelta(days=40), invented.NOW + timedelta(days=40))
FOUND_POSITIVE = Sentiment(0.8, Label.POSITIVE, (), 0.4, "v1")


def post(number: int, cluster: str = "c", version: str = "v1") -> Post:
    """A post that a model finds positive."""
    plain = invented.post(invented.seeded(number), number)
    return replace(
        plain,
        cluster=cluster,
        sentiment=replace(FOUND_POSITIVE, model_version=version),
        precision=Precision.MINUTE,
        matches=(Match(PolicyId("p-1"), "title", sure=True),),
    )


def correct(store: SqliteStore, one: Post, label: Label = Label.NEGATIVE, minutes: int = 0) -> None:
    """A person corrects a post."""
    at = invented.NOW + timedelta(minutes=minutes)
    made = Correction(one.id, one.cluster, label, WHO, "反话", at)
    store.learning.correct(made, Act(WHO, "label", f"post:{one.id}"), at)


def label_of(store: SqliteStore, post_id: PostId) -> Label:
    """The stored label."""
    (stored,) = store.get([post_id])
    assert stored.post.sentiment
    return stored.post.sentiment.label


def test_whatever_saves_a_corrected_cluster_saves_the_persons_label(store: SqliteStore) -> None:
    """A post saved again with a model's label, and a copy that comes later, both carry the person's."""
    store.save_posts([post(1)], now=invented.NOW)
    correct(store, post(1))
    store.save_posts([post(1, version="v2"), post(2), post(3, "other")], now=invented.NOW)
    labels = [label_of(store, PostId(f"post-{n}")) for n in (1, 2, 3)]
    assert labels == [Label.NEGATIVE, Label.NEGATIVE, Label.POSITIVE]
    (stored,) = store.get([PostId("post-1")])
    feeling = stored.post.sentiment
    assert feeling is not None
    assert (feeling.polarity, feeling.snownlp, feeling.model_version) == (-0.5, 0.4, "v2")
    assert [one.reason for one in feeling.evidence] == [BY_HAND]
    assert store.verify() == []


def test_saving_a_corrected_post_as_crawled_again_changes_nothing(store: SqliteStore) -> None:
    """Else every visit of its page would count as an edit."""
    store.save_posts([post(1)], now=invented.NOW)
    correct(store, post(1))
    assert store.save_posts([post(1)], now=invented.NOW).updated == 1
    assert store.save_posts([post(1)], now=invented.NOW).unchanged == 1


def test_a_label_given_while_a_post_is_on_its_way_in_is_not_lost(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The save had prepared the model's label before the person spoke, and wrote after."""
    store.save_posts([post(1)], now=invented.NOW)
    prepare = posts._prepared

    def slow(*args: object) -> list[object]:
        drafts = prepare(*args)  # type: ignore[arg-type]
        correct(store, post(1))
        return list(drafts)

    monkeypatch.setattr(posts, "_prepared", slow)
    store.save_posts([post(1, version="v2")], now=invented.NOW)
    assert label_of(store, PostId("post-1")) is Label.NEGATIVE


def test_the_newest_correction_of_a_cluster_is_in_force(store: SqliteStore) -> None:
    """Also when it was made on another copy; the earlier ones stay on record."""
    store.save_posts([post(1), post(2)], now=invented.NOW)
    correct(store, post(1))
    correct(store, post(2), Label.NEUTRAL, minutes=5)
    (standing,) = store.learning.corrections()
    assert (standing.post, standing.label, standing.who) == ("post-2", Label.NEUTRAL, WHO)
    assert [one.label for one in store.learning.history("c")] == [Label.NEUTRAL, Label.NEGATIVE]
    assert [one.action for one in store.care.trail()] == ["label", "label"]
    assert store.learning.history("other") == []


def test_erasing_a_post_erases_what_was_said_of_it(store: SqliteStore) -> None:
    """A correction is kept under the post's id."""
    store.save_posts([post(1)], now=invented.NOW)
    correct(store, post(1))
    store.care.erase([PostId("post-1")], Act(WHO, "erase", "post"), {}, invented.NOW)
    assert store.learning.corrections() == []


def test_a_post_changed_meanwhile_is_not_written_over(store: SqliteStore) -> None:
    """Its likes rose while it was judged anew: it is left alone and named."""
    store.save_posts([post(1), post(2)], now=invented.NOW)
    read = store.get([PostId("post-1"), PostId("post-2")])
    store.save_posts([replace(post(1), metrics={"likes": 77})], now=invented.NOW)
    again = [replace(one, post=replace(one.post, keywords=("会费",))) for one in read]
    revised = store.revise(again, now=invented.NOW)
    assert (revised.changed, revised.missed) == (1, ("post-1",))
    first, second = store.get([PostId("post-1"), PostId("post-2")])
    assert (first.post.metrics, first.post.keywords) == ({"likes": 77}, post(1).keywords)
    assert second.post.keywords == ("会费",)


@pytest.mark.parametrize("policy", [ALL_POLICIES, PolicyId("p-1")])
def test_versions_follow_what_posts_were_judged_with(store: SqliteStore, policy: PolicyId) -> None:
    """Counted anew with every save, edit and erasure; posts nobody judged are none."""
    unscored = replace(post(5), sentiment=None)
    store.save_posts([*(post(n) for n in range(4)), unscored], now=invented.NOW)
    assert store.learning.versions(policy, SPAN) == {"v1": 4}
    store.save_posts([post(1, version="v2")], now=invented.NOW)
    assert store.learning.versions(policy, SPAN) == {"v1": 3, "v2": 1}
    store.save_posts([post(n, version="v2") for n in range(4)], now=invented.NOW)
    assert store.learning.versions(policy, SPAN) == {"v2": 4}
    store.care.erase([PostId("post-1")], Act(WHO, "erase", "post"), {}, invented.NOW)
    assert store.learning.versions(policy, SPAN) == {"v2": 3}
    assert store.learning.versions(PolicyId("unknown"), SPAN) == {}
    past = Span(SPAN.start - timedelta(days=900), SPAN.start - timedelta(days=800))
    assert store.learning.versions(policy, past) == {}
    assert store.verify() == []


def test_posts_of_another_version_are_found_newest_first(store: SqliteStore) -> None:
    """In pages by row id; from a time on when asked."""
    unscored = replace(post(5), sentiment=None)
    store.save_posts([*(post(n) for n in range(4)), unscored, post(6, version="v2")], now=invented.NOW)
    memory = store.learning
    found = memory.outdated("v2", None, None, 3)
    found += memory.outdated("v2", None, found[-1].rid, 3)
    assert [one.rid for one in found] == sorted((one.rid for one in found), reverse=True)
    assert {one.post.id for one in found} == {"post-0", "post-1", "post-2", "post-3", "post-5"}
    assert memory.outdated_count("v2", None) == 5
    edge = found[2].post.published
    assert memory.outdated_count("v2", edge) == len(memory.outdated("v2", edge, None, 9)) == 3


def test_the_list_of_models_is_kept_with_its_line(store: SqliteStore) -> None:
    """Empty at first; the last one judges."""
    assert store.learning.models() == []
    line = store.learning.set_models(["m1", "m2"], Act(WHO, "model-activate", "model:m2"), {}, invented.NOW)
    assert store.learning.models() == ["m1", "m2"]
    assert store.care.trail(1) == [line]


def test_a_label_keeps_a_polarity_whose_sign_fits(store: SqliteStore) -> None:
    """Only one that contradicts it is replaced."""
    store.save_posts([post(1)], now=invented.NOW)
    for minutes, (label, polarity) in enumerate(
        ((Label.POSITIVE, 0.8), (Label.NEUTRAL, 0.0), (Label.NEGATIVE, -0.5))
    ):
        correct(store, post(1), label, minutes)
        store.save_posts([post(1)], now=invented.NOW)
        (stored,) = store.get([PostId("post-1")])
        assert stored.post.sentiment
        assert stored.post.sentiment.polarity == polarity

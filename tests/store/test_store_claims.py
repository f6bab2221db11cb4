"""What detection reads of words: stances towards the watch-list, and when a text was first seen."""

from dataclasses import replace
from datetime import timedelta

from minyi.models import Claim, Match, PolicyId, PostId, Precision, SourceId, Span, Stance
from minyi.store.sqlite import SqliteStore
from tests.store import invented
from tests.store.test_store_posts import NOW, POLICY, sample

SPAN = Span(invented.START, NOW)
OTHER = PolicyId("p-1")


def test_stances_come_with_their_posts_in_order_of_time(store: SqliteStore) -> None:
    """One row a stance; another policy's stances, and posts outside the span, are left out."""
    both = (Match(POLICY, "title", sure=True), Match(OTHER, "title", sure=True))
    posts = [
        sample(3, claims=(Claim(POLICY, "fee", Stance.REPEAT, "会费"),)),
        sample(
            1, claims=(Claim(POLICY, "fee", Stance.ASK, "？"), Claim(POLICY, "ban", Stance.REBUT, "谣言"))
        ),
        sample(2, claims=(Claim(OTHER, "fee", Stance.REPEAT, "会费"),), matches=both),
    ]
    store.save_posts(posts, now=NOW)
    found = store.claim_sightings(POLICY, SPAN)
    assert [(one.sighting.post, one.item, one.stance) for one in found] == [
        ("post-1", "fee", Stance.ASK),
        ("post-1", "ban", Stance.REBUT),
        ("post-3", "fee", Stance.REPEAT),
    ]
    assert [one.sighting for one in found if one.item == "fee"] == [
        one for one in store.sightings(POLICY, SPAN) if one.post != "post-2"
    ]
    assert [one.item for one in store.claim_sightings(OTHER, SPAN)] == ["fee"]
    assert store.claim_sightings(POLICY, Span(posts[0].published + timedelta(seconds=1), NOW)) == []
    assert store.claim_sightings(PolicyId("unknown"), SPAN) == []


def test_history_and_days_take_no_stance_that_triggers(store: SqliteStore) -> None:
    """A stance first seen over a day late, or known to the day only, is shown elsewhere."""
    claims = (Claim(POLICY, "fee", Stance.REPEAT, "会费"),)
    late = sample(1, claims=claims)
    store.save_posts(
        [
            replace(late, first_seen=late.published + timedelta(hours=25)),
            sample(2, claims=claims, precision=Precision.DAY),
        ],
        now=NOW,
    )
    assert store.claim_sightings(POLICY, SPAN) == []


def test_a_cluster_starts_with_its_first_post_on_the_policy(store: SqliteStore) -> None:
    """Within the span only, and absent when it was never seen there."""
    posts = [
        sample(5, cluster="a", source=SourceId("s1")),
        sample(9, cluster="a"),
        sample(7, cluster="b"),
        sample(2, cluster="a", matches=(Match(OTHER, "title", sure=True),)),
    ]
    store.save_posts(posts, now=NOW)
    starts = store.cluster_starts(POLICY, ["a", "b", "c"], SPAN)
    assert starts == {"a": posts[0].published, "b": posts[2].published}
    later = Span(posts[0].published + timedelta(seconds=1), NOW)
    assert store.cluster_starts(POLICY, ["a"], later) == {"a": posts[1].published}
    assert store.cluster_starts(POLICY, [], SPAN) == {}
    assert PostId("post-2") not in {one.post for one in store.sightings(POLICY, SPAN)}

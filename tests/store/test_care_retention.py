"""Retention: old posts go, their counts stay, and a source may have a rule of its own."""

from dataclasses import replace
from datetime import timedelta

from minyi.models import Post, PostId, Quarantined, Saved, SourceId
from minyi.store.base import Split, Step
from minyi.store.care import Retain
from minyi.store.query import Query
from minyi.store.sqlite import SqliteStore, retention
from tests.store import invented
from tests.store.filled import ME

NOW, START = invented.NOW, invented.START
SPAN = (START - timedelta(days=1), NOW)
SHORT, LONG = SourceId("s0"), SourceId("s1")


def daily(store: SqliteStore, days: int = 10) -> list[Post]:
    """One post a day from two sources each, first seen when published."""
    posts = []
    for number, post in enumerate(invented.posts(invented.seeded(4), 2 * days)):
        when = START + timedelta(days=number // 2, hours=1)
        posts.append(replace(post, published=when, first_seen=when, source=(SHORT, LONG)[number % 2]))
    store.save_posts(posts, now=NOW)
    return posts


def curve(store: SqliteStore) -> int:
    """Posts counted by day."""
    return sum(bucket.count for bucket in store.timeline(Query(published=SPAN), Step.DAY, Split.LABEL))


def test_posts_go_by_their_source_s_rule_or_the_general_one(store: SqliteStore) -> None:
    """What is said beforehand is what happens; the audit line counts by source."""
    daily(store)
    counted = curve(store)
    retain = Retain(START + timedelta(days=3), {SHORT: START + timedelta(days=6)})
    assert store.care.expirable(retain) == {SHORT: 6, LONG: 3}
    line = store.care.expire(retain, ME, NOW)
    assert (line.detail["posts"], line.detail["source:s0"], line.detail["source:s1"]) == (9, 6, 3)
    assert store.post_count() == 11
    assert curve(store) == counted
    assert store.verify() == []
    assert store.care.expirable(retain) == {}


def test_a_source_may_keep_its_posts_for_ever(store: SqliteStore) -> None:
    """None for a source, an edge for the others, and the other way round."""
    daily(store)
    assert store.care.expirable(Retain(START + timedelta(days=3), {LONG: None})) == {SHORT: 3}
    assert store.care.expirable(Retain(None, {SHORT: START + timedelta(days=2)})) == {SHORT: 2}
    assert store.care.expirable(Retain(None, {})) == {}
    store.care.expire(Retain(START + timedelta(days=3), {LONG: None}), ME, NOW)
    old = replace(invented.posts(invented.seeded(5), 1)[0], id=PostId("old"), source=LONG, first_seen=START)
    assert store.save_posts([old], now=NOW) == Saved(new=1)
    assert store.verify() == []


def test_an_expired_post_found_again_is_not_counted_twice(store: SqliteStore) -> None:
    """Its id is buried, with the reason."""
    posts = daily(store)
    store.care.expire(Retain(START + timedelta(days=5), {}), ME, NOW)
    counted = curve(store)
    again = [replace(post, first_seen=NOW, text="又见到") for post in posts[:4]]
    assert store.save_posts(again, now=NOW) == Saved(unchanged=4)
    assert curve(store) == counted
    fate = store.care.fate(posts[0].id)
    assert fate is not None
    assert fate.why == "retention"


def test_many_posts_go_in_short_transactions(store: SqliteStore) -> None:
    """More than one page and one transaction; nothing is left out, and progress is told."""
    posts = invented.posts(invented.seeded(6), 900)
    posts = [replace(post, first_seen=max(post.first_seen, post.published)) for post in posts]
    store.save_posts(posts, now=NOW)
    told: list[str] = []
    with_pages = retention._PAGE, retention.CHUNK
    retention._PAGE, retention.CHUNK = 100, 40
    try:
        line = store.care.expire(Retain(START + timedelta(days=40), {}), ME, NOW, told.append)
    finally:
        retention._PAGE, retention.CHUNK = with_pages
    assert (line.detail["posts"], store.post_count()) == (900, 0)
    assert len(told) > 20
    assert store.verify() == []


def test_quarantined_input_of_that_age_goes_too(store: SqliteStore) -> None:
    """It holds people's words as well."""
    for day in (1, 9):
        at = START + timedelta(days=day)
        store.quarantine([Quarantined("a.csv", day, "x", "缺少 text", at)])
    store.care.expire(Retain(START + timedelta(days=5), {}), ME, NOW)
    assert [item.position for item in store.quarantined()] == [9]

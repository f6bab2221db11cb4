"""Saving posts: what counts as new, updated and unchanged, and what is kept."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from minyi.errors import CursorError
from minyi.models import (
    ALL_POLICIES,
    Label,
    Match,
    PolicyId,
    Post,
    PostId,
    Precision,
    Saved,
    Sentiment,
    SourceId,
    Span,
)
from minyi.store.base import Order, Split, Step
from minyi.store.care import Act, Retain
from minyi.store.query import Query, parse
from minyi.store.sqlite import SqliteStore
from minyi.store.sqlite.rids import SHIFT
from tests.store import invented
from tests.store.oracle import Oracle
from tests.store.world import shuffle

NOW = invented.NOW
POLICY = PolicyId("p-0")


def sample(number: int = 1, **changes: Any) -> Post:
    """A plain post, invented, about one policy."""
    at = invented.START + timedelta(minutes=number)
    post = Post(
        id=PostId(f"post-{number}"),
        source=SourceId("s0"),
        platform="forum",
        content="post",
        text="商标会费太贵了",
        published=at,
        precision=Precision.MINUTE,
        first_seen=at + timedelta(minutes=10),
        sentiment=Sentiment(-0.5, Label.NEGATIVE, (), None, "v1"),
        matches=(Match(POLICY, "title", sure=True),),
    )
    return replace(post, **changes)


def curve(store: SqliteStore, step: Step = Step.DAY) -> int:
    """Posts in the policy's curve over all invented days."""
    span = (invented.START - timedelta(days=1), NOW)
    return sum(bucket.count for bucket in store.timeline(Query(policies=(POLICY,), published=span), step))


def test_a_post_comes_back_as_it_was_saved(store: SqliteStore) -> None:
    """Every field survives; times in whole seconds, polarity in thousandths."""
    posts = invented.posts(invented.seeded(2), 50)
    assert store.save_posts(posts, now=NOW) == Saved(new=50)
    assert [stored.post for stored in store.get([post.id for post in posts])] == posts
    assert store.get([PostId("nobody"), posts[3].id])[0].post == posts[3]
    assert {stored.indexed for stored in store.get([post.id for post in posts])} == {NOW}


def test_saving_again_changes_nothing(store: SqliteStore) -> None:
    """Unchanged posts are told apart, and neither revision nor counts move."""
    posts = invented.posts(invented.seeded(2), 700)
    store.save_posts(posts, now=NOW)
    before = store.policies_changed(0)
    assert store.save_posts(posts, now=NOW + timedelta(hours=1)) == Saved(unchanged=700)
    assert store.policies_changed(0) == before
    assert store.policies_changed(before[1])[0] == set()


def test_first_seen_is_kept_and_alone_is_no_change(store: SqliteStore) -> None:
    """A re-found page comes with a new first-seen time; ours is the first."""
    store.save_posts([sample()], now=NOW)
    later = sample(first_seen=NOW)
    assert store.save_posts([later], now=NOW) == Saved(unchanged=1)
    assert store.save_posts([replace(later, text="改了")], now=NOW) == Saved(updated=1)
    assert store.get([PostId("post-1")])[0].post.first_seen == sample().first_seen


def test_a_post_of_unknown_time_keeps_its_place(store: SqliteStore) -> None:
    """Precision none: found again later, it is unchanged and ordered by its first sight."""
    seen = invented.START
    post = sample(precision=Precision.NONE, published=seen, first_seen=seen)
    store.save_posts([post], now=NOW)
    again = replace(post, published=NOW, first_seen=NOW)
    assert store.save_posts([again], now=NOW) == Saved(unchanged=1)
    store.save_posts([replace(again, text="改了")], now=NOW)
    assert store.get([post.id])[0].post.published == seen
    assert curve(store) == 0


def test_the_same_id_twice_in_one_call_ends_as_the_last(store: SqliteStore) -> None:
    """Order within a call counts."""
    posts = [sample(text="一"), sample(text="二"), sample(text="二")]
    assert store.save_posts(posts, now=NOW) == Saved(new=1, updated=1, unchanged=1)
    assert store.get([PostId("post-1")])[0].post.text == "二"


def test_a_new_policy_match_moves_the_counts(store: SqliteStore) -> None:
    """Re-matching is an update: old policy minus, new policy plus, and both are told as changed."""
    store.save_posts([sample()], now=NOW)
    revision = store.policies_changed(0)[1]
    other = PolicyId("p-1")
    store.save_posts([sample(matches=(Match(other, "alias", sure=True),))], now=NOW)
    assert curve(store) == 0
    assert store.policies_changed(revision)[0] == {POLICY, other}
    assert store.search(Query(policies=(other,))).total == 1
    assert store.verify() == []


def test_unsure_matches_are_kept_but_not_counted(store: SqliteStore) -> None:
    """They are shown with the post; neither curve nor filter counts them."""
    post = sample(matches=(Match(POLICY, "words", sure=False),))
    store.save_posts([post], now=NOW)
    assert store.get([post.id])[0].post.matches == post.matches
    assert curve(store) == 0
    assert store.search(Query(policies=(POLICY,))).total == 0
    assert store.facet(Query(), Split.POLICY).rows == ()


def test_history_counts_in_curves_but_never_triggers(store: SqliteStore) -> None:
    """First seen more than 24 h after publishing: in the curve, not in what detection reads."""
    at = sample().published
    fresh, late = (
        sample(1, first_seen=at + timedelta(hours=24)),
        sample(2, first_seen=at + timedelta(hours=25)),
    )
    store.save_posts([fresh, late], now=NOW)
    span = Span(invented.START, NOW)
    assert curve(store, Step.HOUR) == 2
    assert [one.post for one in store.sightings(POLICY, span)] == [fresh.id]
    assert [row[2] for row in store.counts(ALL_POLICIES, span)] == [1]


def test_a_day_stands_in_days_only(store: SqliteStore) -> None:
    """A post known to the day is in no hour, no 5 minutes, and triggers nothing."""
    store.save_posts([sample(precision=Precision.DAY)], now=NOW)
    assert (curve(store, Step.DAY), curve(store, Step.HOUR)) == (1, 0)
    assert store.sightings(POLICY, Span(invented.START, NOW)) == []


def test_counts_and_sightings_agree_with_a_plain_reading(store: SqliteStore) -> None:
    """5-minute counts are those of the sightings, negative only with evidence, by time then source."""
    posts = invented.posts(invented.seeded(8), 300)
    store.save_posts(posts, now=NOW)
    span = Span(invented.START + timedelta(hours=3), invented.START + timedelta(days=6, seconds=7))
    for policy in (*invented.POLICIES, ALL_POLICIES):
        expected: dict[tuple[datetime, str], list[int]] = {}
        for post in posts:
            sure = {match.policy for match in post.matches if match.sure} | {ALL_POLICIES}
            timely = post.first_seen - post.published <= timedelta(days=1)
            known = post.precision in (Precision.MINUTE, Precision.HOUR)
            if policy in sure and timely and known and span.start <= post.published < span.end:
                start = datetime.fromtimestamp(post.published.timestamp() // 300 * 300, post.published.tzinfo)
                cell = expected.setdefault((start, post.source), [0, 0])
                feeling = post.sentiment
                cell[0] += 1
                cell[1] += bool(feeling and feeling.label is Label.NEGATIVE and feeling.evidence)
        rows = [(start, source, n, bad) for (start, source), (n, bad) in sorted(expected.items())]
        assert store.counts(policy, span) == rows
        seen = store.sightings(policy, span)
        assert [one.published for one in seen] == sorted(one.published for one in seen)
        assert (len(seen), sum(one.negative for one in seen)) == (
            sum(r[2] for r in rows),
            sum(r[3] for r in rows),
        )


def test_many_posts_of_one_second_all_find_a_place(store: SqliteStore) -> None:
    """An import without times claims one second for all; every post is kept, near its time, and found."""
    posts = [replace(sample(n), published=invented.START, first_seen=NOW) for n in range(3_000)]
    assert store.save_posts(posts, now=NOW) == Saved(new=3_000)
    second = int(invented.START.timestamp())
    rids = [stored.rid >> SHIFT for stored in store.iterate(Query())]
    assert len(rids) == 3_000
    assert second <= min(rids)
    assert max(rids) < second + 3_600
    query = Query(published=(invented.START, invented.START + timedelta(seconds=1)))
    assert store.search(query).total == 3_000


def test_a_corrected_time_moves_the_post(store: SqliteStore) -> None:
    """Its row changes place, its id and counts do not."""
    store.save_posts([sample(1), sample(2)], now=NOW)
    store.save_posts([sample(1, published=invented.START + timedelta(days=3))], now=NOW)
    assert [stored.post.id for stored in store.iterate(Query())] == ["post-1", "post-2"]
    assert curve(store) == 2
    assert store.verify() == []


def test_counts_stay_true_under_any_mix_of_saves_and_deletions(store: SqliteStore) -> None:
    """Posts = roll-ups = text index, after random edits, re-saves and deletions."""
    oracle = Oracle()
    shuffle(store, oracle, invented.seeded(31), rounds=5)
    assert store.verify() == []
    assert store.post_count() == len(oracle.posts)


def test_a_deleted_post_is_not_saved_again(store: SqliteStore) -> None:
    """Its id is buried: a re-found page changes nothing."""
    store.save_posts([sample()], now=NOW)
    assert store.forget([PostId("post-1"), PostId("nobody")], NOW) == 1
    assert store.save_posts([sample(text="又来了")], now=NOW) == Saved(unchanged=1)
    assert store.search(Query()).total == 0
    assert curve(store) == 0


def test_expired_posts_stay_in_the_curve_and_out_of_the_record(store: SqliteStore) -> None:
    """Retention counts from first seen; roll-ups stay, and nothing older is saved again."""
    posts = [sample(n, published=invented.START + timedelta(days=n)) for n in range(1, 9)]
    posts = [replace(post, first_seen=post.published) for post in posts]
    store.save_posts(posts, now=NOW)
    done = store.care.expire(Retain(posts[4].first_seen, {}), Act("me", "retention", "all"), NOW)
    assert done.detail["posts"] == 4
    assert store.post_count() == 4
    assert curve(store) == 8
    assert store.verify() == []
    assert store.save_posts(posts, now=NOW) == Saved(unchanged=8)
    assert store.save_posts([replace(posts[0], id=PostId("unseen"))], now=NOW) == Saved(unchanged=1)


def test_verify_names_what_is_broken(store: SqliteStore) -> None:
    """Each planted break shows as a sentence of its own."""
    store.save_posts([sample(n) for n in range(1, 4)], now=NOW)
    breaks = {
        "小时汇总": "UPDATE rollup_hour SET n = n + 1 WHERE policy = 0",
        "每日汇总": "DELETE FROM rollup_day WHERE policy <> 0",
        "全文索引": "DELETE FROM fts WHERE rowid = (SELECT min(rid) FROM posts)",
        "统计明细的内容": "UPDATE posts SET label = 2 WHERE id = 'post-1'",
        "政策匹配": "DELETE FROM post_match",
    }
    for broken, sql in breaks.items():
        with store._database.write() as connection:
            connection.execute(sql)
        assert any(broken in sentence for sentence in store.verify()), broken


def test_lone_surrogates_do_not_stop_a_save(store: SqliteStore) -> None:
    """They are replaced, and the rest of the post is kept."""
    assert store.save_posts([sample(url="http://a.example/\ud800", title="题\udfff")], now=NOW) == Saved(
        new=1
    )
    assert store.get([PostId("post-1")])[0].post.title == "题?"
    assert store.save_posts([sample(url="http://a.example/\ud800", title="题\udfff")], now=NOW) == Saved(
        unchanged=1
    )


def test_the_index_queue_fills_only_for_a_projection(store: SqliteStore) -> None:
    """Without one it stays empty; with one it holds each changed post once."""
    store.save_posts([sample(1)], now=NOW)
    assert store.index_lag() == (0, None)
    store.projection.enable(enabled=True)
    store.save_posts([sample(1, text="改"), sample(2)], now=NOW)
    store.forget([PostId("post-2")], NOW + timedelta(hours=1))
    assert store.index_lag() == (2, NOW)
    store.projection.enable(enabled=False)
    assert store.index_lag() == (0, None)


def test_a_cursor_serves_its_own_query_only(store: SqliteStore) -> None:
    """A page mark of another query, or no mark at all, is refused in words."""
    store.save_posts([sample(n) for n in range(1, 6)], now=NOW)
    mark = store.search(parse("商标", resolver=invented.BOOK), size=2).next
    assert mark is not None
    for query, cursor in ((Query(), mark), (Query(), "???"), (Query(), "W10"), (Query(), "")):
        with pytest.raises(CursorError, match="翻页标记"):
            store.search(query, Order.NEWEST, 2, cursor)


def test_pages_stay_stable_while_posts_arrive(store: SqliteStore) -> None:
    """A post that arrives during paging moves nothing on later pages."""
    store.save_posts([sample(n) for n in range(1, 8)], now=NOW)

    def walk() -> Iterator[str]:
        cursor: str | None = None
        for arrival in range(20, 40):
            page = store.search(Query(), Order.NEWEST, 2, cursor)
            yield from (hit.stored.post.id for hit in page.hits)
            store.save_posts([sample(arrival)], now=NOW)
            cursor = page.next
            if cursor is None:
                return

    assert list(walk()) == [f"post-{n}" for n in range(7, 0, -1)]

"""What is known of sources: cursors, runs, health, and when silence means something."""

from datetime import datetime, timedelta

from minyi.models import CrawlRun, Saved, SourceId, SourceState, Span, UrlCursor
from minyi.store.base import Split, SpoolCommit, Step
from minyi.store.query import Query
from minyi.store.sqlite import SqliteStore
from tests.store import invented
from tests.store.test_store_posts import sample

FORUM = SourceId("s0")
T0 = invented.START


def at(hours: float) -> datetime:
    """A time so many hours into the sample."""
    return T0 + timedelta(hours=hours)


def run(hours: float, state: SourceState = SourceState.OK, source: SourceId = FORUM) -> CrawlRun:
    """A run of one minute."""
    return CrawlRun(source, at(hours), at(hours) + timedelta(minutes=1), state, pages=3, reasons=("超时",))


def spans(store: SqliteStore, low: float = -1_000, high: float = 1_000) -> list[tuple[float, float]]:
    """Coverage of the forum, in hours."""
    hour = timedelta(hours=1)
    found = store.coverage(FORUM, Span(at(low), at(high)))
    return [((one.start - T0) / hour, (one.end - T0) / hour) for one in found]


def test_a_spool_commit_carries_run_and_cursor(store: SqliteStore) -> None:
    """They are stored with the last posts; without posts too."""
    cursor = {"http://a.example/": UrlCursor(etag='"1"', links=("http://a.example/1",), next_due=5.5)}
    store.save_posts([sample()], now=invented.NOW, commit=SpoolCommit(run(1), cursor))
    assert store.cursor(FORUM) == cursor
    store.save_posts([], now=invented.NOW, commit=SpoolCommit(run(2), {}))
    assert store.cursor(FORUM) == {}
    assert store.cursor(SourceId("nobody")) == {}
    assert store.source_health()[FORUM].last_run == run(2)


def test_coverage_joins_good_runs(store: SqliteStore) -> None:
    """Between successes all is known, however far apart: nobody tried in between."""
    for hours in (1, 2, 14):
        store.record_run(run(hours))
    assert spans(store) == [(1, 14)]
    assert store.coverage(SourceId("nobody"), Span(at(0), at(9))) == []


def test_a_failed_run_blinds_from_the_last_success_to_the_recovery(store: SqliteStore) -> None:
    """Nothing is known between the success before a failure and the one after."""
    for hours, state in enumerate(
        [
            SourceState.OK,
            SourceState.QUIET,
            SourceState.DOWN,
            SourceState.BLOCKED,
            SourceState.OK,
            SourceState.OK,
        ]
    ):
        store.record_run(run(hours, state))
    assert spans(store) == [(0, 1), (4, 5)]
    assert spans(store, 0.2, 0.4) == [(0, 1)]
    assert spans(store, 1.5, 3.5) == []


def test_runs_told_out_of_order_cover_the_same(store: SqliteStore) -> None:
    """A spool file that waited changes nothing of what is covered."""
    for hours, state in (
        (3, SourceState.OK),
        (1, SourceState.OK),
        (2, SourceState.BROKEN),
        (0, SourceState.OK),
    ):
        store.record_run(run(hours, state))
    assert spans(store) == [(0, 1)]


def test_health_tells_since_when_a_source_is_blind(store: SqliteStore) -> None:
    """State, last success and blindness by source that ever ran."""
    store.save_posts([sample(5)], now=invented.NOW, commit=SpoolCommit(run(1), {}))
    good = store.source_health()[FORUM]
    assert (good.state, good.last_success, good.blind_since) == (SourceState.OK, at(1), None)
    assert good.newest_item == sample(5).published
    store.record_run(run(2, SourceState.DOWN))
    store.record_run(run(3, SourceState.DOWN))
    store.record_run(run(3, SourceState.DOWN, SourceId("s9")))
    health = store.source_health()
    assert list(health) == ["s0", "s9"]
    assert (health[FORUM].state, health[FORUM].blind_since) == (SourceState.DOWN, at(1))
    assert (health[SourceId("s9")].last_success, health[SourceId("s9")].blind_since) == (None, at(3))


def test_a_source_begins_with_its_first_success_or_imported_post(store: SqliteStore) -> None:
    """A crawl's old posts do not make its source old; an import's do."""
    store.record_run(run(4, SourceState.DOWN))
    store.save_posts([sample(1)], now=invented.NOW, commit=SpoolCommit(run(5), {}))
    store.save_posts([sample(2, source=SourceId("s1"))], now=invented.NOW)
    assert store.first_success() == {FORUM: at(5), SourceId("s1"): sample(2).published}
    store.save_posts([sample(3)], now=invented.NOW)
    assert store.first_success()[FORUM] == sample(3).published


def test_the_first_batches_of_a_spool_file_are_no_import(store: SqliteStore) -> None:
    """Saved on their own before the commit of their run, they do not make the source old; nor do edits."""
    store.save_posts([sample(1), sample(2)], now=at(5.5))
    store.save_posts([sample(3)], now=at(5.5), commit=SpoolCommit(run(5), {}))
    assert store.first_success() == {FORUM: at(5)}
    store.save_posts([sample(3, text="重新匹配")], now=at(6))
    assert store.first_success() == {FORUM: at(5)}


def test_a_post_belongs_to_the_source_that_brought_it_first(store: SqliteStore) -> None:
    """Two sources show one post: neither undoes the other's reading at every crawl; its own may edit it."""
    mine, other = sample(), sample(source=SourceId("s1"), text="商标会费太贵……", title="转")
    assert store.save_posts([mine], now=invented.NOW) == Saved(new=1)
    assert store.save_posts([other], now=invented.NOW) == Saved(unchanged=1)
    edited = sample(text="商标会费太贵了，改")
    assert store.save_posts([other, edited, other], now=invented.NOW) == Saved(updated=1, unchanged=2)
    assert store.get([mine.id])[0].post == edited
    assert store.verify() == []


def test_curves_mark_blind_hours(store: SqliteStore) -> None:
    """An hour of which half or more could not be seen is unknown, not zero; imports are never blind."""
    store.save_posts([sample(1, source=SourceId("imported"))], now=invented.NOW)
    for hours, state in (
        (0, SourceState.OK),
        (2.4, SourceState.OK),
        (3, SourceState.DOWN),
        (5.4, SourceState.OK),
    ):
        store.record_run(run(hours, state))
    query = Query(published=(at(0), at(8)))
    assert [bucket.blind for bucket in store.timeline(query, Step.HOUR)] == [
        *(False, False, True, True, True),
        *(False, False, False),
    ]
    by_source = store.timeline(query, Step.HOUR, Split.SOURCE)
    assert not any(bucket.blind for bucket in by_source if bucket.key == "imported")
    store.record_run(run(6, SourceState.DOWN))
    asked = Query(published=(at(0), at(8)), sources=(FORUM,))
    assert [bucket.blind for bucket in store.timeline(asked, Step.HOUR)][5:] == [True, True, True]


def test_a_curve_of_all_is_blind_only_where_every_crawled_source_was(store: SqliteStore) -> None:
    """One source that could be seen is enough to know something."""
    for source in (FORUM, SourceId("s1")):
        store.record_run(run(0, source=source))
    store.record_run(run(1, SourceState.DOWN))
    query = Query(published=(at(0), at(4)))
    assert not any(bucket.blind for bucket in store.timeline(query, Step.HOUR))
    store.record_run(run(2, SourceState.DOWN, SourceId("s1")))
    store.record_run(run(3, source=SourceId("s1")))
    assert [bucket.blind for bucket in store.timeline(query, Step.HOUR)] == [True, True, True, False]

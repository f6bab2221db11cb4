"""What the record tells a projection: counts by day, and revisions above any the cluster knows."""

from collections import Counter
from datetime import timedelta

from minyi.clock import LOCAL
from minyi.models import PostId, Precision
from minyi.store.projection import Cell
from minyi.store.query import Query
from minyi.store.sqlite import SqliteStore
from tests.store import invented
from tests.store.invented import NOW


def test_days_are_those_of_shanghai_before_1970_too(record: SqliteStore) -> None:
    """Each post once under "", by the date people would write."""
    seen: Counter[tuple[str, str]] = Counter()
    for stored in record.iterate(Query()):
        post = stored.post
        if post.precision is not Precision.NONE:
            label = post.sentiment.label.value if post.sentiment else "unscored"
            seen[post.published.astimezone(LOCAL).date().isoformat(), label] += 1
    found = {
        (cell.date.isoformat(), cell.label): n for cell, n in record.projection.cells() if not cell.policy
    }
    assert found == dict(seen)
    assert Cell("", -1, "neutral").date.isoformat() == "1969-12-31"


def test_reissued_posts_stand_above_what_the_cluster_knows(record: SqliteStore) -> None:
    """They are queued with new revisions, and every later change is higher still."""
    record.projection.settle(record.projection.waiting(60))
    record.projection.reissue([PostId("post-3"), PostId("post-5")], 5_000, NOW)
    assert [(one.post, one.revision) for one in record.projection.waiting(9)] == [
        ("post-3", 5_001),
        ("post-5", 5_002),
    ]
    assert record.get([PostId("post-3")])[0].revision == 5_001
    record.save_posts(invented.posts(invented.seeded(2), 1, 700), now=NOW + timedelta(hours=1))
    assert record.projection.waiting(9)[-1].revision == 5_003
    assert record.verify() == []

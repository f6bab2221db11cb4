"""What the record remembers of recent texts makes copies join across batches, restarts and days."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analysis.clusters import body_of
from analysis.copies import probe
from jobs.clusters import join_clusters
from minyi.models import Post, PostId, Precision, SourceId
from minyi.store import open_store
from minyi.store.clusters import CROWD, TextNumber
from minyi.store.sqlite import SqliteStore
from tests.store.earlier import as_version_6

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TEXT = "紧急通知：今后凡是店名带地名的都要到窗口登记，每年交两千八百元，各位老板互相转告"
EDITED = TEXT.replace("紧急通知", "特别提醒").replace("互相转告", "转告一下")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty record."""
    opened = open_store(tmp_path / "minyi.db")
    yield opened
    opened.close()


def post(name: str, text: str) -> Post:
    """A post as analysis leaves it: in a cluster of its own."""
    one = Post(PostId(name), SourceId("s"), "web", "post", text, NOW, Precision.MINUTE, NOW)
    return replace(one, cluster=name)


def save(store: SqliteStore, *posts: Post, now: datetime = NOW) -> list[str]:
    """Join and save a batch; the clusters."""
    joined = join_clusters(store, posts, now)
    store.save_posts(joined, now=now)
    return [one.cluster for one in joined]


def remembered(store: SqliteStore) -> dict[int, list[TextNumber]]:
    """The texts met under the numbers of `TEXT`."""
    return store.clusters.met(probe("x", body_of("", TEXT)).wording.meetings)


def test_copies_join_within_a_batch_and_across_a_restart(tmp_path: Path) -> None:
    """Another process that opens the record goes on where the first stopped."""
    first = open_store(tmp_path / "minyi.db")
    homes = save(first, post("1", TEXT), post("2", TEXT + "！"), post("3", EDITED), post("4", "支持"))
    first.close()
    second = open_store(tmp_path / "minyi.db")
    later = save(second, post("5", EDITED + "啊"), post("6", TEXT))
    second.close()
    assert len({*homes[:3], *later}) == 1
    assert homes[3] == "4"


def test_the_same_batch_again_changes_nothing(store: SqliteStore) -> None:
    """Also when only its clusters had been remembered, as after a crash before saving."""
    batch = [
        post("1", EDITED),
        post("2", TEXT),
        post("3", "另一件毫不相干的事情，今天在公园里看花的人特别多"),
    ]
    before = [one.cluster for one in join_clusters(store, batch, NOW)]
    assert save(store, *batch) == before
    assert save(store, *batch[::-1]) == before[::-1]


def test_a_stored_post_stays_in_its_cluster_after_its_text_was_forgotten(store: SqliteStore) -> None:
    """A page crawled again after two months is no new voice and no changed post."""
    home, member = save(store, post("1", TEXT), post("2", EDITED))
    later = NOW + timedelta(days=60)
    save(store, post("9", "六十天后的一条新帖文，说的是完全不同的一件事情"), now=later)
    assert store.clusters.met([0]) == {}
    assert save(store, post("2", EDITED), now=later) == [member] == [home]


def test_a_text_is_forgotten_thirty_days_after_it_was_last_seen(store: SqliteStore) -> None:
    """Seen again it is remembered for longer."""
    (home,) = save(store, post("1", TEXT))
    save(store, post("2", TEXT), now=NOW + timedelta(days=20))
    assert save(store, post("3", EDITED), now=NOW + timedelta(days=45)) == [home]
    (late,) = save(store, post("4", EDITED + "哦"), now=NOW + timedelta(days=120))
    assert late != home


def test_texts_are_remembered_over_an_upgrade(tmp_path: Path) -> None:
    """An older record calls its texts by their posts' ids and knows its posts by another fingerprint."""
    path = tmp_path / "minyi.db"
    store = open_store(path)
    (home,) = save(store, post("1", TEXT))
    before = remembered(store)
    stored = store.get([PostId("1")])[0].post
    store.close()
    as_version_6(path)
    store = open_store(path)
    assert store.verify() == []
    assert remembered(store) == before
    assert store.save_posts([stored], now=NOW).unchanged == 1
    assert save(store, post("2", EDITED)) == [home]
    store.close()


def test_an_erased_post_leaves_no_words_behind(store: SqliteStore) -> None:
    """Neither in the memory of texts nor by coming again."""
    save(store, post("1", TEXT))
    assert remembered(store)
    store.forget([PostId("1")], NOW)
    assert not remembered(store)
    save(store, post("1", TEXT))
    assert not remembered(store)


def test_a_template_of_many_reports_is_looked_up_in_bounded_time(store: SqliteStore) -> None:
    """Hundreds of reports that differ in one figure stay apart, and no number keeps more than fifty texts."""
    reports = [post(f"{n}", TEXT.replace("两千八百", f"{n + 10}")) for n in range(400)]
    clusters = save(store, *reports[:150]) + save(store, *reports[150:300]) + save(store, *reports[300:])
    assert len(set(clusters)) == 400
    known = probe("x", body_of("", reports[0].text))
    met = store.clusters.met(known.wording.meetings)
    assert max(map(len, met.values())) <= CROWD

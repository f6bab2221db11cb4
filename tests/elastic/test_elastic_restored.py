"""A record put back from an older copy, or copied elsewhere, meets the cluster it wrote to before."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from jobs.boards import Boards
from jobs.project import PAUSED, Projector, drain
from jobs.reunite import STRANGE
from minyi.models import PostId
from minyi.store import open_store
from minyi.store.care import Act, Place
from minyi.store.elastic import boards, generations
from minyi.store.elastic.client import Cluster, Login
from minyi.store.elastic.layout import Layout, month_of
from minyi.store.elastic.sink import Sink
from minyi.store.elastic.verify import Verifier
from minyi.store.projection import FILLING, GENERATION
from minyi.store.sqlite import SqliteStore
from tests.elastic.stand import Stand
from tests.servers.elastic_fake import FakeElastic
from tests.store import invented
from tests.store.invented import NOW

HERE = Act("tests", "test", "record")


def send(stand: Stand, record: SqliteStore) -> None:
    """All that is queued, by a sink that has just started."""
    drain(stand.projector(record), tell=lambda _: None)


def edit(record: SqliteStore, numbers: range, likes: int) -> None:
    """Change some posts."""
    found = record.get([PostId(f"post-{number}") for number in numbers])
    record.save_posts([replace(one.post, metrics={"likes": likes}) for one in found], now=NOW)


@pytest.fixture
def restored(stand: Stand, record: SqliteStore, tmp_path: Path) -> Iterator[SqliteStore]:
    """A copy made before forty posts came, five changed and one went, all of which the cluster got."""
    send(stand, record)
    record.care.backup(tmp_path / "copy.db")
    edit(record, range(5), 41)
    record.save_posts(invented.posts(invented.seeded(8), 40, 300), now=NOW)
    record.forget([PostId("post-7")], NOW)
    send(stand, record)
    with closing(open_store(tmp_path / "copy.db")) as opened:
        opened.care.audit(Act("tests", "restore", "copy.db"), {}, NOW)
        yield opened


@pytest.mark.elastic
def test_the_cluster_follows_a_restored_record(stand: Stand, restored: SqliteStore) -> None:
    """What came after the copy goes, what changed after it changes back, though its revisions are higher."""
    send(stand, restored)
    assert set(stand.documents()) >= {f"post-{number}" for number in range(7)}
    assert not any(name.startswith("post-3") and len(name) > 7 for name in stand.documents())
    edit(restored, range(7, 8), 5)
    send(stand, restored)
    assert Verifier(restored, stand.cluster, stand.layout).verify(30, Random(1), lambda _: None).count == 0
    [line] = [one for one in restored.care.trail() if one.action == "index.reunite"]
    assert dict(line.detail) == {"again": 5, "deleted": 40}


@pytest.mark.elastic
def test_a_restored_record_that_went_on_for_long_is_followed_too(stand: Stand, restored: SqliteStore) -> None:
    """While the cluster was away its revisions came to exceed the cluster's."""
    restored.save_posts(invented.posts(invented.seeded(12), 200, 900), now=NOW)
    edit(restored, range(3, 6), 77)
    restored.projection.retry([], NOW)
    edit(restored, range(7, 8), 5)
    send(stand, restored)
    assert Verifier(restored, stand.cluster, stand.layout).verify(30, Random(1), lambda _: None).count == 0
    assert len(stand.documents()) == restored.post_count() == 260


@pytest.mark.elastic
def test_a_restored_record_writes_to_the_generation_that_is_read(
    stand: Stand, record: SqliteStore, restored: SqliteStore
) -> None:
    """The copy remembers an older one."""
    generations.begin(stand.cluster, stand.layout, 2)
    record.projection.note({FILLING: "2"})
    record.projection.fill(NOW)
    send(stand, record)
    generations.switch(stand.cluster, stand.layout, 1, 2, month_of(NOW))
    edit(restored, range(7, 8), 5)
    send(stand, restored)
    assert restored.projection.notes()[GENERATION] == "2"
    assert Verifier(restored, stand.cluster, stand.layout).verify(30, Random(1), lambda _: None).count == 0


@pytest.mark.elastic
def test_boards_lose_what_a_restored_record_does_not_know(stand: Stand, record: SqliteStore) -> None:
    """An alert of the days that are gone would stand open for ever."""
    record.save_policies(invented.BOOK.policies, NOW)
    for index, name in ((stand.layout.alerts, "alert-1"), (stand.layout.policies, "policy-1")):
        boards.write(stand.cluster, index, {name: {"id": name}})
    stand.refresh()
    Boards(record, stand.cluster, stand.layout).turn(NOW)
    stand.refresh()
    assert boards.ids(stand.cluster, stand.layout.alerts) == set()
    assert boards.ids(stand.cluster, stand.layout.policies) == {one.id for one in invented.BOOK.policies}


@pytest.mark.elastic
def test_another_offices_cluster_is_left_alone(stand: Stand, record: SqliteStore, tmp_path: Path) -> None:
    """A new record pointed at a cluster full of somebody's posts writes nothing and says so."""
    send(stand, record)
    with closing(open_store(tmp_path / "new.db")) as new:
        new.projection.enable(enabled=True)
        new.save_posts(invented.posts(invented.seeded(8), 5, 300), now=NOW)
        assert stand.projector(new).turn().words == STRANGE
    assert len(stand.documents()) == 60


@pytest.mark.elastic
def test_an_ordinary_start_sends_nothing_twice(stand: Stand, record: SqliteStore) -> None:
    """Also after a death between the cluster's answer and the record's note of it."""
    projector = stand.projector(record)
    items = projector.sink.build(record.projection.waiting(30), record.get, [1])
    projector.sink.send(items)
    record.forget([PostId("post-3")], NOW + timedelta(hours=1))
    send(stand, record)
    assert stand.projector(record).turn().sent == 0
    assert not [one for one in record.care.trail() if one.action == "index.reunite"]
    assert len(stand.documents()) == 59


def test_a_copied_record_writes_nothing_until_a_person_confirms(
    record: SqliteStore, fake: FakeElastic
) -> None:
    """The cluster belongs to the record it was copied from."""
    with closing(Cluster([fake.url], Login(), timeout=5.0)) as cluster:
        projector = Projector(record, Sink(cluster, Layout()), lambda: NOW, Random(1))
        for number, name in enumerate(("there", "here")):
            record.care.arrive(Place(name, number, name), HERE, NOW)
        assert "复制" in projector.turn().words
        assert "minyi notify release" in record.projection.notes()[PAUSED]
        assert fake.kept == {}
        record.care.release(HERE, NOW)
        assert projector.turn().sent == 60
    assert PAUSED not in record.projection.notes()

"""A copy made fit to be the record again: nothing erased comes back, nothing is mailed twice."""

from datetime import timedelta
from pathlib import Path

import pytest

from minyi.errors import AlreadyRunning
from minyi.models import AlertId, Notification, OutboxState, PostId, Span
from minyi.store import open_store
from minyi.store.care import Retain
from minyi.store.query import Query
from minyi.store.sqlite import SqliteStore, restoring
from tests.store import invented
from tests.store.filled import ME, alerted, fill

NOW, HOUR = invented.NOW, timedelta(hours=1)


@pytest.fixture
def copy(store: SqliteStore, tmp_path: Path) -> Path:
    """A copy of a record with one mail sent, one waiting, one under way."""
    fill(store, 60)
    notes = [
        Notification(key, AlertId("a"), "email", "d@o.example", "firing") for key in ("sent", "way", "new")
    ]
    store.add_notifications(notes[:2], NOW)
    store.claim(NOW)
    store.settle("sent", OutboxState.SENT, now=NOW)
    store.add_notifications(notes[2:], NOW)
    store.care.audit(ME, {}, NOW)
    store.care.backup(tmp_path / "copy.db")
    return tmp_path / "copy.db"


def test_everything_unsent_is_held_and_nothing_is_claimed(copy: Path) -> None:
    """Also a message whose sender had not told its outcome."""
    done = restoring.prepare(copy, None, [], act=ME, now=NOW)
    assert (done.posts, done.held, done.buried) == (60, 2, 0)
    store = open_store(copy)
    assert {one.key: one.state.value for one in store.outbox()} == {
        "sent": "sent",
        "way": "held",
        "new": "held",
    }
    assert store.claim(NOW + timedelta(days=2)) == []
    store.close()


def test_what_began_before_the_restore_is_mailed_only_after_a_word(copy: Path) -> None:
    """The lost record may have told it; what begins later is told at once."""
    restoring.prepare(copy, None, [], act=ME, now=NOW)
    store = open_store(copy)
    before, after = Span(NOW - HOUR, NOW + HOUR), Span(NOW, NOW + HOUR)
    store.commit_alerts([alerted("old", before, (), "k-old"), alerted("live", after, (), "k-live")], {}, NOW)
    assert [one.key for one in store.claim(NOW)] == ["k-live"]
    assert store.care.release(ME, NOW) == 3
    assert {one.key for one in store.claim(NOW)} == {"way", "new", "k-old"}
    store.commit_alerts([alerted("older", before, (), "k-older")], {}, NOW)
    assert [one.key for one in store.claim(NOW)] == ["k-older"]
    store.close()


def test_given_up_messages_are_never_sent(copy: Path) -> None:
    """And their keys stay known, so that the same message is not queued again."""
    restoring.prepare(copy, None, [], act=ME, now=NOW)
    store = open_store(copy)
    assert store.care.release(ME, NOW, drop=True) == 2
    assert store.claim(NOW) == []
    assert len(store.outbox([OutboxState.DROPPED])) == 2
    assert (
        store.add_notifications([Notification("new", AlertId("a"), "email", "d@o.example", "firing")], NOW)
        == 0
    )
    store.close()


def test_the_record_in_use_remembers_for_the_copy(store: SqliteStore, copy: Path, tmp_path: Path) -> None:
    """Erased and expired posts, sent mails and the audit trail go over; roll-ups count as they did."""
    gone = [one.post.id for one in store.iterate(Query())][:5]
    store.care.erase(gone, ME, {}, NOW)
    store.care.expire(Retain(invented.START + timedelta(days=4), {}), ME, NOW)
    store.settle("new", OutboxState.SENT, now=NOW)
    posts, trail = store.post_count(), store.care.trail()
    store.close()
    memory = restoring.retire(tmp_path / "minyi.db")
    assert memory is not None
    assert not (tmp_path / "minyi.db-wal").exists()
    done = restoring.prepare(copy, memory, [], act=ME, now=NOW)
    assert (done.posts, done.buried, done.held) == (posts, 60 - posts, 1)
    restored = open_store(copy)
    assert restored.verify() == []
    assert {one.key: one.state.value for one in restored.outbox()} == {
        "sent": "sent",
        "way": "held",
        "new": "sent",
    }
    assert restored.care.trail()[1:] == trail
    assert restored.care.fate(gone[0]) == store_fate(tmp_path / "minyi.db", gone[0])
    restored.close()


def store_fate(path: Path, post: PostId) -> object:
    """What the older record says of a post."""
    opened = open_store(path)
    found = opened.care.fate(post)
    opened.close()
    return found


def test_ids_known_from_elsewhere_are_erased(copy: Path) -> None:
    """Over a ruined record, the ids noted beside it."""
    store = open_store(copy)
    some = [one.post.id for one in store.iterate(Query())][:3]
    store.close()
    done = restoring.prepare(copy, None, [*some, PostId("never seen")], act=ME, now=NOW)
    assert (done.posts, done.buried) == (57, 3)
    restored = open_store(copy)
    assert restored.verify() == []
    assert not restored.care.scrub_pending()
    restored.close()


def test_a_record_in_use_is_not_taken_away(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another connection has it open: nothing is moved."""
    fill(store, 5)
    monkeypatch.setattr(restoring, "_WAIT_MILLISECONDS", 10)
    with pytest.raises(AlreadyRunning, match="别的命令"):
        restoring.retire(tmp_path / "minyi.db")
    assert store.post_count() == 5


def test_a_ruined_record_remembers_nothing_and_is_left_as_it_is(tmp_path: Path) -> None:
    """None tells that it could not be read."""
    path = tmp_path / "minyi.db"
    path.write_bytes(b"\x5a" * 9_000)
    assert restoring.retire(path) is None
    assert path.read_bytes() == b"\x5a" * 9_000

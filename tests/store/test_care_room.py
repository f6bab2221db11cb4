"""When the disk is full: posts are refused, mail goes on in the reserve, and intake goes on by itself."""

from pathlib import Path

import apsw
import pytest

from minyi.errors import StoreFailed, StoreFull
from minyi.models import AlertId, Notification, OutboxState
from minyi.store.query import Query
from minyi.store.sqlite import SqliteStore, connection, reserve
from tests.store import invented
from tests.store.filled import fill

PLENTY = 1 << 40


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Free bytes, as the test says; a reserve of a megabyte."""
    free = {"bytes": PLENTY}
    monkeypatch.setattr(reserve, "free_bytes", lambda _: free["bytes"])
    monkeypatch.setattr(reserve, "SIZE", 1 << 20)
    return free


def fill_up(store: SqliteStore) -> None:
    """Let the file grow no further, which SQLite reports as a full disk."""
    with store._database.bare() as file:
        file.execute(f"PRAGMA max_page_count={file.pragma('page_count')}")


def test_intake_stops_and_goes_on_by_itself(store: SqliteStore, disk: dict[str, int], tmp_path: Path) -> None:
    """Full: the reserve is given up, posts are refused in words; with room again it is filled and they are taken."""
    assert store.care.arm()
    kept = tmp_path / "minyi.db.reserve"
    assert kept.stat().st_size == 1 << 20
    fill(store, 50)
    fill_up(store)
    disk["bytes"] = 100
    with pytest.raises(StoreFull, match="磁盘已满"):
        store.save_posts(invented.posts(invented.seeded(3), 2_000, first=5_000), now=invented.NOW)
    assert kept.stat().st_size == 0
    with store._database.bare() as file:
        file.execute("PRAGMA max_page_count=1073741823")
    with pytest.raises(StoreFull, match="腾出至少"):
        store.save_posts(invented.posts(invented.seeded(4), 1, first=9_000), now=invented.NOW)
    with pytest.raises(StoreFull):
        store.care.ensure_room()
    assert store.search(Query()).total == 50
    disk["bytes"] = PLENTY
    store.care.ensure_room()
    assert store.save_posts(invented.posts(invented.seeded(4), 1, first=9_000), now=invented.NOW).new == 1
    assert kept.stat().st_size == 1 << 20
    assert store.verify() == []


def test_mail_goes_on_while_the_disk_is_full(store: SqliteStore, disk: dict[str, int]) -> None:
    """Queueing, claiming and settling a message are tried again once the reserve is free."""
    store.care.arm()
    fill_up(store)
    disk["bytes"] = 100
    spent = []
    real = store._database.reserve.spend

    def spend() -> bool:
        spent.append(real())
        with store._database.bare() as file:
            file.execute("PRAGMA max_page_count=1073741823")
        return spent[-1]

    store._database.reserve.spend = spend  # type: ignore[method-assign]
    text = "x" * 3_000  # rows that need pages of their own
    notes = [Notification(f"{n}{text}", AlertId("a"), "email", "d@o.example", "firing") for n in range(9)]
    assert store.add_notifications(notes, invented.NOW) == 9
    assert spent == [True]
    for one in store.claim(invented.NOW):
        store.settle(one.key, OutboxState.SENT, now=invented.NOW)
    assert len(store.outbox([OutboxState.SENT])) == 9


def test_without_a_reserve_a_full_disk_is_an_error_like_any_other(store: SqliteStore) -> None:
    """A record that nobody armed refuses nothing beforehand."""
    fill(store, 50)
    fill_up(store)
    with pytest.raises(StoreFull):
        store.save_posts(invented.posts(invented.seeded(3), 2_000, first=5_000), now=invented.NOW)
    store.care.ensure_room()


def test_too_little_room_for_a_reserve_is_told(
    store: SqliteStore, disk: dict[str, int], tmp_path: Path
) -> None:
    """Nothing is taken from a disk that has little left."""
    disk["bytes"] = 1 << 20
    assert not store.care.arm()
    assert not (tmp_path / "minyi.db.reserve").exists()


@pytest.mark.parametrize("code", [apsw.SQLITE_IOERR_FSYNC, apsw.SQLITE_IOERR_WRITE])
def test_a_write_that_is_not_durable_stops_writing_for_good(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """What the system holds in memory is no longer to be trusted: reading goes on, writing waits for a start."""
    fill(store, 20)
    error = apsw.IOError("disk I/O error")
    error.extendedresult = code  # type: ignore[attr-defined]

    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr("minyi.store.sqlite.outbox.add", fail)
        with pytest.raises(StoreFailed, match="重新启动"):
            store.add_notifications([], invented.NOW)
    with pytest.raises(StoreFailed, match="重新启动"):
        store.job_success("watch", invented.NOW)
    assert store.search(Query()).total == 20


def test_an_io_error_for_want_of_space_is_a_full_disk() -> None:
    """Some file systems find out late; the system's own number tells."""
    told = connection.translate(apsw.IOError("disk I/O error"), Path("minyi.db"), full=True)
    assert isinstance(told, StoreFull)

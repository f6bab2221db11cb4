"""The file itself: whose it is, whether it is whole, and copies of it."""

import hashlib
import os
import sqlite3
from pathlib import Path

import pytest

from minyi.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull, StoreTooNew, StoreTooOld
from minyi.store import open_store
from minyi.store.query import Query
from minyi.store.sqlite import SqliteStore, connection, schema
from tests.store import invented


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A closed record of 200 posts."""
    path = tmp_path / "minyi.db"
    store = open_store(path)
    store.save_posts(invented.posts(invented.seeded(1), 200), now=invented.NOW)
    store.close()
    return path


def test_a_record_is_found_again_as_it_was_left(filled: Path) -> None:
    """Closing leaves one file, and the empty one in which writers queue; opening finds all posts."""
    assert sorted(one.name for one in filled.parent.iterdir()) == ["minyi.db", "minyi.db-turns"]
    assert filled.with_name("minyi.db-turns").stat().st_size == 0
    store = open_store(filled, check=True)
    assert store.post_count() == 200
    store.close()


def test_a_newer_file_is_refused_with_the_remedy(filled: Path) -> None:
    """An older program must not write what it does not understand."""
    with sqlite3.connect(filled) as file:
        file.execute(f"PRAGMA user_version={schema.SCHEMA_VERSION + 1}")
    with pytest.raises(StoreTooNew, match="请升级程序"):
        open_store(filled)


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    """Nothing of ours is written into it."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE t(a)")
    with pytest.raises(StoreCorrupt, match="不是民意的数据文件"):
        open_store(path)
    assert sqlite3.connect(path).execute("SELECT name FROM sqlite_schema").fetchall() == [("t",)]


def test_a_damaged_file_is_named_with_the_command_to_run(filled: Path) -> None:
    """Overwritten pages are found by the check at opening; the file is left as it is."""
    damaged = bytearray(filled.read_bytes())
    for page in range(2, len(damaged) // 8192):
        damaged[page * 8192 : page * 8192 + 64] = os.urandom(64)
    filled.write_bytes(damaged)
    with pytest.raises(StoreCorrupt, match="minyi restore"):
        open_store(filled, check=True)
    assert filled.read_bytes() == damaged


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """It is never replaced by a new one."""
    path = tmp_path / "minyi.db"
    path.write_bytes(b"not a database" * 1_000)
    with pytest.raises(StoreCorrupt, match="已损坏"):
        open_store(path)
    assert path.stat().st_size == 14_000


def test_a_missing_folder_is_said_in_words(tmp_path: Path) -> None:
    """What failed, on what, and what to look at."""
    with pytest.raises(StoreError, match="请检查目录是否存在"):
        open_store(tmp_path / "nowhere" / "minyi.db")


def test_an_unsafe_library_is_refused() -> None:
    """SQLite before 3.51.3 may corrupt a file that two connections write."""
    with pytest.raises(StoreTooOld, match=r"3\.51\.2 太旧"):
        schema.check_library("3.51.2")
    schema.check_library("3.51.3")
    schema.check_library("3.100.0")


def test_a_writer_that_waits_in_vain_is_told_to_try_again(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process holds the lock past the limit: `StoreBusy`, and reading goes on."""
    monkeypatch.setattr(connection, "BUSY_MILLISECONDS", 50)
    other = open_store(tmp_path / "minyi.db")
    with store._database.write(), pytest.raises(StoreBusy, match="稍后再试"):
        other.job_success("brief", invented.NOW)
    assert other.post_count() == 0
    other.close()


def test_a_full_disk_is_told_and_reading_goes_on(store: SqliteStore) -> None:
    """No page can be had any more: `StoreFull`, nothing half-written."""
    store.save_posts(invented.posts(invented.seeded(1), 50), now=invented.NOW)
    with store._database.bare() as file:
        file.execute(f"PRAGMA max_page_count={file.pragma('page_count')}")
    with pytest.raises(StoreFull, match="磁盘已满"):
        store.save_posts(invented.posts(invented.seeded(2), 2_000, first=100), now=invented.NOW)
    assert store.search(Query()).total == 50
    assert store.verify() == []


def test_a_backup_is_a_whole_record_with_its_checksum(store: SqliteStore, tmp_path: Path) -> None:
    """Made live, under a temporary name; it opens, verifies and holds the same posts."""
    store.save_posts(invented.posts(invented.seeded(1), 300), now=invented.NOW)
    target = tmp_path / "copies" / "minyi.db"
    target.parent.mkdir()
    store.backup(target)
    assert sorted(one.name for one in target.parent.iterdir()) == ["minyi.db", "minyi.db.sha256"]
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    assert (target.parent / "minyi.db.sha256").read_text() == f"{digest}  minyi.db\n"
    copy = open_store(target, check=True)
    assert list(copy.iterate(Query())) == list(store.iterate(Query()))
    assert copy.verify() == []
    copy.close()


def test_a_backup_that_cannot_be_written_leaves_nothing(store: SqliteStore, tmp_path: Path) -> None:
    """The error names the place; no part is left."""
    with pytest.raises(StoreError):
        store.backup(tmp_path / "nowhere" / "minyi.db")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["minyi.db", "minyi.db-shm", "minyi.db-wal"]


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    """No silent reopening."""
    store = open_store(tmp_path / "minyi.db")
    store.close()
    with pytest.raises(StoreError, match="已经关闭"):
        store.post_count()

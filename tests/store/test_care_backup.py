"""Copies: of one moment, checked, whole or absent, each with its checksum."""

import hashlib
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from minyi.errors import StoreError
from minyi.store import open_store
from minyi.store.query import Query
from minyi.store.sqlite import SqliteStore, backup, checksums
from tests.store import invented
from tests.store.filled import fill

ROOT = Path(__file__).parents[2]

KILLED = """
import os, signal, sys
from pathlib import Path
from minyi.store import open_store
from minyi.store.sqlite import backup
if "{place}" == "replace":
    def die(*args): os.kill(os.getpid(), signal.SIGKILL)
    Path.replace = die
else:
    real = backup.{place}
    def die(*args):
        real(*args)
        os.kill(os.getpid(), signal.SIGKILL)
    backup.{place} = die
open_store(Path(sys.argv[1])).care.backup(Path(sys.argv[2]))
"""


def fits(copy: Path) -> bool:
    """True when the copy has one of the checksums beside it."""
    return hashlib.sha256(copy.read_bytes()).hexdigest() in backup.read_sums(copy)


def test_a_copy_of_what_is_still_in_the_log_is_whole(tmp_path: Path) -> None:
    """A service that made its record copies it the same night: thousands of pages no checkpoint wrote yet."""
    store = open_store(tmp_path / "minyi.db")
    posts = invented.posts(invented.seeded(1), 1_500)
    store.save_posts(
        [replace(one, text=f"{one.text}{n}" * 40) for n, one in enumerate(posts)], now=invented.NOW
    )
    store.care.backup(tmp_path / "copy.db")
    with open_store(tmp_path / "copy.db")._database.read() as copy:
        assert list(checksums.misfits(copy)) == []
    assert open_store(tmp_path / "copy.db").post_count() == store.post_count()
    store.close()


def test_a_copy_made_while_others_write_is_of_one_moment(tmp_path: Path) -> None:
    """Writers go on during the copy; the copy verifies and holds only whole saves."""
    store = open_store(tmp_path / "minyi.db")
    fill(store, 500)
    stop = threading.Event()
    saved = []

    def write() -> None:
        for turn in range(1, 400):
            if stop.is_set():
                return
            store.save_posts(invented.posts(invented.seeded(turn), 20, first=turn * 1_000), now=invented.NOW)
            saved.append(turn)

    writer = threading.Thread(target=write)
    writer.start()
    for number in range(3):
        store.care.backup(tmp_path / f"copy-{number}.db")
    stop.set()
    writer.join()
    assert saved
    for number in range(3):
        copy = open_store(tmp_path / f"copy-{number}.db", check=True)
        assert copy.verify() == []
        assert copy.post_count() % 20 == 0
        copy.close()
    store.close()


@pytest.mark.parametrize("place", ["_copy", "_check", "sync_and_hash", "_write_sums", "replace"])
def test_killed_at_any_step_the_place_holds_a_whole_copy(tmp_path: Path, place: str) -> None:
    """The old copy or the new one, with a checksum that fits it."""
    store = open_store(tmp_path / "minyi.db")
    fill(store, 100)
    copy = tmp_path / "copy.db"
    store.care.backup(copy)
    fill(store, 150, seed=9)
    posts = store.post_count()
    store.close()
    command = [sys.executable, "-c", KILLED.format(place=place), str(tmp_path / "minyi.db"), str(copy)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -9  # noqa: S603 - our own program
    assert fits(copy)
    found = open_store(copy)
    assert found.post_count() in {100, posts}
    found.close()


def test_a_copy_over_an_older_one_leaves_one_checksum(store: SqliteStore, tmp_path: Path) -> None:
    """`sha256sum -c` is content with what stands there."""
    copy = tmp_path / "copy.db"
    for seed in (1, 2):
        fill(store, 50, seed)
        store.care.backup(copy)
    assert len(backup.read_sums(copy)) == 1
    assert fits(copy)
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.db", "copy.db.sha256"]


def test_a_copy_that_fails_its_check_replaces_nothing(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The older copy stays, and `verify` is named."""
    copy = tmp_path / "copy.db"
    fill(store, 50)
    store.care.backup(copy)
    before = copy.read_bytes()
    real = backup._copy

    def tear(*args: object) -> None:
        real(*args)  # type: ignore[arg-type]
        part = args[1]
        assert isinstance(part, Path)
        torn = bytearray(part.read_bytes())
        torn[8_192 * 3 :] = bytes(len(torn) - 8_192 * 3)
        part.write_bytes(torn)

    monkeypatch.setattr(backup, "_copy", tear)
    with pytest.raises(StoreError, match="minyi verify"):
        store.care.backup(copy)
    assert copy.read_bytes() == before
    assert fits(copy)


def test_a_reader_is_not_disturbed_by_a_copy(store: SqliteStore, tmp_path: Path) -> None:
    """Searches go on, and progress is told."""
    fill(store, 200)
    reader = open_store(tmp_path / "minyi.db")
    told: list[str] = []
    found = []

    def look(words: str) -> None:
        told.append(words)
        found.append(reader.search(Query()).total)

    store.care.backup(tmp_path / "copy.db", look)
    reader.close()
    assert told[-1] == "核对副本"
    assert set(found) == {200}

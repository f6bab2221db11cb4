"""What was acknowledged survives `kill -9` and other writers."""

import threading
from pathlib import Path

import pytest

from minyi.models import PostId, Saved
from minyi.store import open_store
from minyi.store.query import Query
from minyi.store.sqlite import SqliteStore
from tests.store import crowd, invented


def _writer(path: Path, name: str, rounds: int) -> crowd.Child:
    return crowd.child("writer", path, name, rounds, 40)


def _acknowledged(lines: list[str]) -> list[PostId]:
    """Ids of whole lines, after the wait; a line cut by the kill acknowledged nothing."""
    return [PostId(one) for line in lines if line.endswith("\n") for one in line.split()[1:]]


@pytest.mark.parametrize("after", [1, 4, 9])
def test_kill_9_of_a_writer_loses_nothing_acknowledged(tmp_path: Path, after: int) -> None:
    """Killed in the middle of saving, the record holds all acknowledged posts and its sums are true."""
    path = tmp_path / "minyi.db"
    with _writer(path, f"w{after}", 100_000) as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(after)]
        writer.kill()
        lines += writer.stdout.readlines()
    store = open_store(path, check=True)
    ids = _acknowledged(lines)
    assert len(ids) >= 40 * after
    assert len(store.get(ids)) == len(ids)
    assert store.verify() == []
    store.close()


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    """Both create the file, both save; nobody fails, nothing is lost, counts are true."""
    path = tmp_path / "minyi.db"
    with _writer(path, "one", 12) as one, _writer(path, "two", 12) as two:
        outputs = [process.communicate(timeout=60)[0] for process in (one, two)]
        assert (one.returncode, two.returncode) == (0, 0)
    store = open_store(path)
    ids = [post for output in outputs for post in _acknowledged(output.splitlines(keepends=True))]
    assert len(ids) == 2 * 12 * 40
    assert len(store.get(ids)) == len(ids)
    assert store.verify() == []
    store.close()


def test_threads_share_a_store_but_no_transaction(store: SqliteStore) -> None:
    """Writers and readers in threads of one process do not disturb each other."""
    results: list[Saved] = []

    def work(number: int) -> None:
        posts = invented.posts(invented.seeded(number), 60, first=number * 60)
        results.append(store.save_posts(posts, now=invented.NOW))
        store.search(Query())

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [Saved(new=60)] * 6
    assert store.verify() == []


def test_a_failed_save_leaves_no_half(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the last step of a transaction fails, none of its posts is there."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("minyi.store.sqlite.sources.note_newest", fail)
    with pytest.raises(RuntimeError, match="planted"):
        store.save_posts(invented.posts(invented.seeded(1), 10), now=invented.NOW)
    assert store.post_count() == 0
    assert store.verify() == []

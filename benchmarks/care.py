"""Care of the record: how long copying, checking, erasing and expiring take."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from benchmarks import invented
from benchmarks.report import Row, Section
from jobs.restore import Wishes, restore
from minyi.store import open_store
from minyi.store.care import Act, Retain
from minyi.store.sqlite import SqliteStore

POSTS = 100_000
_BATCH = 5_000
_ME = Act("bench", "bench", "record")


def run() -> Section:
    """All rows, on one file in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        data, copy = Path(folder) / "data", Path(folder) / "copy.db"
        data.mkdir()
        store = open_store(data / "minyi.db")
        posts = list(invented.posts(POSTS))
        for start in range(0, POSTS, _BATCH):
            store.save_posts(posts[start : start + _BATCH], now=invented.NOW)
        rows = [*_copying(store, copy), *_checking(store), *_forgetting(store, posts[0].author or "")]
        store.close()
        rows.append(_restoring(data, copy))
    return Section(
        f"Care of the record ({POSTS:,} posts)",
        "python -m benchmarks care",
        "Seconds by the clock and of CPU, one process; the copy is made live, checked and made durable.",
        tuple(rows),
    )


def _timed(job: Callable[[], object]) -> tuple[float, str]:
    wall, cpu = time.perf_counter(), time.process_time()
    job()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return wall, f"{wall:.1f} s ({cpu:.1f} s CPU)"


def _copying(store: SqliteStore, copy: Path) -> list[Row]:
    wall, told = _timed(lambda: store.care.backup(copy))
    peer_wall, peer = _timed(lambda: _plain_copy(copy, copy.with_name("plain.db")))
    minutes = wall * 1_000_000 / POSTS / 60
    return [
        Row(
            "live copy, checked, with checksum",
            told,
            f"<= 5 min per million ({minutes:.1f} min at this rate)",
            f"Python's sqlite3 backup alone, unchecked: {peer}",
            f"{wall / peer_wall:.1f} x its time",
        )
    ]


def _plain_copy(path: Path, copy: Path) -> None:
    """Of a file that is not open: a second SQLite in one process takes away the first one's locks."""
    source, target = sqlite3.connect(path), sqlite3.connect(copy)
    with source, target:
        source.backup(target)
    source.close()
    target.close()


def _checking(store: SqliteStore) -> list[Row]:
    _, told = _timed(lambda: _check(store, words=True))
    _, sums = _timed(lambda: _check(store, words=False))
    return [
        Row("verify: every invariant, posts and index word by word", told),
        Row("verify --quick: without words", sums),
    ]


def _check(store: SqliteStore, *, words: bool) -> None:
    broken = [str(one) for one in store.care.check(words=words) if one.broken]
    assert not broken, broken


def _forgetting(store: SqliteStore, author: str) -> list[Row]:
    ids = store.care.authored(author)
    _, erased = _timed(lambda: store.care.erase(ids, _ME, {}, invented.NOW))
    _, scrubbed = _timed(store.care.scrub)
    before = store.post_count()
    edge = Retain(invented.START + timedelta(days=73), {})
    wall, expired = _timed(lambda: store.care.expire(edge, _ME, invented.NOW))
    gone = before - store.post_count()
    assert not store.verify()
    return [
        Row(f"erase an author of {len(ids):,} posts", erased),
        Row("then clean every byte of the file", scrubbed),
        Row(f"expire {gone:,} posts", f"{expired}, {gone / wall:,.0f} posts/s"),
    ]


def _restoring(data: Path, copy: Path) -> Row:
    _, told = _timed(lambda: restore(data, copy, Wishes(), who="bench", now=invented.NOW))
    store = open_store(data / "minyi.db")
    assert not store.verify()
    store.close()
    return Row(
        "restore: checksum, check, expired and erased posts deleted again", told, "<= 5 min per million"
    )

"""Forgetting for good 删除个人信息: out of every table and count, then out of every byte of the file.

Deleting alone leaves words behind: in the text index until its segments are merged (its deletions are
only marks), in free pages, and in the log file. `scrub` therefore merges, rewrites the file and cuts
the log, in this order; each step was seen to leave traces without the others.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import apsw

from minyi.errors import StoreFull
from minyi.models import PostId
from minyi.store.care import Act, AuditLine, Fate, Progress, silent
from minyi.store.sqlite import ask, audit, changes, checksums, meta, reserve
from minyi.store.sqlite.connection import BUSY_MILLISECONDS, Database
from minyi.store.sqlite.facts import author_tag, from_seconds, seconds
from minyi.store.sqlite.packing import tight

CHUNK = 200
"""Posts a transaction when they are erased."""

ERASED, EXPIRED = "erased", "retention"
"""Why a post is in the tombstones."""

MERGE_PAGES = 500
"""Index pages merged in one transaction: some tens of milliseconds under the lock."""

CUT_SECONDS = 60.0
"""How long `scrub` waits for readers before it leaves the log to a later turn."""

CUT_WAIT_MILLISECONDS = 2_000
"""How long one try to cut the log waits; writers wait with it."""


def bury(
    connection: apsw.Connection, ids: Sequence[PostId], now: datetime, why: str, *, keep_counts: bool
) -> int:
    """Delete posts and keep their ids, so that a re-found page is not stored again; returns how many."""
    known = changes.load_known(connection, ids)
    changes.remove(connection, list(known.values()), seconds(now), keep_counts=keep_counts)
    buried = [(post, seconds(now), why) for post in ids]
    connection.executemany("INSERT OR REPLACE INTO tombstones VALUES(?,?,?)", buried)
    if why == ERASED:
        _forget_traces(connection, ids)
        meta.set_int(connection, meta.SCRUB, 1)
    return len(known)


def _forget_traces(connection: apsw.Connection, ids: Sequence[PostId]) -> None:
    """What is kept of posts under their ids: recent texts of clusters, corrected labels."""
    asked = json.dumps(ids)
    among = "IN (SELECT value FROM json_each(?))"
    connection.execute(f"DELETE FROM corrections WHERE post {among}", (asked,))  # noqa: S608 - constants
    kept = ask.rows(connection, f"DELETE FROM sig WHERE id {among} RETURNING number", (asked,))  # noqa: S608 - constants
    if kept:  # the other table has no index by text
        texts = json.dumps([number for (number,) in kept])
        connection.execute(f"DELETE FROM band WHERE text {among}", (texts,))  # noqa: S608 - constants


def authored(connection: apsw.Connection, author: str) -> list[PostId]:
    """Posts of one pseudonym, found by their index tag."""
    rows = ask.rows(
        connection,
        "SELECT p.id FROM fts JOIN posts p ON p.rid = fts.rowid "
        "WHERE fts MATCH ? AND p.author = ? ORDER BY 1",
        (f'tags:"{author_tag(author)}"', tight(author)),
    )
    return [PostId(post) for (post,) in rows]


def erase(
    database: Database, ids: Sequence[PostId], act: Act, detail: Mapping[str, str | int], now: datetime
) -> AuditLine:
    """Bury posts, 200 a transaction; the audit line goes with the last."""
    total = 0
    for chunk in _chunks(ids):
        with database.write() as connection:
            total += bury(connection, chunk, now, ERASED, keep_counts=False)
    with database.write() as connection:
        meta.set_int(connection, meta.SCRUB, 1)
        return audit.append(connection, act, {**detail, "posts": total}, now)


def _chunks(ids: Sequence[PostId]) -> Iterator[Sequence[PostId]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def fate(connection: apsw.Connection, post: PostId) -> Fate | None:
    """Its tombstone."""
    rows = ask.rows(connection, "SELECT why, at FROM tombstones WHERE id=?", (post,))
    return Fate(rows[0][0], from_seconds(rows[0][1])) if rows else None


def scrub(database: Database, progress: Progress = silent) -> bool:
    """Leave no byte of a deleted post in the file and its log; False while readers hold the log.

    1. merge the text index until nothing is left to merge;
    2. `VACUUM`: a file without free pages, by way of the log;
    3. copy the log into the file and cut it to nothing.

    Raises:
        StoreFull: steps 2 and 3 need about twice the file.
    """
    _need_room(database)
    progress("合并全文索引")
    merge_index(database)
    progress("重写数据文件，期间写入稍候")
    _vacuum(database)
    progress("清空日志")
    if not _cut_log(database):
        return False
    with database.write() as connection:
        meta.set_int(connection, meta.SCRUB, 0)
    return _cut_log(database)


def _need_room(database: Database) -> None:
    wanted = 2 * database.path.stat().st_size + reserve.SIZE
    free = reserve.free_bytes(database.path.parent)
    if free < wanted:
        raise StoreFull(
            f"清理 {database.path} 需要 {wanted >> 20} MiB 空闲，现有 {free >> 20} MiB；"
            "帖文已删除，残留待清理；腾出空间后运行 minyi erase --finish"
        )


def merge_index(database: Database) -> None:
    """Merge all segments into one, in short transactions, so that words of deleted posts fall away.

    FTS5's `optimize` would do the same under one lock of many seconds.
    """
    amount = -MERGE_PAGES
    while True:
        with database.write() as connection:
            before = connection.total_changes()
            connection.execute("INSERT INTO fts(fts, rank) VALUES('merge', ?)", (amount,))
            # "the difference is less than 2: it was a no-op" (sqlite.org/fts5.html, The 'merge' Command)
            if connection.total_changes() - before < 2:
                return
        amount = MERGE_PAGES


def _vacuum(database: Database) -> None:
    with database.bare() as connection:
        checksums.vacuum(connection)


def _cut_log(database: Database) -> bool:
    deadline = time.monotonic() + CUT_SECONDS
    while True:
        if _try_to_cut(database):
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)


def _try_to_cut(database: Database) -> bool:
    with database.bare() as connection:
        connection.set_busy_timeout(CUT_WAIT_MILLISECONDS)
        try:
            [(busy, _, _)] = ask.rows(connection, "PRAGMA wal_checkpoint(TRUNCATE)")
        except apsw.BusyError:
            return False
        finally:
            connection.set_busy_timeout(BUSY_MILLISECONDS)
    return not busy

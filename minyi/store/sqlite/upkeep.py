"""Care of the file: quarantine, forgetting, checking, copying."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import apsw

from minyi.errors import StoreError
from minyi.models import PostId, Quarantined
from minyi.spool import sync_folder
from minyi.store.sqlite import ask, changes, meta
from minyi.store.sqlite.connection import Database
from minyi.store.sqlite.facts import DAY, NONE, from_micros, micros, seconds
from minyi.store.sqlite.schema import ALL
from minyi.store.sqlite.tally import DAY_SHIFT, bucket_start

RETENTION_CHUNK = 1_000
"""Posts a transaction when they expire: five times as many held the lock for over a second."""

_PAGES_A_STEP = 2_000


def quarantine(connection: apsw.Connection, items: Sequence[Quarantined]) -> int:
    """Keep unreadable input once; returns how many are new."""
    before = connection.total_changes()
    rows = []
    for item in items:
        raw = item.raw.encode("utf-8", "replace")
        identity = f"{item.origin}\0{item.position}\0".encode("utf-8", "replace") + raw
        key = hashlib.blake2b(identity, digest_size=16).digest()
        rows.append((key, item.origin, item.position, raw.decode(), item.reason, micros(item.at)))
    connection.executemany("INSERT INTO quarantine VALUES(?,?,?,?,?,?) ON CONFLICT DO NOTHING", rows)
    return connection.total_changes() - before


def quarantined(connection: apsw.Connection, limit: int) -> list[Quarantined]:
    """Newest first."""
    rows = ask.rows(
        connection,
        "SELECT origin, position, raw, reason, at FROM quarantine ORDER BY at DESC, rowid DESC LIMIT ?",
        (limit,),
    )
    return [
        Quarantined(origin, position, raw, reason, from_micros(at))
        for origin, position, raw, reason, at in rows
    ]


def forget(
    connection: apsw.Connection, ids: Sequence[PostId], now: datetime, why: str, *, keep_counts: bool
) -> int:
    """Delete posts and bury their ids, so that a re-found page is not stored again; returns how many."""
    known = changes.load_known(connection, ids)
    changes.remove(connection, list(known.values()), seconds(now), keep_counts=keep_counts)
    buried = [(post, seconds(now), why) for post in ids]
    connection.executemany("INSERT OR REPLACE INTO tombstones VALUES(?,?,?)", buried)
    return len(known)


def expire(database: Database, before: datetime, now: datetime) -> int:
    """Delete posts first seen before a time, in short transactions; roll-ups go on counting them."""
    edge = seconds(before)
    with database.write() as connection:
        if meta.get_int(connection, meta.HORIZON) < edge:
            meta.set_int(connection, meta.HORIZON, edge)
    total = 0
    while True:
        with database.write() as connection:
            asked = "SELECT id FROM posts WHERE first_seen < ? LIMIT ?"
            ids = [PostId(post) for (post,) in ask.rows(connection, asked, (edge, RETENTION_CHUNK))]
            total += forget(connection, ids, now, "retention", keep_counts=True)
        if len(ids) < RETENTION_CHUNK:
            return total


def verify(connection: apsw.Connection) -> list[str]:
    """Broken invariants in words; empty = sound. Reads everything, within one snapshot."""
    return list(_broken(connection))


def _broken(connection: apsw.Connection) -> Iterator[str]:
    for (found,) in ask.rows(connection, "PRAGMA integrity_check(3)"):  # asks the text index too
        if found != "ok":
            yield f"数据文件损坏：{found}"
    for sentence, sql in _invariants(meta.get_int(connection, meta.HORIZON)):
        count = ask.value(connection, f"SELECT count(*) FROM ({sql})")  # noqa: S608 - constants
        if count:
            yield f"{sentence}（{count} 处）"


_LONG_AGO = -(1 << 40)
_COUNTED = f"SELECT rid FROM posts WHERE precision <> {NONE}"  # noqa: S608 - constants
_EVERYONE = f"SELECT rid FROM post_policy WHERE policy = {ALL}"  # noqa: S608 - constants
_SURE = (
    "SELECT m.policy, m.rid FROM post_match m JOIN posts p USING(rid) "  # noqa: S608 - constants
    f"WHERE sure = 1 AND precision <> {NONE}"
)
_NAMED = f"SELECT policy, rid FROM post_policy WHERE policy <> {ALL}"  # noqa: S608 - constants


def _invariants(horizon: int) -> list[tuple[str, str]]:
    """(what is wrong, rows that show it). Roll-ups outlive expired posts, so older cells are left out.

    A post may claim to be published shortly after it was first seen: one day more is left out.
    """
    edge = horizon + 86_400 if horizon else _LONG_AGO
    hour, day = -(-edge // 3_600), -(-(edge + DAY_SHIFT) // 86_400)
    total = "CAST(total(polarity) AS INTEGER)"
    hours = f"SELECT policy, hour * 3600, label, n, s FROM rollup_hour WHERE hour >= {hour}"  # noqa: S608 - integers
    days = f"SELECT day * 86400 - {DAY_SHIFT}, policy, label, n, s FROM rollup_day WHERE day >= {day}"  # noqa: S608 - integers
    by_hour = (
        f"SELECT policy, {bucket_start('published', 3_600)} AS h, label, count(*), {total} FROM post_policy "  # noqa: S608 - constants
        f"WHERE precision < {DAY} AND published >= {hour * 3_600} GROUP BY 1, 2, 3"
    )
    by_day = (
        f"SELECT {bucket_start('published', 86_400)} AS d, policy, label, count(*), {total} "  # noqa: S608 - constants
        f"FROM post_policy WHERE published >= {day * 86_400 - DAY_SHIFT} GROUP BY 1, 2, 3"
    )
    same = (
        "SELECT p.rid FROM posts p JOIN post_policy t ON t.rid = p.rid AND t.published = p.published WHERE "
        "(p.label, p.source, p.precision) <> (t.label, t.source, t.precision) "
        "OR p.polarity IS NOT t.polarity "
        "OR t.evident <> (p.evidence IS NOT NULL)"
    )
    return [
        *_differ("帖文与全文索引不一致", "SELECT rid FROM posts", "SELECT id FROM fts_docsize"),
        *_differ("帖文与统计明细不一致", _COUNTED, _EVERYONE),
        *_differ("政策匹配与统计明细不一致", _SURE, _NAMED),
        *_differ("小时汇总与帖文不一致", hours, by_hour),
        *_differ("每日汇总与帖文不一致", days, by_day),
        ("统计明细的内容与帖文不一致", same),
    ]


def _differ(sentence: str, one: str, other: str) -> list[tuple[str, str]]:
    return [(sentence, f"{one} EXCEPT {other}"), (sentence, f"{other} EXCEPT {one}")]


def backup(database: Database, path: Path) -> None:
    """Copy live, in steps that let writers through, then check, sync and rename; with a checksum beside it.

    Raises:
        StoreError: the place cannot be written.
    """
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        _copy(database, part)
        digest = _sync_and_hash(part)
        part.replace(path)
        path.with_name(f"{path.name}.sha256").write_text(f"{digest}  {path.name}\n", "utf-8")
        sync_folder(path.parent)
    except OSError as error:
        raise StoreError(f"无法写备份 {path}：{error.strerror}") from error
    finally:
        for left in (part, part.with_name(f"{part.name}-journal")):
            with suppress(OSError):
                left.unlink()


def _copy(database: Database, part: Path) -> None:
    with database.bare() as source:
        target = apsw.Connection(str(part))
        try:
            with target.backup("main", source, "main") as copying:
                while not copying.done:
                    copying.step(_PAGES_A_STEP)
            target.pragma("journal_mode", "delete")
        finally:
            target.close()


def _sync_and_hash(part: Path) -> str:
    with part.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Making a copy fit to be the record again: whole, up to date, without what was erased since, mail held.

A data folder copied by other means is known by its place: two records would mail the same, so the copy
mails nothing until a person says that it may.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path

import apsw

from minyi.errors import AlreadyRunning, StoreBusy, StoreFull
from minyi.models import PostId
from minyi.store.care import Act, Place, Progress, silent
from minyi.store.sqlite import ask, audit, checksums, erasure, meta
from minyi.store.sqlite.ask import Row
from minyi.store.sqlite.connection import Database
from minyi.store.sqlite.erasure import CHUNK, ERASED
from minyi.store.sqlite.facts import micros

_WAIT_MILLISECONDS = 2_000

_OPEN = "('new', 'sending', 'retry')"


@dataclass(frozen=True, slots=True)
class Memory:
    """What the record in use knows that an older copy must not forget."""

    tombstones: Mapping[str, tuple[int, str]]
    """Post id -> UTC second, why."""
    horizons: Mapping[str, int]
    sent: Sequence[Row]
    """Rows of `outbox` that were sent."""
    trail: Sequence[Row]
    """Rows of `audit`."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was done to the copy; all numbers may be 0."""

    posts: int
    alerts: int
    buried: int
    """Posts of the copy that were erased or had expired since it was made."""
    held: int


def retire(path: Path) -> Memory | None:
    """Take the record out of use: its log goes into the file, and what must not be forgotten is read.

    None when the file cannot be read; it is then left as it is.

    Raises:
        AlreadyRunning: another process has it open.
    """
    try:
        connection = checksums.connect(path, apsw.SQLITE_OPEN_READWRITE)
    except apsw.Error:
        return None
    try:
        connection.set_busy_timeout(_WAIT_MILLISECONDS)
        connection.pragma("locking_mode", "exclusive")
        connection.pragma("journal_mode", "delete")  # only without other connections
        return _remember(connection)
    except apsw.BusyError:
        raise AlreadyRunning(f"别的命令正在使用 {path}；请等它结束再恢复") from None
    except apsw.Error:
        return None
    finally:
        connection.close()


def _remember(connection: apsw.Connection) -> Memory:
    buried = ask.rows(connection, "SELECT id, at, why FROM tombstones")
    tombstones = {post: (at, why) for post, at, why in buried}
    horizons = {key: meta.get_int(connection, key) for key in (meta.HORIZON, meta.OLDEST_WHOLE)}
    sent = ask.rows(
        connection,
        "SELECT key, alert, channel, recipient, reason, state, attempts, created, sent "
        "FROM outbox WHERE state='sent' ORDER BY seq",
    )
    trail = ask.rows(connection, "SELECT * FROM audit ORDER BY seq")
    return Memory(tombstones, horizons, sent, trail)


def prepare(
    path: Path,
    memory: Memory | None,
    erased: Sequence[PostId],
    *,
    act: Act,
    now: datetime,
    progress: Progress = silent,
) -> Prepared:
    """Check the copy, bring its tables up to date, apply the memory, hold its mail.

    `erased` are ids known to be erased from elsewhere than the memory.

    Raises:
        StoreCorrupt, StoreTooNew: the copy is damaged, or by a newer program.
    """
    progress("检查备份的文件结构")
    database = Database(path, check=True, progress=progress)
    try:
        buried = _bury_again(database, memory, erased, now)
        if buried:
            progress(f"重新删除 {buried} 帖（备份之后已删除或到期）")
        with database.write() as connection:
            if memory:
                _apply(connection, memory)
            held = _hold(connection, now)
            posts = int(ask.value(connection, "SELECT count(*) FROM posts"))
            alerts = int(ask.value(connection, "SELECT count(*) FROM alerts"))
            audit.append(connection, act, {"posts": posts, "buried": buried, "held": held}, now)
            pending = meta.get_int(connection, meta.SCRUB)
        if pending:
            erasure.scrub(database, progress)
    finally:
        database.close()
    return Prepared(posts, alerts, buried, held)


def _bury_again(database: Database, memory: Memory | None, erased: Sequence[PostId], now: datetime) -> int:
    """Delete the posts that were deleted since; roll-ups go on counting those that only expired."""
    reasons = {post: why for post, (_, why) in memory.tombstones.items()} if memory else {}
    reasons |= dict.fromkeys(erased, ERASED)
    with database.read() as connection:
        known = {post for (post,) in ask.rows(connection, "SELECT id FROM tombstones")}
    total = 0
    for why in sorted(set(reasons.values())):
        ids = [PostId(post) for post, one in reasons.items() if one == why and post not in known]
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            with database.write() as connection:
                total += erasure.bury(connection, chunk, now, why, keep_counts=why != ERASED)
    return total


def _apply(connection: apsw.Connection, memory: Memory) -> None:
    for key, value in memory.horizons.items():
        if value > meta.get_int(connection, key):
            meta.set_int(connection, key, value)
    connection.executemany(
        "INSERT INTO outbox(key, alert, channel, recipient, reason, state, attempts, created, sent) "
        "VALUES(?,?,?,?,?,?,?,?,?) ON CONFLICT(key) DO UPDATE SET state='sent', sent=excluded.sent, "
        "claimer=NULL, claimed=NULL, next_try=NULL, error=NULL",
        memory.sent,
    )
    last = ask.rows(connection, "SELECT seq, digest FROM audit ORDER BY seq DESC LIMIT 1")
    since = last[0][0] if last else 0
    if not last or (since, last[0][1]) in {(row[0], row[7]) for row in memory.trail}:
        newer = [row for row in memory.trail if row[0] > since]
        connection.executemany("INSERT INTO audit VALUES(?,?,?,?,?,?,?,?)", newer)


def _hold(connection: apsw.Connection, now: datetime) -> int:
    """Hold every message that was on its way, and those about what began before this moment."""
    _hold_open(connection)
    meta.set_int(connection, meta.RESTORED, micros(now))
    meta.forget(connection, meta.PLACE)  # the file is about to get its place
    return int(ask.value(connection, "SELECT count(*) FROM outbox WHERE state='held'"))


def _hold_open(connection: apsw.Connection) -> None:
    connection.execute(
        f"UPDATE outbox SET state='held', claimer=NULL, claimed=NULL WHERE state IN {_OPEN}"  # noqa: S608
    )


def arrive(database: Database, place: Place, act: Act, now: datetime) -> bool:
    """Note where the record stands; True when it was copied here and nobody has confirmed it yet.

    A record found elsewhere than noted holds all its mail from that moment, and says so in its trail.
    """
    with database.read() as connection:
        known, copied = _place(connection), is_copied(connection)
    if known is not None and not place.is_elsewhere(known):
        return copied
    try:
        with database.write() as connection:
            known = _place(connection)
            if known is not None and place.is_elsewhere(known):
                _hold_open(connection)
                meta.set_int(connection, meta.RESTORED, meta.FOREVER)
                audit.append(connection, act, {}, now)
                copied = True
            meta.set_text(connection, meta.PLACE, json.dumps(astuple(place)))
    except (StoreBusy, StoreFull):
        if known is not None:
            raise
    return copied


def is_copied(connection: apsw.Connection) -> bool:
    """True while the record is an unconfirmed copy."""
    return meta.get_int(connection, meta.RESTORED) == meta.FOREVER


def _place(connection: apsw.Connection) -> Place | None:
    noted = meta.get_text(connection, meta.PLACE)
    return None if noted is None else Place(*json.loads(noted))


def release(connection: apsw.Connection, act: Act, now: datetime, *, drop: bool) -> int:
    """Let held messages go, or give them up, within the caller's transaction; returns how many."""
    if is_copied(connection):
        _hold_open(connection)
    if drop:
        connection.execute("UPDATE outbox SET state='dropped' WHERE state='held'")
    else:
        connection.execute("UPDATE outbox SET state='new', next_try=NULL WHERE state='held'")
    count = connection.changes()
    meta.forget(connection, meta.RESTORED)
    audit.append(connection, act, {"messages": count}, now)
    return count

"""Retention 留存: old posts go, their counts stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import apsw

from minyi.clock import local_text
from minyi.models import PostId, SourceId
from minyi.store.care import Act, AuditLine, Progress, Retain, silent
from minyi.store.sqlite import ask, audit, meta, rids
from minyi.store.sqlite.connection import Database
from minyi.store.sqlite.erasure import EXPIRED, bury
from minyi.store.sqlite.facts import micros, seconds
from minyi.store.sqlite.names import source_numbers

CHUNK = 1_000
"""Posts a transaction when they expire: five times as many held the lock for over a second."""

_PAGE = 5_000
_NEVER = -(1 << 62)


@dataclass(frozen=True, slots=True)
class _Edges:
    """UTC seconds before which a post's first-seen time means it goes, in general and by source number."""

    general: int
    own: dict[int, int]

    @property
    def newest(self) -> int:
        return max([self.general, *self.own.values()])


def expirable(database: Database, retain: Retain) -> dict[SourceId, int]:
    """How many posts would go, by source."""
    with database.read() as connection:
        edges, names = _edges(connection, retain), _names(connection)
    counted: Counter[int] = Counter()
    for page in _expired(database, edges):
        counted.update(sid for _, sid in page)
    return {SourceId(names[sid]): count for sid, count in sorted(counted.items())}


def expire(
    database: Database, retain: Retain, act: Act, now: datetime, progress: Progress = silent
) -> AuditLine:
    """Delete what is due, in short transactions, quarantined input of that age too.

    First the horizon is raised, so that no expired post can come in again to be counted twice.
    """
    with database.write() as connection:
        edges, names = _edges(connection, retain), _names(connection)
        for key, edge in _horizons(edges):
            if meta.get_int(connection, key) < edge:
                meta.set_int(connection, key, edge)
        connection.execute(
            "DELETE FROM quarantine WHERE at < ?", (micros(retain.before) if retain.before else _NEVER,)
        )
    counted: Counter[int] = Counter()
    for page in _expired(database, edges):
        for start in range(0, len(page), CHUNK):
            chunk = page[start : start + CHUNK]
            with database.write() as connection:
                bury(connection, [post for post, _ in chunk], now, EXPIRED, keep_counts=True)
            counted.update(sid for _, sid in chunk)
            progress(f"已删除 {counted.total():,} 帖")
    detail: dict[str, str | int] = {"posts": counted.total()}
    if retain.before:
        detail["before"] = local_text(retain.before)
    detail |= {f"source:{names[sid]}": count for sid, count in sorted(counted.items())}
    with database.write() as connection:
        return audit.append(connection, act, detail, now)


def _names(connection: apsw.Connection) -> dict[int, str]:
    return {sid: name for name, sid in source_numbers(connection).items()}


def _edges(connection: apsw.Connection, retain: Retain) -> _Edges:
    sids = source_numbers(connection)
    own = {
        sids[source]: seconds(before) if before else _NEVER
        for source, before in retain.own.items()
        if source in sids
    }
    return _Edges(seconds(retain.before) if retain.before else _NEVER, own)


def _horizons(edges: _Edges) -> Iterator[tuple[str, int]]:
    """Where the record is no longer whole. A source that keeps its posts longer bars no refusal of them."""
    if edges.general > _NEVER and all(edge >= edges.general for edge in edges.own.values()):
        yield meta.HORIZON, edges.general
    if edges.newest > _NEVER:
        yield meta.OLDEST_WHOLE, edges.newest


def _expired(database: Database, edges: _Edges) -> Iterator[list[tuple[PostId, int]]]:
    """(id, source number) of posts that are due, in pages, each from a read of its own.

    A post is never dated more than ten minutes after it was first seen, so the walk by time ends early.
    """
    if edges.newest == _NEVER:
        return
    above, end = _NEVER, rids.ceiling_rid(edges.newest + 3_600)
    while True:
        with database.read() as connection:
            rows = ask.rows(
                connection,
                "SELECT rid, id, source, first_seen FROM posts WHERE rid > ? AND rid < ? "
                "ORDER BY rid LIMIT ?",
                (above, end, _PAGE),
            )
        page = [
            (PostId(post), sid) for _, post, sid, seen in rows if seen < edges.own.get(sid, edges.general)
        ]
        if page:
            yield page
        if len(rows) < _PAGE:
            return
        above = rows[-1][0]

"""The audit trail 审计: who did what to the record, each line bound to all before it by its digest.

Lines hold numbers, ids and reasons that staff typed, never a post's words or an author's name. The file
itself refuses to change or delete one; a line changed by other means no longer fits its digest, which
`check` names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import apsw

from minyi.store.care import Act, AuditLine
from minyi.store.sqlite import ask
from minyi.store.sqlite.facts import from_micros, micros

_START = b"\0" * 32


def append(
    connection: apsw.Connection, act: Act, detail: Mapping[str, str | int], now: datetime
) -> AuditLine:
    """Add a line within the caller's transaction."""
    last = ask.rows(connection, "SELECT seq, digest FROM audit ORDER BY seq DESC LIMIT 1")
    seq, previous = (last[0][0] + 1, last[0][1]) if last else (1, _START)
    body = json.dumps(dict(detail), ensure_ascii=False, sort_keys=True)
    digest = _digest(previous, seq, micros(now), act.who, act.action, act.subject, body)
    row = (seq, micros(now), act.who, act.action, act.subject, body, previous, digest)
    connection.execute("INSERT INTO audit VALUES(?,?,?,?,?,?,?,?)", row)
    return AuditLine(seq, now, act.who, act.action, act.subject, dict(detail), digest.hex())


def _digest(previous: bytes, *values: str | int) -> bytes:
    return hashlib.sha256(previous + json.dumps(values, ensure_ascii=False).encode()).digest()


def newest(connection: apsw.Connection, limit: int) -> list[AuditLine]:
    """Newest first."""
    rows = ask.rows(
        connection,
        "SELECT seq, at, who, action, subject, detail, digest FROM audit ORDER BY seq DESC LIMIT ?",
        (limit,),
    )
    return [_line(row) for row in rows]


def between(
    connection: apsw.Connection, beginnings: Sequence[str], since: datetime, until: datetime
) -> list[AuditLine]:
    """Lines in [since, until) whose action begins with one of these, oldest first."""
    rows = ask.rows(
        connection,
        "SELECT seq, at, who, action, subject, detail, digest FROM audit "
        "WHERE at >= ? AND at < ? ORDER BY seq",
        (micros(since), micros(until)),
    )
    return [_line(row) for row in rows if row[3].startswith(tuple(beginnings))]


def _line(row: ask.Row) -> AuditLine:
    seq, at, who, action, subject, detail, digest = row
    return AuditLine(seq, from_micros(at), who, action, subject, json.loads(detail), digest.hex())


def misfits(connection: apsw.Connection) -> Iterator[int]:
    """Numbers of the lines that do not continue the one before, or do not fit their own digest."""
    expected, number = _START, 0
    for row in connection.execute(
        "SELECT seq, at, who, action, subject, detail, previous, digest FROM audit ORDER BY seq"
    ):
        seq, *values, previous, digest = row
        number += 1
        if (seq, previous) != (number, expected) or _digest(previous, seq, *values) != digest:
            yield seq
        expected, number = digest, seq

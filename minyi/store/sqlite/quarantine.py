"""Input that could not be read 隔离, kept once each until a person looks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import apsw

from minyi.models import Quarantined
from minyi.store.sqlite import ask
from minyi.store.sqlite.ask import Row
from minyi.store.sqlite.facts import from_micros, micros

_COLUMNS = "key, origin, position, raw, reason, at"


def keep(connection: apsw.Connection, items: Sequence[Quarantined]) -> int:
    """Keep items; the same origin, position and text once. Returns how many are new."""
    before = connection.total_changes()
    rows = []
    for item in items:
        raw = item.raw.encode("utf-8", "replace")
        identity = f"{item.origin}\0{item.position}\0".encode("utf-8", "replace") + raw
        key = hashlib.blake2b(identity, digest_size=16).digest()
        rows.append((key, item.origin, item.position, raw.decode(), item.reason, micros(item.at)))
    connection.executemany("INSERT INTO quarantine VALUES(?,?,?,?,?,?) ON CONFLICT DO NOTHING", rows)
    return connection.total_changes() - before


def newest(connection: apsw.Connection, limit: int) -> list[Quarantined]:
    """Newest first; `limit` -1 = all."""
    asked = f"SELECT {_COLUMNS} FROM quarantine ORDER BY at DESC, rowid DESC LIMIT ?"  # noqa: S608 - constants
    return [_item(row) for row in ask.rows(connection, asked, (limit,))]


def beginning(connection: apsw.Connection, ids: Sequence[str]) -> list[Quarantined]:
    """Items whose id begins with one of these, newest first."""
    found: dict[bytes, Quarantined] = {}
    for one in ids:
        asked = f"SELECT {_COLUMNS} FROM quarantine WHERE lower(hex(key)) GLOB ? || '*'"  # noqa: S608 - constants
        if one.isalnum():
            found |= {row[0]: _item(row) for row in ask.rows(connection, asked, (one.lower(),))}
    return sorted(found.values(), key=lambda item: item.at, reverse=True)


def count(connection: apsw.Connection) -> int:
    """How many there are."""
    return int(ask.value(connection, "SELECT count(*) FROM quarantine"))


def drop(connection: apsw.Connection, ids: Sequence[str]) -> int:
    """Delete items by their whole ids; returns how many there were."""
    before = connection.total_changes()
    connection.executemany("DELETE FROM quarantine WHERE key=?", [(bytes.fromhex(one),) for one in ids])
    return connection.total_changes() - before


def _item(row: Row) -> Quarantined:
    key, origin, position, raw, reason, at = row
    return Quarantined(origin, position, raw, reason, from_micros(at), key.hex())

"""Policies as people change them: `minyi.store.register` over one SQLite file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import apsw

from minyi.models import Policy, PolicyId
from minyi.store.care import Act, AuditLine
from minyi.store.register import Merged
from minyi.store.sqlite import ask, audit, codec, policies
from minyi.store.sqlite.connection import Database
from minyi.store.sqlite.facts import from_micros, micros


class SqliteRegister:
    """`minyi.store.register.Register` states what each method promises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def change(self, policy: Policy, act: Act, detail: Mapping[str, str | int], now: datetime) -> AuditLine:
        """See `Register.change`."""

        def write(connection: apsw.Connection) -> AuditLine:
            policies.save(connection, [policy])
            return audit.append(connection, act, detail, now)

        return self._database.write_small(write)

    def merge(self, gone: Policy, into: Policy, act: Act, now: datetime) -> AuditLine:
        """See `Register.merge`."""

        def write(connection: apsw.Connection) -> AuditLine:
            policies.save(connection, [into])
            connection.execute("DELETE FROM policies WHERE id=?", (gone.id,))
            alerts = _give_alerts(connection, gone.id, into.id)
            for table in ("responses", "mutes"):
                connection.execute(f"UPDATE {table} SET policy=? WHERE policy=?", (into.id, gone.id))  # noqa: S608 - constants
            connection.execute("UPDATE policy_merged SET target=? WHERE target=?", (into.id, gone.id))
            names = [one for one in (gone.title, gone.doc_number, *gone.aliases, gone.url) if one]
            row = (gone.id, into.id, json.dumps(names, ensure_ascii=False), micros(now))
            connection.execute("INSERT OR REPLACE INTO policy_merged VALUES(?,?,?,?)", row)
            return audit.append(connection, act, {"into": into.id, "alerts": alerts}, now)

        return self._database.write_small(write)

    def merged(self) -> list[Merged]:
        """See `Register.merged`."""
        with self._database.read() as connection:
            rows = ask.rows(connection, "SELECT id, target, names, at FROM policy_merged ORDER BY at, id")
        return [
            Merged(PolicyId(gone), PolicyId(into), tuple(json.loads(names)), from_micros(at))
            for gone, into, names, at in rows
        ]


def _give_alerts(connection: apsw.Connection, gone: PolicyId, into: PolicyId) -> int:
    """Alerts of one policy become the other's, each a version on; returns how many."""
    rows = ask.rows(connection, "SELECT id, body FROM alerts WHERE policy=?", (gone,))
    for alert, body in rows:
        old = codec.decode_alert(body)
        new = replace(old, policy=into, spike=replace(old.spike, policy=into), version=old.version + 1)
        connection.execute(
            "UPDATE alerts SET policy=?, version=?, body=? WHERE id=?",
            (into, new.version, codec.encode(new), alert),
        )
    return len(rows)

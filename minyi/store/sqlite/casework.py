"""Casework over one SQLite file: every method of `minyi.store.casework`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import apsw

from minyi.models import Alert, Mute, OfficialResponse
from minyi.store.care import Act, AuditLine
from minyi.store.sqlite import ask, audit, codec
from minyi.store.sqlite.connection import Database
from minyi.store.sqlite.facts import from_micros, micros


class SqliteCasework:
    """`minyi.store.casework.Casework` states what each method promises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, beginning: str, limit: int = 10) -> list[Alert]:
        """See `Casework.find`."""
        with self._database.read() as connection:
            rows = ask.rows(
                connection,
                "SELECT body FROM alerts WHERE substr(id, 1, length(?1)) = ?1 "
                "ORDER BY detected_at DESC, id DESC LIMIT ?2",
                (beginning, limit),
            )
        return [codec.decode_alert(body) for (body,) in rows]

    def unresolved(self) -> list[Alert]:
        """See `Casework.unresolved`."""
        with self._database.read() as connection:
            rows = ask.rows(
                connection,
                "SELECT body FROM alerts WHERE state <> 'resolved' ORDER BY detected_at DESC, id DESC",
            )
        return [codec.decode_alert(body) for (body,) in rows]

    def responses(self, alert: str | None = None) -> list[OfficialResponse]:
        """See `Casework.responses`."""
        with self._database.read() as connection:
            rows = ask.rows(
                connection,
                "SELECT id, alert, policy, url, title, published, recorded, who FROM responses "
                "WHERE ?1 IS NULL OR alert = ?1 ORDER BY published, id",
                (alert,),
            )
        return [
            OfficialResponse(
                name, of or "", policy, url, title, from_micros(published), from_micros(recorded), who
            )
            for name, of, policy, url, title, published, recorded, who in rows
        ]

    def mutes(self, now: datetime) -> list[Mute]:
        """See `Casework.mutes`."""
        with self._database.read() as connection:
            rows = ask.rows(
                connection,
                "SELECT policy, rule, until, who, reason, at FROM mutes WHERE until > ? ORDER BY until, id",
                (micros(now),),
            )
        return [
            Mute(policy, rule, from_micros(until), who, reason, from_micros(at))
            for policy, rule, until, who, reason, at in rows
        ]

    def mute(self, mute: Mute, act: Act, detail: Mapping[str, str | int]) -> AuditLine:
        """See `Casework.mute`."""

        def write(connection: apsw.Connection) -> AuditLine:
            row = (mute.policy, mute.rule, micros(mute.until), mute.who, mute.reason, micros(mute.at))
            connection.execute(
                "INSERT INTO mutes(policy, rule, until, who, reason, at) VALUES(?,?,?,?,?,?)", row
            )
            return audit.append(connection, act, detail, mute.at)

        return self._database.write_small(write)

    def unmute(self, policy: str, rule: str, act: Act, now: datetime) -> int:
        """See `Casework.unmute`."""

        def write(connection: apsw.Connection) -> int:
            connection.execute(
                "UPDATE mutes SET until = ?1 WHERE until > ?1 AND policy = ?2 AND rule = ?3",
                (micros(now), policy, rule),
            )
            ended = connection.changes()
            if ended:
                audit.append(connection, act, {"rule": rule}, now)
            return ended

        return self._database.write_small(write)

    def ledger(self, since: datetime, until: datetime) -> list[AuditLine]:
        """See `Casework.ledger`."""
        with self._database.read() as connection:
            return audit.between(connection, ("alert.", "policy."), since, until)


def add_response(connection: apsw.Connection, response: OfficialResponse) -> None:
    """Keep a published answer within the caller's transaction; a known id changes nothing."""
    connection.execute(
        "INSERT INTO responses VALUES(?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
        (
            response.id,
            response.alert,
            response.policy,
            response.url,
            response.title,
            micros(response.published),
            micros(response.recorded),
            response.who,
        ),
    )

"""Alerts with compare-and-set, and the detector's state that was decided with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import apsw

from minyi.errors import Conflict
from minyi.models import Alert, AlertId, Notification, OutboxState
from minyi.store.base import AlertChange
from minyi.store.sqlite import ask, audit, casework, codec, meta, outbox
from minyi.store.sqlite.facts import micros


def commit(
    connection: apsw.Connection, changes: Sequence[AlertChange], state: Mapping[str, str], now: datetime
) -> None:
    """Write all within the caller's transaction. A new alert starts at version 1, each change adds one.

    Until a person confirms a restore, messages about what began before it are held: the record that was
    lost may have sent them.

    Raises:
        Conflict: an alert is not at the version it was read at.
    """
    restored = meta.get_int(connection, meta.RESTORED)
    for change in changes:
        if change.expected_version is None:
            if not _insert(connection, change.alert):
                continue
        else:
            _replace(connection, change.alert, change.expected_version)
        outbox.add(connection, _held(change, restored), now)
        if change.act is not None:
            audit.append(connection, change.act, change.detail, now)
        if change.response is not None:
            casework.add_response(connection, change.response)
    connection.executemany("INSERT OR REPLACE INTO detector_state VALUES(?,?)", state.items())


def _held(change: AlertChange, restored: int) -> Sequence[Notification]:
    if micros(change.alert.spike.window.start) >= restored:
        return change.notifications
    return [replace(one, state=OutboxState.HELD) for one in change.notifications]


def _insert(connection: apsw.Connection, alert: Alert) -> bool:
    alert = replace(alert, version=1)
    connection.execute("INSERT INTO alerts VALUES(?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING", _row(alert))
    return connection.changes() == 1


def _replace(connection: apsw.Connection, alert: Alert, expected: int) -> None:
    alert = replace(alert, version=expected + 1)
    connection.execute(
        "UPDATE alerts SET (id, policy, rule, state, level, detected_at, version, body) = (?,?,?,?,?,?,?,?) "
        "WHERE id=? AND version=?",
        (*_row(alert), alert.id, expected),
    )
    if connection.changes() != 1:
        raise Conflict(f"预警 {alert.id} 刚被别人改动；请重新打开后再操作")


def _row(alert: Alert) -> tuple[str | int, ...]:
    return (
        alert.id,
        alert.policy,
        alert.rule.value,
        alert.state.value,
        alert.level.value,
        micros(alert.detected_at),
        alert.version,
        codec.encode(alert),
    )


def detector_state(connection: apsw.Connection) -> dict[str, str]:
    """All of it, by key."""
    return dict(ask.rows(connection, "SELECT key, value FROM detector_state"))


def newest(connection: apsw.Connection, limit: int) -> list[Alert]:
    """Newest detection first."""
    rows = ask.rows(
        connection, "SELECT body FROM alerts ORDER BY detected_at DESC, id DESC LIMIT ?", (limit,)
    )
    return [codec.decode_alert(body) for (body,) in rows]


def one(connection: apsw.Connection, alert: AlertId) -> Alert | None:
    """One alert, or None."""
    body = ask.value(connection, "SELECT body FROM alerts WHERE id=?", (alert,))
    return None if body is None else codec.decode_alert(body)

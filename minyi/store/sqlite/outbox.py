"""Messages on their way: queued with what caused them, claimed by one sender, settled durably.

At most one second copy after a crash, and none while the sender lives: a message is marked `sending`
with its claimer before it leaves, and only the claim of a dead process is taken over. A claimer must
settle what it claimed; what a living process forgot goes out again when that process has ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import apsw

from minyi.models import AlertId, Notification, OutboxState
from minyi.store.sqlite import ask, claimer, meta
from minyi.store.sqlite.ask import Row
from minyi.store.sqlite.facts import from_micros, micros

_COLUMNS = "key, alert, channel, recipient, reason, state, attempts, next_try, created, sent, error"
_CLAIMED = f"{_COLUMNS}, claimer, claimed"


def add(connection: apsw.Connection, notifications: Sequence[Notification], now: datetime) -> int:
    """Queue messages; known keys are left alone. Returns how many are new."""
    before = connection.total_changes()
    connection.executemany(
        f"INSERT INTO outbox({_COLUMNS}) VALUES(?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(key) DO NOTHING",
        [_row(one, now) for one in notifications],
    )
    return connection.total_changes() - before


def _row(one: Notification, now: datetime) -> Row:
    created = micros(one.created or now)
    times = (micros(one.next_try), created, micros(one.sent))
    return (
        one.key,
        one.alert,
        one.channel,
        one.recipient,
        one.reason,
        one.state.value,
        one.attempts,
        *times,
        one.error,
    )


def _notification(row: Row) -> Notification:
    key, alert, channel, recipient, reason, state, attempts, next_try, created, sent, error = row
    return Notification(
        key=key,
        alert=AlertId(alert),
        channel=channel,
        recipient=recipient,
        reason=reason,
        state=OutboxState(state),
        attempts=attempts,
        next_try=from_micros(next_try),
        created=from_micros(created),
        sent=from_micros(sent),
        error=error,
    )


def claim(connection: apsw.Connection, now: datetime, limit: int) -> list[Notification]:
    """Take due messages, oldest first, within the caller's write transaction; none of an unconfirmed copy."""
    if meta.get_int(connection, meta.RESTORED) == meta.FOREVER:
        return []
    at, me = micros(now), claimer.token()
    rows = ask.rows(
        connection,
        f"SELECT {_CLAIMED} FROM outbox WHERE state IN ('new', 'sending', 'retry') "  # noqa: S608 - constants
        "AND (state = 'sending' OR ifnull(next_try, ?1) <= ?1) ORDER BY seq",
        (at,),
    )
    taken = [_notification(row[:11]) for row in rows if _is_free(row, at)][: max(limit, 0)]
    connection.executemany(
        "UPDATE outbox SET state='sending', attempts=attempts+1, claimer=?, claimed=? WHERE key=?",
        [(me, at, one.key) for one in taken],
    )
    return [replace(one, state=OutboxState.SENDING, attempts=one.attempts + 1) for one in taken]


def _is_free(row: Row, at: int) -> bool:
    state, who, since = row[5], row[11], row[12]
    if state != OutboxState.SENDING.value or who is None:
        return True
    return not claimer.may_live(who, (at - since) / 1_000_000)


def settle(  # noqa: PLR0917 - as the contract has it
    connection: apsw.Connection,
    key: str,
    state: OutboxState,
    now: datetime,
    error: str | None,
    next_try: datetime | None,
) -> None:
    """Record an outcome. What was once sent stays sent, whoever else tried."""
    sent = micros(now) if state is OutboxState.SENT else None
    connection.execute(
        "UPDATE outbox SET state=?, error=?, next_try=?, sent=?, claimer=NULL, claimed=NULL "
        "WHERE key=? AND state <> 'sent'",
        (state.value, error, micros(next_try), sent, key),
    )


def settle_sent(connection: apsw.Connection, keys: Sequence[str], now: datetime) -> None:
    """Record that these were accepted, within the caller's transaction."""
    for key in keys:
        settle(connection, key, OutboxState.SENT, now, None, None)


def sent_times(connection: apsw.Connection, channel: str, recipient: str, since: datetime) -> list[datetime]:
    """Times of acceptance since then, ascending, each once."""
    rows = ask.rows(
        connection,
        "SELECT DISTINCT sent FROM outbox "
        "WHERE state = 'sent' AND sent > ? AND channel = ? AND recipient = ? ORDER BY sent",
        (micros(since), channel, recipient),
    )
    return [from_micros(sent) for (sent,) in rows]


def first_sent(connection: apsw.Connection, alert: AlertId, recipient: str) -> str | None:
    """Key of the first message about an alert accepted for a person."""
    found = ask.value(
        connection,
        "SELECT key FROM outbox WHERE state = 'sent' AND alert = ? AND recipient = ? "
        "ORDER BY sent, seq LIMIT 1",
        (alert, recipient),
    )
    return None if found is None else str(found)


def load(connection: apsw.Connection, states: Sequence[OutboxState]) -> list[Notification]:
    """Messages in these states (all when empty), oldest first."""
    wanted = [state.value for state in states or tuple(OutboxState)]
    rows = ask.rows(
        connection,
        f"SELECT {_COLUMNS} FROM outbox WHERE state IN ({','.join('?' * len(wanted))}) ORDER BY seq",  # noqa: S608
        wanted,
    )
    return [_notification(row) for row in rows]

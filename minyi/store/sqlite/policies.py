"""The watched policies, as documents."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from minyi.models import Policy, Saved
from minyi.store.sqlite import ask, codec
from minyi.store.sqlite.facts import micros
from minyi.store.sqlite.names import number_policies


def save(connection: apsw.Connection, policies: Sequence[Policy]) -> Saved:
    """Upsert by id."""
    number_policies(connection, (policy.id for policy in policies))
    new = updated = 0
    for policy in policies:
        body = codec.encode(policy)
        was = ask.value(connection, "SELECT body FROM policies WHERE id=?", (policy.id,))
        if was == body:
            continue
        new, updated = new + (was is None), updated + (was is not None)
        connection.execute(
            "INSERT OR REPLACE INTO policies VALUES(?,?,?)", (policy.id, micros(policy.released_at), body)
        )
    return Saved(new, updated, len(policies) - new - updated)


def load(connection: apsw.Connection) -> list[Policy]:
    """All, newest release first, then by id; without release time last."""
    rows = ask.rows(connection, "SELECT body FROM policies ORDER BY released_at DESC NULLS LAST, id")
    return [codec.decode_policy(body) for (body,) in rows]

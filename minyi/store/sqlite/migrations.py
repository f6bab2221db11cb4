"""From the tables of an older release to today's, in steps that all go in one transaction.

A new file is made as version 1 and goes the same way, so that an old and a new file end up equal.
Released steps are never edited: a change of the tables is a new step at the end.
"""

from __future__ import annotations

from collections.abc import Callable

import apsw


def _to_2(connection: apsw.Connection) -> None:
    """The audit trail refuses changes, and the file knows its age."""
    for verb in ("UPDATE", "DELETE"):
        connection.execute(
            f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
            "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
        )
    connection.execute("INSERT OR IGNORE INTO meta VALUES('created', CAST(unixepoch() AS TEXT))")


STEPS: tuple[Callable[[apsw.Connection], None], ...] = (_to_2,)
"""`STEPS[n]` makes version n + 2 of version n + 1."""


def migrate(connection: apsw.Connection, version: int) -> None:
    """Take the file from `version` (1 or more) to the newest, within the caller's transaction."""
    for step in STEPS[version - 1 :]:
        step(connection)

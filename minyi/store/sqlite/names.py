"""Small numbers for policies and sources, so that rows and tags stay short."""

from __future__ import annotations

from collections.abc import Iterable

import apsw

from minyi.store.sqlite import ask


def policy_numbers(connection: apsw.Connection) -> dict[str, int]:
    """Every policy ever matched or saved, by id."""
    return dict(ask.rows(connection, "SELECT id, pid FROM policy_key"))


def source_numbers(connection: apsw.Connection) -> dict[str, int]:
    """Every source that ever had a post, by id."""
    return dict(ask.rows(connection, "SELECT id, sid FROM source_key"))


def number_policies(connection: apsw.Connection, wanted: Iterable[str]) -> dict[str, int]:
    """Numbers by id, giving new ones to ids not seen before (within the caller's write transaction)."""
    known = policy_numbers(connection)
    new = sorted(set(wanted) - known.keys())
    if not new:
        return known
    connection.executemany("INSERT INTO policy_key(id) VALUES(?)", ((one,) for one in new))
    return policy_numbers(connection)


def number_sources(connection: apsw.Connection, wanted: Iterable[str]) -> dict[str, int]:
    """As `number_policies`, for sources."""
    known = source_numbers(connection)
    new = sorted(set(wanted) - known.keys())
    if not new:
        return known
    connection.executemany("INSERT INTO source_key(id) VALUES(?)", ((one,) for one in new))
    return source_numbers(connection)

"""Small numbers for policies and sources, so that rows and tags stay short."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import apsw

from minyi.store.sqlite import ask

Shared: TypeAlias = tuple[str, int, int, str]
"""Platform, official, sample, model version: the same for thousands of posts."""


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


def number_shared(connection: apsw.Connection, wanted: Iterable[Shared]) -> dict[Shared, int]:
    """Numbers of these combinations, new ones included (within the caller's write transaction)."""
    found = {}
    among = "platform=? AND official=? AND sample=? AND model_version=?"
    for one in sorted(set(wanted)):
        connection.execute(
            "INSERT INTO post_shared(platform, official, sample, model_version) VALUES(?,?,?,?) "
            "ON CONFLICT DO NOTHING",
            one,
        )
        found[one] = int(ask.value(connection, f"SELECT shared FROM post_shared WHERE {among}", one))  # noqa: S608
    return found

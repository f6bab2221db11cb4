"""What the record notes beside posts that may name a person: addresses a crawl read, reasons of its runs.

Both are Minyi's own notes, so they are cleaned. What people of the office wrote is only told: it is theirs.
"""

from __future__ import annotations

from collections.abc import Iterator

import apsw

from minyi.naming import holds
from minyi.spool import cursor_without, decode_cursor, encode_cursor, run_without
from minyi.store.sqlite import ask, sources

_POSTS = frozenset(
    (
        *(
            "posts",
            "post_facts",
            "post_body",
            "post_shared",
            "post_policy",
            "post_match",
            "claims",
            "wording",
        ),
        *("sig", "band", "tombstones", "index_queue", "quarantine"),
        *("rollup_hour", "rollup_day", "rollup_version"),
    )
)
"""Tables of posts, of counts and of ids, and what is cleaned item by item."""


def forget(connection: apsw.Connection, name: str) -> int:
    """Clean cursors and runs within the caller's transaction; returns how many rows."""
    changed = 0
    for source, cursor in ask.rows(connection, "SELECT source, cursor FROM source_cursor"):
        if holds(cursor, name):
            row = (encode_cursor(cursor_without(decode_cursor(cursor), name)), source)
            connection.execute("UPDATE source_cursor SET cursor=? WHERE source=?", row)
            changed += 1
    for body in [body for (body,) in ask.rows(connection, "SELECT body FROM runs") if holds(body, name)]:
        sources.write_run(connection, run_without(sources.read_run(body), name))
        changed += 1
    return changed


def telling(connection: apsw.Connection, name: str) -> Iterator[tuple[str, int]]:
    """(table, rows) that still hold the name beside posts: what people of the office wrote."""
    for table, sql in ask.rows(connection, "SELECT name, sql FROM sqlite_schema WHERE type='table'"):
        if table.startswith(("fts", "sqlite_")) or table in _POSTS or not sql:
            continue
        rows = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a name of our schema
        count = sum(any(isinstance(one, str) and holds(one, name) for one in row) for row in rows)
        if count:
            yield table, count

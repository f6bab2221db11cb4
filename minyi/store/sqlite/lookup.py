"""Finding one post by what a person holds of it, and what hangs on it."""

from __future__ import annotations

import apsw

from minyi.models import Alert, PostId
from minyi.store.sqlite import ask, codec
from minyi.store.sqlite.facts import cluster_tag

MOST = 10
"""Posts named at most for one reference."""

SHORTEST = 6
"""Fewest characters of an id's beginning."""


def find(connection: apsw.Connection, reference: str) -> list[PostId]:
    """By id, by an id's beginning, else by native id or address (which reads the whole table)."""
    exact = ask.value(connection, "SELECT id FROM posts WHERE id=?", (reference,))
    if exact is not None:
        return [PostId(exact)]
    rows = []
    if len(reference) >= SHORTEST:
        rows = ask.rows(
            connection,
            "SELECT id FROM posts WHERE id >= ?1 AND id < ?1 || char(0x10FFFF) ORDER BY id LIMIT ?2",
            (reference, MOST),
        )
    return [
        PostId(post)
        for (post,) in rows
        or ask.rows(
            connection,
            "SELECT id FROM posts WHERE body IN (SELECT body FROM post_body WHERE native_id=?1 OR url=?1) "
            "ORDER BY rid DESC LIMIT ?2",
            (reference, MOST),
        )
    ]


def siblings(connection: apsw.Connection, post: PostId, limit: int) -> tuple[list[PostId], int]:
    """Other posts of its cluster, newest first, and how many in all."""
    cluster = ask.value(connection, "SELECT cluster FROM posts WHERE id=?", (post,))
    if not cluster:
        return [], 0
    rows = ask.rows(
        connection,
        "SELECT p.id FROM fts JOIN posts p ON p.rid = fts.rowid "
        "WHERE fts MATCH ? AND p.cluster = ? AND p.id <> ? ORDER BY fts.rowid DESC",
        (f'tags:"{cluster_tag(cluster)}"', cluster, post),
    )
    return [PostId(one) for (one,) in rows[:limit]], len(rows)


def naming(connection: apsw.Connection, post: PostId) -> list[Alert]:
    """Alerts whose spike lists it."""
    rows = ask.rows(
        connection,
        "SELECT body FROM alerts WHERE instr(body, ?) ORDER BY detected_at DESC, id DESC",
        (f'"{post}"',),
    )
    alerts = [codec.decode_alert(body) for (body,) in rows]
    return [alert for alert in alerts if post in alert.spike.posts]

"""Earlier wordings 旧文: what a post said before its source changed it, kept as long as the post.

An edit of anything else (likes, a label found anew) leaves none. What another author wrote under the same
id is not kept, so that a person's words are never found under somebody else's name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import apsw

from minyi.models import PostId
from minyi.store.care import Wording
from minyi.store.sqlite import ask
from minyi.store.sqlite.facts import from_seconds
from minyi.text import search_key

KEPT = 20
"""Earlier wordings of one post: a page with a ticking clock in it must not fill the disk."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """What a post said until now."""

    post: str
    title: str
    text: str


def keep(connection: apsw.Connection, replaced: Sequence[Replaced], now: int) -> None:
    """Keep what was replaced at this UTC second; of each post the newest `KEPT`."""
    connection.executemany(
        "INSERT INTO wording(post, until, title, text, seal) VALUES(?,?,?,?,?)",
        [(one.post, now, one.title, one.text, _seal(one.post, now, one.title, one.text)) for one in replaced],
    )
    connection.executemany(
        "DELETE FROM wording WHERE post=?1 AND seq <= "
        "(SELECT seq FROM wording WHERE post=?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)",
        [(one.post, KEPT) for one in replaced],
    )


def forget(connection: apsw.Connection, posts: Sequence[str]) -> None:
    """Delete all earlier wordings of posts."""
    among = "IN (SELECT value FROM json_each(?))"
    connection.execute(f"DELETE FROM wording WHERE post {among}", (json.dumps(posts),))  # noqa: S608 - a constant


def load(connection: apsw.Connection, post: PostId) -> list[Wording]:
    """Oldest first; the first one stood since the post was first seen, or since an older one that went."""
    rows = ask.rows(connection, "SELECT until, title, text FROM wording WHERE post=? ORDER BY seq", (post,))
    found: list[Wording] = []
    since = None
    if 0 < len(rows) < KEPT:
        since = from_seconds(ask.value(connection, "SELECT first_seen FROM posts WHERE id=?", (post,)))
    for seconds, title, text in rows:
        until = from_seconds(seconds)
        found.append(Wording(since, until, title, text))
        since = until
    return found


def holding(connection: apsw.Connection, name: str, limit: int) -> list[PostId]:
    """Posts of which an earlier wording holds the name, as search sees it; in the order of their ids."""
    key = search_key(name)
    found = {
        post
        for post, title, text in connection.execute("SELECT post, title, text FROM wording")
        if key in search_key(title) or key in search_key(text)
    }
    return [PostId(post) for post in sorted(found)[:limit]]


def misfits(connection: apsw.Connection) -> Iterator[str]:
    """Ids with a wording that is not what was kept, or whose post is gone."""
    stored = (
        "SELECT w.post, until, title, text, seal, p.rid FROM wording w LEFT JOIN posts p ON p.id = w.post"
    )
    for post, until, title, text, seal, rid in connection.execute(stored):
        if rid is None or _seal(post, until, title, text) != seal:
            yield str(post)


def _seal(post: str, until: int, title: str, text: str) -> bytes:
    said = json.dumps((post, until, title, text)).encode()
    return hashlib.blake2b(said, digest_size=8).digest()

"""The memory of recent texts, in the tables `sig` (texts) and `band` (the numbers they are met under).

A text is kept with the id of the post that brought it, so that erasing the post erases it here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime

import apsw

from minyi.models import Post, PostId
from minyi.store.clusters import CROWD, RecentText, TextNumber
from minyi.store.sqlite import ask
from minyi.store.sqlite.connection import Database
from minyi.store.sqlite.facts import from_seconds, seconds

_NEAR = "~"


class SqliteClusters:
    """`minyi.store.clusters.ClusterState` states what each method promises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def settled(self, posts: Sequence[Post]) -> dict[PostId, str]:
        """See `ClusterState.settled`."""
        asked = (json.dumps([post.id for post in posts]),)
        among = "id IN (SELECT value FROM json_each(?))"
        with self._database.read() as connection:
            rows = ask.rows(
                connection,
                "SELECT id, cluster, title, text FROM posts CROSS JOIN post_body USING(body) "  # noqa: S608 - constants
                f"WHERE {among}",
                asked,
            )
            gone = ask.rows(connection, f"SELECT id FROM tombstones WHERE {among}", asked)  # noqa: S608 - constants
        stored = {post: (cluster, title, text) for post, cluster, title, text in rows}
        settled = {PostId(post): "" for (post,) in gone}
        for post in posts:
            cluster, *said = stored.get(post.id, ("",))
            if cluster and said == [post.title, post.text]:
                settled[post.id] = cluster
        return settled

    def met(self, numbers: Sequence[int]) -> dict[int, list[TextNumber]]:
        """See `ClusterState.met`."""
        with self._database.read() as connection:
            rows = ask.rows(
                connection,
                "SELECT number, text FROM band WHERE number IN (SELECT value FROM json_each(?)) "
                "ORDER BY at, text",
                (json.dumps(numbers),),
            )
        under: dict[int, list[TextNumber]] = {}
        for number, text in rows:
            under.setdefault(number, []).append(text)
        return under

    def texts(self, texts: Collection[TextNumber]) -> dict[TextNumber, RecentText]:
        """See `ClusterState.texts`."""
        asked = (
            "SELECT number, id, at, cluster, sig FROM sig WHERE number IN (SELECT value FROM json_each(?))"
        )
        with self._database.read() as connection:
            rows = ask.rows(connection, asked, (json.dumps(sorted(texts)),))
        found = {}
        for number, post, at, cluster, said in rows:
            key, near, words, *documents = said.decode().split("\n")
            found[number] = RecentText(
                post, cluster, key, words, tuple(documents), near == _NEAR, from_seconds(at)
            )
        return found

    def remember(
        self, texts: Sequence[tuple[RecentText, Sequence[int]]], crowded: Sequence[int] = ()
    ) -> None:
        """See `ClusterState.remember`."""
        if not texts:
            return
        with self._database.write() as connection:
            known = _numbered(connection, [text.id for text, _ in texts])
            connection.executemany(
                "INSERT OR REPLACE INTO sig VALUES(?,?,?,?,?)",
                [_row(known[text.id], text) for text, _ in texts],
            )
            rows: list[tuple[int, int, int]] = []
            for text, numbers in texts:
                place, at = known[text.id], seconds(text.seen)
                rows += [(number, place, at) for number in numbers]
            rows.sort()
            connection.executemany("INSERT OR REPLACE INTO band VALUES(?,?,?)", rows)
            connection.executemany(
                "DELETE FROM band WHERE number = ?1 AND text IN "
                "(SELECT text FROM band WHERE number = ?1 ORDER BY at DESC LIMIT -1 OFFSET ?2)",
                [(number, CROWD) for number in crowded],
            )

    def forget_before(self, seen: datetime) -> int:
        """See `ClusterState.forget_before`."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM band WHERE at < ?", (seconds(seen),))
            connection.execute("DELETE FROM sig WHERE at < ?", (seconds(seen),))
            return connection.changes()


def _numbered(connection: apsw.Connection, ids: Sequence[PostId]) -> dict[PostId, int]:
    """The numbers of texts, new ones for those not yet kept."""
    asked = "SELECT id, number FROM sig WHERE id IN (SELECT value FROM json_each(?))"
    known: dict[PostId, int] = dict(ask.rows(connection, asked, (json.dumps(ids),)))
    last = ask.value(connection, "SELECT max(number) FROM sig") or 0
    for post in ids:
        if post not in known:
            known[post] = last = last + 1
    return known


def _row(number: int, text: RecentText) -> tuple[int, str, int, str, bytes]:
    said = "\n".join((text.key, _NEAR if text.near else "", text.words, *text.documents))
    return number, text.id, seconds(text.seen), text.cluster, said.encode("utf-8", "replace")

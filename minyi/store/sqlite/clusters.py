"""The memory of recent texts, in the tables `sig` (texts) and `band` (the numbers they are met under).

A text goes by the id of the post that brought it, so that erasing the post erases it here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from minyi.models import Post, PostId
from minyi.store.clusters import CROWD, RecentText
from minyi.store.sqlite import ask
from minyi.store.sqlite.connection import Database
from minyi.store.sqlite.facts import from_seconds, seconds

_NEAR = "~"
_BAND_BITS = 5
_BAND = (1 << _BAND_BITS) - 1


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

    def met(self, numbers: Sequence[int]) -> dict[int, list[PostId]]:
        """See `ClusterState.met`."""
        with self._database.read() as connection:
            rows = ask.rows(
                connection,
                "SELECT a.value, b.id FROM json_each(?) a CROSS JOIN band b "  # noqa: S608 - constants
                f"ON b.band = a.value & {_BAND} AND b.value = a.value >> {_BAND_BITS} ORDER BY b.at",
                (json.dumps(numbers),),
            )
        under: dict[int, list[PostId]] = {}
        for number, post in rows:
            under.setdefault(number, []).append(post)
        return under

    def texts(self, ids: Collection[PostId]) -> dict[PostId, RecentText]:
        """See `ClusterState.texts`."""
        asked = "SELECT id, at, cluster, sig FROM sig WHERE id IN (SELECT value FROM json_each(?))"
        with self._database.read() as connection:
            rows = ask.rows(connection, asked, (json.dumps(sorted(ids)),))
        found = {}
        for post, at, cluster, said in rows:
            key, near, words, *documents = said.decode().split("\n")
            found[post] = RecentText(
                post, cluster, key, words, tuple(documents), near == _NEAR, from_seconds(at)
            )
        return found

    def remember(
        self, texts: Sequence[tuple[RecentText, Sequence[int]]], crowded: Sequence[int] = ()
    ) -> None:
        """See `ClusterState.remember`."""
        if not texts:
            return
        rows = []
        for text, numbers in texts:
            at = seconds(text.seen)
            rows += [(number & _BAND, number >> _BAND_BITS, text.id, at) for number in numbers]
        rows.sort()
        with self._database.write() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO sig VALUES(?,?,?,?)", [_row(text) for text, _ in texts]
            )
            connection.executemany("INSERT OR REPLACE INTO band VALUES(?,?,?,?)", rows)
            connection.executemany(
                "DELETE FROM band WHERE band = ?1 AND value = ?2 AND id IN "  # noqa: S608 - constants
                "(SELECT id FROM band WHERE band = ?1 AND value = ?2 "
                f"ORDER BY at DESC LIMIT -1 OFFSET {CROWD})",
                [(number & _BAND, number >> _BAND_BITS) for number in crowded],
            )

    def forget_before(self, seen: datetime) -> int:
        """See `ClusterState.forget_before`."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM band WHERE at < ?", (seconds(seen),))
            connection.execute("DELETE FROM sig WHERE at < ?", (seconds(seen),))
            return connection.changes()


def _row(text: RecentText) -> tuple[str, int, str, bytes]:
    said = "\n".join((text.key, _NEAR if text.near else "", text.words, *text.documents))
    return text.id, seconds(text.seen), text.cluster, said.encode("utf-8", "replace")

"""The record's side of a search projection: queue, dead letters and notes; see `minyi.store.projection`.

Dead letters and notes are few and live among the record's single values (`meta`), under prefixes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import apsw

from minyi.models import CrawlRun, PostId, Span
from minyi.store.projection import Cell, DeadLetter, Queued
from minyi.store.sqlite import ask, meta, sources
from minyi.store.sqlite.connection import Database
from minyi.store.sqlite.facts import LABEL_NAMES, from_micros, micros, seconds
from minyi.store.sqlite.fingerprint import SIZE
from minyi.store.sqlite.rows import seal
from minyi.store.sqlite.schema import ALL
from minyi.store.sqlite.tally import DAY_SHIFT

CHUNK = 5_000
"""Posts a transaction when all are queued."""

_DEAD = "projection.dead:"
_NOTE = "projection.note:"


class SqliteQueue:
    """See `Queue`."""

    def __init__(self, database: Database) -> None:
        """Share the record's file."""
        self._database = database

    def enabled(self) -> bool:
        """See `Queue.enabled`."""
        with self._database.read() as connection:
            return bool(meta.get_int(connection, meta.PROJECTION))

    def enable(self, *, enabled: bool) -> None:
        """See `Queue.enable`."""
        with self._database.write() as connection:
            meta.set_int(connection, meta.PROJECTION, int(enabled))
            if not enabled:
                connection.execute("DELETE FROM index_queue")

    def waiting(self, limit: int) -> list[Queued]:
        """See `Queue.waiting`."""
        with self._database.read() as connection:
            found = ask.rows(
                connection, "SELECT id, revision, gone FROM index_queue ORDER BY revision LIMIT ?", (limit,)
            )
        return [Queued(PostId(post), revision, bool(gone)) for post, revision, gone in found]

    def still_waiting(self, posts: Sequence[PostId]) -> set[PostId]:
        """See `Queue.still_waiting`."""
        asked = json.dumps(list(posts))
        with self._database.read() as connection:
            found = ask.rows(
                connection,
                "SELECT id FROM index_queue WHERE id IN (SELECT value FROM json_each(?1)) UNION "
                "SELECT substr(key, ?2) FROM meta WHERE key IN "
                "(SELECT ?3 || value FROM json_each(?1))",
                (asked, len(_DEAD) + 1, _DEAD),
            )
        return {PostId(post) for (post,) in found}

    def settle(self, done: Sequence[Queued], dead: Sequence[DeadLetter] = ()) -> None:
        """See `Queue.settle`."""
        with self._database.write() as connection:
            connection.executemany(
                "DELETE FROM index_queue WHERE id=? AND revision=?",
                [(one.post, one.revision) for one in done],
            )
            if self._any_dead(connection):
                connection.executemany("DELETE FROM meta WHERE key=?", [(_DEAD + one.post,) for one in done])
            connection.executemany(
                "INSERT OR REPLACE INTO meta VALUES(?,?)",
                [(_DEAD + one.post, json.dumps([one.revision, micros(one.at), one.reason])) for one in dead],
            )
            connection.executemany(
                "DELETE FROM index_queue WHERE id=? AND revision<=?",
                [(one.post, one.revision) for one in dead],
            )

    @staticmethod
    def _any_dead(connection: apsw.Connection) -> bool:
        asked = "SELECT 1 FROM meta WHERE key >= ? AND key < ? LIMIT 1"
        return ask.value(connection, asked, _range(_DEAD)) is not None

    def fill(self, now: datetime) -> int:
        """See `Queue.fill`."""
        total, above = 0, -(1 << 62)
        while True:
            with self._database.write() as connection:
                asked = "SELECT rid, id, revision FROM posts WHERE rid > ? ORDER BY rid LIMIT ?"
                found = ask.rows(connection, asked, (above, CHUNK))
                connection.executemany(
                    "INSERT INTO index_queue VALUES(?,?,0,?) ON CONFLICT DO NOTHING",
                    [(post, revision, seconds(now)) for _, post, revision in found],
                )
            total += len(found)
            if len(found) < CHUNK:
                return total
            above = found[-1][0]

    def delete(self, posts: Sequence[PostId], now: datetime) -> None:
        """See `Queue.delete`."""
        with self._database.write() as connection:
            revision = meta.get_int(connection, meta.REVISION)
            meta.set_int(connection, meta.REVISION, revision + len(posts))
            rows = [(post, revision + n, 1, seconds(now)) for n, post in enumerate(posts, start=1)]
            connection.executemany("INSERT INTO index_queue VALUES(?,?,?,?) ON CONFLICT DO NOTHING", rows)

    def reissue(self, posts: Sequence[PostId], above: int, now: datetime) -> None:
        """See `Queue.reissue`."""
        with self._database.write() as connection:
            revision = max(meta.get_int(connection, meta.REVISION), above)
            meta.set_int(connection, meta.REVISION, revision + len(posts))
            for number, post in enumerate(posts, start=revision + 1):
                asked = "SELECT rid, first_seen, indexed, fingerprint FROM posts WHERE id=?"
                for rid, first_seen, indexed, said in ask.rows(connection, asked, (post,)):
                    sealed = said[:SIZE] + seal(rid, first_seen, indexed, number)
                    connection.execute(
                        "UPDATE posts SET revision=?, fingerprint=? WHERE rid=?", (number, sealed, rid)
                    )
                    connection.execute(
                        "INSERT OR REPLACE INTO index_queue VALUES(?,?,0,?)", (post, number, seconds(now))
                    )

    def dead(self, limit: int = 100) -> list[DeadLetter]:
        """See `Queue.dead`."""
        with self._database.read() as connection:
            rows = ask.rows(
                connection, "SELECT key, value FROM meta WHERE key >= ? AND key < ?", _range(_DEAD)
            )
        letters = []
        for key, value in rows:
            revision, at, reason = json.loads(value)
            letters.append(DeadLetter(PostId(key[len(_DEAD) :]), revision, reason, from_micros(at)))
        return sorted(letters, key=lambda one: one.revision)[:limit]

    def dead_count(self) -> int:
        """See `Queue.dead_count`."""
        with self._database.read() as connection:
            asked = "SELECT count(*) FROM meta WHERE key >= ? AND key < ?"
            return int(ask.value(connection, asked, _range(_DEAD)))

    def retry(self, posts: Sequence[PostId], now: datetime) -> int:
        """See `Queue.retry`; a letter whose post is gone meanwhile is a deletion."""
        wanted = set(posts)
        letters = [one for one in self.dead(limit=1 << 40) if not wanted or one.post in wanted]
        known = self.known([one.post for one in letters])
        with self._database.write() as connection:
            connection.executemany("DELETE FROM meta WHERE key=?", [(_DEAD + one.post,) for one in letters])
            connection.executemany(
                "INSERT INTO index_queue VALUES(?,?,?,?) ON CONFLICT DO NOTHING",
                [(one.post, one.revision, one.post not in known, seconds(now)) for one in letters],
            )
        return len(letters)

    def notes(self) -> Mapping[str, str]:
        """See `Queue.notes`."""
        with self._database.read() as connection:
            asked = "SELECT key, value FROM meta WHERE key >= ? AND key < ?"
            return {key[len(_NOTE) :]: value for key, value in ask.rows(connection, asked, _range(_NOTE))}

    def note(self, values: Mapping[str, str | None]) -> None:
        """See `Queue.note`."""
        with self._database.write() as connection:
            for key, value in values.items():
                if value is None:
                    connection.execute("DELETE FROM meta WHERE key=?", (_NOTE + key,))
                else:
                    connection.execute("INSERT OR REPLACE INTO meta VALUES(?,?)", (_NOTE + key, value))

    def known(self, posts: Sequence[PostId]) -> set[PostId]:
        """See `Queue.known`."""
        asked = "SELECT id FROM posts WHERE id IN (SELECT value FROM json_each(?))"
        with self._database.read() as connection:
            return {PostId(post) for (post,) in ask.rows(connection, asked, (json.dumps(list(posts)),))}

    def months(self) -> Mapping[str, int]:
        """See `Queue.months`."""
        month = f"strftime('%Y.%m', first_seen + {DAY_SHIFT}, 'unixepoch')"
        with self._database.read() as connection:
            return dict(ask.rows(connection, f"SELECT {month}, count(*) FROM posts GROUP BY 1 ORDER BY 1"))  # noqa: S608 - constants

    def runs(self, span: Span) -> list[CrawlRun]:
        """See `Queue.runs`."""
        asked = "SELECT body FROM runs WHERE started >= ? AND started < ? ORDER BY source, started"
        with self._database.read() as connection:
            found = ask.rows(connection, asked, (micros(span.start), micros(span.end)))
        return [sources.read_run(body) for (body,) in found]

    def cells(self) -> Iterator[tuple[Cell, int]]:
        """See `Queue.cells`; read from the posts' own rows, never from roll-ups."""
        local = f"(t.published + {DAY_SHIFT})"
        midnight = f"({local} - ({local} % 86400 + 86400) % 86400)"  # division alone cuts towards zero
        asked = (
            f"SELECT ifnull(k.id, ''), {midnight} / 86400, t.label, count(*) "  # noqa: S608 - constants
            f"FROM post_policy t LEFT JOIN policy_key k ON k.pid = t.policy AND t.policy <> {ALL} "
            "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        )
        with self._database.read() as connection:
            found = ask.rows(connection, asked)
        for policy, day, label, n in found:
            yield Cell(policy, day, LABEL_NAMES[label]), n


def _range(prefix: str) -> tuple[str, str]:
    """Keys that begin with a prefix."""
    return prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1)

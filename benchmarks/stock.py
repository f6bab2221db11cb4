"""The peer: SQLite as most programs use it, with its own FTS5 trigram tokenizer, LIKE and GROUP BY."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from benchmarks.questions import Ask
from minyi.models import Post

SINGLE_ROWS = 2_000
"""Rows of the one-row-a-commit run; its speed does not depend on their number here."""

_TABLES = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
PRAGMA cache_size=-65536;
CREATE TABLE posts(n INTEGER PRIMARY KEY, id TEXT UNIQUE, published INTEGER, source TEXT, label TEXT,
  polarity REAL, text TEXT);
CREATE INDEX by_time ON posts(published);
CREATE TABLE matches(policy TEXT, published INTEGER, n INTEGER);
CREATE INDEX by_policy ON matches(policy, published, n);
CREATE VIRTUAL TABLE fts USING fts5(text, content='posts', content_rowid='n', tokenize='trigram');
CREATE TRIGGER follow AFTER INSERT ON posts BEGIN
  INSERT INTO fts(rowid, text) VALUES(new.n, new.text);
END;
"""


class Stock:
    """One table of posts, one of their policies, one external-content trigram index."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(_TABLES)

    def insert_singly(self, posts: Sequence[Post]) -> None:
        """One row, one durable commit, as a plain program does; the rows are taken out again."""
        for post in posts:
            self._insert(post)
        self._db.execute("INSERT INTO fts(fts) VALUES('delete-all')")
        self._db.execute("DELETE FROM posts")
        self._db.execute("DELETE FROM matches")

    def insert_all(self, posts: Sequence[Post]) -> None:
        """All rows in one transaction."""
        self._db.execute("BEGIN")
        for post in posts:
            self._insert(post)
        self._db.execute("COMMIT")

    def _insert(self, post: Post) -> None:
        published = int(post.published.timestamp())
        feeling = post.sentiment
        label, polarity = (feeling.label.value, feeling.polarity) if feeling else (None, None)
        row = (post.id, published, post.source, label, polarity, post.text)
        number = self._db.execute(
            "INSERT INTO posts(id, published, source, label, polarity, text) VALUES(?,?,?,?,?,?)", row
        ).lastrowid
        for one in post.matches:
            self._db.execute("INSERT INTO matches VALUES(?,?,?)", (one.policy, published, number))

    def like(self, ask: Ask) -> int:
        """Newest 20 and the total, by reading every text that the other conditions leave."""
        where, values = _conditions(ask)
        for word in (*ask.words, *ask.without):
            where.append(f"text {'NOT ' if word in ask.without else ''}LIKE ?")
            values.append(f"%{word}%")
        if ask.one_of:
            where.append(f"({' OR '.join(['text LIKE ?'] * len(ask.one_of))})")
            values += [f"%{word}%" for word in ask.one_of]
        return self._newest(where, values)

    def trigram(self, ask: Ask) -> int:
        """Newest 20 and the total, by the trigram index: none for two characters."""
        where, values = _conditions(ask)
        where.append("n IN (SELECT rowid FROM fts WHERE fts MATCH ?)")
        values.append(" AND ".join(f'"{word}"' for word in ask.words))
        return self._newest(where, values)

    def _newest(self, where: Sequence[str], values: Sequence[object]) -> int:
        asked = " AND ".join(where)
        sql = f"SELECT n FROM posts WHERE {asked} ORDER BY published DESC LIMIT 20"  # noqa: S608 - ours
        self._db.execute(sql, values).fetchall()
        [(total,)] = self._db.execute(f"SELECT count(*) FROM posts WHERE {asked}", values)  # noqa: S608
        return int(total)

    def curve(self, ask: Ask, step: int) -> int:
        """Cells of a curve by label, by grouping the posts; `step` in seconds."""
        where, values = _conditions(ask)
        return len(
            self._db.execute(
                f"SELECT published / {step}, label, count(*), avg(polarity) FROM posts "  # noqa: S608 - ours
                f"WHERE {' AND '.join(where)} GROUP BY 1, 2",
                values,
            ).fetchall()
        )

    def facet(self, word: str) -> int:
        """Counts by policy of the posts that hold a word."""
        return len(
            self._db.execute(
                "SELECT policy, count(*), avg(polarity) FROM posts JOIN matches USING(n) "
                "WHERE text LIKE ? GROUP BY 1",
                (f"%{word}%",),
            ).fetchall()
        )

    def close(self) -> None:
        """Release the file."""
        self._db.close()


def _conditions(ask: Ask) -> tuple[list[str], list[object]]:
    """What stands beside the words."""
    where: list[str] = ["1"]
    values: list[object] = []
    if ask.policy:
        times = [(sign, when) for sign, when in ((">=", ask.since), ("<", ask.until)) if when]
        among = "".join(f" AND published {sign} {int(when.timestamp())}" for sign, when in times)
        where.append(f"n IN (SELECT n FROM matches WHERE policy = ?{among})")  # noqa: S608 - numbers
        values.append(ask.policy)
    for condition, value in (
        ("source = ?", ask.source or None),
        ("label = ?", ask.label.value if ask.label else None),
        ("polarity < ?", ask.below),
        ("published >= ?", int(ask.since.timestamp()) if ask.since else None),
        ("published < ?", int(ask.until.timestamp()) if ask.until else None),
    ):
        if value is not None:
            where.append(condition)
            values.append(value)
    return where, values

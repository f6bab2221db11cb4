"""The peer: SQLite as most programs use it, with its own FTS5 trigram tokenizer and LIKE."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from minyi.models import Post

SINGLE_ROWS = 2_000
"""Rows of the one-row-a-commit run; its speed does not depend on their number here."""

_NEWEST = "ORDER BY published DESC LIMIT 20"


class Stock:
    """One table of posts, one external-content trigram index."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE posts(n INTEGER PRIMARY KEY, id TEXT UNIQUE, published REAL, source, text TEXT);"
            "CREATE INDEX by_time ON posts(published);"
            "CREATE VIRTUAL TABLE fts USING fts5(text, content='posts', content_rowid='n',"
            "  tokenize='trigram');"
            "CREATE TRIGGER follow AFTER INSERT ON posts BEGIN"
            "  INSERT INTO fts(rowid, text) VALUES(new.n, new.text); END;"
        )

    def insert_singly(self, posts: Sequence[Post]) -> None:
        """One row, one durable commit, as a plain program does; the rows are taken out again."""
        for post in posts:
            self._insert(post)
        self._db.execute("DROP TRIGGER follow")
        self._db.execute("INSERT INTO fts(fts) VALUES('delete-all')")
        self._db.execute("DELETE FROM posts")

    def insert_all(self, posts: Sequence[Post]) -> None:
        """All rows in one transaction, for the searches."""
        self._db.execute("BEGIN")
        for post in posts:
            self._insert(post)
        self._db.execute("INSERT INTO fts(fts) VALUES('rebuild')")
        self._db.execute("COMMIT")

    def _insert(self, post: Post) -> None:
        row = (post.id, post.published.timestamp(), post.source, post.text)
        self._db.execute("INSERT INTO posts(id, published, source, text) VALUES(?,?,?,?)", row)

    def like(self, word: str) -> list[tuple[int]]:
        """Newest 20 and the total, by reading every text."""
        self._db.execute("SELECT count(*) FROM posts WHERE text LIKE ?", (f"%{word}%",)).fetchone()
        return self._db.execute(f"SELECT n FROM posts WHERE text LIKE ? {_NEWEST}", (f"%{word}%",)).fetchall()  # noqa: S608

    def trigram(self, word: str) -> int:
        """How many posts the trigram index finds: none for two characters."""
        found: tuple[int] = self._db.execute(
            "SELECT count(*) FROM fts WHERE fts MATCH ?", (f'"{word}"',)
        ).fetchone()
        return found[0]

    def close(self) -> None:
        """Release the file."""
        self._db.close()

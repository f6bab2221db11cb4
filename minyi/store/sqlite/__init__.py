"""The record in one SQLite file, through apsw."""

from minyi.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]

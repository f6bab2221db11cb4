"""The typed edge of SQLite: rows are tuples of what the statement selects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import apsw

Row: TypeAlias = tuple[Any, ...]


def rows(connection: apsw.Connection, sql: str, values: Sequence[Any] = ()) -> list[Row]:
    """All rows, in the statement's order."""
    return connection.execute(sql, values).fetchall()


def value(connection: apsw.Connection, sql: str, values: Sequence[Any] = ()) -> Any:
    """The single value of a statement that selects one column of at most one row; None for no row."""
    return connection.execute(sql, values).get

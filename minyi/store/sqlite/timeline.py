"""Curves: counts per 5 minutes, hour or day, with gaps as 0 and blind buckets marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import apsw

from minyi.errors import QueryError
from minyi.models import Bucket, Label
from minyi.store.base import Split, Step
from minyi.store.query import Query
from minyi.store.sqlite.blindness import blind_buckets
from minyi.store.sqlite.curves import Curve, Grid
from minyi.store.sqlite.facts import from_seconds
from minyi.store.sqlite.plan import read_numbers, up_seconds

MAX_BUCKETS = 10_000

_SECONDS = {Step.FIVE_MINUTES: 300, Step.HOUR: 3_600, Step.DAY: 86_400}
_Cells: TypeAlias = dict[str, dict[int, tuple[int, float]]]
"""Count and sum of polarities by split value and first second."""

_EMPTY: tuple[int, float] = (0, 0.0)


def timeline(connection: apsw.Connection, query: Query, step: Step, split: Split | None) -> list[Bucket]:
    """All buckets that touch the range, ordered by time, then split value."""
    grid = _grid(query, _SECONDS[step])
    cells: _Cells = {}
    for second, key, n, s in Curve(connection, query, grid, split, read_numbers(connection)).cells():
        column = cells.setdefault(key, {})
        if second in column:
            n, s = n + column[second][0], s + column[second][1]  # noqa: PLW2901 - added up
        column[second] = (n, s)
    blind: dict[Sequence[str], set[int]] = {}
    columns = []
    for key in _keys(query, split, cells):
        asked = _asked(query, split, key)
        if asked not in blind:
            blind[asked] = blind_buckets(connection, asked, grid)
        columns.append((key, cells.get(key, {}), blind[asked]))
    return _buckets(grid, columns)


def _buckets(
    grid: Grid, columns: Sequence[tuple[str, Mapping[int, tuple[int, float]], set[int]]]
) -> list[Bucket]:
    """All in order; a year of days of fifty policies is eighteen thousand, so little is done for each."""
    made = []
    end = from_seconds(grid.start)
    for first in range(grid.start, grid.end, grid.step):
        start, end = end, from_seconds(first + grid.step)
        for key, column, hidden in columns:
            count, total = column.get(first, _EMPTY)
            made.append(Bucket(start, end, count, total / 1000, key, first in hidden))
    return made


def _grid(query: Query, step: int) -> Grid:
    start, end = query.published
    if start is None or end is None:
        raise QueryError("曲线要有起止时间；请加上 时间:2026-01-01..2026-01-31")
    low, high = up_seconds(start), up_seconds(end)
    grid = Grid(step, 0, 0, low, max(low, high))
    first = grid.floor(grid.low)
    count = -(-(grid.high - first) // step) if low < high else 0
    if count > MAX_BUCKETS:
        raise QueryError(f"时段过多（{count} 个，最多 {MAX_BUCKETS} 个）；请缩短时间或改用更大的时段")
    return replace(grid, start=first, end=first + count * step)


def _asked(query: Query, split: Split | None, key: str) -> tuple[str, ...]:
    """Sources whose silence would hide posts of this curve; empty = all."""
    return (key,) if split is Split.SOURCE else query.sources


def _keys(query: Query, split: Split | None, cells: _Cells) -> list[str]:
    """Split values to show: those asked for, else those found; labels always."""
    found = set(cells)
    if split is None:
        return [""]
    asked: Sequence[str] = {
        Split.POLICY: query.policies,
        Split.SOURCE: query.sources,
        Split.LABEL: query.labels or tuple(Label),
    }[split]
    return sorted({str(one) for one in asked} | found)

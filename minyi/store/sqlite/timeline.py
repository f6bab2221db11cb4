"""Curves: counts per 5 minutes, hour or day, with gaps as 0 and blind buckets marked."""

from __future__ import annotations

from collections.abc import Sequence
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
_Cells: TypeAlias = dict[tuple[int, str], tuple[int, float]]


def timeline(connection: apsw.Connection, query: Query, step: Step, split: Split | None) -> list[Bucket]:
    """All buckets that touch the range, ordered by time, then split value."""
    grid = _grid(query, _SECONDS[step])
    cells: _Cells = {}
    for second, key, n, s in Curve(connection, query, grid, split, read_numbers(connection)).cells():
        was = cells.get((second, key), (0, 0))
        cells[second, key] = (was[0] + n, was[1] + s)
    keys = _keys(query, split, cells)
    blind = {key: blind_buckets(connection, _asked(query, split, key), grid) for key in keys}
    made = []
    for first in range(grid.start, grid.end, grid.step):
        start, end = from_seconds(first), from_seconds(first + grid.step)
        for key in keys:
            count, total = cells.get((first, key), (0, 0))
            made.append(Bucket(start, end, count, total / 1000, key, first in blind[key]))
    return made


def _grid(query: Query, step: int) -> Grid:
    start, end = query.published
    if start is None or end is None:
        raise QueryError("曲线要有起止时间；请加上 时间:2026-01-01..2026-01-31")
    low, high = up_seconds(start), up_seconds(end)
    grid = Grid(step, 0, 0, low, max(low, high))
    first = grid.floor(grid.low)
    count = -(-(grid.high - first) // step)
    if count > MAX_BUCKETS:
        raise QueryError(f"时段过多（{count} 个，最多 {MAX_BUCKETS} 个）；请缩短时间或改用更大的时段")
    return replace(grid, start=first, end=first + count * step)


def _asked(query: Query, split: Split | None, key: str) -> Sequence[str]:
    """Sources whose silence would hide posts of this curve; empty = all."""
    return (key,) if split is Split.SOURCE else query.sources


def _keys(query: Query, split: Split | None, cells: _Cells) -> list[str]:
    """Split values to show: those asked for, else those found; labels always."""
    found = {key for _, key in cells}
    if split is None:
        return [""]
    asked: Sequence[str] = {
        Split.POLICY: query.policies,
        Split.SOURCE: query.sources,
        Split.LABEL: query.labels or tuple(Label),
    }[split]
    return sorted({str(one) for one in asked} | found)

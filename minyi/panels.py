"""What the boards 看板 show: one specification, `config/panels.toml`, for every place that draws them.

It names indices, fields, counts and places, and no product: the Kibana room turns it into Kibana's
bodies, the web pages into pages, and the tests into aggregations. An office that wants other boards
puts its own `panels.toml` beside `office.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from itertools import combinations
from pathlib import Path
from typing import Literal

from minyi.errors import ConfigError
from minyi.tables import read_table

COLUMNS = 48
"""Width of a board in grid columns."""

FILE = "panels.toml"


class Chart(StrEnum):
    """How a panel draws its numbers."""

    METRIC = "metric"
    AREA_STACKED = "area_stacked"
    LINE = "line"
    BAR = "bar"
    BAR_STACKED = "bar_stacked"
    BAR_HORIZONTAL_STACKED = "bar_horizontal_stacked"
    TABLE = "table"
    TAG_CLOUD = "tag_cloud"
    HEATMAP = "heatmap"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class ValueColor:
    """The colour of one stored value, `#rrggbb`."""

    value: str
    color: str


@dataclass(frozen=True, slots=True)
class ValueName:
    """The word people see for one stored value."""

    value: str
    name: str


@dataclass(frozen=True, slots=True)
class ViewField:
    """A field that boards may use, and the word people see for it."""

    name: str
    label: str
    link: bool = False
    """True for a web address, shown as a link."""
    colors: tuple[ValueColor, ...] = ()
    names: tuple[ValueName, ...] = ()
    """Other values show as stored."""


@dataclass(frozen=True, slots=True)
class View:
    """`[[view]]` One index or alias, its time field, and the fields of it that boards use."""

    id: str
    name: str
    time_field: str
    fields: tuple[ViewField, ...]

    def find_field(self, name: str) -> ViewField | None:
        """The field of this name, or None."""
        return next((one for one in self.fields if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Condition:
    """Documents whose `field` holds one of `any` (if given) and none of `none`."""

    field: str
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Band:
    """A colour for numbers below `below`; the last band of a list has none and takes the rest."""

    color: str
    below: float | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """One number of a panel.

    `count` counts documents, `share` those that meet `filter` among all, in [0, 1]; `unique` counts the
    values of `field`; `last` is its value in the newest document by the view's time field. `shift` moves
    the whole range back. No documents give 0 for counts and sums, and nothing for the others.
    """

    kind: Literal["count", "share", "unique", "sum", "average", "median", "max", "last"]
    label: str
    field: str = ""
    filter: tuple[Condition, ...] = ()
    shift: Literal["", "1d", "1w"] = ""
    unit: Literal["", "decimal", "seconds", "minutes", "percent"] = ""
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class Breakdown:
    """What a panel is split by.

    `terms` are the values with the largest first metric, or by name with `order = "value"`;
    `significant` are values unusually frequent against the whole index; `time` are steps of a date.
    """

    field: str
    kind: Literal["terms", "significant", "time"] = "terms"
    limit: int = 10
    order: Literal["size", "value"] = "size"
    step: Literal["auto", "1h", "1d"] = "auto"
    width: int | None = None
    """Column width in a table, pixels."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Moments of another index drawn on the time axis: each document's `time_field`, named by `text`."""

    index: str
    label: str
    text: str
    more: tuple[str, ...] = ()
    """Further fields shown at the mark."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list, with its width in pixels or as wide as it gets."""

    field: str
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A panel's box: columns and rows from the top left."""

    x: int
    y: int
    w: int
    h: int

    def meets(self, other: Grid) -> bool:
        """True when the two boxes share a cell."""
        across = self.x < other.x + other.w and other.x < self.x + self.w
        return across and self.y < other.y + other.h and other.y < self.y + self.h


@dataclass(frozen=True, slots=True)
class Panel:
    """`[[board.panel]]` One picture of a board.

    `range`: `board` follows the board's range, `today` runs from midnight to now, `always` heeds neither
    the range nor the choices made above the board.
    """

    id: str
    title: str
    chart: Chart
    index: str
    grid: Grid
    metrics: tuple[Metric, ...] = ()
    breakdown: tuple[Breakdown, ...] = ()
    filter: tuple[Condition, ...] = ()
    columns: tuple[Column, ...] = ()
    range: Literal["board", "today", "always"] = "board"
    marks: Marks | None = None

    def used_fields(self) -> Iterator[tuple[str, str]]:
        """Every (index, field) the panel reads, `marks` included."""
        for condition in (*self.filter, *(one for metric in self.metrics for one in metric.filter)):
            yield self.index, condition.field
        for name in (*(m.field for m in self.metrics), *(b.field for b in self.breakdown)):
            if name:
                yield self.index, name
        for column in self.columns:
            yield self.index, column.field
        if self.marks is not None:
            yield from ((self.marks.index, name) for name in (self.marks.text, *self.marks.more))


@dataclass(frozen=True, slots=True)
class Board:
    """`[[board]]` A page of panels over the last `days`, with choices of `controls` above it."""

    id: str
    title: str
    description: str
    index: str
    """The view its controls choose from; every panel but `always` ones reads it."""
    days: int
    panel: tuple[Panel, ...]
    refresh_seconds: int = 300
    controls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Boards:
    """The whole file, checked."""

    view: tuple[View, ...]
    board: tuple[Board, ...]

    def find_view(self, name: str) -> View:
        """The view of this id; a checked file has every view it names."""
        return next(one for one in self.view if one.id == name)


def load_boards(folder: Path | None = None) -> Boards:
    """Read `panels.toml` in the folder, or the one that comes with the program.

    Raises:
        ConfigError: it is no TOML, a key is unknown, missing or of the wrong kind, or boards contradict.
    """
    own = folder / FILE if folder is not None else None
    if own is not None and own.exists():
        return _read(own.read_bytes(), str(own))
    return _read(resources.files("minyi").joinpath(FILE).read_bytes(), FILE)


def _read(raw: bytes, file: str) -> Boards:
    try:
        table = tomllib.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"无法读取：{error}", file=file) from error
    boards = read_table(Boards, table, file=file)
    for key, fault in _faults(boards):
        if fault:
            raise ConfigError(fault, file=file, key=key)
    return boards


_NAME = re.compile(r"[a-z0-9_-]{1,250}")
_METRICS = {Chart.METRIC: (1, 2), Chart.TAG_CLOUD: (1, 1), Chart.HEATMAP: (1, 1), Chart.LIST: (0, 0)}
_BREAKDOWNS = {
    Chart.METRIC: (0, 0), Chart.LIST: (0, 0), Chart.TAG_CLOUD: (1, 1), Chart.HEATMAP: (2, 2),
    Chart.TABLE: (1, 4),
}  # fmt: skip


def _faults(boards: Boards) -> Iterator[tuple[str, str]]:
    """Yield (key, fault in words, empty when it is right)."""
    views = {view.id: view for view in boards.view}
    ids = [view.id for view in boards.view] + [board.id for board in boards.board]
    for name in (*ids, *(panel.id for board in boards.board for panel in board.panel)):
        yield name, "" if _NAME.fullmatch(name) else "编号只能用小写字母、数字、下划线、横线"
    yield "view", _repeated([view.id for view in boards.view]) or _repeated([v.name for v in boards.view])
    yield "board", _repeated([board.id for board in boards.board])
    for view in boards.view:
        yield f"{view.id}.time_field", _field_fault(views, view.id, view.time_field)
    for board in boards.board:
        yield from ((f"{board.id}.{key}", fault) for key, fault in _board_faults(board, views))


def _board_faults(board: Board, views: dict[str, View]) -> Iterator[tuple[str, str]]:
    yield "index", "" if board.index in views else f"没有 {board.index} 这个 [[view]]"
    yield "days", "" if board.days >= 1 else "至少一天"
    yield "panel", _repeated([panel.id for panel in board.panel])
    for name in board.controls:
        yield "controls", _field_fault(views, board.index, name)
    for panel in board.panel:
        yield from ((f"{panel.id}.{key}", fault) for key, fault in _panel_faults(panel, board, views))
    for one, other in combinations(board.panel, 2):
        yield f"{one.id}.grid", f"与 {other.id} 重叠" if one.grid.meets(other.grid) else ""


def _repeated(names: list[str]) -> str:
    twice = [name for name, times in Counter(names).items() if times > 1]
    return f"{twice[0]} 重复" if twice else ""


def _field_fault(views: dict[str, View], index: str, name: str) -> str:
    view = views.get(index)
    if view is None:
        return f"没有 {index} 这个 [[view]]"
    return "" if view.find_field(name) else f"{index} 没有说明字段 {name}"


def _panel_faults(panel: Panel, board: Board, views: dict[str, View]) -> Iterator[tuple[str, str]]:
    for index, name in panel.used_fields():
        yield "field", _field_fault(views, index, name)
    strange = panel.index != board.index and panel.range != "always"
    yield "index", f'看板的筛选到不了 {panel.index}；须写 range = "always"' if strange else ""
    box = panel.grid
    inside = box.x >= 0 and box.y >= 0 and box.w >= 1 and box.h >= 1 and box.x + box.w <= COLUMNS
    yield "grid", "" if inside else f"须在 {COLUMNS} 列之内"
    least, most = _METRICS.get(panel.chart, (1, 10))
    yield "metrics", "" if least <= len(panel.metrics) <= most else f"{panel.chart} 应有 {least} 至 {most} 个"
    least, most = _BREAKDOWNS.get(panel.chart, (1, 2))
    fits = least <= len(panel.breakdown) <= most
    yield "breakdown", "" if fits else f"{panel.chart} 应有 {least} 至 {most} 个"
    yield "columns", "" if bool(panel.columns) == (panel.chart is Chart.LIST) else "列只用于 list，且必须有"
    for metric in panel.metrics:
        yield f"metrics.{metric.label}", _metric_fault(metric)
    for condition in (*panel.filter, *(one for metric in panel.metrics for one in metric.filter)):
        yield "filter", _condition_fault(condition)


def _metric_fault(metric: Metric) -> str:
    plain = metric.kind in ("count", "share")
    if plain == bool(metric.field):
        return f"{metric.kind} {'不要' if plain else '须有'} field"
    if metric.kind == "share" and not metric.filter:
        return "share 须有 filter：占比的分子"
    rest = [band.below is None for band in metric.bands]
    return "只有最后一档不写 below" if any(rest[:-1]) or rest[-1:] == [False] else ""


def _condition_fault(condition: Condition) -> str:
    if not (condition.any or condition.none):
        return "条件须有 any 或 none"
    bad = any(c in value for value in (*condition.any, *condition.none) for c in "'\"\\")
    return "值不能含引号或反斜杠" if bad else ""

"""What the boards 看板 show: one specification, `config/panels.toml`, for every place that draws them.

It names indices, fields, counts and places, and no product: the Kibana room turns it into Kibana's
bodies, the web pages into pages, and the tests into aggregations. An office that wants other boards
puts its own `panels.toml` beside `office.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

COLUMNS = 48
"""Width of a board in grid columns."""


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

"""Reads `panels.toml`, and says in words where its boards contradict themselves."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib import resources
from itertools import combinations
from pathlib import Path

from minyi.errors import ConfigError
from minyi.panels import COLUMNS, Board, Boards, Chart, Condition, Metric, Panel, View
from minyi.tables import read_table

FILE = "panels.toml"


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

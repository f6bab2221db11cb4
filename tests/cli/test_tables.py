"""Tables that people read: whole at 80 columns, aligned for Chinese."""

from datetime import timedelta
from pathlib import Path

import pytest

from cli.output import short_time
from minyi.clock import parse_time
from minyi.models import (
    Alert,
    AlertId,
    AlertState,
    Level,
    PolicyId,
    RuleName,
    Scope,
    Span,
    Spike,
)
from minyi.store import open_store
from minyi.store.base import AlertChange
from reports.table import table_lines
from reports.width import cells
from tests.cli.conftest import Minyi
from tests.cli.records import NOON, fill

LONG = "青溪县人民政府办公室关于印发青溪油糕地理标志商标使用管理办法（试行）的通知"


def alert() -> Alert:
    """A case about the policy with the longest name."""
    window = Span(NOON, NOON + timedelta(hours=1))
    spike = Spike(
        PolicyId("bus"),
        RuleName.NEGATIVE_VOLUME,
        Scope.NEGATIVE,
        window,
        30,
        2.5,
        9.0,
        5.0,
        Level.I,
        False,
        (),
        {},
    )
    due = NOON + timedelta(hours=48)
    return Alert(
        AlertId("0123456789abcdef"), PolicyId("bus"), RuleName.NEGATIVE_VOLUME, Level.I, AlertState.FIRING,
        NOON, NOON, spike, due, 0,
    )  # fmt: skip


def test_alerts_fit_80_columns_with_nothing_cut(minyi: Minyi, tmp_path: Path) -> None:
    """Level and colour, the policy's whole name, and times without a year that is not needed."""
    fill(tmp_path, [])
    store = open_store(tmp_path / "data" / "minyi.db")
    store.commit_alerts([AlertChange(alert(), None, ())], {}, NOON)
    store.close()
    page = minyi("alerts", "list").out
    assert all(cells(line) <= 80 for line in page.splitlines())
    assert "…" not in page
    for words in ("01234567", "I级·红", "负面声量突增", "待受理", "03-02 12:00", "03-04 12:00"):
        assert words in page
    assert set("清溪县公交票价调整方案（征求意见稿）") <= set(page)


def test_policies_fit_80_columns_with_nothing_cut(minyi: Minyi, tmp_path: Path) -> None:
    """A long title goes on in the next line, in its own column."""
    (tmp_path / "p.toml").write_text(
        f'[[policy]]\nid = "oil-cake-notice-2026"\ntitle = "{LONG}"\ndoc_number = "青政办发〔2026〕12号"\n'
        'department = "青溪县市场监督管理局（知识产权局）"\nreleased_at = 2025-12-31T09:00:00+08:00\n',
        "utf-8",
    )
    minyi("policies", "import", "p.toml")
    page = minyi("policies", "list").out
    assert all(cells(line) <= 80 for line in page.splitlines())
    assert "…" not in page
    shown = page.replace(" ", "").replace("\n", "")
    assert all(character in shown for character in LONG)
    assert "oil-cake-notice-2026" in shown or "2025-12-31" in shown


def test_columns_are_aligned_and_numbers_stand_right() -> None:
    """Every column begins in the same cell, whatever script stands before it."""
    lines = table_lines(("名称", "条数", "说明"), [("青溪", 5, "a"), ("bus", 1_234, None)], 80)
    assert lines == [
        "名称  条数  说明",
        "────────────────",
        "青溪     5  a",
        "bus   1234  —",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 110])
def test_long_cells_are_folded_never_cut(width: int) -> None:
    """Each line fits, and the cells' words are all there, in their order."""
    row = (LONG, "x" * 90, 7, "青溪县市场监督管理局")
    lines = table_lines(("标题", "编号", "数", "部门"), [row], width)
    assert all(cells(line) <= width for line in lines)
    folded = "".join(lines[2:]).replace(" ", "")
    assert folded.count("x") == 90
    assert sorted(folded.replace("x", "")) == sorted(f"{LONG}7青溪县市场监督管理局")


def test_strangers_cannot_break_a_table() -> None:
    """A title with line ends and escapes stays in its cell."""
    lines = table_lines(("标题",), [("会\x1b[2J费\r\n\u202e完",)], 80)
    assert lines[2:] == ["会[2J费 完"]


def test_a_year_is_shown_when_it_is_another() -> None:
    """`06-09 13:30` is this year's."""
    now = parse_time("2026-03-02")
    assert short_time(parse_time("2026-06-09T13:30"), now) == "06-09 13:30"
    assert short_time(parse_time("2025-06-09T13:30"), now) == "2025-06-09 13:30"
    assert short_time(parse_time("2026-01-01T00:30"), parse_time("2025-12-31T23:00")) == "2026-01-01 00:30"
    assert short_time(None, now) == "—"

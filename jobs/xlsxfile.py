"""Excel workbooks, written row by row in constant memory: the one module that knows xlsxwriter."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from jobs.rowfiles import Cell, Write, cell_of

MAX_ROWS = 1_048_576
"""Rows of a sheet, the header included (Excel specifications and limits); more go on a further sheet."""

About: TypeAlias = Callable[[int, int], Sequence[tuple[str, str]]]
"""Lines of the last sheet, given the rows written and the cells cut at Excel's 32,767 UTF-16 units."""

_TEXT_WIDTH = 60


@contextmanager
def xlsx_file(
    path: Path, fields: Sequence[str], about: About, *, max_rows: int = MAX_ROWS
) -> Iterator[Write]:
    """A workbook with the rows on sheets 帖文, 帖文2 ..., each under the header, and 说明 at the end.

    Text is always written as text, so no cell is a formula, a link or a number by accident. Durable when
    the block ends without an error. Helping files stand in the folder of `path`.

    Raises:
        OSError: the file cannot be written.
    """
    workbook = Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent), "use_zip64": True})
    rows = _Rows(workbook, fields, max_rows)
    try:
        yield rows.write
        _write_about(workbook, about(rows.written, rows.cut))
        workbook.close()
    except FileCreateError as error:
        raise error.args[0] from error
    finally:
        for sheet in workbook.worksheets():
            sheet._opt_close()  # noqa: SLF001 - the library closes its files only when all went well
    with path.open("rb") as file:
        os.fsync(file.fileno())


class _Rows:
    """Counts rows and begins a new sheet when one is full."""

    def __init__(self, workbook: Any, fields: Sequence[str], max_rows: int) -> None:
        self._workbook, self._fields, self._max_rows = workbook, fields, max_rows
        self._bold = workbook.add_format({"bold": True})
        self._sheets = 0
        self._begin_sheet()
        self.written = 0
        self.cut = 0

    def _begin_sheet(self) -> None:
        self._sheets += 1
        self._sheet = self._workbook.add_worksheet("帖文" if self._sheets == 1 else f"帖文{self._sheets}")
        self._sheet.freeze_panes(1, 0)
        for column, name in enumerate(self._fields):
            self._sheet.set_column(column, column, _TEXT_WIDTH if name == "text" else None)
            self._sheet.write_string(0, column, name, self._bold)
        self._next = 1

    def write(self, values: Mapping[str, Any]) -> None:
        """Add a row."""
        if self._next == self._max_rows:
            self._begin_sheet()
        for column, value in enumerate(values.values()):
            self.cut += _write_cell(self._sheet, self._next, column, cell_of(value))
        self._next += 1
        self.written += 1


def _write_cell(sheet: Any, row: int, column: int, cell: Cell) -> bool:
    """Write one cell; True when its text was too long and lost its end."""
    if isinstance(cell, str):
        # The library passes text between these tags on as markup; a blank in front makes it text again.
        safe = f" {cell}" if cell.startswith("<r>") and cell.endswith("</r>") else cell
        return bool(safe) and sheet.write_string(row, column, safe) == -2
    if cell is not None:
        sheet.write_number(row, column, cell)
    return False


def _write_about(workbook: Any, lines: Sequence[tuple[str, str]]) -> None:
    sheet = workbook.add_worksheet("说明")
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 100)
    for row, (name, value) in enumerate(lines):
        sheet.write_string(row, 0, name)
        _write_cell(sheet, row, 1, cell_of(value))

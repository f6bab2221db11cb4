"""Files of rows, written as the rows come: CSV for spreadsheets, JSON lines for programs.

Cells come from the public web. A spreadsheet must never take one for a formula, so text that begins like
one stands behind an apostrophe (owasp.org/www-community/attacks/CSV_Injection); control characters go.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

Write: TypeAlias = Callable[[Mapping[str, Any]], None]
"""Adds one row; every row has the fields of the header, in their order."""

Cell: TypeAlias = str | float | None

_FORMULA = frozenset("=+-@＝＋－＠")
_CONTROLS = frozenset("\t\r\n")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def cell_of(value: object) -> Cell:
    """A field as a cell: lists joined by `;`, text without control characters, numbers as they are."""
    if value is None or isinstance(value, int | float):
        return value
    text = ";".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def defused(cell: Cell) -> Cell:
    """The cell, behind an apostrophe when a spreadsheet might take it for a formula.

    Blanks in front hide no formula: some programs strip them.
    """
    if not isinstance(cell, str):
        return cell
    risky = cell[:1] in _CONTROLS or cell.lstrip()[:1] in _FORMULA
    return f"'{cell}" if cell and risky else cell


@contextmanager
def csv_file(path: Path, fields: Sequence[str]) -> Iterator[Write]:
    """RFC 4180 in UTF-8 with the byte order mark that Excel needs to read Chinese; header first.

    Durable when the block ends without an error.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(fields)

        def write(values: Mapping[str, Any]) -> None:
            rows.writerow([defused(cell_of(value)) for value in values.values()])

        yield write
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def json_lines_file(path: Path, _: Sequence[str]) -> Iterator[Write]:
    """One JSON object a line, UTF-8, text as stored. Durable when the block ends without an error."""
    with path.open("w", encoding="utf-8", errors="replace", newline="\n") as file:

        def write(values: Mapping[str, Any]) -> None:
            file.write(json.dumps(values, ensure_ascii=False, allow_nan=False) + "\n")

        yield write
        file.flush()
        os.fsync(file.fileno())

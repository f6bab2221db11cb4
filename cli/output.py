"""How results are shown: JSON for programs, aligned tables and lines for people."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from minyi.clock import LOCAL, local_text
from reports.table import table_lines

NARROWEST, WIDEST = 40, 110
"""Cells; beyond the widest, lines are too long to read."""


def width() -> int:
    """Cells of a line of the terminal; 80 when the output is no terminal and COLUMNS is not set."""
    return min(max(shutil.get_terminal_size((80, 24)).columns, NARROWEST), WIDEST)


def styled() -> bool:
    """True when people look at a terminal that shows bold."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


_UNPRINTED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def print_json(value: Mapping[str, Any]) -> None:
    """One object on one line; Chinese stays readable.

    Control characters that JSON allows, line separators of Unicode and lone surrogates are escaped:
    the first would reach a terminal, the second split a line, the last cannot be written.
    """
    readable = (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf8")
    line = json.dumps(value, ensure_ascii=not readable, allow_nan=False)
    sys.stdout.write(_UNPRINTED.sub(lambda found: f"\\u{ord(found[0]):04x}", line) + "\n")


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str = "无数据") -> None:
    """Rows under a header, columns aligned for Chinese, long cells on several lines; `empty` for none."""
    if not rows:
        print(empty)
        return
    for line in table_lines(header, rows, width()):
        print(line)


def time_or_dash(when: datetime | None) -> str:
    """Local time for people, a dash when there is none."""
    return "—" if when is None else local_text(when)


def short_time(when: datetime | None, now: datetime) -> str:
    """Local time for a table, `06-09 13:30`, with its year only when that is not this year."""
    shown = time_or_dash(when)
    return shown.removeprefix(f"{now.astimezone(LOCAL).year}-")

"""How results are shown: JSON for programs, aligned tables and marked text for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from minyi.clock import local_text


def console() -> Console:
    """Where people read; plain text when the output is no terminal."""
    return Console(file=sys.stdout, highlight=False, soft_wrap=False, emoji=False, markup=False)


def print_json(value: Mapping[str, Any]) -> None:
    """One object on one line; Chinese stays readable, lone surrogates are escaped."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    sys.stdout.write(line.encode("utf-8", "replace").decode("utf-8") + "\n")


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str = "无数据") -> None:
    """Rows under a header, columns aligned for Chinese; `empty` when there are none."""
    if not rows:
        print(empty)
        return
    table = Table(*header, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*(Text("—" if cell is None else str(cell)) for cell in row))
    console().print(table)


def time_or_dash(when: datetime | None) -> str:
    """Local time for people, a dash when there is none."""
    return "—" if when is None else local_text(when)

"""Lays a table out for a terminal: columns aligned for Chinese, long cells folded, nothing cut off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from reports.width import cells, pad, plain, wrap

GAP = 2
"""Cells between columns."""

_NARROWEST = 4
"""Cells a column keeps when room is scarce: two Han characters."""

_WORD = re.compile("[!-~]+")
_LONGEST_WORD = 24
"""Ids and times up to so many characters are not broken: a person copies them."""


def table_lines(header: Sequence[str], rows: Sequence[Sequence[object]], width: int) -> list[str]:
    """Header, a rule, and the rows, in lines of at most `width` cells where the columns allow it.

    None is shown as a dash. Columns of nothing but numbers stand right and are never broken; the others
    give way, widest first.
    """
    shown = [["—" if cell is None else plain(str(cell)) for cell in row] for row in rows]
    numeric = [all(isinstance(row[n], int | float) for row in rows) for n in range(len(header))]
    widths = _widths([list(header), *shown], numeric, width - GAP * (len(header) - 1))
    lines = _row(header, widths, numeric)
    lines.append("─" * min(width, sum(widths) + GAP * (len(widths) - 1)))
    for row in shown:
        lines += _row(row, widths, numeric)
    return lines


def _widths(rows: Sequence[Sequence[str]], numeric: Sequence[bool], room: int) -> list[int]:
    """Each column's own width, the widest ones narrowed until all fit."""
    columns = list(zip(*rows, strict=True))
    widths = [max(map(cells, column)) for column in columns]
    least = [max(map(_least, column)) for column in columns]
    while sum(widths) > room:
        giving = [n for n, is_number in enumerate(numeric) if not is_number and widths[n] > least[n]]
        if not giving:
            break
        widths[max(giving, key=lambda n: widths[n])] -= 1
    return widths


def _least(cell: str) -> int:
    """Cells that a cell needs: its longest word."""
    return min(max(map(len, _WORD.findall(cell)), default=_NARROWEST), _LONGEST_WORD)


def _row(row: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> list[str]:
    """The lines of one row."""
    columns = [wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
    return [
        (" " * GAP)
        .join(
            pad(piece, width, right=is_number)
            for piece, width, is_number in zip(pieces, widths, numeric, strict=True)
        )
        .rstrip()
        for pieces in zip_longest(*columns, fillvalue="")
    ]

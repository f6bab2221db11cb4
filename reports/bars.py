"""Draws counts over time as lines of text: a bar a step, or a bar in parts with a column for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.width import cells, clip, pad

INKS = "█▓▒░=·"
"""What the parts of a bar are drawn with, in order; as many parts can be told apart."""

_LONGEST = 40
"""Cells of the longest bar; it stays on the line where a terminal draws these signs two cells wide."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One step: what it is called, and its count by part; a part that is None is unknown, not zero.

    `at_least` names the parts of which only some could be seen: their counts are floors.
    """

    label: str
    counts: Mapping[str, int | None]
    at_least: frozenset[str] = frozenset()


def chart(bars: Sequence[Bar], parts: Mapping[str, str], width: int, unknown: str) -> list[str]:
    """A line a bar: label, counts, drawing; above them, when there are several parts, which ink is which.

    `parts` maps each part to its name, at most six. The drawing stands last, so that counts are aligned
    whatever a terminal takes for the width of its signs.
    """
    several = len(parts) > 1
    inks = dict(zip(parts, INKS, strict=False))
    columns = {part: _column(bars, part, unknown) for part in parts}
    first = max((cells(bar.label) for bar in bars), default=0)
    room = min(_LONGEST, width - first - sum(wide + 2 for wide in columns.values()) - 2)
    most = max((sum(count or 0 for count in bar.counts.values()) for bar in bars), default=0)
    lines = []
    if several:
        lines = _legend([f"{inks[part]} {name}" for part, name in parts.items()], width)
        heads = (pad(inks[part], wide, right=True) for part, wide in columns.items())
        lines.append("  ".join([" " * first, *heads]))
    for bar in bars:
        counts = [pad(_shown(bar, part, unknown), wide, right=True) for part, wide in columns.items()]
        drawn = _drawn(bar, inks, max(room, 1) / most if most else 0.0)
        lines.append("  ".join([pad(bar.label, first), *counts, drawn]).rstrip())
    return lines


def _legend(names: Sequence[str], width: int) -> list[str]:
    """The names side by side, in as many lines as they need."""
    lines: list[str] = []
    for name in names:
        longer = f"{lines[-1]}  {name}" if lines else name
        if lines and cells(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(clip(name, width))
    return lines


def _column(bars: Sequence[Bar], part: str, unknown: str) -> int:
    return max((cells(_shown(bar, part, unknown)) for bar in bars), default=1)


def _shown(bar: Bar, part: str, unknown: str) -> str:
    count = bar.counts.get(part, 0)
    if count is None:
        return unknown
    return f"{'≥' if part in bar.at_least else ''}{count:,}"


def _drawn(bar: Bar, inks: Mapping[str, str], scale: float) -> str:
    """The parts one after another; each count that is not zero is seen."""
    return "".join(
        ink * max(1, round((bar.counts.get(part) or 0) * scale))
        for part, ink in inks.items()
        if bar.counts.get(part)
    )

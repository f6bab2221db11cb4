"""Which buckets of a curve are blind: nothing was seen because nobody could look."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from minyi.store.sqlite import sources
from minyi.store.sqlite.curves import Grid

_MICROS = 1_000_000


def blind_buckets(connection: apsw.Connection, asked: Sequence[str], grid: Grid) -> set[int]:
    """First seconds of the buckets at least half of which no source in question could see.

    Only sources that ever ran by crawl count; imports are never blind. `asked` empty = all sources.
    """
    start, end = grid.start * _MICROS, grid.end * _MICROS
    crawled = [source for source in sources.ran(connection) if not asked or source in asked]
    if not crawled:
        return set()
    common = sources.blind_spans(connection, crawled[0], start, end)
    for source in crawled[1:]:
        common = _both(common, sources.blind_spans(connection, source, start, end))
    step = grid.step * _MICROS
    hidden: dict[int, float] = {}
    for began, ended in common:
        low, high = max(began, start), min(ended, end)
        first = low - (low - start) % step
        while first < high:
            hidden[first] = hidden.get(first, 0) + min(high, first + step) - max(low, first)
            first += step
    return {first // _MICROS for first, part in hidden.items() if 2 * part >= step}


def _both(one: Sequence[tuple[int, float]], other: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Intervals that lie in both."""
    met = [(max(a, c), min(b, d)) for a, b in one for c, d in other]
    return sorted((low, high) for low, high in met if low < high)

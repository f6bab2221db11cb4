"""Where a query's words stand in what is shown 高亮; the same on every engine.

Computed from the query's tree on the stored text: negated words and fields are not marked. Spans
count code points; whoever shows them escapes after slicing.
"""

from __future__ import annotations

from collections.abc import Sequence

from minyi.store import tokens
from minyi.store.base import Highlights
from minyi.store.nodes import positive_texts
from minyi.store.query import Query
from minyi.text import normalise

Spans = tuple[tuple[int, int], ...]


def highlights(query: Query, title: str, text: str) -> Highlights:
    """Spans in title and text, ordered, disjoint, never empty; touching ones are joined."""
    wanted = list(dict.fromkeys(run for part in positive_texts(query.text) for run in part.runs))
    return Highlights(_mark(wanted, title), _mark(wanted, text)) if wanted else Highlights()


def _mark(wanted: Sequence[str], shown: str) -> Spans:
    if not shown:
        return ()
    normal = normalise(shown)
    if normal.text != shown:  # a text that was not stored by us; positions would lie
        return ()
    found: list[tuple[int, int]] = []
    for run in wanted:
        found += _substrings(run, normal.key) if tokens.is_han(run) else _words(run, normal.key)
    places = normal.positions
    return _join(sorted((places[start], places[end]) for start, end in found))


def _substrings(run: str, key: str) -> list[tuple[int, int]]:
    """Every place of a Han run, overlapping ones too."""
    found = []
    at = key.find(run)
    while at >= 0:
        found.append((at, at + len(run)))
        at = key.find(run, at + 1)
    return found


def _words(run: str, key: str) -> list[tuple[int, int]]:
    """Every whole word equal to `run`."""
    if run not in key:
        return []
    return [(start, end) for start, end in tokens.spans(key) if key[start:end][: tokens.MAX_WORD] == run]


def _join(ordered: Sequence[tuple[int, int]]) -> Spans:
    joined: list[tuple[int, int]] = []
    for start, end in ordered:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif start < end:
            joined.append((start, end))
    return tuple(joined)

"""Row ids in the order of time.

`rid = unix_seconds(published) << 6 | 6 bits of the id's hash`, so that newest first is rid descending
in the table and in the text index alike: no sort, no join. A taken rid gives way to a free one close
by. Posts known to the hour or day only take a second of it from their hash, else they would crowd.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import apsw

from minyi.store.sqlite import ask
from minyi.store.sqlite.facts import DAY, HOUR, Facts, number

SHIFT = 6
"""Room for 64 posts a second. Each bit more costs 12 bytes a post in the text index, which stores distances
of row ids; each bit less lets a burst of one second spread over twice the time."""

SLACK_SECONDS = 2 * 86_400
"""A post's rid lies within this long after its published time; ranges by rid re-check the time itself."""

_NEAR = 8
_WIDEST = 1 << (SHIFT + 16)
"""Farthest detour, about 18 hours: room for 16 million posts that claim one second."""

_SPREAD = {HOUR: 3_600, DAY: 86_400}


def floor_rid(second: int) -> int:
    """The smallest rid of posts published at or after this second."""
    return second << SHIFT


def ceiling_rid(second: int) -> int:
    """Above every rid of posts published before this second."""
    return (second + SLACK_SECONDS) << SHIFT


def second_of(rid: int) -> int:
    """The second a rid stands at: that of publishing, or up to `SLACK_SECONDS` later."""
    return rid >> SHIFT


PUBLISHED = f"((t.rid >> {SHIFT}) - t.behind)"
"""SQL of the published second in `post_facts t`."""


def assign(connection: apsw.Connection, wanted: Sequence[tuple[str, Facts]]) -> dict[str, int]:
    """A free rid for each (post id, facts); nothing is reserved beyond the caller's transaction."""
    bases = {post: _base(post, facts) for post, facts in wanted}
    taken = _taken(connection, bases)
    chosen: dict[str, int] = {}
    for post, base in bases.items():
        for rid in _places(post, base):
            if rid in taken or (rid != base and _exists(connection, rid)):
                continue
            chosen[post] = rid
            taken.add(rid)
            break
    return chosen


def _base(post: str, facts: Facts) -> int:
    bits = number(post)
    spread = _SPREAD.get(facts.precision)
    second = facts.published + ((bits >> 8) % spread if spread else 0)
    return second << SHIFT | bits & ((1 << SHIFT) - 1)


def _places(post: str, base: int) -> Iterator[int]:
    """The next few, then hashed places in windows that double: short even when many claim one second."""
    yield from range(base, base + _NEAR)
    width, turn = 256, 0
    while True:
        width, turn = min(width * 2, _WIDEST), turn + 1
        yield base + number(f"{post}\0{turn}") % width


def _taken(connection: apsw.Connection, bases: Mapping[str, int]) -> set[int]:
    asked = json.dumps(list(bases.values()))
    found = ask.rows(
        connection, "SELECT rid FROM posts WHERE rid IN (SELECT value FROM json_each(?))", (asked,)
    )
    return {rid for (rid,) in found}


def _exists(connection: apsw.Connection, rid: int) -> bool:
    return ask.value(connection, "SELECT 1 FROM posts WHERE rid=?", (rid,)) is not None

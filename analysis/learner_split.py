"""Which corrections teach and which check 冻结检验集: by what the texts say, so that copies stay together."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from minyi.text import opinion_text, search_key

EVERY = 5
"""One in so many groups of copies is kept for checking."""

_SHINGLE = 2
_SKETCH = 8
"""Smallest shingle hashes by which two texts meet."""
_COPY = 0.5
"""Share of common shingles from which two texts are copies."""


@dataclass(frozen=True, slots=True)
class Place:
    """A text's group of copies, and whether that group checks instead of teaching."""

    group: int
    checks: bool


def split(texts: Sequence[str]) -> list[Place]:
    """A place for each text, in the order given; the earliest correction must come first.

    A text joins the group of the earliest one it shares half of its character pairs with; the group's
    side comes from a hash of its first text's pairs. Texts that come later move nobody, so what
    once checked never teaches.
    """
    founders: list[tuple[frozenset[int], Place]] = []
    meetings: dict[int, list[int]] = {}
    places = []
    for text in texts:
        shingles = _shingles(text)
        sketch = sorted(shingles)[:_SKETCH]
        met = sorted({number for one in sketch for number in meetings.get(one, ())})
        place = next((founders[n][1] for n in met if _alike(shingles, founders[n][0])), None)
        if place is None:
            place = Place(len(founders), sum(shingles) % EVERY == 0)
            for one in sketch:
                meetings.setdefault(one, []).append(len(founders))
            founders.append((shingles, place))
        places.append(place)
    return places


def _shingles(text: str) -> frozenset[int]:
    """Hashes of the character pairs of what the writer says, or of all the text when that is no word."""
    key = "".join(filter(str.isalnum, search_key(opinion_text(text)))) or text
    runs = {key[at : at + _SHINGLE] for at in range(max(len(key) - _SHINGLE + 1, 1))}
    return frozenset(map(_number, runs))


def _number(run: str) -> int:
    return int.from_bytes(
        hashlib.blake2b(run.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big"
    )


def _alike(one: frozenset[int], other: frozenset[int]) -> bool:
    return len(one & other) >= _COPY * len(one | other)

"""MinHash over character 2-grams, in plain Python: many small hashes kept side by side in one integer.

After Broder, "On the resemblance and containment of documents" (1997): the share of equal minima of two
sets estimates their Jaccard similarity. Groups of minima (bands) make similar texts meet in a table.
"""

from __future__ import annotations

import hashlib
from itertools import pairwise
from zlib import crc32

ROWS, BANDS = 4, 20
"""Texts of Jaccard similarity s share a band with probability 1 - (1 - s**ROWS)**BANDS: .99 at .68."""

PREFIX, SUFFIX, EXACT = BANDS, BANDS + 1, BANDS + 2
"""Further bands: equal beginnings, equal endings (of a text cut short or framed), equal texts."""

BAND_BITS = 5
BAND = (1 << BAND_BITS) - 1
"""A number's lowest bits: its band."""

EDGE = 20
"""Characters of a beginning or an ending."""

_LANES = ROWS * BANDS
_BITS = 12  # a lane: 11 bits of hash under a guard bit
_BYTES = _LANES * _BITS // 8
_GUARDS = int.from_bytes(b"\x80\x08\x00" * (_LANES // 2), "big")
_HIGHEST = _GUARDS - (_GUARDS >> (_BITS - 1))
_GROUP = ROWS * _BITS // 8
_VALUE = (1 << 31) - 1
_CACHED = 1 << 14  # characters; all that are in use


def grams(words: str) -> frozenset[str]:
    """The set of pairs of neighbouring characters."""
    return frozenset(map("".join, pairwise(words)))


class _Characters(dict[str, tuple[int, int]]):
    """The lanes of every character seen; `_lanes` of a new one."""

    def __missing__(self, character: str) -> tuple[int, int]:
        if len(self) >= _CACHED:
            self.clear()
        made = self[character] = _lanes(character)
        return made


def _lanes(character: str) -> tuple[int, int]:
    """What a character adds to the hashes of a pair as its first and as its second."""
    digest = hashlib.shake_128(character.encode("utf-8", "replace")).digest(2 * _BYTES)
    return int.from_bytes(digest[:_BYTES], "big") & _HIGHEST, int.from_bytes(
        digest[_BYTES:], "big"
    ) & _HIGHEST


_KNOWN = _Characters()


def signature(pairs: frozenset[str]) -> bytes:
    """The minima of all hashes over the set, side by side, under their guard bits.

    1. A pair's hashes are those of its characters under exclusive or: simple tabulation, which serves
       minima well (Patrascu and Thorup, "The power of simple tabulation hashing", 2012).
    2. Lanes are compared all at once: with the guard bits set in one operand, a subtraction borrows from
       no neighbour and leaves the bit where that lane was not smaller.
    """
    guards, known, below_guard = _GUARDS, _KNOWN, _BITS - 1
    least = _HIGHEST | guards
    for pair in pairs:
        lanes = known[pair[0]][0] ^ known[pair[1]][1]
        not_smaller = (least - lanes) & guards
        least ^= (least ^ lanes) & (not_smaller - (not_smaller >> below_guard))
    return least.to_bytes(_BYTES, "big")


def meetings(key: str, words: str, pairs: frozenset[str]) -> tuple[int, ...]:
    """The numbers under which similar texts probably meet, one a band, `EXACT` the last.

    A number holds its band in the lowest five bits and fits 36 bits, `EXACT` 60.
    """
    minima = signature(pairs)
    parts = [minima[start : start + _GROUP] for start in range(0, _BYTES, _GROUP)]
    parts += [words[:EDGE].encode("utf-8", "replace"), words[-EDGE:].encode("utf-8", "replace")]
    return (*((crc32(part) & _VALUE) << BAND_BITS | band for band, part in enumerate(parts)), exact(key))


def exact(key: str) -> int:
    """The number in band `EXACT` of a text with this hexadecimal key."""
    return int(key[:15], 16) >> BAND_BITS << BAND_BITS | EXACT

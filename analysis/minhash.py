"""MinHash over character 2-grams, in plain Python: many small hashes kept side by side in one integer.

After Broder, "On the resemblance and containment of documents" (1997): the share of equal minima of two
sets estimates their Jaccard similarity. Groups of minima (bands) make similar texts meet in a table.
"""

from __future__ import annotations

import hashlib
import sys
from array import array
from zlib import crc32

ROWS, BANDS = 3, 16
"""Texts of Jaccard similarity s share a band with probability 1 - (1 - s**ROWS)**BANDS: .997 at .67, what a
tenth of all characters retyped leaves, and .05 at .15."""

PREFIX, SUFFIX, EXACT = BANDS, BANDS + 1, BANDS + 2
"""Further bands: equal beginnings, equal endings (of a text cut short or framed), equal texts."""

BAND_BITS = 5
BAND = (1 << BAND_BITS) - 1
"""A number's lowest bits: its band."""

EDGE = 20
"""Characters of a beginning or an ending."""

_LANES = ROWS * BANDS
_BITS = 16  # a lane: 15 bits of hash under a guard bit
_BYTES = _LANES * _BITS // 8
_GUARDS = int.from_bytes(b"\x80\x00" * _LANES, "big")
_HIGHEST = _GUARDS - (_GUARDS >> (_BITS - 1))
_GROUP = ROWS * _BITS // 8
_VALUE = (1 << 31) - 1


def units(words: str) -> list[int]:
    """Every pair of neighbouring characters as a number (UTF-16: the second's unit * 2**16 + the first's).

    In no order of use; a character beyond the first plane counts as two.
    """
    encoded = words.encode("utf-16-le", "surrogatepass")
    even, odd = array("I", encoded[: len(encoded) & ~3]), array("I", encoded[2 : 2 + (len(encoded) - 2 & ~3)])
    if sys.byteorder == "big":
        even.byteswap()
        odd.byteswap()
    return [*even, *odd]


def grams(words: str) -> frozenset[int]:
    """The set of pairs of neighbouring characters, see `units`."""
    return frozenset(units(words))


class _Lanes(dict[int, int]):
    """What a character adds to the hashes of a pair, by its UTF-16 unit; filled when first asked for."""

    def __init__(self, half: int) -> None:
        super().__init__()
        self._half = half
        """0: as the first character, 1: as the second."""

    def __missing__(self, unit: int) -> int:
        digest = hashlib.shake_128(unit.to_bytes(2, "big")).digest(2 * _BYTES)
        lanes = digest[self._half * _BYTES : (self._half + 1) * _BYTES]
        made = self[unit] = int.from_bytes(lanes, "big") & _HIGHEST
        return made


_FIRST, _SECOND = _Lanes(0), _Lanes(1)


def signature(pairs: frozenset[int]) -> bytes:
    """The minima of all hashes over the set, side by side, under their guard bits.

    1. A pair's hashes are those of its characters under exclusive or: simple tabulation, which serves
       minima well (Patrascu and Thorup, "The power of simple tabulation hashing", 2012).
    2. Lanes are compared all at once: with the guard bits set in one operand, a subtraction borrows from
       no neighbour and leaves the bit where that lane was not smaller.
    """
    guards, first, second, below_guard = _GUARDS, _FIRST, _SECOND, _BITS - 1
    least = _HIGHEST | guards
    for pair in pairs:
        lanes = first[pair & 0xFFFF] ^ second[pair >> 16]
        not_smaller = (least - lanes) & guards
        if not_smaller:
            least ^= (least ^ lanes) & (not_smaller - (not_smaller >> below_guard))
    return least.to_bytes(_BYTES, "big")


def meetings(key: str, words: str, pairs: frozenset[int]) -> tuple[int, ...]:
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

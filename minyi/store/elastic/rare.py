"""Han characters that the cluster's tokenizer does not take for Han.

Lucene's standard tokenizer knows the ideographs of Unicode 12.1; later ones (and 々) would not form
pairs, and words holding them would not be found. Each is written, when stored and when asked, as two
compatibility ideographs, which no search key holds because folding replaces them; which of the two comes
first is told by the character, so no place between two such pairs looks like a third.
"""

from __future__ import annotations

import re

_HAN = "\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KNOWN = (
    "\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4db5\u4e00-\u9fef\uf900-\ufa6d\ufa70-\ufad9"
    "\U00020000-\U0002a6d6\U0002a700-\U0002b734\U0002b740-\U0002b81d\U0002b820-\U0002cea1"
    "\U0002ceb0-\U0002ebe0\U0002f800-\U0002fa1d"
)
_RARE = re.compile(f"(?![{_KNOWN}])[{_HAN}]")

_FIRST, _FIRSTS = 0x2F800, 186
"""Leading halves: the first 186 compatibility ideographs; the other 356 are second halves."""
_SECOND, _SECONDS = _FIRST + _FIRSTS, 356


def spell(key: str) -> str:
    """The key with each such character replaced; most keys come back as they are."""
    return key if key.isascii() else _RARE.sub(_pair, key)


def _pair(found: re.Match[str]) -> str:
    """A place for each character Unicode may assign up to U+33FFF; beyond, places are shared."""
    number = ord(found[0])
    place = (number - 0x2A000) % 0xA000 if number >= 0x2A000 else 0xA000 + number % 0x1000
    return chr(_FIRST + place // _SECONDS) + chr(_SECOND + place % _SECONDS)

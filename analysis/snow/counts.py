"""What SnowNLP's tagger counted, read from its marshalled file without unmarshalling it.

The file is a dict of dicts whose keys are tuples of (character, tag): 400 MB as Python objects. Here each
state becomes a number as soon as it is read, so that some 100 MB do.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from struct import unpack_from
from typing import Any

from analysis.snow.table import START
from minyi.errors import ResourceError

OTHER = -1
"""Every state that the segmentation of Han characters never meets."""
FIRST = ord(START) * 4
"""The state before a sentence."""

_TAGS = {"b": 0, "m": 1, "e": 2, "s": 3}
_FLAG = 0x80
_REFERENCE, _NULL = ord("r"), ord("0")
_DICT, _PAIR_OR_TRIPLE, _WHOLE, _REAL = ord("{"), ord(")"), ord("i"), ord("g")
_SHORT_TEXTS, _LONG_TEXT = frozenset(b"zZ"), ord("u")


@dataclass(slots=True)
class Counts:
    """Counts by states, a state being code point * 4 + tag, and the interpolation weights.

    `two` and `three` hold the states of an n-gram followed by its count, one n-gram after another; those with
    a state of `OTHER` are left out.
    """

    one: dict[int, int] = field(default_factory=dict)
    two: array[int] = field(default_factory=lambda: array("I"))
    three: array[int] = field(default_factory=lambda: array("I"))
    total: float = 0.0
    weights: tuple[float, float, float] = (0.0, 0.0, 0.0)


def read_counts(data: bytes) -> Counts:
    """Read the marshalled model of the tagger.

    Raises:
        ResourceError: it is something else.
    """
    counts = Counts()
    try:
        model = _Reader(data, counts).value()
        counts.total = model["uni"]["total"]
        counts.weights = (model["l1"], model["l2"], model["l3"])
    except (LookupError, TypeError, ValueError) as error:
        raise ResourceError("snownlp 的分词模型文件不是所知的格式") from error
    return counts


class _Reader:
    """Walks through marshalled values; only the kinds that the model is made of."""

    def __init__(self, data: bytes, counts: Counts) -> None:
        self._data, self._at = data, 0
        self._known: list[Any] = []
        """Values that may be referred to, by number."""
        self._counts = counts

    def value(self) -> Any:
        """The next value; None for the mark that ends a dict."""
        data, at = self._data, self._at
        kind = data[at]
        if kind == _REFERENCE:
            self._at = at + 5
            return self._known[int.from_bytes(data[at + 1 : at + 5], "little")]
        self._at = at + 1
        if kind == _NULL:
            return None
        known = len(self._known)
        if kind & _FLAG:
            self._known.append(None)
        value = self._plain(kind & ~_FLAG)
        if kind & _FLAG:
            self._known[known] = value
        return value

    def _plain(self, kind: int) -> Any:
        data, at = self._data, self._at
        if kind == _PAIR_OR_TRIPLE:
            self._at = at + 1
            return self._tuple(data[at])
        if kind == _LONG_TEXT:
            end = at + 4 + int.from_bytes(data[at : at + 4], "little")
            self._at = end
            return data[at + 4 : end].decode("utf-8", "surrogatepass")
        if kind == _WHOLE:
            self._at = at + 4
            return int.from_bytes(data[at : at + 4], "little", signed=True)
        if kind == _REAL:
            self._at = at + 8
            return unpack_from("<d", data, at)[0]
        if kind in _SHORT_TEXTS:
            self._at = at + 1 + data[at]
            return data[at + 1 : self._at].decode("ascii")
        if kind == _DICT:
            return self._dict()
        raise ValueError(kind)

    def _tuple(self, size: int) -> Any:
        """A state as its number, an n-gram as a tuple of them."""
        value = self.value
        if size == 2:
            char, tag = value(), value()
            return _state(char, tag) if isinstance(char, str) else (char, tag)
        return tuple([value() for _ in range(size)])

    def _dict(self) -> dict[Any, Any]:
        """A dict; n-grams and their counts go to `Counts` instead."""
        found: dict[Any, Any] = {}
        value, one = self.value, self._counts.one
        many = {2: self._counts.two, 3: self._counts.three}
        while (key := value()) is not None:
            count = value()
            if isinstance(key, str):
                found[key] = count
            elif isinstance(key, int):
                one[key] = count
            elif OTHER not in key:
                many[len(key)].extend((*key, count))
        return found


def _state(char: str, tag: str) -> int:
    if tag == "BOS":
        return FIRST
    # the range that SnowNLP segments; a character of any other never reaches the tagger
    return ord(char) * 4 + _TAGS[tag] if "\u4e00" <= char <= "\u9fa5" else OTHER

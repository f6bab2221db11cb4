"""Where words stand together: sentences of a text, and conditions on words near each other."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from minyi.text import search_key

NEAR = 40
"""Characters either side within which words belong together, whatever the punctuation."""

_LONGEST = 200  # a text without full stops is not one sentence of 20,000 characters
_MOST_ANCHORS = 50
_BLANKS = re.compile(r"(?<![a-z0-9])[^\S\n]+|[^\S\n]+(?![a-z0-9])")
_END = re.compile(r"[。!?;\n~]+|\.{2,}")
_LATIN = re.compile("[a-z0-9]")


def plain_key(text: str) -> str:
    """The search key of `text` without blanks, but for those between two Latin words; lines stay lines."""
    return without_blanks(search_key(text)).strip()


def without_blanks(key: str) -> str:
    """A key as matching reads it: sites set 第 12 号 and break titles with blanks at will."""
    return _BLANKS.sub("", key) if " " in key or "\t" in key else key


@dataclass(frozen=True, slots=True)
class Passages:
    """A plain key with the borders of its sentences; a sentence includes the marks that end it."""

    key: str
    ends: Sequence[int]
    """Exclusive end of each sentence, ascending; the last is the key's length."""

    @classmethod
    def of(cls, key: str) -> Passages:
        """Split a plain key."""
        ends = [found.end() for found in _END.finditer(key)]
        if not ends or ends[-1] < len(key):
            ends.append(len(key))
        return cls(key, ends)

    def number_at(self, position: int) -> int:
        """The number of the sentence that holds `position`."""
        return min(bisect_right(self.ends, position), len(self.ends) - 1)

    def span(self, number: int) -> tuple[int, int]:
        """Where the numbered sentence stands."""
        return (self.ends[number - 1] if number else 0, self.ends[number])

    def sentence(self, number: int) -> str:
        """The numbered sentence; empty beyond either end."""
        if not 0 <= number < len(self.ends):
            return ""
        start, end = self.span(number)
        return self.key[start:end]

    def around(self, start: int, end: int) -> tuple[str, str]:
        """The sentence (at most `_LONGEST` characters either side) and the window about a place."""
        first, last = self.span(self.number_at(start))
        sentence = self.key[max(first, start - _LONGEST) : min(max(last, end), end + _LONGEST)]
        return sentence, self.key[max(0, start - NEAR) : end + NEAR]


@dataclass(frozen=True, slots=True)
class Condition:
    """All of `must`, one of `any` (if there are any) and none of `none`, as plain keys.

    Words belong together within one sentence or within `NEAR` characters of the word found first.
    """

    must: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    anchors: tuple[str, ...] = field(init=False)
    """Words of which one must occur, so that a text without them need not be looked at."""

    def __post_init__(self) -> None:
        """Choose the anchors: the alternatives, else the longest word that must occur."""
        longest = (max(self.must, key=len),) if self.must else ()
        object.__setattr__(self, "anchors", self.any or longest)

    def places(self, passages: Passages) -> Iterator[tuple[int, int]]:
        """Where the condition holds: spans of anchors, the first `_MOST_ANCHORS` of each looked at."""
        for anchor in self.anchors:
            for start in _starts(passages.key, anchor):
                end = start + len(anchor)
                if self._holds(passages.around(start, end)):
                    yield start, end

    def _holds(self, contexts: tuple[str, str]) -> bool:
        if self.spoilt(contexts):
            return False
        return any(
            all(holds_word(one, word) for word in self.must)
            and (not self.any or any(holds_word(one, word) for word in self.any))
            for one in contexts
        )

    def spoilt(self, contexts: tuple[str, str]) -> bool:
        """True when a `none` word stands in either context."""
        return any(holds_word(one, word) for one in contexts for word in self.none)


def _starts(key: str, word: str) -> Iterator[int]:
    start = key.find(word)
    for _ in range(_MOST_ANCHORS):
        if start < 0:
            return
        if has_borders(key, start, start + len(word)):
            yield start
        start = key.find(word, start + 1)


def holds_word(key: str, word: str) -> bool:
    """True when `word` occurs, Latin words as whole words: "mac" is not in "machine"."""
    if word not in key:
        return False
    return next(_starts(key, word), None) is not None


def has_borders(key: str, start: int, end: int) -> bool:
    """False when a Latin letter or digit at either end of a span goes on outside it."""
    if _LATIN.match(key, start) and start and _LATIN.match(key, start - 1):
        return False
    return not (end < len(key) and _LATIN.match(key, end) and _LATIN.match(key, end - 1))

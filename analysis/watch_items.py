"""Watch items as keys: where a claim stands in a text, as worded, by groups of words, or in other words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from analysis.contradiction import telling_pieces
from analysis.names import names_of
from analysis.passages import Condition, Passages, holds_word, plain_key
from analysis.wording import Loose, loose
from minyi.models import Policy, WatchItem

MOST_PLACES = 20
"""A text that repeats a claim without end says nothing new."""

_QUOTES = str.maketrans("", "", "“”\"‘’'「」『』")
_CLAUSE = re.compile("[,。!?;:\n~]")
_TIGHT = 16
"""Characters either side within which words of a group make one statement."""
_NUMBERED = re.compile(r"[\u4e00-\u9fff]{0,8}〔\d{4}〕\d+号|《[^《》]{0,40}》")
_RUNS_ON = re.compile(
    "(?![了元块钱的地得吧吗呢啊呀嘛喽咯哦啦么这那是就都也还才又再却但可而先已以后从在谁我你他她它咱俺去来全不没有什怎哪几0-9一二两三四五六七八九十])[\u4e00-\u9fff]"
)
"""A word goes on where the wording ends: 加急三千转, 不能考理科班."""
_MONEY = re.compile("[0-9一二两三四五六七八九十百千万]+(?:元|块)")
_LARGER = tuple("百千万亿")
_NUMERALS = "0123456789零〇一二两三四五六七八九十百千万亿"
_COUNTED = tuple("家个名件门人份位条字户类项次本张辆台")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a claim stands in a key."""

    start: int
    end: int
    denied: str = ""
    """A denial in the words of the claim itself: 没有 in 年费没有翻倍."""
    tight: bool = True
    """False for a wording met loosely, or words of a group in different clauses."""
    whole: bool = True
    """False where a wording runs on into another word and may mean something else."""


@dataclass(frozen=True, slots=True)
class Item:
    """A watch item as plain keys without quotation marks."""

    id: str
    wording: tuple[str, ...]
    words: Condition
    claim: str
    statement: tuple[str, ...]
    """What of the right statement tells it from the claim."""
    loose: tuple[Loose, ...]
    names: tuple[str, ...]
    """What the policy is called, the longest first."""

    @classmethod
    def of(cls, item: WatchItem, policy: Policy) -> Item:
        """Fold an item of a policy."""
        wording, some, every, none = (
            tuple(filter(None, (quoteless(word) for word in group)))
            for group in (item.wording, item.any, item.all, item.none)
        )
        if not (wording or some or every):
            wording = tuple(filter(None, [quoteless(item.claim)]))
        claim = quoteless(item.claim)
        topic = plain_key(" ".join((policy.title, *policy.aliases)))
        pieces = telling_pieces(plain_key(item.statement), (claim, *wording, *every, *some, topic))
        names = tuple(sorted((name.text for name in names_of(policy)), key=len, reverse=True))
        return cls(
            item.id, wording, Condition(every, some, none), claim, pieces, loose((claim, *wording)), names
        )

    def places(self, passages: Passages) -> list[Place]:
        """Where the claim stands, ascending; overlapping wordings are one place."""
        found = [
            self._place(passages.key, start, word)
            for word in self.wording
            for start in _occurrences(passages.key, word)
        ]
        if not found:
            found = [
                Place(start, end, tight=self._is_tight(passages.key, start, end))
                for start, end in self.words.places(passages)
                if self._counts_so(passages.key, start, end)
            ]
        return _merged(found)[:MOST_PLACES]

    def loose_places(self, passages: Passages) -> list[Place]:
        """Where the claim stands in other words, ascending, one a sentence."""
        found: dict[int, Place] = {}
        for one in self.loose:
            for start, end in one.places(passages):
                denied = one.denied(passages.key[start:end])
                found.setdefault(passages.number_at(start), Place(start, end, denied, tight=False))
        return [
            found[number]
            for number in sorted(found)
            if not self.words.spoilt(passages.around(found[number].start, found[number].end))
        ][:MOST_PLACES]

    def nameless(self, text: str) -> str:
        """The text without the policy's names and number, which tell nothing of what is said."""
        for name in self.names:
            text = text.replace(name, "")
        return _NUMBERED.sub("", text)

    def _place(self, key: str, start: int, word: str) -> Place:
        """Where a wording stands, with what of the claim itself stands around it."""
        end = start + len(word)
        at = self.claim.find(word)
        if at >= 0:
            before, after = self.claim[:at], self.claim[at + len(word) :]
            start -= _alike(reversed(key[max(0, start - len(before)) : start]), reversed(before))
            end += _alike(key[end : end + len(after)], after)
        return Place(start, end, whole=not _RUNS_ON.match(key, end))

    def _is_tight(self, key: str, start: int, end: int) -> bool:
        before = _CLAUSE.split(key[max(0, start - _TIGHT) : start])[-1]
        after = _CLAUSE.split(key[end : end + _TIGHT])[0]
        clause = f"{before}{key[start:end]}{after}"
        return all(holds_word(clause, word) for word in self.words.must)

    def _counts_so(self, key: str, start: int, end: int) -> bool:
        """False for 三千家会员 or 三千万 where the claim is about 三千元."""
        if key[end - 1] not in _NUMERALS:
            return True
        if key[end : end + 1] in _LARGER and _MONEY.search(self.claim):
            return False
        counted = key[end + (key[end : end + 1] in ("多", "余", "来")) :][:1]
        return counted not in _COUNTED or f"{key[start:end]}{counted}" in self.claim


def _alike(one: Iterable[str], other: Iterable[str]) -> int:
    """How many characters both begin with."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))


def quoteless(text: str) -> str:
    """A plain key without quotation marks."""
    return plain_key(text).translate(_QUOTES)


def _occurrences(key: str, word: str) -> Iterator[int]:
    start = key.find(word)
    while start >= 0:
        yield start
        start = key.find(word, start + len(word))


def _merged(places: Iterable[Place]) -> list[Place]:
    merged: list[Place] = []
    for place in sorted(places, key=lambda one: (one.start, one.end)):
        last = merged[-1] if merged else None
        if last and place.start <= last.end + 1:
            merged[-1] = Place(
                last.start,
                max(last.end, place.end),
                tight=last.tight or place.tight,
                whole=last.whole or place.whole,
            )
        else:
            merged.append(place)
    return merged

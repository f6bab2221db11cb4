"""A claim said in other words: most of a wording's characters in their order, close together.

Used where no wording of a claim stands as given: 年费没有翻倍 and 年费明年就要翻一倍 are both about 年费翻倍.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.passages import Passages

_LEAST = 4
"""A wording of fewer characters that say something means too many things."""
_MAY_LACK = (6, 10)
"""From so many such characters on, a loose match may lack one, or two."""
_STRETCH = 2
"""A loose match may be so many times as long as the wording."""
_GAP = 6
"""Most characters between two that follow each other."""

_SAYS_LITTLE = frozenset(
    "的了是都要就得会也还在将被把给着过吗呢啊吧呀和与及或再又才能可应该须需统全部律所有每各这那个,、: "
)
_NOT = str.maketrans("没未无莫勿", "不不不不不")
_DENIAL = re.compile("没有?|不(?!仅|但|只|光|管|论|少|得不)|未|无需|并非|非|勿|别|莫|休想|哪有")


@dataclass(frozen=True, slots=True)
class Loose:
    """A wording reduced to the characters that say something; denials all alike."""

    wording: str
    core: str

    @classmethod
    def of(cls, wording: str) -> Loose | None:
        """None for a wording that is too short to be told by its characters."""
        core = "".join(char for char in wording if char not in _SAYS_LITTLE).translate(_NOT)
        return cls(wording, core) if len(core) >= _LEAST else None

    def places(self, passages: Passages) -> Iterator[tuple[int, int]]:
        """The first place in each sentence, ascending."""
        least = len(self.core) - sum(len(self.core) >= size for size in _MAY_LACK)
        for number in range(len(passages.ends)):
            start, end = passages.span(number)
            sentence = passages.key[start:end].translate(_NOT)
            if sum(char in sentence for char in self.core) >= least:
                found = _closest(self.core, sentence, least)
                if found and found[1] - found[0] <= _STRETCH * len(self.wording) + 2:
                    yield start + found[0], start + found[1]

    def denied(self, said: str) -> str:
        """A denial in the words of a loose match that the wording itself does not hold; empty for none."""
        found = _DENIAL.findall(said)
        return found[-1] if len(found) > len(_DENIAL.findall(self.wording)) else ""


def _closest(core: str, sentence: str, least: int) -> tuple[int, int] | None:
    """The shortest span that holds at least `least` characters of `core` in order, its denials included."""
    best: tuple[int, int] | None = None
    for first in range(len(core) - least + 1):
        if "不" in core[:first]:
            break
        at = sentence.find(core[first])
        while at >= 0:
            end = _follow(core[first + 1 :], sentence, at, least - 1)
            if end and (best is None or end - at < best[1] - best[0]):
                best = at, end
            at = sentence.find(core[first], at + 1)
    return best


def _follow(rest: str, sentence: str, at: int, least: int) -> int:
    """Where the last of at least `least` characters of `rest` ends behind `at`; 0 when there are fewer."""
    matched, end = 0, at + 1
    for char in rest:
        found = sentence.find(char, end)
        if found < 0 or found - end > _GAP:
            if char == "不":
                return 0
            continue
        matched, end = matched + 1, found + 1
    return end if matched >= least else 0


def loose(wordings: Sequence[str]) -> tuple[Loose, ...]:
    """Those of the wordings that can be told loosely."""
    return tuple(found for one in wordings if (found := Loose.of(one)))

"""Surroundings: what the place of an opinion in its text makes of it.

What follows 但 counts more and what goes before it less; what was once sets off what is now; irony, mocking
emoticons and scare quotes turn praise; official prose and questions of applicants weigh everything less.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from analysis.constructions import IRONY, Framed
from analysis.lexicon import Entry, WordClass

FACT = 0.3
"""What pleases or saddens as a fact weighs so much; more is an opinion."""

_BEFORE_CONTRAST = 0.5
_CONTRAST = 1.5
_IN_TOPIC = 0.5
_SENTENCE_END = re.compile(r"[。!?;…\n]+")
_TOPIC = re.compile("#[^#\n]{1,40}#")
_IRONIC = -1.2
"""Rhetoric of this weight or below is irony: it turns the praise in its sentence."""
_MOCKS = -0.5
"""Emoticons of this weight mock: they turn the praise of a short text."""
_SHORT = 60
_TURNED = -0.5
_MOVED = -0.25
"""Tears beside praise are a little praise themselves: 向英雄致敬[泪]."""
_COMPLAINS = frozenset({WordClass.COMPLAINT, WordClass.OFFENCE, WordClass.ABUSE, WordClass.RHETORIC})
_PLEASES = frozenset({WordClass.PRAISE, WordClass.EMOTICON})
_PAST = re.compile("以前|原来|过去|原本|本来|从前|早年|曾经|原以为|当年|往年|早些年|一开始|起初")
_NOW = re.compile("现在|如今|这次|没想到|今年|结果|这回|后来|却|今天|居然|竟然")
_PAST_COUNTS = -0.4
"""What was once is said to set off what is now: 以前要跑五趟，现在手机上就办了."""
_BUT = re.compile(r"(?<=[,。;!?])可(?![以能否见谓靠惜笑爱恨怜怕恶行信用])")
_OFFICIAL = re.compile(
    "会议(?:指出|强调|认为|要求)|通知(?:明确|要求|指出)|据(?:悉|通报|介绍|统计)|记者(?:从|获悉|采访)|近日|日前|现将|现就|特此"
    "|印发|公告如下|检察机关|公安机关|警方|法院(?:认为|判决|宣判|审理|认定)|[一二]审|涉嫌|典型案例"
)
_OFFICIAL_COUNTS = 0.6
"""Official prose and court reports deal in faults and merits as their business."""
_ASKING = re.compile("请问|请教|求推荐|求助|想问|问一下|咨询|有没有人知道|谁知道|求问")
_ASKING_COUNTS = 0.6
_QUOTES = re.compile("[“\"‘'「『]([^”\"’'」』]{1,6})[”\"’'」』]")


@dataclass(frozen=True, slots=True)
class Found:
    """An entry at its place in the text."""

    entry: Entry
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Spans:
    """Disjoint parts of a text, ascending."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, spans: Iterable[tuple[int, int]]) -> Spans:
        """Merge spans that overlap."""
        merged: list[tuple[int, int]] = []
        for start, end in sorted(spans):
            if merged and start < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return cls(tuple(start for start, _ in merged), tuple(end for _, end in merged))

    def __contains__(self, position: int) -> bool:
        number = bisect_right(self.starts, position) - 1
        return number >= 0 and position < self.ends[number]


def bounds(pattern: re.Pattern[str], folded: str) -> list[int]:
    """Starts of the parts a text is divided into, ascending."""
    return [0, *(match.end() for match in pattern.finditer(folded))]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an entry's surroundings make of it."""

    contrasts: dict[int, tuple[int, float]]
    """The last contrast word of a sentence: where it ends, its factor."""
    sentences: list[int]
    ironic: frozenset[int]
    mocked: bool
    topics: Spans
    past: Spans
    quoted: frozenset[tuple[int, int]]
    moved: bool
    """Tears are of being moved: there is praise or pleasure, and no word of complaint."""
    register: float

    @classmethod
    def of(cls, folded: str, found: list[Found], frames: list[Framed]) -> Surroundings:
        """Read a folded text."""
        sentences = bounds(_SENTENCE_END, folded)
        turns = [(item.end, item.entry.weight) for item in found if item.entry.kind is WordClass.CONTRAST]
        turns += [(but.end(), _CONTRAST) for but in _BUT.finditer(folded)]
        ironic = [item.start for item in found if _is_irony(item.entry)]
        ironic += [frame.start for frame in frames if frame.reason == IRONY]
        mocked = len(folded) <= _SHORT and any(_mocks(item.entry) for item in found)
        register = _OFFICIAL_COUNTS if _OFFICIAL.search(folded) else 1.0
        return cls(
            {bisect_right(sentences, at) - 1: (at, weight) for at, weight in sorted(turns)},
            sentences,
            frozenset(bisect_right(sentences, at) - 1 for at in ironic),
            mocked,
            Spans.of(match.span() for match in _TOPIC.finditer(folded)),
            _past(folded, sentences),
            frozenset(match.span(1) for match in _QUOTES.finditer(folded)),
            _moves(found, frames),
            register * (_ASKING_COUNTS if _ASKING.search(folded) else 1.0),
        )

    def factor(self, item: Found, modified: float) -> float:
        """Factor of an entry; `modified` is that of its negators, which irony does not turn again."""
        sentence = bisect_right(self.sentences, item.start) - 1
        factor = self.register * (_IN_TOPIC if item.start in self.topics else 1.0)
        if sentence in self.contrasts:
            at, after = self.contrasts[sentence]
            factor *= after if item.start >= at else _BEFORE_CONTRAST
        if item.entry.kind is WordClass.TEAR and self.moved:
            factor *= _MOVED
        if item.start in self.past:
            factor *= _PAST_COUNTS
        if item.entry.kind is WordClass.PRAISE and modified > 0:
            turned = sentence in self.ironic or self.mocked or (item.start, item.end) in self.quoted
            factor *= _TURNED if turned else 1.0
        return factor


def _is_irony(entry: Entry) -> bool:
    return entry.kind is WordClass.RHETORIC and entry.weight <= _IRONIC


def _mocks(entry: Entry) -> bool:
    return entry.kind is WordClass.EMOTICON and entry.weight == _MOCKS


def _moves(found: list[Found], frames: list[Framed]) -> bool:
    """True when something pleases and nobody complains; facts that sadden are no complaint."""
    complaints = (item.entry.weight for item in found if item.entry.kind in _COMPLAINS)
    if any(weight < -FACT for weight in complaints) or any(frame.weight < 0 for frame in frames):
        return False
    return any(item.entry.weight > 0 and item.entry.kind in _PLEASES for item in found)


def _past(folded: str, sentences: list[int]) -> Spans:
    """From a word for the past to one for the present in the same sentence."""
    spans = []
    for once in _PAST.finditer(folded):
        number = bisect_right(sentences, once.start())
        end = sentences[number] if number < len(sentences) else len(folded)
        now = _NOW.search(folded, once.end(), end)
        if now:
            spans.append((once.start(), now.start()))
    return Spans.of(spans)

"""Sentiment 情感倾向 by a lexicon of our own: what was counted can be shown, word by word.

SnowNLP's score rides along as a field of its own and never decides a label alone: it learnt from
goods and hotel reviews, calls most policy news positive and knows no neutral.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from math import log, sqrt

from analysis.snow import SnowEngine
from minyi.errors import ResourceError
from minyi.fold import table
from minyi.models import Evidence, Label, Sentiment

CODE_VERSION = "1"
"""Raised whenever the arithmetic below changes; part of `model_version`."""

CUT = 0.3
"""|tempered sum| above which a text is negative or positive."""
_TEMPER_CHARS = 60
"""A sum is divided by √(1 + length / this): a long report holds a strong word by chance."""
_NEGATED = -0.8
_DENIED = -0.3
"""A complaint denied is weaker praise than praise denied is complaint: 没有恐慌 against 不好."""
_SHORT_REACH = 1
"""Of a negator before a complaint, and of one of a single character: 不防滑感谢 is no ingratitude."""
_REACH = 5
"""A negator or degree word counts for what follows within so many characters of its clause."""
_BEFORE_CONTRAST = 0.5
_IN_TOPIC = 0.5
_DOUBLE_QUESTION = -0.4
_CANCELS = 0.3
"""Below this |sum|, with evidence of both signs, SnowNLP's score breaks the tie, by at most _TIE."""
_TIE = 0.3

_CLAUSE_END = re.compile(r"[,.。!?;:、…~\n\s()\"“”]+")
_SENTENCE_END = re.compile(r"[。!?;…\n]+")
_TITLE = re.compile("[《〈][^《》〈〉]{1,80}[》〉]")
_TOPIC = re.compile("#[^#\n]{1,40}#")
_DOUBT = re.compile("？[？！?!]+|！[？?]|[?!]+？")
"""In full width only: a row of ASCII question marks is more often a lost emoji than a doubt."""


class WordClass(StrEnum):
    """What a lexicon entry does."""

    PRAISE = "praise"
    COMPLAINT = "complaint"
    ABUSE = "abuse"
    RHETORIC = "rhetoric"
    EMOTICON = "emoticon"
    PARTICLE = "particle"
    NEUTRAL = "neutral"
    NEGATOR = "negator"
    DEGREE = "degree"
    CONTRAST = "contrast"

    @property
    def chinese(self) -> str:
        """The reason users see."""
        return _REASONS[self.value]


_REASONS = {
    "praise": "褒义",
    "complaint": "不满",
    "abuse": "辱骂",
    "rhetoric": "反问",
    "emoticon": "表情",
    "particle": "语气",
    "neutral": "中性",
    "negator": "否定",
    "degree": "程度",
    "contrast": "转折",
}
_UNMODIFIED = frozenset({WordClass.EMOTICON, WordClass.PARTICLE, WordClass.RHETORIC})
_SO, _VERY = "好", 1.3
_MODIFIERS = frozenset({WordClass.NEGATOR, WordClass.DEGREE, WordClass.CONTRAST, WordClass.NEUTRAL})


@dataclass(frozen=True, slots=True)
class Entry:
    """One lexicon line; `word` is folded (lower case, half width, simplified)."""

    word: str
    weight: float
    kind: WordClass


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Entries by their first two characters, the longest first, and by their only one."""

    longer: Mapping[str, tuple[Entry, ...]]
    single: Mapping[str, Entry]
    model_version: str
    """Hash of the entries and version of the arithmetic; curves never mix two of them."""


@cache
def load_lexicon() -> Lexicon:
    """The lexicon that ships with the program.

    Raises:
        ResourceError: a line is damaged.
    """
    return parse_lexicon(resources.files("analysis").joinpath("lexicon.tsv").read_text("utf-8"))


def parse_lexicon(text: str) -> Lexicon:
    """Read `word TAB weight TAB class` lines; a later line overrides an earlier one, `# ` starts a comment.

    Raises:
        ResourceError: a line has another shape, or an unknown class.
    """
    words: dict[str, Entry] = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("# "):
            continue
        try:
            word, weight, kind = line.split("\t")
            folded = word.translate(table().fold)
            words[folded] = Entry(folded, float(weight), WordClass(kind))
        except ValueError as error:
            raise ResourceError(f"情感词典损坏：{line!r}") from error
    longer: dict[str, list[Entry]] = {}
    for entry in sorted(words.values(), key=lambda entry: -len(entry.word)):
        if len(entry.word) > 1:
            longer.setdefault(entry.word[:2], []).append(entry)
    return Lexicon(
        {start: tuple(entries) for start, entries in longer.items()},
        {word: entry for word, entry in words.items() if len(word) == 1},
        f"lexicon-{hashlib.sha256(text.encode('utf-8')).hexdigest()[:8]}-{CODE_VERSION}",
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """An entry at its place in the text."""

    entry: Entry
    start: int
    end: int


def judge(text: str, lexicon: Lexicon, engine: SnowEngine, names: Collection[str] = ()) -> Sentiment:
    """Judge an opinion (`minyi.text.opinion_text`); evidence positions point into `text`.

    1. Entries are found longest first; those inside 《titles》 and `names` (search keys) do not count,
       in #topics# half.
    2. Negators and degree words within five characters of the clause act on an entry; what follows
       但 or 却 in a sentence counts 1.5 times, what goes before half.
    3. The sum, tempered by length, is the label beyond `CUT`; polarity = sum / (|sum| + 1). Without
       evidence the label is neutral and polarity 0.
    4. `snownlp` is SnowNLP's score of the text, None for a blank one; it only breaks a tie of evidence.
    """
    stock = engine.sentiments(text) if text.strip() else None
    evidence = _weigh(text, lexicon, names)
    total = sum(item.weight for item in evidence)
    if stock is not None and abs(total) < _CANCELS and _both_signs(evidence):
        total += _tie_break(stock, len(text))
    total /= sqrt(1 + len(text) / _TEMPER_CHARS)
    label = Label.NEUTRAL if abs(total) <= CUT else Label.POSITIVE if total > 0 else Label.NEGATIVE
    polarity = round(total / (abs(total) + 1), 6) if evidence else 0.0
    return Sentiment(polarity, label, tuple(evidence), stock, lexicon.model_version)


def _weigh(text: str, lexicon: Lexicon, names: Collection[str]) -> list[Evidence]:
    folded = text.translate(table().fold)
    found = _find(folded, lexicon)
    opinions = [number for number, item in enumerate(found) if item.entry.kind not in _MODIFIERS]
    doubt = _DOUBT.search(text)
    evidence: list[Evidence] = []
    if opinions:
        masked = _masked(folded, names)
        topics = _Spans.of(match.span() for match in _TOPIC.finditer(folded))
        clauses = _bounds(_CLAUSE_END, folded)
        contrast = _contrasts(found, folded)
        seen: Counter[str] = Counter()
        for number in opinions:
            item = found[number]
            if item.start in masked or _is_degree(found, number):
                continue
            factor, marks = _modified(found, number, clauses)
            factor *= contrast(item) * (_IN_TOPIC if item.start in topics else 1.0)
            reason = item.entry.kind.chinese + (f"（{marks}）" if marks else "")
            weight = round(item.entry.weight * factor * _fading(seen, item.entry.word), 4)
            evidence.append(Evidence(text[item.start : item.end], item.start, item.end, weight, reason))
    if doubt:
        start, end = doubt.span()
        evidence.append(Evidence(text[start:end], start, end, _DOUBLE_QUESTION, "连续问号"))
    return evidence


def _find(folded: str, lexicon: Lexicon) -> list[_Found]:
    """Entries in the text, left to right, the longest at each place."""
    longer, single = lexicon.longer, lexicon.single
    found: list[_Found] = []
    free = 0
    for at, first in enumerate(folded):
        if at < free:
            continue
        entry = _longest(longer[folded[at : at + 2]], folded, at) if folded[at : at + 2] in longer else None
        entry = entry or single.get(first)
        if entry:
            free = at + len(entry.word)
            found.append(_Found(entry, at, free))
    return found


def _longest(entries: tuple[Entry, ...], folded: str, at: int) -> Entry | None:
    for entry in entries:
        if folded.startswith(entry.word, at) and _stands(folded, at, entry.word):
            return entry
    return None


@dataclass(frozen=True, slots=True)
class _Spans:
    """Disjoint parts of a text, ascending."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, spans: Iterable[tuple[int, int]]) -> _Spans:
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


def _fading(seen: Counter[str], word: str) -> float:
    """The same word again counts half, then a quarter: [心][心][心] is not three opinions."""
    seen[word] += 1
    return 0.5 ** min(seen[word] - 1, 20)


def _masked(folded: str, names: Collection[str]) -> _Spans:
    """What only names something: titles, and the names given."""
    spans = [match.span() for match in _TITLE.finditer(folded)]
    for name in names:
        at = folded.find(name) if name else -1
        while at >= 0:
            spans.append((at, at + len(name)))
            at = folded.find(name, at + len(name))
    return _Spans.of(spans)


def _stands(folded: str, at: int, word: str) -> bool:
    """False for a Latin word inside a longer one (`sb` in `usb`)."""
    if not (word[0].isascii() and word[0].isalnum()):
        return True
    end = at + len(word)
    before, after = folded[at - 1 : at], folded[end : end + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


def _bounds(pattern: re.Pattern[str], folded: str) -> list[int]:
    """Starts of the parts a text is divided into, ascending."""
    return [0, *(match.end() for match in pattern.finditer(folded))]


def _modified(found: list[_Found], number: int, clauses: list[int]) -> tuple[float, str]:
    """Factor of the negators and degree words before an entry in its clause, and those words."""
    item = found[number]
    if item.entry.kind in _UNMODIFIED:
        return 1.0, ""
    clause = clauses[bisect_right(clauses, item.start) - 1]
    factor, negators, marks = 1.0, 0, ""
    edge = item.start
    for before in reversed(found[max(0, number - 4) : number]):
        gap = edge - before.end
        if before.start < clause or gap > _REACH:
            break
        if before.entry.kind is WordClass.NEGATOR:
            if gap > _SHORT_REACH and (item.entry.weight < 0 or len(before.entry.word) == 1):
                break
            negators += 1
        elif before.entry.kind is WordClass.DEGREE or (before.entry.word == _SO and not gap):
            factor *= before.entry.weight if before.entry.kind is WordClass.DEGREE else _VERY
        else:
            break
        marks = before.entry.word + marks
        edge = before.start
    if negators % 2:
        factor *= _NEGATED if item.entry.weight > 0 else _DENIED
    return factor, marks


def _is_degree(found: list[_Found], number: int) -> bool:
    """True for 好 right before another opinion, as in 好难过."""
    item = found[number]
    if item.entry.word != _SO or number + 1 == len(found):
        return False
    following = found[number + 1]
    return following.start == item.end and following.entry.kind in (WordClass.PRAISE, WordClass.COMPLAINT)


def _both_signs(evidence: list[Evidence]) -> bool:
    return any(item.weight > 0 for item in evidence) and any(item.weight < 0 for item in evidence)


def _tie_break(stock: float, length: int) -> float:
    """SnowNLP's logit, tempered by the text's length and clipped."""
    near_certain = min(max(stock, 1e-9), 1 - 1e-9)
    logit = log(near_certain / (1 - near_certain)) / sqrt(max(length, 8) / 8)
    return max(-_TIE, min(_TIE, logit / 10))


@dataclass(frozen=True, slots=True)
class _Contrast:
    """Factor of an entry by the contrast word of its sentence."""

    marks: dict[int, tuple[int, float]]
    sentences: list[int]

    def __call__(self, item: _Found) -> float:
        sentence = bisect_right(self.sentences, item.start) - 1
        if sentence not in self.marks:
            return 1.0
        at, factor = self.marks[sentence]
        return factor if item.start >= at else _BEFORE_CONTRAST


def _contrasts(found: list[_Found], folded: str) -> _Contrast:
    """The last contrast word of each sentence."""
    turns = [item for item in found if item.entry.kind is WordClass.CONTRAST]
    sentences = _bounds(_SENTENCE_END, folded) if turns else [0]
    marks: dict[int, tuple[int, float]] = {}
    for item in turns:
        marks[bisect_right(sentences, item.start) - 1] = item.end, item.entry.weight
    return _Contrast(marks, sentences)

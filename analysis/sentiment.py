"""Sentiment 情感倾向 by a lexicon of our own: what was counted can be shown, word by word.

SnowNLP's score rides along as a field of its own and never decides a label alone: it learnt from
goods and hotel reviews, calls most policy news positive and knows no neutral.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import log, sqrt

from analysis.constructions import Framed, constructions
from analysis.lexicon import Entry, Lexicon, WordClass
from analysis.manner import manner
from analysis.questions import asked
from analysis.snow import SnowEngine
from analysis.surroundings import FACT, Found, Spans, Surroundings, bounds
from minyi.fold import table
from minyi.models import Evidence, Label, Sentiment

CUT = 0.3
"""|tempered sum| above which a text is negative or positive."""
_TEMPER_CHARS = 60
"""A sum is divided by √(1 + length / this): a long report holds a strong word by chance."""
_NEGATED = -0.8
_DENIED = -0.2
"""A complaint denied is hardly praise (没有涨价), unless it is a denial itself (没有不满意)."""
_SHORT_REACH = 1
"""Of a negator before a complaint, and of one of a single character: 不防滑感谢 is no ingratitude."""
_REACH = 5
"""A negator or degree word counts for what follows within so many characters of its clause."""
_DOUBLE_QUESTION = -0.4
_CANCELS = 0.3
"""Below this |sum|, with evidence of both signs, SnowNLP's score breaks the tie, by at most _TIE."""
_TIE = 0.3

_MOSTLY = 0.85
"""Least share of a text's characters that makes it a question."""

_COMMAS = 1
"""Most commas in it."""

_MEASURE_REACH = 16
"""A measure acts on offences named within so many characters behind it."""
_ACTED_ON = re.compile("将|被|受到|予以|进行|依法|从严|坚决|一律")
"""Between an offence and the measure it meets: 侵权行为将依法查处."""
_UNDONE = re.compile("不|没|无人|未|难以|怎么|谁")
"""Before a measure that is missed, not taken: 没人查处."""
_ASKED_BACK = frozenset({"不是", "不就是", "不觉得", "不感到", "不算"})
"""Negators that affirm when the clause ends in 吗: 这不是逼人吗."""
_DOUBTED = frozenset({"这叫", "这也叫", "这就叫", "这也算"})
"""Negators that turn praise only when the clause ends in a question mark: 这叫便民？"""
_ASKS_BACK = re.compile(r"[吗么嘛][啊呀]?[\s!?。,~…]*$")

_CLAUSE_END = re.compile(r"[,.。!?;:、…~\n\s()\"“”]+")
_PHRASE_END = re.compile(r"[,.。!?;:…~\n]+")
"""As `_CLAUSE_END`, but what is enumerated by 、 or put in quotes stays together."""
_TITLE = re.compile("[《〈][^《》〈〉]{1,80}[》〉]")
_DOUBT = re.compile("？[？！?!]+|！[？?]|[?!]+？")
"""In full width only: a row of ASCII question marks is more often a lost emoji than a doubt."""


_UNMODIFIED = frozenset({WordClass.EMOTICON, WordClass.TEAR, WordClass.PARTICLE, WordClass.RHETORIC})
_SO, _VERY = "好", 1.3
_MODIFIERS = frozenset(
    {WordClass.NEGATOR, WordClass.DEGREE, WordClass.CONTRAST, WordClass.NEUTRAL, WordClass.MEASURE}
)


def judge(text: str, lexicon: Lexicon, engine: SnowEngine, names: Collection[str] = ()) -> Sentiment:
    """Judge an opinion (`minyi.text.opinion_text`); evidence positions point into `text`.

    1. Entries are found longest first; those inside 《titles》 and `names` (search keys) do not count,
       in #topics# half.
    2. Negators and degree words within five characters of the clause act on an entry; what follows
       但 or 却 in a sentence counts 1.5 times, what goes before half.
    3. The sum, tempered by length, is the label beyond `CUT`; polarity = sum / (|sum| + 1). Without
       evidence the label is neutral and polarity 0.
    4. Where that is neutral, and the text is more than a plain question, the manner of writing is read, and
       its lean added when it is sure.
    5. `snownlp` is SnowNLP's score of the text, None for a blank one; it only breaks a tie of evidence.
    """
    stock = engine.sentiments(text) if text.strip() else None
    evidence = _weigh(text, lexicon, names)
    total = sum(item.weight for item in evidence)
    if stock is not None and abs(total) < _CANCELS and _both_signs(evidence):
        total += _tie_break(stock, len(text))
    total /= sqrt(1 + len(text) / _TEMPER_CHARS)
    if abs(total) <= CUT and not _only_asks(text):
        written = _by_manner(text)
        total += sum(item.weight for item in written)
        evidence += written
    label = Label.NEUTRAL if abs(total) <= CUT else Label.POSITIVE if total > 0 else Label.NEGATIVE
    polarity = round(total / (abs(total) + 1), 6) if evidence else 0.0
    return Sentiment(polarity, label, tuple(evidence), stock, lexicon.model_version)


def _only_asks(text: str) -> bool:
    """True for a short plain question: whoever wants to know has not yet judged.

    One of more clauses tells a story, and often that of being sent from door to door.
    """
    question = asked(text)
    return question.count(",") <= _COMMAS and len(question) >= _MOSTLY * len(text)


def _by_manner(text: str) -> list[Evidence]:
    """Evidence of how a text is written: the runs that weighed most share its lean, none overlaps."""
    folded = text.translate(table().fold)
    lean, shown = manner(folded)
    places: list[tuple[int, int]] = []
    for run in shown:
        start = folded.find(run)
        end = start + len(run)
        if start >= 0 and all(end <= first or start >= last for first, last in places):
            places.append((start, end))
    return [
        Evidence(text[start:end], start, end, round(lean / len(places), 4), "行文") for start, end in places
    ]


def tempered_total(text: str, lexicon: Lexicon, names: Collection[str] = ()) -> float:
    """The sum that `judge` compares with `CUT`, for any simplified text; 0 without evidence."""
    total = sum(item.weight for item in _weigh(text, lexicon, names))
    return total / sqrt(1 + len(text) / _TEMPER_CHARS)


def _weigh(text: str, lexicon: Lexicon, names: Collection[str]) -> list[Evidence]:
    folded = text.translate(table().fold)
    found = _find(folded, lexicon)
    frames = list(constructions(folded))
    evidence = [*_by_words(text, folded, found, frames, names)]
    evidence = _with_frames(text, evidence, frames)
    doubt = _DOUBT.search(text)
    if doubt:
        start, end = doubt.span()
        evidence.append(Evidence(text[start:end], start, end, _DOUBLE_QUESTION, "连续问号"))
    return evidence


def _by_words(
    text: str, folded: str, found: list[Found], frames: list[Framed], names: Collection[str]
) -> Iterator[Evidence]:
    """Evidence of lexicon entries."""
    opinions = [number for number, item in enumerate(found) if item.entry.kind not in _MODIFIERS]
    if not opinions:
        return
    masked = _masked(folded, names)
    clauses = _Clauses(folded, bounds(_CLAUSE_END, folded))
    handled = _handled(found, folded)
    around = Surroundings.of(folded, found, frames)
    seen: Counter[str] = Counter()
    for number in opinions:
        item = found[number]
        if item.start in masked or number in handled or _is_degree(found, number):
            continue
        factor, marks = _modified(found, number, clauses)
        factor *= around.factor(item, factor)
        reason = item.entry.kind.chinese + (f"（{marks}）" if marks else "")
        weight = round(item.entry.weight * factor * _fading(seen, item.entry), 4)
        yield Evidence(text[item.start : item.end], item.start, item.end, weight, reason)


def _with_frames(text: str, evidence: list[Evidence], frames: list[Framed]) -> list[Evidence]:
    """Evidence with the constructions: one repeats what its words say already, or overrules them."""
    for frame in frames:
        inside = [one for one in evidence if one.start < frame.end and one.end > frame.start]
        if any(one.weight * frame.weight > 0 for one in inside):
            continue
        evidence = [one for one in evidence if one not in inside]
        word = text[frame.start : frame.end]
        evidence.append(Evidence(word, frame.start, frame.end, frame.weight, frame.reason))
    return evidence


def _find(folded: str, lexicon: Lexicon) -> list[Found]:
    """Entries in the text, left to right, the longest at each place."""
    longer, single = lexicon.longer, lexicon.single
    found: list[Found] = []
    free = 0
    for at, first in enumerate(folded):
        if at < free:
            continue
        entry = _longest(longer[folded[at : at + 2]], folded, at) if folded[at : at + 2] in longer else None
        entry = entry or single.get(first)
        if entry:
            free = at + len(entry.word)
            found.append(Found(entry, at, free))
    return found


def _longest(entries: tuple[Entry, ...], folded: str, at: int) -> Entry | None:
    for entry in entries:
        if folded.startswith(entry.word, at) and _stands(folded, at, entry.word):
            return entry
    return None


def _fading(seen: Counter[str], entry: Entry) -> float:
    """The same word again counts half, then a quarter, as in [心][心][心]; facts fade by sign."""
    key = entry.word if abs(entry.weight) > FACT else ("+" if entry.weight > 0 else "-")
    seen[key] += 1
    return 0.5 ** min(seen[key] - 1, 20)


def _masked(folded: str, names: Collection[str]) -> Spans:
    """What only names something: titles, and the names given."""
    spans = [match.span() for match in _TITLE.finditer(folded)]
    for name in names:
        at = folded.find(name) if name else -1
        while at >= 0:
            spans.append((at, at + len(name)))
            at = folded.find(name, at + len(name))
    return Spans.of(spans)


def _stands(folded: str, at: int, word: str) -> bool:
    """False for a Latin word inside a longer one (`sb` in `usb`)."""
    if not (word[0].isascii() and word[0].isalnum()):
        return True
    end = at + len(word)
    before, after = folded[at - 1 : at], folded[end : end + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


@dataclass(frozen=True, slots=True)
class _Clauses:
    """A text with the starts of its clauses, ascending."""

    folded: str
    starts: list[int]

    def start(self, at: int) -> int:
        """Where the clause of a position starts."""
        return self.starts[bisect_right(self.starts, at) - 1]

    def negates(self, negator: str, at: int) -> bool:
        """False for a negator that affirms in a clause such as that of this position."""
        if negator in _ASKED_BACK:
            return _ASKS_BACK.search(self._ending(at)) is None
        return negator not in _DOUBTED or "?" in self._ending(at)

    def _ending(self, at: int) -> str:
        """The last characters of the clause of a position, its marks included."""
        number = bisect_right(self.starts, at)
        end = self.starts[number] if number < len(self.starts) else len(self.folded)
        return self.folded[max(at, end - 8) : end]


def _handled(found: list[Found], folded: str) -> set[int]:
    """Numbers of offences that a measure acts on: 打击侵权, 查处假冒、盗版, 侵权行为将被严惩."""
    handled: set[int] = set()
    if not any(item.entry.kind is WordClass.MEASURE for item in found):
        return handled
    phrases = bounds(_PHRASE_END, folded)
    phrase, reach = 0, -2 * _MEASURE_REACH
    waiting: list[int] = []
    for number, item in enumerate(found):
        where = bisect_right(phrases, item.start)
        if where != phrase:
            phrase, reach, waiting = where, -2 * _MEASURE_REACH, []
        if item.entry.kind is WordClass.OFFENCE:
            if item.start - reach <= _MEASURE_REACH:
                handled.add(number)
                reach = item.end
            else:
                waiting = [*waiting[-3:], number]
        elif item.entry.kind is WordClass.MEASURE and not _UNDONE.search(folded, *_before(item)):
            handled.update(one for one in waiting if _ACTED_ON.search(folded, *_between(found[one], item)))
            reach = item.end
    return handled


def _before(item: Found) -> tuple[int, int]:
    return max(0, item.start - 4), item.start


def _between(offence: Found, measure: Found) -> tuple[int, int]:
    """The text between, empty when they stand too far apart."""
    near = measure.start - offence.end <= _MEASURE_REACH
    return (offence.end, measure.start) if near else (0, 0)


def _modified(found: list[Found], number: int, clauses: _Clauses) -> tuple[float, str]:
    """Factor of the negators and degree words before an entry in its clause, and those words."""
    item = found[number]
    if item.entry.kind in _UNMODIFIED:
        return 1.0, ""
    clause = clauses.start(item.start)
    factor, negators, marks = 1.0, 0, ""
    edge = item.start
    for before in reversed(found[max(0, number - 4) : number]):
        gap = edge - before.end
        if before.start < clause or gap > _REACH:
            break
        if before.entry.kind is WordClass.NEGATOR:
            if gap > _SHORT_REACH and (item.entry.weight < 0 or len(before.entry.word) == 1):
                break
            negators += clauses.negates(before.entry.word, item.start)
        elif before.entry.kind is WordClass.DEGREE or (before.entry.word == _SO and not gap):
            factor *= before.entry.weight if before.entry.kind is WordClass.DEGREE else _VERY
        else:
            break
        marks = before.entry.word + marks
        edge = before.start
    if negators % 2:
        twice = item.entry.weight > 0 or item.entry.word[0] in "不没无"
        factor *= _NEGATED if twice else _DENIED
    return factor, marks


def _is_degree(found: list[Found], number: int) -> bool:
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

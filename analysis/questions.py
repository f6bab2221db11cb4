"""Questions 关切问题: posts that want to know how, whether or when, grouped by what they want to know.

A rhetorical question blames and is none; nor is a headline's. Judged from the newest comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from analysis import cues
from analysis.passages import Passages, plain_key
from minyi.text import opinion_text

ALIKE = 0.5
"""Least Jaccard similarity of two questions' words."""

LONGEST = 60
"""Characters of a question that are shown."""

_MOST_SENTENCES = 60
_HEADLINE = re.compile(r"【[^【】]{0,60}】|#[^#\n]{1,40}#|《[^《》]{1,60}》")
_WANTS = re.compile(
    r"怎么(?!会|能|可能|好意思|敢|还|又|就|样了?$)[^,。!?]{0,12}|咋(?:办|走|弄|交|贴|申请|查|整|算)|如何[^,。!?]{1,12}|(?:能|可)否|什么时候|啥时候|何时|多久|多少钱|几号|哪[里儿天年个些家条]|找谁|去哪|有没有"
    r"|(?:是不是|是否|会不会|能不能|可不可以|需不需要|要不要|用不用|算不算|行不行|对不对)"
)
_TRIGGER = re.compile(
    r"[?？吗嗎嘛么麼呢咋哪谁誰何]|[请請求]|[问問]|想知道|想了解|咨询|諮詢|在线等|怎|能否|可否|时候|時候|多久|多少|几号|幾號"
    r"|是否|澄清|辟谣|准信|真的|真假|是真是假|属实|求证|(.)不\1|过没|过沒"
)
"""What every question holds, so that most sentences need no closer look."""

_ASKED = re.compile(r"[吗嘛么呢](?:[啊呀的]|~)*$")
_ENDS_ASKING = re.compile(r"\?$")
_BLAMES = re.compile(
    rf"{cues.RHETORICAL.pattern}|\?{{2,}}|[!]\?|\?!|(?:你|他|它)们?(?:怎么|咋)不|谁给|谁信|谁还|谁受得了|还有(?:谁|什么)|算什么|什么(?:玩意|东西|鬼|态度|世道|道理)|有意思(?:吗|么)|好意思"
    r"|开玩笑(?:吗|呢)|不(?:觉得|香|好)(?:吗|么)|(?:有|讲)(?:良心|道理|人性)(?:吗|么)|是人(?:吗|么)|够了(?:吗|么|没)|(?:这|那)(?:合适|合理|公平|像话)(?:吗|么)|哪门子|何苦|何来"
    r"|(?:这|那)(?:叫|算|是)[^,。!?]{1,10}(?:吗|么)"
)
_TELLS = re.compile("(?<!不)知道|就$|对$|告诉|说明|介绍|规定|明确|无论|不管|不论|看看|了解|教|研究|讨论|学习")
_REPORTS = re.compile(
    r"^(?:答|a|回复)[::]|(?:小编|本期|今天)[^,。]{0,12}(?:带你|为你|教你|一文)|一图(?:看|读)懂|一文(?:看|读)懂|(?:解答|答疑|问答|干货|指南|攻略)"
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question in a post: its sentence as shown, and the words it is about."""

    post: str
    cluster: str
    sentence: str
    terms: frozenset[str]


@dataclass(slots=True)
class Concern:
    """Questions that want to know the same, oldest first; `voices` counts clusters."""

    questions: list[Question] = field(default_factory=list)
    terms: frozenset[str] = frozenset()

    @property
    def voices(self) -> int:
        """Independent voices."""
        return len({one.cluster or one.post for one in self.questions})


def asked(text: str) -> str:
    """The first question the newest writer asks, as a plain key of at most `LONGEST`; empty for none."""
    if not _TRIGGER.search(text):
        return ""
    said = _HEADLINE.sub(" ", opinion_text(text))
    key = plain_key(said)
    if _REPORTS.search(key):
        return ""
    marked = "？" in said or "?" not in said
    passages = Passages.of(key)
    polite = cues.ASKS_POLITELY.search(key)
    for number in range(min(len(passages.ends), _MOST_SENTENCES)):
        sentence = passages.sentence(number).strip()
        if _asks(sentence, marked=marked) and not _blamed_after(passages, number):
            return sentence[-LONGEST:]
    return key[:LONGEST] if polite and not _BLAMES.search(key) else ""


def _asks(sentence: str, *, marked: bool) -> bool:
    """True for one sentence that wants to know.

    Not `marked`, a question mark alone says nothing: in ASCII it is often what a lost emoji left.
    """
    if not _TRIGGER.search(sentence) or _BLAMES.search(sentence):
        return False
    if cues.ASKS_TRUTH.search(sentence) or cues.ASKS_POLITELY.search(sentence):
        return not cues.REPORTED.search(sentence)
    plain = sentence.rstrip("?!。~; ")
    if _ASKED.search(plain) and not plain.endswith(("什么", "这么", "那么", "怎么", "多么")):
        return not cues.OUTRAGE.search(sentence)
    if not (_ENDS_ASKING.search(sentence) or len(plain) <= LONGEST):
        return False
    wants = _WANTS.search(sentence)
    if _ENDS_ASKING.search(sentence):
        return wants is not None or (marked and not cues.OUTRAGE.search(sentence))
    return wants is not None and _unfinished(plain, wants) and not cues.OUTRAGE.search(sentence)


def _unfinished(sentence: str, wants: re.Match[str]) -> bool:
    """Without a question mark the asking word must stand in the last clause, and nothing be told of it."""
    return "," not in sentence[wants.end() :] and _TELLS.search(sentence[: wants.start()]) is None


def _blamed_after(passages: Passages, number: int) -> bool:
    """True when the next sentence answers the question with anger."""
    following = passages.sentence(number + 1)[:LONGEST]
    return bool(cues.OUTRAGE.search(following) or _BLAMES.search(following))


def concerns(questions: Iterable[Question]) -> list[Concern]:
    """Questions grouped by shared words, most voices first, then the oldest; each joins the likest group."""
    groups: list[Concern] = []
    by_term: dict[str, list[Concern]] = {}
    for one in questions:
        group = _likest(one, by_term)
        if group is None:
            group = Concern(terms=one.terms)
            groups.append(group)
            for term in one.terms:
                by_term.setdefault(term, []).append(group)
        group.questions.append(one)
    return sorted(groups, key=lambda group: -group.voices)


def _likest(one: Question, by_term: Mapping[str, Sequence[Concern]]) -> Concern | None:
    best: tuple[float, Concern] | None = None
    for group in {id(group): group for term in sorted(one.terms) for group in by_term.get(term, ())}.values():
        alike = len(one.terms & group.terms) / len(one.terms | group.terms)
        if alike >= ALIKE and (best is None or alike > best[0]):
            best = alike, group
    return best[1] if best else None

"""Facts that make of one wording two reports: numbers, days, places, offices, documents.

Two texts tell of different things when, where they otherwise agree, one fact stands in the place of
another. A fact that one of them merely lacks, as a text cut short does, is no difference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import NamedTuple

from analysis.minhash import grams

_HAN = "\u4e00-\u9fff"
_UNITS = (
    "%倍折成元块毛角分天日月年号时点周岁斤吨户家个条项款章类件名人次本张辆台亩米辈批届期级站楼层栋部所只头"
)
_ONES, _TENS = "零〇一二两三四五六七八九", "十百千万亿"
_NUMBER = re.compile(
    f"(?P<digits>[0-9]+(?:[.:/%-]?[0-9]+)*[{_TENS}%倍折成]*)[{_UNITS}]?"
    f"|(?P<numeral>(?:十|[{_ONES}][{_TENS}])(?:[{_ONES}]?[{_TENS}])*[{_ONES}]?)[{_UNITS}]?"
    f"|(?P<one>[二两三四五六七八九半]|一(?=[元块毛角月日号年]))[{_UNITS}]"
    f"|百分之(?P<percent>[{_ONES}{_TENS}点]+)"
)
_MONTH = r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})月"
_DAY = re.compile(
    "(?=[0-9一二三四五六七八九十今明后昨前去元春清端国中年上下本这周星礼第晚凌])"  # few do
    r"(?:(?:(?:19|20)\d\d年|[今明后昨前去]年)?"
    rf"(?:{_MONTH}(?:(?:\d{{1,2}}|[一二三四五六七八九十]{{1,3}})[日号]|份|底|初|[上中下]旬)?"
    "|元旦|春节|清明|五一|端午|国庆|中秋|年底|年初)"
    "|[上下本这]?(?:周|星期|礼拜)[一二三四五六日天末]|[今明后昨前去][天年]|[上下本][周月]|[上下]半年"
    r"|第[一二三四]季度|[上下]午|晚上|凌晨|(?:19|20)\d\d年)"
)
_NUMBERED_DOCUMENT = re.compile(r"(?:19|20)\d\d[^\w]?\d{1,4}号文?")
_EMPTY_WORDS = "的了是在们我你他她它不就都也还有说得开这那个一和与及或到去来从被把给让很太最又再没无什么怎哪几多少全本各该元"  # noqa: E501 - one glance
_NAME = re.compile(
    "(?:省(?![钱事心力略下得着])|市(?![场民值面井容政])|县|区(?![别分域块间])|州|镇(?![定静压])|乡(?!村)"
    "|村(?![里口])|街道|局(?![面部势])|厅|委|公司|集团|大学|学院|中学|小学|医院|银行|法院|协会|商会)"
)
_BEFORE_NAME = re.compile(f"[^\\W\\da-z_{_EMPTY_WORDS}]{{2}}|.?[a-z甲乙丙丁戊己庚辛]")
_COMMON_NAME = re.compile(
    "[外城上超门都股楼夜地社小山园校景专特战灾片市省县辖]市|[地社小山园校景专特战灾片辖城市郊]区|[结布当格]局|[农进下]村|[家城]乡"
)
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严金魏陶姜谢邹章苏潘葛范彭鲁马方袁柳史唐薛雷贺倪汤罗郝安于傅齐余顾孟黄萧尹姚"
    "汪祁毛宋庞熊纪项董梁杜阮蓝季贾江童郭梅林钟徐邱骆高夏蔡田胡霍万柯卢莫丁邓洪包左石崔程邢裴陆翁侯段刘龙叶黎白赖乔谭温庄温瞿阎文欧"
)
_PERSON = re.compile(f"[{_SURNAMES}](?=某|先生|女士|律师|教授|主任|局长|厅长|经理|老师|师傅)")
_LATIN = re.compile("[a-z]{2,}")
_FROM_AN_EDITOR = re.compile("记者|编辑|来源|阅读|浏览|点击|发布|责编|作者|通讯员")
_NEGATORS = frozenset(
    "不 没 未 非 无 没有 不得 不再 不会 不用 不要 并不 并未 未能 禁止 别 勿 免 免费 不予 无需".split(" ")  # noqa: SIM905 - a list of words, one glance long
)
_OPPOSITES = frozenset(
    map(frozenset, ("涨降", "升降", "增减", "有无", "可不", "能不", "会不", "是非", "多少", "高低", "真假"))
)
_DIVISIONS = ("省", "市", "县", "区", "州", "盟")
_SUFFIXES = "省市县区州镇乡村局厅委"
_LONGEST_SWAP = 8
_SHORT = 2
_FRAME = 3
_TORN = 8


class Kind(StrEnum):
    """What a fact says; facts of one kind can stand in each other's place."""

    NUMBER = "number"
    DAY = "day"
    NAME = "name"
    PERSON = "person"
    LATIN = "latin"
    DOCUMENT = "document"


class Fact(NamedTuple):
    """A fact of a kind, its wording, and the span it takes with its unit; made by the thousand."""

    kind: Kind
    wording: str
    start: int
    end: int


@cache
def _places() -> dict[int, tuple[str, ...]]:
    """Names by their first pair of characters (`grams`)."""
    names: dict[int, tuple[str, ...]] = {}
    lines = resources.files("analysis").joinpath("places.txt").read_text("utf-8").splitlines()
    for name in " ".join(line for line in lines if not line.startswith("#")).split():
        (pair,) = grams(name[:2])
        names[pair] = (*names.get(pair, ()), name)
    return names


def facts(words: str, pairs: frozenset[int], documents: Sequence[str] = ()) -> tuple[Fact, ...]:
    """The facts of a text without marks; `pairs` are its pairs of characters, `documents` titles it names.

    What stands inside a day or a document is no number of its own.
    """
    found = [*_documents(words, documents), *_found(Kind.DAY, _DAY, words)]
    taken = {place for fact in found for place in range(fact.start, fact.end)}
    for match in _NUMBER.finditer(words):
        if match.start() not in taken:
            number = next(filter(None, match.groups()))
            found.append(Fact(Kind.NUMBER, number, match.start(), match.end()))
    names = list(_names(words, pairs))
    taken = {place for fact in names for place in range(fact.start, fact.end)}
    found += names
    found += [one for one in _offices(words) if one.end - 1 not in taken]
    return (*found, *_found(Kind.PERSON, _PERSON, words), *_found(Kind.LATIN, _LATIN, words))


def _found(kind: Kind, pattern: re.Pattern[str], words: str) -> Iterator[Fact]:
    return (Fact(kind, match[0], *match.span()) for match in pattern.finditer(words))


def _offices(words: str) -> Iterator[Fact]:
    """The two characters before 县, 局, 公司 and the like, with these; they need not be the whole name."""
    for match in _NAME.finditer(words):
        start, end = max(0, match.start() - 2), match.end()
        if _BEFORE_NAME.fullmatch(words, start, match.start()):
            one = Fact(Kind.NAME, words[start:end], start, end)
            if not _COMMON_NAME.fullmatch(one.wording[-2:]):
                yield one


def _documents(words: str, titles: Sequence[str]) -> Iterator[Fact]:
    for title in titles:
        start = words.find(title)
        if start >= 0:
            yield Fact(Kind.DOCUMENT, title, start, start + len(title))
    yield from _found(Kind.DOCUMENT, _NUMBERED_DOCUMENT, words)


def _names(words: str, pairs: frozenset[int]) -> Iterator[Fact]:
    """Known places, each where it first stands, with 省, 市 and the like behind it."""
    for pair in pairs & _places().keys():
        for name in _places()[pair]:
            start = words.find(name)
            if start >= 0:
                end = start + len(name)
                yield Fact(Kind.NAME, name, start, end + words.startswith(_DIVISIONS, end))


def differ(one: str, other: str, ours: Sequence[Fact], theirs: Sequence[Fact]) -> bool:
    """True when two similar texts tell of different things.

    1. All they share but one place: two wordings there, or a negation on one side.
    2. A number stands in `one` where another stands in `other`, the characters before and behind the same.
    3. Some fact of a kind that `other` lacks stands in `one` where another of that kind stands in `other`:
       the characters before or behind are the same.
    """
    if one == other:
        return False
    if _swapped(one, other) or _recounted(one, other, ours, theirs):
        return True
    mine, yours = _only(ours, theirs), _only(theirs, ours)
    return any(
        _in_same_frame(one, other, first, second)
        for first in mine
        for second in yours
        if first.kind is second.kind and not _same_but_for_a_slip(first, second)
    )


def _recounted(one: str, other: str, ours: Sequence[Fact], theirs: Sequence[Fact]) -> bool:
    """True for 治愈7例、重症6例 against 治愈6例、重症7例: the same numbers, said of other things."""
    mine = _framed_numbers(one, ours)
    return any(
        frame in mine and mine[frame].isdisjoint(numbers)
        for frame, numbers in _framed_numbers(other, theirs).items()
    )


def _framed_numbers(body: str, found: Sequence[Fact]) -> dict[tuple[str, str], set[str]]:
    frames: dict[tuple[str, str], set[str]] = {}
    for fact in found:
        before, behind = body[max(0, fact.start - _SHORT) : fact.start], body[fact.end : fact.end + _SHORT]
        if fact.kind is Kind.NUMBER and len(before) == len(behind) == _SHORT:
            frames.setdefault((before, behind), set()).add(fact.wording)
    return frames


def _only(ours: Sequence[Fact], theirs: Sequence[Fact]) -> list[Fact]:
    """Facts that the other text lacks, or holds fewer times."""
    spare = Counter((fact.kind, fact.wording) for fact in theirs)
    rest = []
    for fact in ours:
        if spare[fact.kind, fact.wording] > 0:
            spare[fact.kind, fact.wording] -= 1
        else:
            rest.append(fact)
    return rest


def _same_but_for_a_slip(first: Fact, second: Fact) -> bool:
    """True for a name with one character mistyped, or a word of letters that only lost its end."""
    one, other = first.wording, second.wording
    if first.kind is Kind.NAME:
        known = _places().keys()
        shared = set(one.rstrip(_SUFFIXES)[:2]) & set(other.rstrip(_SUFFIXES)[:2])
        return bool(shared) and not (grams(one[:2]) <= known and grams(other[:2]) <= known)
    if first.kind is Kind.DOCUMENT:
        start, end = _shared(one, other), _shared(one[::-1], other[::-1])
        return not (one[-1] == "号" == other[-1]) and min(len(one), len(other)) - start - end < _SHORT
    return first.kind is Kind.LATIN and (one[0] == other[0] or one[-1] == other[-1])


def _in_same_frame(one: str, other: str, first: Fact, second: Fact) -> bool:
    if _torn(first, one, other) or _torn(second, other, one):
        return False
    if _FROM_AN_EDITOR.search(one, max(0, first.start - 6), first.end + 6):
        return False
    before = (
        one[max(0, first.start - _FRAME) : first.start],
        other[max(0, second.start - _FRAME) : second.start],
    )
    behind = one[first.end : first.end + _FRAME], other[second.end : second.end + _FRAME]
    return _alike(before[0][::-1], before[1][::-1]) or _alike(*behind)


def _torn(fact: Fact, words: str, other: str) -> bool:
    """True at the end of a text cut short, where a fact may be a part of itself."""
    return fact.end > len(words) - _FRAME and len(other) - len(words) > _TORN


def _alike(one: str, other: str) -> bool:
    """Two of three characters equal, so that one slip of the pen hides no frame."""
    return sum(a == b for a, b in zip(one, other, strict=False)) >= _SHORT


def _swapped(one: str, other: str) -> bool:
    start = _shared(one, other)
    end = _shared(one[start:][::-1], other[start:][::-1])
    mine, yours = one[start : len(one) - end], other[start : len(other) - end]
    if not mine or not yours:
        return bool(start or end) and (mine or yours) in _NEGATORS
    if frozenset((mine, yours)) in _OPPOSITES:
        return True
    if start < _SHORT or end < _SHORT or max(len(mine), len(yours)) > _LONGEST_SWAP:
        return False
    around = one[max(0, start - 6) : start] + mine + yours
    alike = min(len(mine), len(yours)) < _SHORT or not set(mine).isdisjoint(yours)
    return not alike and not _FROM_AN_EDITOR.search(around)


def _shared(one: str, other: str) -> int:
    """Length of the common beginning."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low

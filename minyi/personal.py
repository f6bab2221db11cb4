"""Personal data 个人信息 in public posts: found and masked before anything is stored.

Masked are mail addresses, identity card numbers (18 digits, or the old 15, with a plausible date)
and mobile numbers, in digits or in Chinese numerals (一三八…, 壹叁捌…, mixed). Every number needs a border
without digits on both sides, so that patent application numbers, document numbers and hotlines survive; in
numerals also none of 第, 点, 十, 百, 千, 万 before, or of 号 and the larger units behind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMERALS = ("零〇○", "一幺壹", "二贰", "三叁参叄", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
_HAN = "".join(_NUMERALS)
_ANY = f"[0-9{_HAN}]"
_MARKED = "[ ,.·、-]{0,3}"
"""Between the groups of a number that is written out."""
_GAP = "[ -]{0,3}"
MAYBE_PERSONAL = re.compile(
    f"@|(?<!{_ANY}){_ANY}(?:(?:{_GAP}{_ANY}){{10}}|(?:{_MARKED}[{_HAN}]){{10}}|{_ANY}{{5}}{_MARKED}{_ANY}{{5}})"
)
"""What every one of `masks` needs, so that most texts need no closer look."""
_NUMERAL = re.compile(f"[{_HAN}]")
_MAIL = re.compile(
    r"[a-z0-9_](?:[a-z0-9._%+-]{0,63})@(?:[a-z0-9](?:[a-z0-9-]{0,62})\.){1,4}[a-z](?:[a-z0-9-]{0,22})[a-z]"
)
_DATE = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_IDENTITY = re.compile(
    rf"(?<![0-9])[1-9][0-9]{{5}}{_GAP}(?:18|19|20)[0-9]{{2}}{_DATE}{_GAP}[0-9]{{3}}[0-9x](?![0-9])"
    rf"|(?<![0-9])[1-9][0-9]{{7}}{_DATE}[0-9]{{3}}(?![0-9])"
)


def _figure(*digits: int) -> str:
    """One of these digits, in any writing."""
    return "[" + "".join(f"{digit}{_NUMERALS[digit]}" for digit in digits) + "]"


def _groups(sizes: tuple[int, ...], gap: str, kind: str) -> str:
    return gap.replace("0,", "1,").join(f"{kind}{{{size}}}" for size in sizes)


_GROUPS = ((11,), (3, 4, 4), (3, 8), (7, 4), (4, 3, 4), (3, 3, 5), (5, 6), (3, 2, 3, 3), (1,) * 11)
_MOBILE = re.compile(
    rf"(?<![0-9])(?:(?:\+?86|0086){_GAP})?(?=1(?:[ -]{{0,3}})[3-9])(?:"
    + "|".join(_groups(sizes, _GAP, "[0-9]") for sizes in _GROUPS)
    + ")(?![0-9])"
)

_NO_FIGURE = rf"(?<![0-9{_HAN}第点十百千万亿])", rf"(?![0-9{_HAN}十百千万亿号])"
_SPOKEN_DATE = (
    f"(?:{_figure(0)}{_figure(*range(1, 10))}|{_figure(1)}{_figure(0, 1, 2)})"
    f"(?:{_figure(0)}{_figure(*range(1, 10))}|{_figure(1, 2)}{_ANY}|{_figure(3)}{_figure(0, 1)})"
)
_SPOKEN_IDENTITY = re.compile(
    rf"{_NO_FIGURE[0]}{_figure(*range(1, 10))}{_ANY}{{5}}{_MARKED}"
    rf"(?:{_figure(1)}{_figure(8, 9)}|{_figure(2)}{_figure(0)}){_ANY}{{2}}{_SPOKEN_DATE}{_MARKED}"
    rf"{_ANY}{{3}}[0-9x{_HAN}]{_NO_FIGURE[1]}"
)
_SPOKEN_MOBILE = re.compile(
    rf"{_NO_FIGURE[0]}(?={_figure(1)}[ -]{{0,3}}{_figure(*range(3, 10))})(?:"
    + "|".join(_groups(sizes, _GAP, _ANY) for sizes in _GROUPS)
    + "|"
    + "|".join(_groups(sizes, _MARKED, f"[{_HAN}]") for sizes in _GROUPS if len(sizes) in (2, 3))
    + rf"){_NO_FIGURE[1]}"
)
_WRITTEN = ((_MAIL, "[邮箱]"), (_IDENTITY, "[证件号]"), (_MOBILE, "[电话]"))
_SPOKEN = ((_SPOKEN_IDENTITY, "[证件号]"), (_SPOKEN_MOBILE, "[电话]"))


def masks(folded: str) -> Sequence[tuple[re.Pattern[str], str]]:
    """What is masked in such a text, and what stands there instead."""
    return (*_WRITTEN, *_SPOKEN) if _NUMERAL.search(folded) else _WRITTEN


def mask(text: str, folded: str) -> tuple[str, str]:
    """Replace mail addresses, identity card and mobile numbers in a text and its fold alike."""
    for pattern, token in masks(folded):
        spans = [found.span() for found in pattern.finditer(folded)]
        if spans:
            text, folded = _replace(text, spans, token), _replace(folded, spans, token)
    return text, folded


def _replace(text: str, spans: Sequence[tuple[int, int]], token: str) -> str:
    parts, end = [], 0
    for start, stop in spans:
        parts += [text[end:start], token]
        end = stop
    return "".join(parts) + text[end:]

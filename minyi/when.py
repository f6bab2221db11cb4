"""Reads the times that sites print: `3分钟前`, `昨天 12:05`, `2022年5月30日 8时05分`, RFC 822, unix seconds.

A wording without a year is its newest occurrence; a date without a clock is a day, never a post at
00:00; what cannot be read is None, never the present.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from minyi.models import Precision
from minyi.timeofday import read_clock

TOLERANCE = timedelta(minutes=10)
"""How far ahead of us a source's clock may run before its time is clamped."""

_LONGEST = 200
_OLDEST_YEAR = 1990  # a year before the web is a zeroed field (1970, 0001), not a time


@dataclass(frozen=True, slots=True)
class When:
    """A time read: `value` in UTC (None when nothing could be read, then `precision` is `NONE`).

    `clamped` is True when the source claimed the future and `value` was set to the base instead. A
    value of precision `DAY` is that day's 00:00 in the source's zone.
    """

    value: datetime | None
    precision: Precision
    clamped: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """A wall time (naive = the source's zone) with its precision."""

    value: datetime
    precision: Precision


NOTHING = When(None, Precision.NONE)


def parse_when(raw: str, base: datetime, zone: ZoneInfo) -> When:
    """Read `raw` as seen at `base`, in a source whose times without a zone are in `zone`.

    1. A wording without year, date or weekday is its newest occurrence not after base + 10 min.
    2. A result later than base + 10 min is clamped to base and flagged.
    3. Seconds are kept, fractions dropped; no clock gives `DAY`, `3小时前` and `3点` give `HOUR`.

    Pure; takes under 50 microseconds. `base` must be aware. Never raises on any text.
    """
    text = _tidy(raw)
    local = base.astimezone(zone).replace(tzinfo=None)
    try:
        found = _read(text, local)
        if found is None or found.value.year < _OLDEST_YEAR:
            return NOTHING
        value = found.value if found.value.tzinfo else found.value.replace(tzinfo=zone)
        utc = value.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        return NOTHING
    if utc > base + TOLERANCE:
        return When(base.astimezone(UTC).replace(microsecond=0), found.precision, clamped=True)
    return When(utc, found.precision)


def _read(text: str, local: datetime) -> _Found | None:
    for reader in _READERS:
        found = reader(text, local)
        if found is not None:
            return found
    return None


# --- tidying --------------------------------------------------------------------------------------

_NUMERAL = re.compile(
    r"[〇○零一二三四五六七八九十两]{1,6}(?=\s*(?:年|月|日|号|时|点|分|秒|天|周|星期|个|小时))"
)
_DIGITS = {"〇": 0, "○": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4}
_DIGITS |= {"五": 5, "六": 6, "七": 7, "八": 8, "九": 9}


def _tidy(raw: str) -> str:
    text = unicodedata.normalize("NFKC", raw[:_LONGEST]).strip()
    if text.isascii():
        return text
    return _NUMERAL.sub(lambda found: _number(found[0]), text)


def _number(text: str) -> str:
    """`二〇二二` -> 2022 digit by digit, `三十一` -> 31 by tens; a weekday's numeral is left alone."""
    if "十" not in text:
        return "".join(str(_DIGITS[c]) for c in text)
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return text
    return str((_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0))


# --- days ----------------------------------------------------------------------------------------


def _at(day: datetime, rest: str) -> _Found:
    """`day` (a midnight) with the time of day found in `rest`, or as a whole day."""
    clock = read_clock(rest)
    if clock is None:
        return _Found(day, Precision.DAY)
    return _Found((day + clock.offset).replace(tzinfo=clock.zone), clock.precision)


def _midnight(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


# --- readers, in the order they are tried ---------------------------------------------------------

_YMD = re.compile(r"(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*[日号T]?")
_SHORT_YMD = re.compile(r"(?<![\d.:/-])(\d\d)[-/年](\d\d)[-/月](\d\d)(?![\d.:/-])日?")
_LEADING_CLOCK = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?::\d{2})?\D{0,4}$")


def _full_date(text: str, _local: datetime) -> _Found | None:
    found = _YMD.search(text)
    if found is None:
        found = _SHORT_YMD.search(text)
        if found is None:
            return None
    year = int(found[1]) if len(found[1]) == 4 else 2000 + int(found[1])
    day = datetime(year, int(found[2]), int(found[3]))  # noqa: DTZ001 - a wall time; the caller adds the zone
    rest = _at(day, text[found.end() :])
    if rest.precision is Precision.DAY:
        before = _LEADING_CLOCK.search(text[: found.start()])
        return _at(day, before[0]) if before else rest
    return rest


_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?)?")
_UNIX = re.compile(r"(\d{10})(?:\d{3})?(?:\.\d+)?")


def _digits(text: str, _local: datetime) -> _Found | None:
    """`20220530`, `202205300800`, unix seconds or milliseconds."""
    if not text[:1].isdigit():
        return None
    unix = _UNIX.fullmatch(text)
    if unix:
        return _Found(datetime.fromtimestamp(int(unix[1]), UTC), Precision.MINUTE)
    found = _COMPACT.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    value = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - a wall time
    return _Found(value, Precision.MINUTE if found[4] else Precision.DAY)


_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_MONTH = r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_DAY_FIRST = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?[ -]{_MONTH}[ ,-]+(\d{{4}})(?!\d)", re.IGNORECASE
)
_MONTH_FIRST = re.compile(
    rf"\b{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?,? (.{{0,40}}?)\b((?:19|20)\d\d)(?!\d)", re.IGNORECASE
)


def _english(text: str, _local: datetime) -> _Found | None:
    """RFC 822, `date`'s own order with the year last, and `May 30, 2022 8:00 AM`."""
    found = _DAY_FIRST.search(text)
    if found:
        day = datetime(int(found[3]), _MONTHS[found[2].lower()], int(found[1]))  # noqa: DTZ001 - a wall time
        return _at(day, text[found.end() :])
    found = _MONTH_FIRST.search(text)
    if not found:
        return None
    day = datetime(int(found[4]), _MONTHS[found[1].lower()], int(found[2]))  # noqa: DTZ001 - a wall time
    return _at(day, found[3] or text[found.end() :])


_AGO = re.compile(r"(\d{1,4}|半)\s*个?(秒钟?|分钟?|小时|钟头|天|日|周|星期|礼拜|月|年)之?[以]?前")
_JUST_NOW = re.compile(r"刚刚|刚才")
_CLOCK_UNITS = {"秒": "seconds", "分": "minutes", "小": "hours", "钟": "hours"}
_DAY_UNITS = {"天": 1, "日": 1, "周": 7, "星": 7, "礼": 7}


def _ago(text: str, local: datetime) -> _Found | None:
    found = _AGO.search(text)
    if found is None:
        return _Found(local, Precision.MINUTE) if _JUST_NOW.search(text) else None
    amount = 0.5 if found[1] == "半" else int(found[1])
    unit = found[2][0]
    if unit in _CLOCK_UNITS:
        value = local - timedelta(**{_CLOCK_UNITS[unit]: amount})
        return _Found(value, Precision.HOUR if _CLOCK_UNITS[unit] == "hours" else Precision.MINUTE)
    if amount == 0.5 and unit == "天":
        return _Found(local - timedelta(hours=12), Precision.DAY)
    return _at(_days_back(local, int(amount * 2) / 2, unit), text[found.end() :])


def _days_back(local: datetime, amount: float, unit: str) -> datetime:
    if unit in _DAY_UNITS:
        return _midnight(local) - timedelta(days=int(amount * _DAY_UNITS[unit]))
    months = local.year * 12 + local.month - 1 - int(amount * (12 if unit == "年" else 1))
    first = _midnight(local).replace(year=months // 12, month=months % 12 + 1, day=1)
    next_month = (first + timedelta(days=31)).replace(day=1)
    return first + timedelta(days=min(local.day, (next_month - first).days) - 1)


_DAY_WORD = re.compile(r"大前[天日]|前[天日]|昨[天日晚]|今[天日晚晨]|当[天日]")


def _day_word(text: str, local: datetime) -> _Found | None:
    found = _DAY_WORD.search(text)
    if found is None:
        return None
    back = {"大": 3, "前": 2, "昨": 1}.get(found[0][0], 0)
    rest = ("晚上" if found[0].endswith("晚") else "") + text[found.end() :].lstrip()
    return _at(_midnight(local) - timedelta(days=back), rest)


_MONTH_DAY = re.compile(
    r"(?P<year>今年|去年|前年)?\s*(?<![\d.:/-])(?P<month>\d{1,2})(?:\s*月\s*|(?P<sign>[-/]))(?P<day>\d{1,2})(?![\d/-])\s*[日号]?"
)


def _month_day(text: str, local: datetime) -> _Found | None:
    """`11月3日 09:12`, `05-30 08:00`: the newest such day not in the future, unless 去年 names the year."""
    found = _MONTH_DAY.search(text)
    if found is None:
        return None
    month, day, rest = int(found["month"]), int(found["day"]), text[found.end() :]
    if found["year"]:
        year = local.year - {"今": 0, "去": 1, "前": 2}[found["year"][0]]
        return _at(datetime(year, month, day), rest)  # noqa: DTZ001 - a wall time
    for year in range(local.year + 1, local.year - 9, -1):  # 29 February may be eight years away
        try:
            value = _at(datetime(year, month, day), rest)  # noqa: DTZ001 - a wall time
        except ValueError:
            continue
        if value.value.replace(tzinfo=None) <= local + TOLERANCE:
            return value
    return None


_WEEKDAY = re.compile(r"(上)?个?(?:周|星期|礼拜)\s*([一二三四五六日天末])")


def _weekday(text: str, local: datetime) -> _Found | None:
    found = _WEEKDAY.search(text)
    if found is None:
        return None
    weekday = 5 if found[2] == "末" else min("一二三四五六日天".index(found[2]), 6)
    monday = _midnight(local) - timedelta(days=local.weekday())
    if found[1]:
        return _at(monday + timedelta(days=weekday - 7), text[found.end() :])
    value = _at(monday + timedelta(days=weekday), text[found.end() :])
    return value if value.value.replace(tzinfo=None) <= local + TOLERANCE else _earlier(value, 7)


def _bare_clock(text: str, local: datetime) -> _Found | None:
    clock = read_clock(text)
    if clock is None:
        return None
    value = _Found((_midnight(local) + clock.offset).replace(tzinfo=clock.zone), clock.precision)
    return value if value.value.replace(tzinfo=None) <= local + TOLERANCE else _earlier(value, 1)


def _earlier(found: _Found, days: int) -> _Found:
    return _Found(found.value - timedelta(days=days), found.precision)


_READERS: tuple[Callable[[str, datetime], _Found | None], ...] = (
    _digits,
    _full_date,
    _english,
    _ago,
    _day_word,
    _month_day,
    _weekday,
    _bare_clock,
)

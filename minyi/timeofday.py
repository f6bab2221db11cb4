"""Reads a time of day as sites print it: `08:05`, `下午3点半`, `8时05分`, `8:00 PM GMT`, `20:02:46+08:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta, timezone

from minyi.models import Precision

_CLOCK = re.compile(
    r"\D{0,12}?(?P<half>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|[AaPp][Mm])?\s*"
    r"(?<!\d)(?P<h>\d{1,2})\s*(?::\s*(?P<m>\d{2})|[时点]\s*(?:(?P<spoken>\d{1,2})|(?P<past>半))?)(?!\d)\s*分?"
    r"(?:\s*:?\s*(?P<s>\d{2})(?!\d)\s*秒?(?:[.,]\d{1,9})?)?"
    r"(?:\s*(?P<after>[AaPp][Mm])\b)?"
    r"\s*(?P<zone>Z\b|[+-]\d{2}:?\d{2}(?!\d)|[A-Z]{3,4}\b)?"
)
_ZONES = {"Z": 0, "GMT": 0, "UTC": 0, "UT": 0, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6}
_ZONES |= {"PST": -8, "PDT": -7, "JST": 9, "KST": 9, "HKT": 8, "CET": 1, "CEST": 2, "BST": 1}
_EVENING = {"下午", "傍晚", "晚上", "晚间", "pm"}
_MORNING = {"凌晨", "am"}


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day: offset from midnight, whether minutes were given, and the zone written after it."""

    offset: timedelta
    precision: Precision
    zone: timezone | None


def read_clock(rest: str) -> Clock | None:
    """The time of day at the start of `rest` (after at most 12 other characters), or None."""
    found = _CLOCK.match(rest)
    if found is None:
        return None
    half = (found["half"] or found["after"] or "").lower()
    hour = _hour(int(found["h"]), half)
    minute = 30 if found["past"] else int(found["m"] or found["spoken"] or 0)
    second = int(found["s"] or 0)
    if hour > 24 or minute > 59 or second > 60:
        return None
    exact = bool(found["m"] or found["spoken"] or minute)
    offset = timedelta(hours=hour, minutes=minute, seconds=second)
    return Clock(offset, Precision.MINUTE if exact else Precision.HOUR, _zone(found["zone"]))


def _hour(hour: int, half: str) -> int:
    if half in _EVENING:
        late_night = half != "pm" and half not in ("下午", "傍晚") and hour == 12
        return 24 if late_night else hour + 12 if hour < 12 else hour
    if half == "中午" and hour < 11:
        return hour + 12
    return 0 if half in _MORNING and hour == 12 else hour


def _zone(name: str | None) -> timezone | None:
    if not name:
        return None
    if name in _ZONES:
        return timezone(timedelta(hours=_ZONES[name]))
    if name[0] not in "+-":
        return None  # CST is China's on a Chinese page and Chicago's elsewhere: the source's zone decides
    sign = -1 if name[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(name[1:3]), minutes=int(name[-2:])))

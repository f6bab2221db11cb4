"""Values of query fields: names to ids, numbers to ranges, days to instants."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Protocol

from minyi.errors import QueryError
from minyi.models import Label, Policy, PolicyId, SourceId
from minyi.store.nodes import Field, Member, Node, Polarity, Published
from minyi.text import simplify

NAMES: Mapping[str, Field] = {
    **{name.value: name for name in Field},
    "政策": Field.POLICY,
    "信源": Field.SOURCE,
    "来源": Field.SOURCE,
    "作者": Field.AUTHOR,
    "倾向": Field.LABEL,
    "情感": Field.SENT,
    "时间": Field.TIME,
}
"""Every spelling of a field; English ones in any case, all in any width and script."""


def field_named(typed: str) -> Field | None:
    """The field of that name, or None."""
    return NAMES.get(typed) or NAMES.get(_fold(typed))


_LABELS: Mapping[str, Label] = {
    **{label.value: label for label in Label},
    **{label.chinese: label for label in Label},
}
_OFFICE_ZONE = timezone(timedelta(hours=8))
"""Days of a query; a fixed offset, as China keeps no summer time."""

_DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日?|(\d\d)(\d\d))"
)
_NUMBER = re.compile(r"[+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})")
_COMPARED = re.compile(r"(>=|<=|>|<)\s*(\S+)")


class Resolver(Protocol):
    """What turns the names a person types into ids; ids pass too."""

    def policy(self, name: str) -> tuple[PolicyId, ...]:
        """Policies of that id, title, alias or document number, else whose title holds it; may be empty."""

    def source(self, name: str) -> tuple[SourceId, ...]:
        """Sources of that id or name; may be empty."""

    def author(self, name: str) -> str:
        """The pseudonym stored for that author: the office's keyed hash."""


@dataclass(frozen=True, slots=True)
class _Index:
    """Folded names, so that a query of sixty names is read as fast in an office of a thousand policies."""

    policies: Mapping[str, tuple[PolicyId, ...]]
    sources: Mapping[str, tuple[SourceId, ...]]
    titles: Sequence[tuple[str, PolicyId]]
    all_titles: str


@dataclass(frozen=True, slots=True)
class NameBook:
    """The resolver over the office's policies and source cards. `hash_author` holds the office's key.

    `sources` maps an id to its name. Names compare without case, width, script, title marks and kind of
    bracket.
    """

    policies: Sequence[Policy] = ()
    sources: Mapping[SourceId, str] = field(default_factory=dict)
    hash_author: Callable[[str], str] = str
    _index: _Index = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Fold all names once."""
        policies: dict[str, dict[PolicyId, None]] = {}
        for one in self.policies:
            for name in (one.id, one.title, one.doc_number or "", *one.aliases):
                policies.setdefault(_fold(name), {})[one.id] = None
        sources: dict[str, dict[SourceId, None]] = {}
        for source, title in self.sources.items():
            sources.setdefault(_fold(source), {})[source] = None
            sources.setdefault(_fold(title), {})[source] = None
        titles = [(_fold(one.title), one.id) for one in self.policies]
        index = _Index(
            {name: tuple(ids) for name, ids in policies.items() if name},
            {name: tuple(ids) for name, ids in sources.items() if name},
            titles,
            "\n".join(title for title, _ in titles),
        )
        object.__setattr__(self, "_index", index)

    def policy(self, name: str) -> tuple[PolicyId, ...]:
        """Exact id, title, alias or document number first; else titles that hold the name."""
        wanted = _fold(name)
        exact = self._index.policies.get(wanted)
        if exact or not wanted or wanted not in self._index.all_titles:
            return exact or ()
        return tuple(one for title, one in self._index.titles if wanted in title)

    def source(self, name: str) -> tuple[SourceId, ...]:
        """Exact id or name."""
        return self._index.sources.get(_fold(name), ())

    def author(self, name: str) -> str:
        """The keyed hash."""
        return self.hash_author(name)


_BRACKETS = str.maketrans("〔〕【】[]", "()()()")
_TITLE_MARKS = "《》〈〉 "


@lru_cache(maxsize=4_096)
def _fold(name: str) -> str:
    """What names are compared by: a title may stand in title marks, a document number in any brackets."""
    folded = simplify(unicodedata.normalize("NFKC", name)).casefold().translate(_BRACKETS)
    return folded.strip().strip(_TITLE_MARKS)


def read_value(name: Field, value: str, position: int, resolver: Resolver) -> tuple[Node, str | None]:
    """The node of `name:value`, and a note when it finds nothing: no such name, or a backward range.

    Raises:
        QueryError: `sent:` holds no range, `time:` no possible date; `position` points at the value.
    """
    if name is Field.SENT:
        polarity = _polarity(value, position)
        low, high = polarity.low, polarity.high
        return polarity, _backwards(value) if low is not None and high is not None and low > high else None
    if name is Field.TIME:
        published = _published(value, position)
        start, end = published.start, published.end
        return published, _backwards(value) if start and end and start >= end else None
    values: tuple[str, ...]
    if name is Field.AUTHOR:
        values = (resolver.author(value),)
    elif name is Field.LABEL:
        label = _LABELS.get(_fold(value))
        values = (label.value,) if label else ()
    else:
        values = resolver.policy(value) if name is Field.POLICY else resolver.source(value)
    return Member(name, tuple(sorted(set(values)))), None if values else _nothing(name, value)


def _backwards(value: str) -> str:
    return f"“{value[:50]}”的起点大于终点，这一条件查不到帖文"


def _nothing(name: Field, value: str) -> str:
    what = {Field.POLICY: "政策", Field.SOURCE: "信源", Field.LABEL: "倾向（负面、中性、正面）"}[name]
    return f"没有名为“{value[:50]}”的{what}，这一条件查不到帖文"


def _polarity(value: str, position: int) -> Polarity:
    text = unicodedata.normalize("NFKC", value).strip()
    low, dots, high = text.partition("..")
    if dots and (low or high):
        return Polarity(_least(low, position) if low else None, _most(high, position) if high else None)
    compared = _COMPARED.fullmatch(text)
    if not compared:
        raise QueryError("情感条件要写范围，例如 情感:<-0.3、情感:>=0、情感:-0.5..0", position)
    sign, bound = compared.groups()
    if sign in (">", ">="):
        least = _least(bound, position)
        return Polarity(least + 1 if sign == ">" and _whole(bound) else least, None)
    most = _most(bound, position)
    return Polarity(None, most - 1 if sign == "<" and _whole(bound) else most)


def _thousandths(text: str, position: int) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise QueryError(f"“{text[:20]}”不是数；情感的范围在 -1 与 1 之间", position)
    return Decimal(text) * 1000


def _whole(text: str) -> bool:
    return Decimal(text) * 1000 % 1 == 0


def _least(text: str, position: int) -> int:
    value = _thousandths(text, position)
    return int(value) + (value > int(value))


def _most(text: str, position: int) -> int:
    value = _thousandths(text, position)
    return int(value) - (value < int(value))


def _published(value: str, position: int) -> Published:
    text = unicodedata.normalize("NFKC", value).strip()
    first, dots, last = text.partition("..")
    if dots and (first or last):
        start = _day(first, position) if first else None
        return Published(start, _day(last, position) + timedelta(days=1) if last else None)
    compared = _COMPARED.fullmatch(text)
    if not compared:
        day = _day(text, position)
        return Published(day, day + timedelta(days=1))
    sign, bound = compared.groups()
    day = _day(bound, position)
    after = day + timedelta(days=1)
    return {
        ">": Published(after, None),
        ">=": Published(day, None),
        "<": Published(None, day),
        "<=": Published(None, after),
    }[sign]


def _day(text: str, position: int) -> datetime:
    """The first instant of a calendar day in Asia/Shanghai, as UTC."""
    found = _DAY.fullmatch(text)
    year, month, day = (int(part) for part in found.groups() if part is not None) if found else (0, 0, 0)
    if not 1900 <= year <= 2999:
        raise QueryError(
            f"“{text[:20]}”不是日期；请写作 2026-01-31，一段时间写作 2026-01-01..2026-01-31", position
        )
    try:
        return datetime(year, month, day, tzinfo=_OFFICE_ZONE).astimezone(UTC)
    except ValueError:
        raise QueryError(f"没有“{text[:20]}”这一天", position) from None

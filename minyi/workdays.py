"""Which days are worked 工作日: weekends, public holidays and make-up days, of mainland China.

The days come from `holidays.toml`: one table a year, as the State Council's office announces it every
autumn. A year without a table counts weekends only, and whoever prints a date of it says 未核节假日.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib import resources
from pathlib import Path

from minyi.clock import LOCAL
from minyi.errors import ConfigError
from minyi.tables import read_table

FILE = "holidays.toml"
UNVERIFIED = "未核节假日"
"""Printed beside a date that was counted with weekends alone."""

_WEEKEND = (5, 6)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Year:
    """`[[year]]` Days as `02-14`, ranges as `02-15..02-23`, both ends included."""

    year: int
    source: str
    holidays: tuple[str, ...] = ()
    workdays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    year: tuple[_Year, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Holidays and make-up workdays by year."""

    holidays: Mapping[int, frozenset[date]]
    workdays: Mapping[int, frozenset[date]]

    def knows(self, year: int) -> bool:
        """True when the year's arrangement is listed."""
        return year in self.holidays

    def is_workday(self, day: date) -> bool:
        """A listed make-up day, else Monday to Friday and no listed holiday."""
        if day in self.workdays.get(day.year, ()):
            return True
        return day.weekday() not in _WEEKEND and day not in self.holidays.get(day.year, ())

    def end_of(self, workday: int, after: datetime) -> datetime:
        """24:00 local of the n-th working day after an instant's local date, which itself is not counted.

        Given as the next midnight, to be read as exclusive, in UTC. By analogy with 民法典 articles 201, 203.
        """
        day = self.nth_workday(workday, after)
        return datetime.combine(day + _DAY, time(), LOCAL).astimezone(UTC)

    def nth_workday(self, number: int, after: datetime) -> date:
        """Local date of the n-th working day (n >= 1) after the local date of an instant."""
        day = after.astimezone(LOCAL).date()
        while number:
            day += _DAY
            number -= self.is_workday(day)
        return day

    def unverified(self, start: datetime, end: datetime) -> list[int]:
        """Years between two instants whose arrangement is not listed, ascending."""
        first, last = start.astimezone(LOCAL).year, end.astimezone(LOCAL).year
        return [year for year in range(first, last + 1) if not self.knows(year)]


def load_calendar(folder: Path | None = None) -> WorkCalendar:
    """The calendar that comes with the program; years in the folder's own `holidays.toml` replace its years.

    Raises:
        ConfigError: the file is no TOML, a key is wrong, or a day cannot be read.
    """
    years = _read(resources.files("minyi").joinpath(FILE).read_bytes(), FILE)
    own = folder / FILE if folder is not None else None
    if own is not None and own.exists():
        years = {**years, **_read(own.read_bytes(), str(own))}
    return WorkCalendar(
        {year: holidays for year, (holidays, _) in years.items()},
        {year: workdays for year, (_, workdays) in years.items()},
    )


@lru_cache(maxsize=4)  # by content: read often, changed once a year
def _read(raw: bytes, file: str) -> Mapping[int, tuple[frozenset[date], frozenset[date]]]:
    try:
        table = tomllib.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"无法读取：{error}", file=file) from error
    years = {}
    for number, one in enumerate(read_table(_File, table, file=file).year):
        key = f"year[{number}]"
        years[one.year] = (
            _days(one.year, one.holidays, file, f"{key}.holidays"),
            _days(one.year, one.workdays, file, f"{key}.workdays"),
        )
    return years


def _days(year: int, spans: tuple[str, ...], file: str, key: str) -> frozenset[date]:
    found: set[date] = set()
    for span in spans:
        first, _, last = span.partition("..")
        try:
            day, end = date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last or first}")
        except ValueError:
            raise ConfigError(f"{span!r} 应写作 02-14 或 02-15..02-23", file=file, key=key) from None
        if end < day:
            raise ConfigError(f"{span!r} 的末日早于首日", file=file, key=key)
        while day <= end:
            found.add(day)
            day += _DAY
    return frozenset(found)

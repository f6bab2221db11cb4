"""The week's shape of public talk: pooled over all policies, weekday or weekend by local hour. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from minyi.clock import LOCAL

HOURS = 24
ENOUGH_POSTS = 200
"""Fewer posts than this give a flat profile."""
GROUND = 0.3
"""Share of the mean added to every hour, so that the small hours do not cry wolf."""


def is_weekday(day: date) -> bool:
    """Monday to Friday; an office's calendar of make-up days and holidays goes in its place."""
    return day.isoweekday() <= 5


@dataclass(frozen=True, slots=True)
class Profile:
    """Factors by local hour, weekday and weekend; the mean over five weekdays and two weekend days is 1."""

    weekday: tuple[float, ...]
    weekend: tuple[float, ...]
    workday: Callable[[date], bool] = is_weekday

    def at(self, when: datetime) -> float:
        """Factor of an instant."""
        local = when.astimezone(LOCAL)
        return (self.weekday if self.workday(local.date()) else self.weekend)[local.hour]


FLAT = Profile((1.0,) * HOURS, (1.0,) * HOURS)


def pooled(
    counts: Iterable[tuple[datetime, int]],
    begin: datetime,
    end: datetime,
    *,
    workday: Callable[[date], bool] = is_weekday,
    rough: bool = False,
) -> Profile:
    """Profile of posts in [begin, end): smoothed 1-2-1 around the clock, grounded, scaled.

    A `rough` one is neither smoothed nor grounded: an hour in which nobody ever wrote stays 0.

    `counts` are (time, posts) of all policies together, any order and step up to an hour; those outside the
    interval are left out. Flat when there are fewer than 200 posts or no whole day.
    """
    sums = {True: [0.0] * HOURS, False: [0.0] * HOURS}
    total = 0
    for when, posts in counts:
        if begin <= when < end:
            local = when.astimezone(LOCAL)
            sums[workday(local.date())][local.hour] += posts
            total += posts
    days = _days(begin, end, workday)
    if total < ENOUGH_POSTS or not sum(days.values()):
        return Profile(FLAT.weekday, FLAT.weekend, workday)
    rates = {kind: [posts / days[kind] for posts in sums[kind]] for kind in sums if days[kind]}
    known = {kind: rates.get(kind, rates.get(not kind, ())) for kind in (True, False)}
    both = {kind: list(hours) if rough else _smooth(hours) for kind, hours in known.items()}
    ground = 0.0 if rough else GROUND * _week_mean(both[True], both[False])
    raised = {kind: [rate + ground for rate in both[kind]] for kind in both}
    scale = _week_mean(raised[True], raised[False])
    weekday, weekend = (tuple(rate / scale for rate in raised[kind]) for kind in (True, False))
    return Profile(weekday, weekend, workday)


def _days(begin: datetime, end: datetime, workday: Callable[[date], bool]) -> dict[bool, float]:
    days = {True: 0.0, False: 0.0}
    day = begin
    while day < end:
        step = min(timedelta(days=1), end - day)
        days[workday(day.astimezone(LOCAL).date())] += step / timedelta(days=1)
        day += step
    return days


def _smooth(hours: Sequence[float]) -> list[float]:
    return [(hours[i - 1] + 2 * hours[i] + hours[(i + 1) % HOURS]) / 4 for i in range(HOURS)]


def _week_mean(weekday: Sequence[float], weekend: Sequence[float]) -> float:
    return (5 * sum(weekday) + 2 * sum(weekend)) / (7 * HOURS)

"""Who is told about an alert, and not before when. Pure.

The department that made a policy is told of it (谁制作、谁负责); I and II concern the whole office. One
message a person. Quiet hours and weekends hold back III until they end; I and II pass always; IV waits for
the digest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from minyi.clock import LOCAL
from minyi.models import Level, Policy
from minyi.people import Channel, Duty, Recipient
from minyi.workdays import WorkCalendar

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Told:
    """A person to tell, and the instant before which not to; None = at once."""

    person: Recipient
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """The office's people, its duty roster, the ways beside mail, and the calendar weekends follow."""

    people: Sequence[Recipient] = ()
    roster: Sequence[Duty] = ()
    channels: Sequence[Channel] = ()
    calendar: WorkCalendar = field(default_factory=lambda: WorkCalendar({}, {}))

    def told(self, level: Level, policy: Policy | None, now: datetime, *, department: str = "") -> list[Told]:
        """Who wants alerts of this level, one an address, in the file's order, then the other ways.

        Nobody for IV. A department's recipient gets its own department's policies (and what has no policy or
        department), but I and II of every department. `department` = the one it was handed to, in place of
        the policy's own.
        """
        owner = department or (policy.department if policy is not None else None)
        if level is Level.IV:
            return []
        chosen: dict[str, Told] = {}
        for one in (*self.people, *self._ways()):
            if self._wants(one, level, owner) and self.on_duty(one, now):
                person = self._standing_in(one, now)
                told = Told(person, self._not_before(person, level, now))
                chosen.setdefault(f"{person.channel} {person.address.casefold()}", told)
        return list(chosen.values())

    def everybody(self) -> list[Told]:
        """Every person, whatever their wishes: for what must not be missed."""
        return [Told(person) for person in {p.address.casefold(): p for p in reversed(self.people)}.values()]

    def members(self, department: str, now: datetime) -> list[Told]:
        """Recipients of one department, or whoever stands in for them."""
        theirs = [person for person in self.people if department in person.departments]
        return [Told(self._standing_in(person, now)) for person in theirs]

    def on_duty(self, person: Recipient, now: datetime) -> bool:
        """False for a person of the roster on a day it does not name them.

        A day the roster says nothing of has everybody on duty: nobody to tell would be worse.
        """
        day = now.astimezone(LOCAL).date()
        names = {name for duty in self.roster if duty.start <= day <= duty.end for name in duty.names}
        return not person.on_duty or not names or person.name in names

    def _standing_in(self, person: Recipient, now: datetime) -> Recipient:
        """The person, or while away the deputy; a deputy who is away too passes nothing on."""
        if not person.deputy or not person.is_away(now.astimezone(LOCAL).date()):
            return person
        deputy = next((one for one in self.people if one.name == person.deputy), person)
        return replace(deputy, digest=person.digest)

    def _ways(self) -> list[Recipient]:
        return [
            Recipient(one.id, one.id, one.level, one.departments, digest=False, channel=f"apprise:{one.id}")
            for one in self.channels
        ]

    @staticmethod
    def _wants(person: Recipient, level: Level, owner: str | None) -> bool:
        theirs = not person.departments or owner is None or owner in person.departments
        return level.value <= person.level and (theirs or level <= Level.II)

    def _not_before(self, person: Recipient, level: Level, now: datetime) -> datetime | None:
        if level <= Level.II:
            return None
        at = now
        if not person.weekends and not self.calendar.is_workday(_day(at)):
            at = _morning(self.calendar.nth_workday(1, at), 0, at)
        hours = person.quiet_hours
        if hours is not None:
            at = _after_quiet(at, *hours)
        return at if at > now else None


def _after_quiet(at: datetime, first: int, last: int) -> datetime:
    """The instant itself, or the end of the quiet hours it lies in; `22-7` spans midnight."""
    hour = at.astimezone(LOCAL).hour
    if first < last:
        return _morning(_day(at), last, at) if first <= hour < last else at
    if hour >= first:
        return _morning(_day(at) + _DAY, last, at)
    return _morning(_day(at), last, at) if hour < last else at


def _day(at: datetime) -> date:
    return at.astimezone(LOCAL).date()


def _morning(day: date, hour: int, like: datetime) -> datetime:
    """Local `hour`:00 of a day (24 = the next midnight), in the zone of `like`."""
    return (datetime.combine(day, time(), LOCAL) + timedelta(hours=hour)).astimezone(like.tzinfo)

"""Who is told, when, and by which way: tables of `office.toml`, and the rules between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from minyi.models import Level
from minyi.tables import within

_QUIET = re.compile(r"(\d{1,2})-(\d{1,2})")
_CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,31}")


@dataclass(frozen=True, slots=True)
class Recipient:
    """`[[recipient]]` Who is told; `level` is the mildest level mailed at once (1 = I only ... 3 = I to III).

    Level IV is never mailed at once: it stands in the digest. Quiet hours and weekends hold back III alone.
    """

    name: str
    address: str
    level: int = Level.III.value
    departments: tuple[str, ...] = ()
    """Only policies of these departments; empty = all."""
    quiet: str = ""
    """Local hours, `22-7`, in which levels III and IV wait; empty = none."""
    weekends: bool = True
    """False = levels III and IV wait for the next working day."""
    on_duty: bool = False
    """True = only while the roster names this person."""
    away: tuple[str, ...] = ()
    """Days, or spans `2026-02-15..2026-02-20`, on which the deputy is told instead."""
    deputy: str = ""
    """Name of another recipient."""
    digest: bool = True
    """Gets the mail of 08:00."""
    channel: str = field(default="email", metadata={"key": False})

    @property
    def quiet_hours(self) -> tuple[int, int] | None:
        """First hour of the quiet, and the hour it ends; None without."""
        found = _QUIET.fullmatch(self.quiet)
        return (int(found[1]), int(found[2])) if found else None

    def is_away(self, day: date) -> bool:
        """True on the days the deputy stands in."""
        return any(first <= day <= last for first, last in map(day_span, self.away))


@dataclass(frozen=True, slots=True)
class Duty:
    """`[[roster]]` Who is on duty on these local days, both included; names of recipients."""

    start: date
    end: date
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Channel:
    """`[[channel]]` A way beside mail, through Apprise; its address is the secret `MINYI_CHANNEL_<ID>`."""

    id: str
    level: int = Level.II.value
    departments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notify:
    """`[notify]` How messages are gathered."""

    digest_hour: int = within(8, 0, 23)
    """Local hour of the daily digest."""
    group_from: int = within(4, 2, 1_000)
    """So many alerts waiting for one person at once become one message."""
    per_hour: int = within(12, 1, 1_000)
    """Messages a person gets in an hour; more wait and are gathered. Level I always passes."""
    heartbeat_url: str = ""
    """Address asked every `heartbeat_minutes` while every job succeeds in its time: a dead man's switch."""
    heartbeat_minutes: int = within(5, 1, 1_440)


def day_span(text: str) -> tuple[date, date]:
    """`2026-02-15` or `2026-02-15..2026-02-20` as its first and last day.

    Raises:
        ValueError: it is neither.
    """
    first, _, last = text.partition("..")
    start, end = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
    if end < start:
        raise ValueError(text)
    return start, end


def faults(
    people: Sequence[Recipient], roster: Sequence[Duty], channels: Sequence[Channel]
) -> Iterator[tuple[str, str]]:
    """Yield (key, fault in words) of everything that could not work."""
    names = {person.name for person in people}
    for number, person in enumerate(people):
        for key, fault in _person_faults(person, names):
            yield f"recipient[{number}].{key}", fault
    for number, duty in enumerate(roster):
        key = f"roster[{number}]"
        if duty.end < duty.start:
            yield f"{key}.end", "末日早于首日"
        unknown = [name for name in duty.names if name not in names]
        if unknown:
            yield f"{key}.names", f"收件人中没有 {'、'.join(unknown)}"
    yield from _channel_faults(channels)


def _channel_faults(channels: Sequence[Channel]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for number, channel in enumerate(channels):
        key = f"channel[{number}]"
        if not _CHANNEL.fullmatch(channel.id) or channel.id in seen:
            yield f"{key}.id", "应为小写字母、数字和下划线，且不重复"
        seen.add(channel.id)
        if channel.level not in set(Level):
            yield f"{key}.level", "应为 1 至 4"


def _person_faults(person: Recipient, names: set[str]) -> Iterator[tuple[str, str]]:
    if "@" not in person.address or any(c in person.address for c in "\r\n <>,"):
        yield "address", f"{person.address!r} 不是邮箱地址"
    if person.level not in set(Level):
        yield "level", "应为 1 至 4"
    hours = person.quiet_hours
    if person.quiet and (hours is None or max(hours) > 24 or hours[0] == hours[1]):
        yield "quiet", f"{person.quiet!r} 应写作 22-7 这样的起止小时"
    if person.deputy and (person.deputy not in names or person.deputy == person.name):
        yield "deputy", f"收件人中没有另一位 {person.deputy}"
    for text in person.away:
        try:
            day_span(text)
        except ValueError:
            yield "away", f"{text!r} 应写作 2026-02-15 或 2026-02-15..2026-02-20"

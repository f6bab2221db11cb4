"""Who is told about an alert. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from minyi.config import Recipient
from minyi.models import Level, Policy


def recipients_of(level: Level, policy: Policy | None, recipients: Iterable[Recipient]) -> list[Recipient]:
    """Recipients who want alerts of this level, one an address, in the file's order.

    A department's recipient gets its own department's policies (and what has no policy or department), but
    I and II of every department: those concern the whole office.
    """
    department = policy.department if policy is not None else None
    chosen: dict[str, Recipient] = {}
    for person in recipients:
        theirs = not person.departments or department is None or department in person.departments
        if level.value <= person.level and (theirs or level <= Level.II):
            chosen.setdefault(person.address.casefold(), person)
    return list(chosen.values())

"""Clocks 时限: what is due and when, how well it was kept, and who is warned before it is too late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from alerts.deadlines import OnTime, clock_words, interpretation, length_words, on_time, warning
from alerts.explain import headline
from alerts.lifecycle import message
from alerts.routing import Directory
from jobs.cases import clock_rules, directory
from jobs.context import Context
from jobs.letters import names_of
from minyi.models import Alert, ClockRun, Level, Notification, Policy
from minyi.workdays import UNVERIFIED, WorkCalendar

KNOWN = 100_000
"""Alerts read for a table of everything."""

DUE = "due"
"""Reason of a warning; the stage says which clock, and how much of its time is over."""


@dataclass(frozen=True, slots=True)
class Due:
    """A clock of an alert or a policy; `alert` is empty for a policy's own. `note` = 未核节假日 or empty."""

    alert: str
    policy: str
    what: str
    clock: str
    run: ClockRun
    level: Level | None
    note: str = ""


def due_table(context: Context, *, everything: bool = False) -> list[Due]:
    """Running clocks, the next due first; with `everything` also those stopped or waived."""
    calendar = clock_rules(context.config).calendar
    policies = context.store.policies()
    found = context.store.alerts(KNOWN) if everything else context.store.casework.unresolved()
    names = names_of(context)
    rows = [
        Due(a.id, a.policy, headline(a.spike, names), _clock(run), run, a.level, _note(run, calendar))
        for a in found
        for run in a.case.clocks
    ]
    rows += [
        Due("", policy.id, f"《{policy.title}》", _clock(run), run, None, _note(run, calendar))
        for policy, run in _interpretations(policies, calendar)
    ]
    return sorted((row for row in rows if everything or row.run.running), key=lambda row: row.run.due)


def kept(rows: Iterable[Due], since: datetime, until: datetime, now: datetime) -> OnTime:
    """On-time rate of the clocks started in [since, until)."""
    return on_time([row.run for row in rows if since <= row.run.start < until], now)


def warn(context: Context, now: datetime) -> int:
    """Queue the warnings that are due, each once per person; returns how many are new.

    Those an alert concerns are warned; at the deadline everybody is, whatever their level and department.
    """
    found = [
        (alert, f"{run.name}:{percent}")
        for alert in context.store.casework.unresolved()
        for run in alert.case.clocks
        if run.episode == alert.case.episode and (percent := warning(run, now)) is not None
    ]
    if not found:
        return 0
    policies = {policy.id: policy for policy in context.store.policies()}
    people = directory(context.config)
    told: list[Notification] = []
    for alert, stage in found:
        told += _warnings(people, alert, policies.get(alert.policy), stage, now)
    return context.store.add_notifications(told, now)


def _warnings(
    people: Directory, alert: Alert, policy: Policy | None, stage: str, now: datetime
) -> list[Notification]:
    if stage.endswith(":100"):
        reached = people.everybody()
    else:
        reached = people.told(alert.level, policy, now, department=alert.case.department)
    return [message(alert, DUE, one, now, stage=stage) for one in reached]


def _interpretations(policies: Iterable[Policy], calendar: WorkCalendar) -> Iterable[tuple[Policy, ClockRun]]:
    for policy in policies:
        run = interpretation(policy, calendar)
        if run is not None:
            yield policy, run


def _clock(run: ClockRun) -> str:
    return f"{clock_words(run)} {length_words(run)}"


def _note(run: ClockRun, calendar: WorkCalendar) -> str:
    return UNVERIFIED if run.working_days and calendar.unverified(run.start, run.due) else ""

"""Cases 个案: what people do about alerts. Read from the record, decided purely, committed with a line.

Two people cannot overwrite each other: a step is committed only on the version it was decided on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from alerts import cases
from alerts.cases import Step
from alerts.deadlines import ClockRules
from alerts.lifecycle import FIRING, message
from alerts.routing import Directory, Told
from jobs.context import Context
from jobs.finding import find_alert, find_policy, known_policy
from minyi.clock import local_iso
from minyi.config import Config
from minyi.errors import CaseError
from minyi.models import Alert, Concern, Level, Mute, OfficialResponse, Policy, RuleName
from minyi.store.base import AlertChange
from minyi.store.care import Act
from minyi.workdays import load_calendar

ASSIGNED = "assigned"


def clock_rules(config: Config) -> ClockRules:
    """The office's clocks and its calendar.

    Raises:
        ConfigError: the calendar's file has a fault.
    """
    return ClockRules(config.deadlines, load_calendar(config.path.parent))


def directory(config: Config) -> Directory:
    """Who can be told.

    Raises:
        ConfigError: the calendar's file has a fault.
    """
    calendar = load_calendar(config.path.parent)
    return Directory(config.recipient, config.roster, config.channel, calendar)


def take(context: Context, beginning: str, step: Callable[[Alert], Step], *, who: str, why: str) -> Alert:
    """Take one step with one alert, as `who`, for the reason `why`; returns the alert after it.

    Raises:
        CaseError: its state does not allow the step.
        ConfigError: no such alert.
        Conflict: somebody changed it meanwhile; nothing was written.
    """
    alert = find_alert(context, beginning)
    return _commit(context, step(alert), alert.version, who=who, why=why)


def open_case(
    context: Context,
    policy: str,
    title: str,
    *,
    level: Level,
    concern: Concern | None,
    happened_at: datetime | None,
    told_at: datetime | None,
    who: str,
    why: str,
) -> Alert:
    """Open a case by hand and tell its recipients.

    Raises:
        CaseError: the title or a time is wrong.
        ConfigError: there is no such policy.
    """
    known = find_policy(context, policy)
    step = cases.open_by_hand(
        known.id,
        title,
        level=level,
        concern=concern,
        happened_at=happened_at,
        told_at=told_at,
        clocks=clock_rules(context.config),
        now=context.clock(),
    )
    return _commit(context, step, None, who=who, why=why)


def respond(
    context: Context, beginning: str, url: str, title: str, published: datetime, *, who: str, why: str
) -> Alert:
    """Enter a published answer to an alert.

    Raises:
        CaseError: as `alerts.cases.respond`.
        ConfigError: no such alert.
    """
    now = context.clock()

    def step(alert: Alert) -> Step:
        key = hashlib.sha256(f"{alert.id}\n{url}\n{published.isoformat()}".encode()).hexdigest()[:32]
        answer = OfficialResponse(key, alert.id, alert.policy, url, title, published, now, who)
        return cases.respond(alert, answer, now=now)

    return take(context, beginning, step, who=who, why=why)


def mute(
    context: Context, policy: str, rule: RuleName | None, until: datetime, *, who: str, why: str
) -> Mute:
    """Tell nobody of a policy's alerts until a time; clocks go on.

    Raises:
        CaseError: without a reason, or a time that has passed.
        ConfigError: there is no such policy.
    """
    now = context.clock()
    if not why.strip():
        raise CaseError("静音须写明理由（--why）")
    if until <= now:
        raise CaseError("静音的截止时间已过，请核对")
    one = Mute(find_policy(context, policy).id, rule.value if rule else "", until, who, why, now)
    detail = {"rule": one.rule, "until": local_iso(until) or "", "why": why}
    context.store.casework.mute(one, Act(who, "policy.mute", one.policy), detail)
    return one


def unmute(context: Context, policy: str, rule: RuleName | None, *, who: str) -> int:
    """End a policy's mutes of this rule (None = those of every rule); returns how many there were."""
    known, name = find_policy(context, policy).id, rule.value if rule else ""
    return context.store.casework.unmute(known, name, Act(who, "policy.unmute", known), context.clock())


def interpret(context: Context, policy: str, *, url: str, at: datetime | None, none: str, who: str) -> Policy:
    """Enter where and when a policy was explained 解读, or (`none`) why it is not.

    Raises:
        CaseError: no http(s) address, no time, or a time after now; or both an address and a reason for none.
        ConfigError: there is no such policy.
    """
    known, now = find_policy(context, policy), context.clock()
    if bool(url) == bool(none.strip()):
        raise CaseError("须写明解读的网址（--url、--at），或不作解读的理由（--none），只写一种")
    if url and not url.startswith(("http://", "https://")):
        raise CaseError("须写明解读的网址（--url http://… 或 https://…）")
    if url and (at is None or at > now):
        raise CaseError("须写明解读的发布时间（--at），且不晚于现在")
    changed = replace(
        known,
        interpretation_url=url or None,
        interpretation_at=at if url else None,
        no_interpretation_reason=none.strip() or None,
    )
    detail = {"url": url, "published": local_iso(at) or ""} if url else {"why": none.strip()}
    context.store.save_policies([changed], now)
    context.store.care.audit(Act(who, "policy.interpret", known.id), detail, now)
    return changed


def _commit(context: Context, step: Step, version: int | None, *, who: str, why: str) -> Alert:
    now = context.clock()
    told = [
        message(step.alert, reason, person, now, stage=stage)
        for reason, stage, person in _told(context, step)
    ]
    detail = {**step.detail, "state": step.alert.state.value} | ({"why": why} if why else {})
    change = AlertChange(
        step.alert, version, tuple(told), Act(who, step.action, step.alert.id), detail, step.response
    )
    context.store.commit_alerts([change], {}, now)
    return replace(step.alert, version=1 if version is None else version + 1)


def _told(context: Context, step: Step) -> list[tuple[str, str, Told]]:
    """Who hears of a step at once: all concerned of a new case, a department of what is handed to it."""
    alert, people, now = step.alert, directory(context.config), context.clock()
    if step.action == "alert.open":
        policy = known_policy(context.store, alert.policy)
        return [(FIRING, "", one) for one in people.told(alert.level, policy, now)]
    if step.action == "alert.assign":
        return [(ASSIGNED, alert.case.department, one) for one in people.members(alert.case.department, now)]
    return []

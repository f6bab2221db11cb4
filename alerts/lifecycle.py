"""What becomes of spikes: new alerts, grown ones, and who is told. Pure, blind to the order posts came in.

1. A spike belongs to the known alert of its policy and rule whose onset lies within the refractory; an
   outage to the alert of the same source and start. Everything else is a new alert.
2. A known alert takes over the spike's numbers and onset, even an earlier one found late; its id stays, so
   nobody is told twice. Its level only rises.
3. People are told of a new alert, of a risen level, and of three times the hourly volume they were last told.
4. Of several rules on one policy in one tick only the gravest is mailed; the mail lists the others.
5. An outage that ended closes its alert by itself. An answered alert closes when it was calm for three
   hours; calm never closes one that waits for an answer, and what is blind is not calm.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.deadlines import PLAIN_CLOCKS, ClockRules, with_case
from alerts.onsets import onset_of
from alerts.routing import Directory, Told
from minyi.models import (
    SOURCE_RULES,
    Alert,
    AlertId,
    AlertState,
    Notification,
    Policy,
    PolicyId,
    RuleName,
    SourceId,
    Spike,
)
from minyi.rules import Rules
from minyi.store.base import AlertChange
from minyi.store.care import Act

CALM = timedelta(hours=3)
"""Without a crossing for this long, what was answered is over."""

FIRING, RAISED, GROWN = "firing", "level", "grown"
SYSTEM = "minyi"
"""Who the ledger names for what no person did."""
MAIL_ORDER = (
    RuleName.NEGATIVE_VOLUME,
    RuleName.NEGATIVE_SHARE,
    RuleName.MISREADING,
    RuleName.VOLUME,
    RuleName.KEY_SOURCE,
    RuleName.NOVELTY,
    RuleName.SOURCE_BLOCKED,
    RuleName.SOURCE_SILENT,
)


@dataclass(frozen=True, slots=True)
class _Decision:
    alert: Alert
    expected_version: int | None
    reason: str | None
    """Why people are told, or None."""
    stage: str
    """What distinguishes this telling from others for the same reason."""


def decide(
    spikes: Iterable[Spike],
    known: Sequence[Alert],
    *,
    policies: Mapping[PolicyId, Policy],
    directory: Directory,
    rules: Rules,
    now: datetime,
    clocks: ClockRules = PLAIN_CLOCKS,
    last_success: Mapping[SourceId, datetime] | None = None,
    newest_item: Mapping[SourceId, datetime] | None = None,
    muted: Collection[tuple[str, str]] = (),
    blind: bool = False,
) -> list[AlertChange]:
    """Changes to commit in one transaction; an empty list when nothing changed.

    `known` must hold every alert, open or closed, with an onset in the last three days, and open outages of
    any age. `last_success` closes outages of sources read again, `newest_item` those of sources that brought
    something again. `muted` are pairs of policy and rule that tell nobody (an empty rule: every one of the
    policy); their alerts and clocks go on. While `blind`, no alert closes by calm.
    """
    decisions = _judged(spikes, known, rules, clocks, now)
    decisions += _recovered(known, last_success or {}, newest_item or {}, now)
    if not blind:
        decisions += _calmed(known, {one.alert.id for one in decisions}, now)
    told = _one_a_policy(
        [one for one in decisions if not _is_muted(one.alert, muted)], policies, directory, now
    )
    return [
        AlertChange(
            one.alert,
            one.expected_version,
            tuple(
                message(one.alert, one.reason or FIRING, person, now, stage=one.stage)
                for person in told.get(one.alert.id, ())
            ),
            *_ledger_line(one),
        )
        for one in decisions
    ]


def _is_muted(alert: Alert, muted: Collection[tuple[str, str]]) -> bool:
    return (alert.policy, alert.rule.value) in muted or (alert.policy, "") in muted


def _ledger_line(one: _Decision) -> tuple[Act | None, dict[str, str | int]]:
    """What the ledger says of a decision; growing numbers alone are no step."""
    if one.expected_version is None:
        action = "alert.fired"
    elif one.alert.state is AlertState.RESOLVED:
        action = "alert.recovered" if one.alert.rule in SOURCE_RULES else "alert.calmed"
    elif one.reason is None:
        return None, {}
    else:
        action = f"alert.{one.reason}"
    act = Act(SYSTEM, action, one.alert.id)
    return act, {"level": one.alert.level.name, "episode": one.alert.case.episode}


def alert_id(spike: Spike) -> AlertId:
    """Key of a new alert: policy, rule, end of the first crossing bucket, and source or subject."""
    about = spike.source or spike.subject
    return AlertId(_hash(spike.policy, spike.rule, onset_of(spike).isoformat(), about))


def _judged(
    spikes: Iterable[Spike], known: Sequence[Alert], rules: Rules, clocks: ClockRules, now: datetime
) -> list[_Decision]:
    free = sorted(known, key=lambda a: onset_of(a.spike))
    decisions = []
    for spike in sorted(
        spikes, key=lambda s: (onset_of(s), s.policy, MAIL_ORDER.index(s.rule), s.source or s.subject)
    ):
        alert = _match(spike, free, rules)
        if alert is None:
            decisions.append(_new(spike, clocks, now))
            continue
        free.remove(alert)
        updated = _update(alert, spike, rules, clocks, now)
        if updated is not None:
            decisions.append(updated)
    return decisions


def _match(spike: Spike, known: Sequence[Alert], rules: Rules) -> Alert | None:
    same = [
        a
        for a in known
        if (a.policy, a.spike.source, a.spike.subject) == (spike.policy, spike.source, spike.subject)
        and (a.rule is spike.rule or {a.rule, spike.rule} == SOURCE_RULES)
        and _distance(a, spike) < _refractory(spike.rule, rules)
    ]
    return min(same, key=lambda a: (_distance(a, spike), a.id), default=None)


def _distance(alert: Alert, spike: Spike) -> timedelta:
    return abs(onset_of(alert.spike) - onset_of(spike))


def _refractory(rule: RuleName, rules: Rules) -> timedelta:
    if rule in SOURCE_RULES:
        return timedelta(microseconds=1)  # an outage is known by its exact start
    return timedelta(hours=rules.on_policies()[rule].refractory_hours)


def _hour_posts(spike: Spike) -> int:
    return int(spike.arithmetic.get("hour_posts") or 0)


def _new(spike: Spike, clocks: ClockRules, now: datetime) -> _Decision:
    alert = Alert(
        id=alert_id(spike),
        policy=spike.policy,
        rule=spike.rule,
        level=spike.level,
        state=AlertState.FIRING,
        detected_at=now,
        updated_at=now,
        spike=spike,
        due_at=None,
        notified_count=_hour_posts(spike),
    )
    return _Decision(clocks.begin(alert), None, FIRING, "")


def _update(alert: Alert, spike: Spike, rules: Rules, clocks: ClockRules, now: datetime) -> _Decision | None:
    if spike.rule in SOURCE_RULES:
        return None  # told once an outage
    spike = replace(spike, late=alert.spike.late)
    reason, hour_posts = _reason(alert, spike, rules), _hour_posts(spike)
    if _fades(alert.spike, spike):
        spike = alert.spike
    if reason is None and _facts(spike) == _facts(alert.spike):
        return None
    level = min(alert.level, spike.level)
    reopened = reason is not None and alert.state in (AlertState.RESPONDED, AlertState.RESOLVED)
    updated = replace(
        alert,
        level=level,
        state=AlertState.FIRING if reopened else alert.state,
        updated_at=now,
        spike=spike,
        notified_count=hour_posts if reason else alert.notified_count,
        version=alert.version + 1,
    )
    if reopened:
        updated = clocks.again(updated, now)
    elif level is not alert.level:
        updated = clocks.adjust(updated, now)
    return _Decision(updated, alert.version, reason, str(alert.notified_count) if reason == GROWN else "")


def _fades(old: Spike, new: Spike) -> bool:
    """True when the old numbers' window is closed for good and the same onset now shows weaker ones."""
    closed = old.window.end.isoformat() <= str(new.arithmetic.get("judged_from", ""))
    return closed and onset_of(old) == onset_of(new) and _strength(new) <= _strength(old)


def _strength(spike: Spike) -> float:
    return spike.score / max(spike.threshold, 1e-9)


def _facts(spike: Spike) -> Spike:
    """The spike without the times it was judged from and at."""
    facts = {k: v for k, v in spike.arithmetic.items() if k not in ("judged_from", "judged_at")}
    return replace(spike, arithmetic=facts)


def _reason(alert: Alert, spike: Spike, rules: Rules) -> str | None:
    if spike.level < alert.level:
        return RAISED
    settings = rules.on_policies()[spike.rule]
    grown = _hour_posts(spike) >= settings.renotice_factor * max(alert.notified_count, 1)
    return GROWN if grown else None


def _recovered(
    known: Iterable[Alert],
    last_success: Mapping[SourceId, datetime],
    newest_item: Mapping[SourceId, datetime],
    now: datetime,
) -> list[_Decision]:
    decisions = []
    for alert in known:
        source = alert.spike.source
        if alert.rule in SOURCE_RULES and alert.state is not AlertState.RESOLVED and source is not None:
            quiet = alert.spike.arithmetic.get("kind") == "quiet"
            read = (newest_item if quiet else last_success).get(source)
            if read is not None and read > alert.spike.window.start:
                decisions.append(_closed(alert, now))
    return decisions


def _calmed(known: Iterable[Alert], decided: Collection[AlertId], now: datetime) -> list[_Decision]:
    """Answered alerts whose last crossing lies three hours back."""
    return [
        _closed(alert, now)
        for alert in known
        if alert.state is AlertState.RESPONDED
        and alert.rule not in SOURCE_RULES
        and alert.rule is not RuleName.BY_HAND
        and alert.id not in decided
        and alert.case.due_at is None
        and now - max(alert.spike.window.end, alert.updated_at) >= CALM
    ]


def _closed(alert: Alert, now: datetime) -> _Decision:
    closed = replace(alert, state=AlertState.RESOLVED, updated_at=now, version=alert.version + 1)
    return _Decision(with_case(closed, replace(alert.case, resolved_at=now)), alert.version, None, "")


def _one_a_policy(
    decisions: Sequence[_Decision],
    policies: Mapping[PolicyId, Policy],
    directory: Directory,
    now: datetime,
) -> dict[AlertId, list[Told]]:
    """Whom to tell by alert: each person gets a policy's gravest decision that concerns them."""
    told: dict[AlertId, list[Told]] = {}
    reached: set[tuple[PolicyId, str, str]] = set()
    ranked = sorted(
        (one for one in decisions if one.reason),
        key=lambda one: (one.alert.level, MAIL_ORDER.index(one.alert.rule)),
    )
    for one in ranked:
        alert = one.alert
        department = alert.case.department
        for person in directory.told(alert.level, policies.get(alert.policy), now, department=department):
            place = (alert.policy, person.person.channel, person.person.address.casefold())
            if place not in reached:
                reached.add(place)
                told.setdefault(alert.id, []).append(person)
    return told


def message(alert: Alert, reason: str, told: Told, now: datetime, *, stage: str = "") -> Notification:
    """One message to one person about an alert; equal arguments (but `now`) give the same key.

    `stage` tells apart what one reason may be told several times for.
    """
    person = told.person
    episode = str(alert.case.episode) if alert.case.episode > 1 else ""
    key = _hash(alert.id, reason, stage + episode, str(alert.level.value), person.address, person.channel)
    return Notification(
        key=key,
        alert=alert.id,
        channel=person.channel,
        recipient=person.address,
        reason=reason,
        next_try=told.not_before,
        created=now,
    )


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]

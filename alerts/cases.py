"""The steps people take with a case 个案: acknowledge, classify, assign, answer, close, reopen. Pure.

firing (收集) -> acknowledged (会商、研判) -> responded (回应) -> resolved (评估), after 国办发〔2016〕80号.
Each step gives the changed alert and what the ledger says of it; a step the state does not allow is a
`CaseError` that says what to do instead. Reopening is an event: it sets a case firing again, with new clocks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts.deadlines import ClockRules, stop, waive, with_case
from minyi.clock import local_iso
from minyi.errors import CaseError
from minyi.models import (
    Alert,
    AlertId,
    AlertState,
    Case,
    Concern,
    Level,
    OfficialResponse,
    PolicyId,
    RuleName,
    Scope,
    Span,
    Spike,
    Stop,
)

EARLIEST_ANSWER = timedelta(days=30)
"""A statement may be older than the alert (早于预警), but not by more than this."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the alert after it, its name in the ledger, and the ledger's details."""

    alert: Alert
    action: str
    detail: Mapping[str, str | int] = field(default_factory=dict)
    response: OfficialResponse | None = None


def open_by_hand(
    policy: PolicyId,
    title: str,
    *,
    level: Level,
    concern: Concern | None,
    happened_at: datetime | None,
    told_at: datetime | None,
    clocks: ClockRules,
    now: datetime,
) -> Step:
    """A case nobody's counting found: a request from above, a telephone call.

    Raises:
        CaseError: no title, or a time after now.
    """
    if not title.strip():
        raise CaseError("须写明事由（--title）")
    for name, when in (("发生时间", happened_at), ("接报时间", told_at)):
        if when is not None and when > now:
            raise CaseError(f"{name}晚于现在，请核对")
    spike = _spike_by_hand(policy, title.strip(), level, Span(happened_at or told_at or now, now))
    key = f"{policy}\n{RuleName.BY_HAND}\n{title.strip()}\n{now.isoformat()}"
    alert = Alert(
        id=AlertId(hashlib.sha256(key.encode()).hexdigest()[:32]),
        policy=policy,
        rule=RuleName.BY_HAND,
        level=level,
        state=AlertState.FIRING,
        detected_at=now,
        updated_at=now,
        spike=spike,
        due_at=None,
        notified_count=0,
        case=Case(concern=concern, happened_at=happened_at, told_at=told_at),
    )
    detail = {"level": level.name, "title": title.strip()} | ({"concern": concern.value} if concern else {})
    return Step(clocks.begin(alert), "alert.open", detail)


def _spike_by_hand(policy: PolicyId, title: str, level: Level, window: Span) -> Spike:
    """What stands for the counting in a case that came without any."""
    return Spike(
        policy=policy,
        rule=RuleName.BY_HAND,
        scope=Scope.ALL,
        window=window,
        observed=0,
        expected=0.0,
        score=0.0,
        threshold=0.0,
        level=level,
        late=False,
        posts=(),
        arithmetic={"title": title, "hour_posts": 0, "onset": window.start.isoformat()},
    )


def acknowledge(alert: Alert, *, clocks: ClockRules, now: datetime, start_clock: bool = False) -> Step:
    """Somebody takes it on. With `start_clock` an alert of level IV gets the 48 hours it has not by itself.

    Raises:
        CaseError: it is not waiting to be taken on.
    """
    if alert.state is not AlertState.FIRING:
        raise CaseError(f"这起预警{alert.state.chinese}，不必再受理")
    case = stop(replace(alert.case, acknowledged_at=now), Stop.ACKNOWLEDGE, now)
    taken = with_case(replace(alert, state=AlertState.ACKNOWLEDGED, updated_at=now), case)
    if start_clock:
        taken = clocks.demand(taken, now)
    return Step(taken, "alert.ack", {"clock": 1} if start_clock else {})


def classify(
    alert: Alert, *, level: Level | None, concern: Concern | None, clocks: ClockRules, now: datetime
) -> Step:
    """A person sets level and class of concern; the clocks follow, from the same start.

    Raises:
        CaseError: nothing is set, or the case is closed.
    """
    if level is None and concern is None:
        raise CaseError("请写明等级（--level）或关切类别（--concern）")
    _must_be_open(alert)
    case = replace(alert.case, concern=concern or alert.case.concern)
    changed = replace(alert, level=level or alert.level, case=case, updated_at=now)
    detail = {"level_was": alert.level.name, "level": changed.level.name}
    if case.concern:
        detail["concern"] = case.concern.value
    return Step(clocks.adjust(changed, now), "alert.classify", detail)


def assign(alert: Alert, department: str, *, now: datetime) -> Step:
    """Hand it to a department 转办.

    Raises:
        CaseError: no department is named, or the case is closed.
    """
    if not department.strip():
        raise CaseError("须写明转办部门（--to）")
    _must_be_open(alert)
    case = replace(alert.case, department=department.strip())
    return Step(replace(alert, case=case, updated_at=now), "alert.assign", {"department": department.strip()})


def respond(alert: Alert, response: OfficialResponse, *, now: datetime) -> Step:
    """Enter an answer the office published; the first of an episode stops its clocks.

    Raises:
        CaseError: no http(s) address, a time after now or long before the alert, or the case is closed.
    """
    if not response.url.startswith(("http://", "https://")):
        raise CaseError("须写明回应的网址（--url http://… 或 https://…）")
    if response.published > now:
        raise CaseError("回应的发布时间晚于现在，请核对")
    if response.published < alert.spike.window.start - EARLIEST_ANSWER:
        raise CaseError("回应的发布时间早于预警 30 天以上，请核对")
    _must_be_open(alert)
    at = response.published
    first = alert.case.responded_at
    case = replace(alert.case, responded_at=at if first is None else first)
    case = stop(stop(case, Stop.RESPOND, at, response.url), Stop.ACKNOWLEDGE, now)
    if case.acknowledged_at is None:
        case = replace(case, acknowledged_at=now)
    changed = with_case(replace(alert, state=AlertState.RESPONDED, updated_at=now), case)
    detail = {"url": response.url, "published": local_iso(at) or ""}
    return Step(changed, "alert.respond", detail, response)


def close(alert: Alert, *, now: datetime, no_answer: str = "") -> Step:
    """Close it 办结: after an answer, or with the reason why none is owed.

    Raises:
        CaseError: a clock is running and no reason is given, or it is closed already.
    """
    _must_be_open(alert)
    running = any(run.running for run in alert.case.clocks)
    if running and not no_answer.strip():
        raise CaseError(
            "回应时限还在走：先登记回应（minyi alerts respond），或说明为何不必回应（--no-response 理由），"
            "或记为误报（minyi alerts false-alarm）"
        )
    case = waive(alert.case, no_answer.strip()) if running else alert.case
    changed = replace(alert, state=AlertState.RESOLVED, updated_at=now)
    detail = {"no_response": no_answer.strip()} if no_answer.strip() else {}
    return Step(with_case(changed, replace(case, resolved_at=now)), "alert.close", detail)


def false_alarm(alert: Alert, *, now: datetime) -> Step:
    """Close it as a false alarm 误报, which the monthly precision counts; its clocks are waived.

    Raises:
        CaseError: it is marked so already.
    """
    if alert.case.false_alarm:
        raise CaseError("这起预警已记为误报")
    case = replace(waive(alert.case, "误报"), false_alarm=True, resolved_at=now)
    return Step(
        with_case(replace(alert, state=AlertState.RESOLVED, updated_at=now), case), "alert.false_alarm"
    )


def reopen(alert: Alert, *, clocks: ClockRules, now: datetime) -> Step:
    """Set it firing again with new clocks; the old ones keep their results.

    Raises:
        CaseError: it is neither answered nor closed.
    """
    if alert.state not in {AlertState.RESPONDED, AlertState.RESOLVED}:
        raise CaseError(f"这起预警{alert.state.chinese}，没有办结，不必重开")
    changed = replace(alert, state=AlertState.FIRING, updated_at=now)
    return Step(clocks.again(changed, now), "alert.reopen", {"episode": alert.case.episode + 1})


def _must_be_open(alert: Alert) -> None:
    if alert.state is AlertState.RESOLVED:
        raise CaseError("这起预警已办结；要继续处理，先重开（minyi alerts reopen）")

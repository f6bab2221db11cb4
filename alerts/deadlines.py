"""When an official answer is due 时限. Pure; every rule of a clock stands here.

Answers: 国办发〔2016〕61号 asks for one within 48 hours, for 特别重大、重大突发事件 a press conference within
24; 国办发〔2016〕80号 for authoritative information within 5. The shorter two belong to an emergency that a
person confirmed, never to a level of volume alone. These are natural hours on UTC instants: nights, weekends
and holidays count. A released policy is explained within 3 working days (宁夏政务公开要点).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from minyi.clock import LOCAL, local_text, span_text
from minyi.config import Deadlines, OwnDeadline
from minyi.models import (
    SOURCE_RULES,
    Alert,
    Case,
    ClockRun,
    Concern,
    Level,
    Policy,
    PolicyKind,
    PolicyStatus,
    RuleName,
    Stop,
)
from minyi.workdays import WorkCalendar

INTERPRET_DAYS = 3
MORNING = time(9)
WARNED = (50, 80, 100)
"""Shares of a clock's time, in percent, at which people are warned; 100 = it is due."""


class Clock(StrEnum):
    """The clocks of the State Council's offices, in natural hours."""

    AUTHORITATIVE_5H = "authoritative_5h"
    PRESS_24H = "press_24h"
    REPLY_48H = "reply_48h"

    @property
    def hours(self) -> int:
        """Its length."""
        return {"authoritative_5h": 5, "press_24h": 24, "reply_48h": 48}[self.value]


INTERPRET = "interpret_3wd"
_CLOCK_WORDS = {
    Clock.AUTHORITATIVE_5H.value: "发布权威信息",
    Clock.PRESS_24H.value: "举行新闻发布会",
    Clock.REPLY_48H.value: "回应",
    INTERPRET: "发布解读",
}


def clock_words(run: ClockRun) -> str:
    """What has to be done; the office's own clocks have their own names."""
    return _CLOCK_WORDS.get(run.name, run.name)


def length_words(run: ClockRun) -> str:
    """`48 小时`, `3 个工作日`."""
    hours = (run.due - run.start).total_seconds() / 3600
    return f"{run.working_days} 个工作日" if run.working_days else f"{hours:g} 小时"


def due_text(run: ClockRun) -> str:
    """When it is due: `2026-02-25 24:00` for working days, whose end is exclusive."""
    if not run.working_days:
        return local_text(run.due)
    return f"{local_text(run.due - timedelta(seconds=1))[:10]} 24:00"


def standing(run: ClockRun, now: datetime) -> str:
    """How a clock stands, in words."""
    if run.waived:
        return f"免予回应：{run.waived}"
    if run.stopped is not None:
        early = "，早于预警" if run.stopped < run.start else ""
        return f"{'按时' if run.kept else '超时'}，{local_text(run.stopped)}{early}"
    return f"{'已超' if run.overdue(now) else '还有'} {span_text(abs(run.due - now))}"


def due(clock: Clock, start: datetime) -> datetime:
    """The instant by which the clock must be stopped; on time = published at or before it."""
    return start + timedelta(hours=clock.hours)


@dataclass(frozen=True, slots=True)
class ClockRules:
    """The office's settings and the calendar its own working-day clocks count by."""

    settings: Deadlines = field(default_factory=Deadlines)
    calendar: WorkCalendar = field(default_factory=lambda: WorkCalendar({}, {}))

    def runs(
        self, rule: RuleName, level: Level, concern: Concern | None, start: datetime, episode: int
    ) -> tuple[ClockRun, ...]:
        """The clocks that apply; none for a silent source, none of the State Council's at level IV."""
        if rule in SOURCE_RULES:
            return ()
        state = [
            ClockRun(clock.value, start, due(clock, start), episode)
            for clock in _state_clocks(level, concern)
        ]
        own = [self._own(one, start, episode) for one in self.settings.own if level <= one.level]
        return (*state, *own)

    def _own(self, one: OwnDeadline, start: datetime, episode: int) -> ClockRun:
        days = one.working_days
        end = self.calendar.end_of(days, start) if days else start + timedelta(hours=one.hours)
        return ClockRun(one.name, start, end, episode, days, Stop(one.stop))

    def begin(self, alert: Alert) -> Alert:
        """A new alert with its clocks, from what the settings say a clock starts at."""
        return self._clocked(alert, self._basis(alert))

    def again(self, alert: Alert, now: datetime) -> Alert:
        """The alert in its next episode: new clocks from now; the old ones keep their results."""
        case = replace(
            alert.case,
            episode=alert.case.episode + 1,
            acknowledged_at=None,
            responded_at=None,
            resolved_at=None,
            false_alarm=False,
        )
        return self._clocked(replace(alert, case=case), now)

    def adjust(self, alert: Alert, now: datetime) -> Alert:
        """The alert after its level or class changed: clocks that no longer apply go, new ones join.

        They start when the episode's others did. An alert that had none, for its level was IV, starts now.
        """
        running = [run for run in alert.case.clocks if run.episode == alert.case.episode]
        return self._clocked(alert, running[0].start if running else now)

    def demand(self, alert: Alert, now: datetime) -> Alert:
        """The alert with the 48 hours a person starts at level IV; unchanged where a clock runs already."""
        case = alert.case
        if alert.rule in SOURCE_RULES or any(run.running for run in case.clocks):
            return alert
        run = ClockRun(Clock.REPLY_48H.value, now, due(Clock.REPLY_48H, now), case.episode)
        return with_case(alert, replace(case, clocks=(*case.clocks, run)))

    def _clocked(self, alert: Alert, start: datetime) -> Alert:
        case = alert.case
        wanted = self.runs(alert.rule, alert.level, case.concern, start, case.episode)
        present = {run.name: run for run in case.clocks if run.episode == case.episode}
        names = {run.name for run in wanted}
        kept = [
            run for run in case.clocks if run.episode < case.episode or not (run.running or run.name in names)
        ]
        clocks = (*kept, *(present.get(run.name, run) for run in wanted))
        return with_case(alert, replace(case, clocks=clocks))

    def _basis(self, alert: Alert) -> datetime:
        named = {"happened": alert.case.happened_at, "told": alert.case.told_at}.get(self.settings.start)
        return named or alert.detected_at


PLAIN_CLOCKS = ClockRules()
"""The State Council's clocks alone, from detection."""


def _state_clocks(level: Level, concern: Concern | None) -> tuple[Clock, ...]:
    if level is Level.IV:
        return ()
    if concern is Concern.EMERGENCY and level <= Level.II:
        return (Clock.AUTHORITATIVE_5H, Clock.PRESS_24H)
    return (Clock.REPLY_48H,)


def with_case(alert: Alert, case: Case) -> Alert:
    """The alert with this case, and its next due time from it."""
    return replace(alert, case=case, due_at=case.due_at)


def stop(case: Case, what: Stop, at: datetime, url: str = "") -> Case:
    """The case after an answer or an acknowledgement: its running clocks of that kind are met."""
    return replace(
        case,
        clocks=tuple(
            replace(run, stopped=at, url=url) if run.running and run.stop is what else run
            for run in case.clocks
        ),
    )


def waive(case: Case, reason: str) -> Case:
    """The case with every running clock ended without an answer, and why."""
    return replace(
        case, clocks=tuple(replace(run, waived=reason) if run.running else run for run in case.clocks)
    )


def interpretation(policy: Policy, calendar: WorkCalendar) -> ClockRun | None:
    """The clock of a released document's interpretation 解读; None when none is owed.

    None is owed for a draft, a disclosure reply, an unreleased or repealed document, or where the office gave
    a reason for having none.
    """
    released = policy.released_at
    owed = policy.kind is PolicyKind.DOCUMENT and policy.status is PolicyStatus.RELEASED
    if released is None or not owed or policy.no_interpretation_reason:
        return None
    end = calendar.end_of(INTERPRET_DAYS, released)
    return ClockRun(
        INTERPRET,
        released,
        end,
        working_days=INTERPRET_DAYS,
        stopped=policy.interpretation_at,
        url=policy.interpretation_url or "",
    )


def warned_at(run: ClockRun) -> list[tuple[int, datetime]]:
    """When people are warned of a running clock: (percent, instant), ascending.

    Natural hours: at 50, 80 and 100 % of its time. Working days: at 09:00 of the last day, and when due.
    """
    if run.working_days:
        last = (run.due.astimezone(LOCAL) - timedelta(days=1)).date()
        return [(80, datetime.combine(last, MORNING, LOCAL).astimezone(run.due.tzinfo)), (100, run.due)]
    length = run.due - run.start
    return [(percent, run.start + length * percent / 100) for percent in WARNED]


def warning(run: ClockRun, now: datetime) -> int | None:
    """The latest warning that is due for a running clock, in percent; None before the first."""
    passed = [percent for percent, at in warned_at(run) if at <= now]
    return passed[-1] if run.running and passed else None


@dataclass(frozen=True, slots=True)
class OnTime:
    """On-time rate 按时率 as kept of all that were stopped or are overdue; waived runs stand apart."""

    kept: int
    judged: int
    waived: int

    def __str__(self) -> str:
        """`5/6`, with 无数据 for nothing to judge."""
        told = f"{self.kept}/{self.judged}" if self.judged else "无数据"
        return f"{told}（另有 {self.waived} 项免予回应）" if self.waived else told


def on_time(runs: Sequence[ClockRun], now: datetime) -> OnTime:
    """The rate over these clocks at an instant; those still running in time are not judged yet."""
    kept = sum(run.kept for run in runs)
    judged = sum(run.stopped is not None or run.overdue(now) for run in runs)
    return OnTime(kept, judged, sum(bool(run.waived) for run in runs))

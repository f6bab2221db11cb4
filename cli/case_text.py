"""A case as a person reads it: how it stands, its clocks, what was answered and what that did, every step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from alerts.deadlines import clock_words, due_text, standing
from alerts.wording import percent
from jobs.effect import Effect, Side
from minyi.clock import local_iso, local_text
from minyi.models import Alert, ClockRun, Concern, RuleName
from minyi.store.care import AuditLine

ACTIONS = {
    "alert.fired": "发现",
    "alert.level": "自动升级",
    "alert.grown": "持续增长",
    "alert.firing": "再次发现",
    "alert.recovered": "自动恢复",
    "alert.calmed": "平息办结",
    "alert.open": "手工立案",
    "alert.ack": "受理",
    "alert.classify": "定级定类",
    "alert.assign": "转办",
    "alert.respond": "登记回应",
    "alert.close": "办结",
    "alert.false_alarm": "记为误报",
    "alert.reopen": "重开",
    "policy.mute": "静音",
    "policy.unmute": "解除静音",
    "policy.interpret": "登记解读",
}
"""What the ledger's actions are called."""


def case_lines(
    alert: Alert, steps: Sequence[AuditLine], effects: Sequence[Effect], now: datetime
) -> list[str]:
    """The case below the alert's own text."""
    case = alert.case
    lines = ["个案", f"状态：{alert.state.chinese}{'（误报）' if case.false_alarm else ''}"]
    lines.append(f"关切类别：{case.concern.chinese if case.concern else _proposal(alert)}")
    lines += [f"转办：{case.department}"] if case.department else []
    for name, when in (("发生", case.happened_at), ("接报", case.told_at), ("受理", case.acknowledged_at)):
        lines += [f"{name}：{local_text(when)}"] if when else []
    lines += [f"时限：{clock_words(run)}，{due_text(run)} 前，{standing(run, now)}" for run in case.clocks]
    for one in effects:
        lines += ["", *effect_lines(one)]
    lines += ["", "台账"] if steps else []
    return lines + [step_line(step) for step in steps]


def _proposal(alert: Alert) -> str:
    """A class is proposed by rule and set by a person."""
    proposed = f"，建议 {Concern.MISREADING.chinese}" if alert.rule is RuleName.MISREADING else ""
    return f"未定{proposed}（minyi alerts classify）"


def effect_lines(one: Effect) -> list[str]:
    """An answer, and what was said as long before as after it."""
    answer = one.response
    hours = one.span.total_seconds() / 3600
    lines = [f"回应：{local_text(answer.published)}　{answer.title or answer.url}　（{answer.who} 登记）"]
    if answer.title:
        lines.append(f"　　{answer.url}")
    if hours < 1:
        return [*lines, "　　成效：发布不足 1 小时，尚不能比较"]
    changes = (
        ("帖数", one.before.posts, one.after.posts),
        ("负面", _share(one.before), _share(one.after)),
        ("复述误读", one.before.repeats, one.after.repeats),
        ("询问", one.before.asks, one.after.asks),
    )
    told = "，".join(f"{name} {before} → {after}" for name, before, after in changes)
    return [*lines, f"　　成效（前后各 {hours:.0f} 小时，并列而不推断因果）：{told}"]


def _share(side: Side) -> str:
    return f"{side.negative}/{side.posts}（{percent(side.negative, side.posts)}）"


def step_line(step: AuditLine) -> str:
    """One line of the ledger."""
    parts = (local_text(step.at), ACTIONS.get(step.action, step.action), step.who, detail_text(step))
    return "　".join(parts).rstrip()


def detail_text(step: AuditLine) -> str:
    """What the ledger knows of a step beside who and when."""
    shown = {
        "why": "理由：{}",
        "level": "{} 级",
        "concern": "类别 {}",
        "department": "转 {}",
        "url": "{}",
        "no_response": "不回应：{}",
        "title": "{}",
        "until": "至 {}",
    }
    known = {key: step.detail[key] for key in shown if step.detail.get(key)}
    if "concern" in known:
        known["concern"] = Concern(str(known["concern"])).chinese
    return "；".join(shown[key].format(value) for key, value in known.items())


def case_values(alert: Alert, now: datetime) -> dict[str, Any]:
    """The JSON shape of an alert's case; `title` is that of a case opened by hand, else empty."""
    case = alert.case
    return {
        "title": alert.spike.arithmetic["title"] if alert.rule is RuleName.BY_HAND else "",
        "concern": case.concern.value if case.concern else None,
        "department": case.department or None,
        "happened_at": local_iso(case.happened_at),
        "told_at": local_iso(case.told_at),
        "acknowledged_at": local_iso(case.acknowledged_at),
        "responded_at": local_iso(case.responded_at),
        "resolved_at": local_iso(case.resolved_at),
        "false_alarm": case.false_alarm,
        "episode": case.episode,
        "clocks": [clock_values(run, now) for run in case.clocks],
    }


def clock_values(run: ClockRun, now: datetime) -> dict[str, Any]:
    """The JSON shape of a clock."""
    return {
        "name": run.name,
        "start": local_iso(run.start),
        "due": local_iso(run.due),
        "working_days": run.working_days,
        "stopped": local_iso(run.stopped),
        "on_time": run.kept if run.stopped is not None else None,
        "overdue": run.overdue(now),
        "waived": run.waived or None,
        "url": run.url or None,
        "episode": run.episode,
    }

"""How good the alerts were 质量: how many that people judged were real, how many answers were in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.deadlines import OnTime, on_time
from jobs.clocks import KNOWN
from jobs.context import Context
from minyi.clock import LOCAL
from minyi.models import SOURCE_RULES, Alert, AlertState, Level, RuleName


@dataclass(frozen=True, slots=True)
class Month:
    """One local month by `detected_at`: alerts by level, those judged, those called false, the clocks kept.

    Judged = taken on, answered or closed by a person; outages of sources are none of these.
    """

    name: str
    levels: dict[Level, int]
    judged: int
    false: int
    kept: OnTime

    @property
    def precision(self) -> str:
        """`9/10`: real ones of those judged; 无数据 without any."""
        return f"{self.judged - self.false}/{self.judged}" if self.judged else "无数据"


def months(context: Context, since: datetime, now: datetime) -> list[Month]:
    """Every month since then in which something was found, newest first."""
    found: dict[str, list[Alert]] = {}
    for alert in context.store.alerts(KNOWN):
        if alert.detected_at >= since and alert.rule not in SOURCE_RULES:
            found.setdefault(alert.detected_at.astimezone(LOCAL).strftime("%Y-%m"), []).append(alert)
    return [_month(name, found[name], now) for name in sorted(found, reverse=True)]


def _month(name: str, alerts: Sequence[Alert], now: datetime) -> Month:
    levels = Counter(alert.level for alert in alerts)
    judged = [
        one for one in alerts if one.state is not AlertState.FIRING and one.rule is not RuleName.BY_HAND
    ]
    runs = [run for alert in alerts for run in alert.case.clocks]
    return Month(
        name,
        {level: levels[level] for level in Level},
        len(judged),
        sum(one.case.false_alarm for one in judged),
        on_time(runs, now),
    )

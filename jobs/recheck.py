"""Rechecking 复算: every number of an alert computed anew from the record, beside what was told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from math import isclose

from alerts.onsets import Topic, onset_of
from alerts.silence import open_seconds, quiet_source
from jobs.context import Context
from jobs.finding import known_policy
from jobs.seeing import Seeing, source_curve
from minyi.models import SOURCE_RULES, Alert, RuleName, SourceId, Span, Spike

Value = float | int | str | None
GIVEN = ("judged_from", "judged_at", "detector_version", "reason", "kind")
"""Not results, but what the results were computed with."""


@dataclass(frozen=True, slots=True)
class Recomputed:
    """One number: as the alert tells it, and as the record gives it now (None = it cannot be computed)."""

    name: str
    told: Value
    now: Value

    @property
    def same(self) -> bool:
        """True when they agree to the ninth digit."""
        told, now = self.told, self.now
        if isinstance(told, int | float) and isinstance(now, int | float):
            return isclose(told, now, rel_tol=1e-9, abs_tol=1e-12)
        return told == now


def recheck(context: Context, alert: Alert) -> list[Recomputed]:
    """Every number of the alert's spike, those of the window first; none for a case opened by hand.

    They differ where posts came, were edited or deleted since, and where rules or sources changed.
    """
    if alert.rule is RuleName.BY_HAND:
        return []
    spike = _source_again(context, alert) if alert.rule in SOURCE_RULES else _policy_again(context, alert)
    now = _numbers(spike) if spike else {}
    return [Recomputed(name, value, now.get(name)) for name, value in _numbers(alert.spike).items()]


def _numbers(spike: Spike) -> dict[str, Value]:
    head: dict[str, Value] = {
        "window_start": spike.window.start.isoformat(),
        "observed": spike.observed,
        "expected": spike.expected,
        "score": spike.score,
        "threshold": spike.threshold,
    }
    return head | {name: value for name, value in spike.arithmetic.items() if name not in GIVEN}


def _policy_again(context: Context, alert: Alert) -> Spike | None:
    policy = known_policy(context.store, alert.policy)
    numbers = alert.spike.arithmetic
    if policy is None or "judged_at" not in numbers:
        return None
    since, now = (datetime.fromisoformat(str(numbers[name])) for name in ("judged_from", "judged_at"))
    onset = onset_of(alert.spike)
    topic: Topic = (alert.rule, alert.spike.subject)
    seeing = Seeing(context, context.config.rules, since=since, now=now)
    spikes, _ = seeing.spikes(policy, {topic: onset} if onset <= since else {})
    same = [spike for spike in spikes if (spike.rule, spike.subject) == topic]
    return min(same, key=lambda spike: abs(onset_of(spike) - onset), default=None)


def _source_again(context: Context, alert: Alert) -> Spike | None:
    """An outage, from the source's runs and posts as the record holds them."""
    told = alert.spike
    source, began, now = SourceId(told.source or ""), told.window.start, told.window.end
    if told.arithmetic.get("kind") == "quiet":
        curve = source_curve(context.store, source, began, now)
        return quiet_source(curve, context.config.rules.source_silent, now)
    card = context.config.find_source(source)
    good = context.store.coverage(source, Span(began, now))
    if card is None or any(span.start < now and span.end > began for span in good):
        return None
    missed = open_seconds(card.hours, began, now) / card.every_seconds
    numbers = {**told.arithmetic, "every_seconds": card.every_seconds, "missed_intervals": missed}
    return replace(told, expected=missed, score=missed, arithmetic=numbers)

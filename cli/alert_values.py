"""Alerts and spikes as JSON."""

from __future__ import annotations

from typing import Any

from alerts.explain import Names, explain
from minyi.clock import local_iso
from minyi.models import Alert, Spike


def alert_values(alert: Alert, names: Names) -> dict[str, Any]:
    """The JSON shape of an alert."""
    return {
        "id": alert.id,
        "policy": alert.policy,
        "rule": alert.rule.value,
        "level": alert.level.name,
        "state": alert.state.value,
        "detected_at": local_iso(alert.detected_at),
        **_numbers(alert.spike),
        "text": explain(alert.spike, names),
        "due_at": local_iso(alert.due_at),
        "source": alert.spike.source,
        "posts": list(alert.spike.posts),
    }


def _numbers(spike: Spike) -> dict[str, Any]:
    return {
        "window_start": local_iso(spike.window.start),
        "window_end": local_iso(spike.window.end),
        "observed": spike.observed,
        "expected": spike.expected,
        "score": spike.score,
    }


def spike_values(spike: Spike, names: Names | None = None) -> dict[str, Any]:
    """The alert fields of a spike that no record holds: a backtest's."""
    return {
        "policy": spike.policy,
        "rule": spike.rule.value,
        "subject": spike.subject,
        "level": spike.level.name,
        "detected_at": local_iso(spike.window.end),
        **_numbers(spike),
        "threshold": spike.threshold,
        "text": explain(spike, names or Names({}, {})),
        "arithmetic": dict(spike.arithmetic),
    }

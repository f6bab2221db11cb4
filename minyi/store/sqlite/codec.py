"""Policies and alerts as JSON columns, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from minyi.models import (
    Alert,
    AlertId,
    AlertState,
    Case,
    ClockRun,
    Concern,
    Level,
    Policy,
    PolicyId,
    PolicyKind,
    PolicyStatus,
    PostId,
    RuleName,
    Scope,
    SourceId,
    Span,
    Spike,
    Stop,
    WatchItem,
    Words,
)

_CASE_TIMES = ("happened_at", "told_at", "acknowledged_at", "responded_at", "resolved_at")
_CLOCK_TIMES = ("start", "due", "stopped")
_POLICY_TIMES = ("released_at", "consult_from", "consult_to", "interpretation_at")


def encode(value: Policy | Alert) -> str:
    """JSON with ISO 8601 times; equal values give equal text."""
    return json.dumps(asdict(value), ensure_ascii=False, sort_keys=True, default=datetime.isoformat)


def decode_policy(body: str) -> Policy:
    """Read `encode` of a policy back."""
    values: dict[str, Any] = json.loads(body)
    for name in _POLICY_TIMES:
        values[name] = _time(values[name])
    values["id"] = PolicyId(values["id"])
    values["kind"], values["status"] = PolicyKind(values["kind"]), PolicyStatus(values["status"])
    values["words"] = Words(**_tuples(values["words"]))
    values["watch"] = tuple(WatchItem(**_tuples(item)) for item in values["watch"])
    return Policy(**_tuples(values))


def decode_alert(body: str) -> Alert:
    """Read `encode` of an alert back."""
    values: dict[str, Any] = json.loads(body)
    values["id"], values["policy"] = AlertId(values["id"]), PolicyId(values["policy"])
    values["rule"], values["level"] = RuleName(values["rule"]), Level(values["level"])
    values["state"] = AlertState(values["state"])
    for name in ("detected_at", "updated_at", "due_at"):
        values[name] = _time(values[name])
    values["spike"] = _spike(values["spike"])
    values["case"] = _case(values["case"]) if "case" in values else _first_case(values["due_at"])
    return Alert(**values)


def _first_case(due: datetime | None) -> Case:
    """The case of an alert that an earlier release wrote: it knew one clock only, of 48 hours."""
    runs = () if due is None else (ClockRun("reply_48h", due - timedelta(hours=48), due),)
    return Case(clocks=runs)


def _case(values: dict[str, Any]) -> Case:
    values.pop("title", None)  # an earlier release repeated here what the spike says of a case opened by hand
    for name in _CASE_TIMES:
        values[name] = _time(values.get(name))
    values["concern"] = None if values.get("concern") is None else Concern(values["concern"])
    values["clocks"] = tuple(_clock(run) for run in values.get("clocks", ()))
    return Case(**values)


def _clock(values: dict[str, Any]) -> ClockRun:
    for name in _CLOCK_TIMES:
        values[name] = _time(values[name])
    values["stop"] = Stop(values["stop"])
    return ClockRun(**values)


def _spike(values: dict[str, Any]) -> Spike:
    values["policy"] = PolicyId(values["policy"])
    values["rule"], values["scope"], values["level"] = (
        RuleName(values["rule"]),
        Scope(values["scope"]),
        Level(values["level"]),
    )
    window = values["window"]
    values["window"] = Span(datetime.fromisoformat(window["start"]), datetime.fromisoformat(window["end"]))
    values["posts"] = tuple(PostId(post) for post in values["posts"])
    values["source"] = None if values["source"] is None else SourceId(values["source"])
    return Spike(**values)


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}

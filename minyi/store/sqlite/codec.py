"""Policies and alerts as JSON columns, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from minyi.models import (
    Alert,
    AlertId,
    AlertState,
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
    WatchItem,
    Words,
)

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
    return Alert(**values)


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

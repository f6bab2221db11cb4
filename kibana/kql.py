"""Conditions in Kibana's query language KQL."""

from __future__ import annotations

from collections.abc import Sequence

from minyi.panels import Condition


def kql(conditions: Sequence[Condition]) -> str:
    """All conditions at once; empty for none. Values are quoted; a checked file has no quotes in them."""
    return " and ".join(part for one in conditions for part in _parts(one))


def _parts(condition: Condition) -> list[str]:
    parts = []
    if condition.any:
        parts.append(f"{condition.field} : {_values(condition.any)}")
    if condition.none:
        parts.append(f"not {condition.field} : {_values(condition.none)}")
    return parts


def _values(values: Sequence[str]) -> str:
    quoted = [f'"{value}"' for value in values]
    return quoted[0] if len(quoted) == 1 else f"({' or '.join(quoted)})"

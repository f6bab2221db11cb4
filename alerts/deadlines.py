"""When an official answer is due. Pure; natural hours on UTC instants: nights, weekends and holidays count.

国办发〔2016〕61号 asks for an answer within 48 hours, for 特别重大、重大突发事件 a press conference within
24; 国办发〔2016〕80号 for authoritative information within 5. The shorter two belong to an emergency that a
person confirms, never to a level of volume alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from minyi.models import Level, RuleName


class Clock(StrEnum):
    """A clock in natural hours."""

    AUTHORITATIVE_5H = "authoritative_5h"
    PRESS_24H = "press_24h"
    REPLY_48H = "reply_48h"

    @property
    def hours(self) -> int:
        """Its length."""
        return {"authoritative_5h": 5, "press_24h": 24, "reply_48h": 48}[self.value]


def due(clock: Clock, start: datetime) -> datetime:
    """The instant by which the clock must be stopped; on time = published at or before it."""
    return start + timedelta(hours=clock.hours)


def reply_due(rule: RuleName, level: Level, start: datetime) -> datetime | None:
    """Due time of an alert that reached `level` at `start`; None for level IV and for a silent source."""
    if level is Level.IV or rule is RuleName.SOURCE_SILENT:
        return None
    return due(Clock.REPLY_48H, start)

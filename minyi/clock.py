"""Time: read here and at the composition root only; everything else takes `now` as an argument."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")
"""The zone of everything users see and of calendar days."""


def now() -> datetime:
    """The present instant, aware, UTC."""
    return datetime.now(UTC)


def local_iso(when: datetime | None) -> str | None:
    """ISO 8601 with +08:00, to the second, for output; None stays None."""
    return None if when is None else when.astimezone(LOCAL).isoformat(timespec="seconds")


def local_text(when: datetime) -> str:
    """Asia/Shanghai time for people: `2026-11-25 17:05`."""
    return when.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")


def span_text(span: timedelta) -> str:
    """A non-negative length in days, hours and minutes, the two largest units that are not zero."""
    minutes = int(span.total_seconds() // 60)
    parts = [(minutes // 1440, "天"), (minutes // 60 % 24, "小时"), (minutes % 60, "分钟")]
    told = [f"{number} {unit}" for number, unit in parts if number][:2]
    return " ".join(told) or "不到 1 分钟"


def parse_time(text: str) -> datetime:
    """Read an ISO 8601 time or date typed by a user; without a zone it is Asia/Shanghai, a date is its 00:00.

    Raises:
        ValueError: the text is no ISO 8601 time.
    """
    value = datetime.fromisoformat(text.strip())
    return (value.replace(tzinfo=LOCAL) if value.tzinfo is None else value).astimezone(UTC)


def from_seconds(seconds: float) -> datetime:
    """UTC instant of unix seconds."""
    return datetime.fromtimestamp(seconds, UTC)

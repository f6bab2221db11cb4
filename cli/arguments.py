"""Arguments that are times or levels, read as a person types them."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import datetime

from minyi.clock import parse_time
from minyi.models import Level

LEVELS = {name: level for level in Level for name in (level.name, str(level.value))}


def time_option(text: str) -> datetime:
    """An argument that is a time; without a zone it is Asia/Shanghai.

    Raises:
        ArgumentTypeError: it is none.
    """
    try:
        return parse_time(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} 不是时间，应写作 2026-01-31T09:00（北京时间）") from None


def level_option(text: str) -> Level:
    """An argument that is a level: I to IV, or 1 to 4.

    Raises:
        ArgumentTypeError: it is none.
    """
    level = LEVELS.get(text.upper().removesuffix("级"))
    if level is None:
        raise ArgumentTypeError("应为 I、II、III 或 IV")
    return level

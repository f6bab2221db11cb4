"""Lines of JSON with a text, as the text tools read and answer them."""

from __future__ import annotations

import json
from typing import Any

from minyi.errors import InputError
from minyi.models import Sentiment

FAULTS = (ValueError, RecursionError, InputError)
"""What `read_line` raises of a bad line."""


def read_line(line: bytes) -> dict[str, Any]:
    """The line's object; what Python reads but JSON does not allow, as NaN or 1e999, is refused.

    Raises:
        InputError, ValueError, RecursionError: it cannot be read, or could not be printed again.
    """
    values = json.loads(line.decode("utf-8-sig"))
    if not isinstance(values, dict) or not isinstance(values.get("text"), str):
        raise InputError("缺少 text，或 text 不是文字")
    json.dumps(values, allow_nan=False)
    return values


def refused(number: int, fault: Exception) -> dict[str, Any]:
    """What stands in the place of a bad line; numbers begin at 1."""
    return {"error": f"第 {number} 行不是带 text 的 JSON：{fault}", "line": number}


def sentiment_values(judged: Sentiment) -> dict[str, Any]:
    """The JSON shape of a judgement."""
    return {
        "snownlp": judged.snownlp,
        "polarity": judged.polarity,
        "label": judged.label.value,
        "evidence": [
            {"word": e.word, "start": e.start, "end": e.end, "weight": e.weight, "reason": e.reason}
            for e in judged.evidence
        ],
        "model": judged.model_version,
    }

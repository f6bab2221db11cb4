"""Whether a text holds a person's name, in any spelling in which files and addresses carry it."""

from __future__ import annotations

import json
from urllib.parse import unquote

SHORTEST = 2
"""Characters: a name of one stands in too many words that are not about the person."""


def holds(text: str, name: str) -> bool:
    """True when the text holds the name: plain, as JSON escapes it, or as addresses encode it.

    Addresses are read as UTF-8 and as GB18030, which older Chinese sites use. False for a shorter name than
    `SHORTEST`.
    """
    if len(name) < SHORTEST:
        return False
    if name in text or json.dumps(name)[1:-1] in text:
        return True
    if "%" not in text:
        return False
    return name in unquote(text) or name in unquote(text, "gb18030", "replace")

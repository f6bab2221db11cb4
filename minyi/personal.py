"""Personal data 个人信息 in public posts: found and masked before anything is stored.

Masked are mail addresses, identity card numbers (18 digits, or the old 15, with a plausible date)
and mobile numbers. Every number needs a border without digits on both sides, so that patent
application numbers, document numbers and hotlines survive.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MAYBE_PERSONAL = re.compile("@|[0-9](?:[ -]{0,3}[0-9]){10}")
_GAP = "[ -]{0,3}"
_MAIL = re.compile(
    r"[a-z0-9_](?:[a-z0-9._%+-]{0,63})@(?:[a-z0-9](?:[a-z0-9-]{0,62})\.){1,4}[a-z](?:[a-z0-9-]{0,22})[a-z]"
)
_DATE = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_IDENTITY = re.compile(
    rf"(?<![0-9])[1-9][0-9]{{5}}{_GAP}(?:18|19|20)[0-9]{{2}}{_DATE}{_GAP}[0-9]{{3}}[0-9x](?![0-9])"
    rf"|(?<![0-9])[1-9][0-9]{{7}}{_DATE}[0-9]{{3}}(?![0-9])"
)
_GROUPS = ((11,), (3, 4, 4), (3, 8), (7, 4), (4, 3, 4), (3, 3, 5), (5, 6), (3, 2, 3, 3), (1,) * 11)
_MOBILE = re.compile(
    rf"(?<![0-9])(?:(?:\+?86|0086){_GAP})?(?=1(?:[ -]{{0,3}})[3-9])(?:"
    + "|".join(_GAP.replace("0,", "1,").join(f"[0-9]{{{size}}}" for size in sizes) for sizes in _GROUPS)
    + ")(?![0-9])"
)
MASKS = ((_MAIL, "[邮箱]"), (_IDENTITY, "[证件号]"), (_MOBILE, "[电话]"))


def mask(text: str, folded: str) -> tuple[str, str]:
    """Replace mail addresses, identity card and mobile numbers in a text and its fold alike."""
    for pattern, token in MASKS:
        spans = [found.span() for found in pattern.finditer(folded)]
        if spans:
            text, folded = _replace(text, spans, token), _replace(folded, spans, token)
    return text, folded


def _replace(text: str, spans: Sequence[tuple[int, int]], token: str) -> str:
    parts, end = [], 0
    for start, stop in spans:
        parts += [text[end:start], token]
        end = stop
    return "".join(parts) + text[end:]

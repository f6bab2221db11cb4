"""Lays Chinese and Latin text out in terminal cells: a Han character takes two, a letter one.

Widths follow Unicode Standard Annex 11: W and F are two cells, the ambiguous ones one, combining
marks and format characters none.
"""

from __future__ import annotations

import re
import unicodedata

_NOT_FIRST = frozenset("，。；：！？、）》」』”’】〉…％%,.;:!?)]}")
"""Marks that must not begin a line (GB/T 15834-2011, section 5.1)."""

_NOT_LAST = frozenset("（《「『“‘【〈([{")
"""Marks that must not end a line."""

_WORD = re.compile(r"[!-~]+ ?|\s|.[\u0300-\u036f]*", re.DOTALL)


def plain(text: str) -> str:
    """One line that cannot move the cursor: control, format and private characters are dropped."""
    shown = "".join(c if not unicodedata.category(c).startswith("C") else _blank(c) for c in text)
    return re.sub(r"\s+", " ", shown).strip()


def _blank(character: str) -> str:
    return " " if character in "\n\r\t" else ""


def cells(text: str) -> int:
    """Terminal cells of a line."""
    return sum(map(_cells, text))


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def clip(text: str, width: int) -> str:
    """The text, or its beginning and `…`, within `width` cells."""
    if cells(text) <= width:
        return text
    kept, used = "", 0
    for character in text:
        used += _cells(character)
        if used > width - 1:
            break
        kept += character
    return kept.rstrip() + "…" if width > 0 else ""


def pad(text: str, width: int, *, right: bool = False) -> str:
    """The text, clipped and filled with blanks to exactly `width` cells; `right` fills in front."""
    shown = clip(text, width)
    fill = " " * (width - cells(shown))
    return fill + shown if right else shown + fill


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells (at least 2); words and addresses stay whole where they fit.

    A mark that may not begin a line takes the word before it along; empty text gives no line.
    """
    lines: list[str] = []
    line: list[str] = []
    for token in _tokens(text, width):
        if line and cells("".join(line) + token.rstrip()) > width:
            line, carried = _carry(line, token, width)
            lines.append("".join(line).rstrip())
            line = carried
        if line or not token.isspace():
            line.append(token)
    rest = "".join(line).rstrip()
    return [*lines, rest] if rest else lines


def _tokens(text: str, width: int) -> list[str]:
    """Words, single wide characters, and pieces of words that are longer than a line."""
    found: list[str] = []
    for token in _WORD.findall(text):
        found += [token[n : n + width] for n in range(0, len(token), width)]
    return found


def _carry(line: list[str], token: str, width: int) -> tuple[list[str], list[str]]:
    """What stays on the full line, and what opens the next one before `token`: at most half a line."""
    keep, follower = len(line), token
    while keep > 1 and (follower[0] in _NOT_FIRST or line[keep - 1][-1] in _NOT_LAST):
        keep -= 1
        follower = line[keep]
    carried = line[keep:]
    if carried and (carried[0].isspace() or 2 * cells("".join([*carried, token])) > width + 2):
        return line, []
    return line[:keep], carried

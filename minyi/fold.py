"""Folding: NFKC, lower case and simplified characters, one table look-up a character.

The character table `t2s.txt` is our own list of public facts; `phrases` in it overrule characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from minyi.errors import ResourceError


@dataclass(frozen=True, slots=True)
class Table:
    """`fold`: NFKC, lower case and simplified form of each BMP character, where that is one character."""

    fold: list[int]
    simple: list[int]
    phrases: dict[str, str]
    phrase: re.Pattern[str]
    trigger: re.Pattern[str]
    growing: re.Pattern[str]


@cache
def table() -> Table:
    """The table, read and compiled once (some 30 ms).

    Raises:
        ResourceError: the file is damaged.
    """
    characters, phrases = _read_table(resources.files("minyi").joinpath("t2s.txt").read_text("utf-8"))
    moving = _moving(characters, phrases)
    plain = {c: s for c, s in characters.items() if c not in moving}
    fold = [_fold_one(cp, plain) for cp in range(0x10000)]
    simple = list(range(0x10000))
    for c, s in plain.items():
        simple[ord(c)] = ord(s)
    phrases |= {c: characters[c] for c in moving if c in characters}
    return Table(
        fold,
        simple,
        phrases,
        re.compile("|".join(map(re.escape, sorted(phrases, key=len, reverse=True)))),
        re.compile(f"[{''.join(sorted(moving))}]"),
        re.compile(f"[{''.join(chr(cp) for cp in range(0xA0, 0x10000) if _grows(cp))}]"),
    )


def _read_table(lines: str) -> tuple[dict[str, str], dict[str, str]]:
    """Characters (traditional -> simplified) and phrases of the table file.

    Raises:
        ResourceError: a line is damaged.
    """
    characters: dict[str, str] = {}
    phrases: dict[str, str] = {}
    in_phrases = False
    for line in lines.splitlines():
        if line.startswith("#") or not line:
            continue
        if line.startswith("["):
            in_phrases = line == "[phrases]"
            continue
        left, tab, right = line.partition("\t")
        if not tab or (len(left) != len(right) if in_phrases else len(left) != 1):
            raise ResourceError(f"繁简字表损坏：{line!r}")
        if in_phrases:
            phrases[left] = right
        else:
            characters.update(dict.fromkeys(right, left))
    return characters, phrases


def _moving(characters: dict[str, str], phrases: dict[str, str]) -> frozenset[str]:
    """Characters whose form depends on the phrase around them; only texts with one are looked at closer."""
    kept = {c for before in phrases for c in before if c in characters}
    changed = {b for before, after in phrases.items() for b, a in zip(before, after, strict=True) if b != a}
    return frozenset(kept | changed)


def _fold_one(code_point: int, simplified: dict[str, str]) -> int:
    char = chr(code_point)
    if 0x4E00 <= code_point <= 0x9FFF or 0xAC00 <= code_point <= 0xDFFF:
        return ord(simplified.get(char, char))
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return 0x30 + int(digit)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", char).lower())
    if char == "\u0130":  # its lower case is two characters
        folded = "i"
    elif char == "\u03c2":  # final sigma: lower case would depend on the neighbours
        folded = "\u03c3"
    if len(folded) != 1:
        return code_point
    return ord(simplified.get(folded, folded))


def _grows(code_point: int) -> bool:
    """True for a character, no mark, that NFKC makes several of."""
    if 0x3400 <= code_point <= 0xF8FF:
        return False
    char = chr(code_point)
    return not _composes(char) and len(unicodedata.normalize("NFKC", char)) > 1


def fold_slowly(folded: str) -> tuple[str, list[int]]:
    """Fold what grows under NFKC (… to three dots) and keep positions; by clusters only if needed."""
    pieces: list[str] = []
    positions: list[int] = []
    add, place, end = pieces.append, positions.extend, 0
    for found in table().growing.finditer(folded):
        start = found.start()
        piece = _grown(found[0])
        add(folded[end:start])
        add(piece)
        place(range(end, start))
        place((start,) * len(piece))
        end = start + 1
    key = "".join(pieces) + folded[end:]
    place(range(end, len(folded) + 1))
    if not unicodedata.is_normalized("NFKC", key):
        key, positions = _fold_clusters(folded)
    return key, positions


def _fold_clusters(folded: str) -> tuple[str, list[int]]:
    pieces: list[str] = []
    positions: list[int] = []
    for start, end in _clusters(folded):
        piece = _fixpoint(folded[start:end])
        pieces.append(piece)
        positions += [start] * len(piece)
    return "".join(pieces), [*positions, len(folded)]


def _clusters(text: str) -> Sequence[tuple[int, int]]:
    """Spans that NFKC treats apart: a character with the marks and Hangul letters composing with it."""
    starts = [i for i, c in enumerate(text) if i == 0 or not _composes(c)]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def _composes(char: str) -> bool:
    if char < "\u0300":
        return False
    return (
        unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff"
    )


@lru_cache(maxsize=4_096)
def _grown(char: str) -> str:
    return _fixpoint(char)


def _fixpoint(piece: str) -> str:
    for _ in range(4):
        folded = unicodedata.normalize("NFKC", piece).lower().translate(table().fold)
        if folded == piece:
            break
        piece = folded
    return piece


def apply_phrases(folded: str) -> str:
    """Settle the characters whose form depends on their phrase; as long as `folded`."""
    phrases = table().phrases
    rewrite: Callable[[re.Match[str]], str] = lambda found: phrases[found[0]]  # noqa: E731 - typed for mypy
    return table().phrase.sub(rewrite, folded)

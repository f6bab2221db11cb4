"""Text as a plain reader sees it: one character at a time, by Unicode's own names and categories.

Nothing of the normaliser, the tokens or the highlights of the product is used here, so that a mistake
in one of them cannot hide. It knows only the traditional characters that invented posts hold.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

TRADITIONAL = dict(zip("專標會費審辦難", "专标会费审办难", strict=True))


@cache
def is_han(character: str) -> bool:
    """True for a Han character."""
    name = unicodedata.name(character, "")
    return name.startswith(("CJK UNIFIED", "CJK COMPAT", "IDEOGRAPHIC NUMBER ZERO", "IDEOGRAPHIC ITERATION"))


@cache
def fold(shown: str) -> tuple[str, tuple[int, ...]]:
    """What is compared, and for each of its characters the place of the shown one it comes from."""
    made = [(TRADITIONAL.get(c, c), n) for n, one in enumerate(shown) for c in _spelled(one)]
    return "".join(c for c, _ in made), tuple(n for _, n in made)


@cache
def _spelled(one: str) -> str:
    return unicodedata.normalize("NFKC", one).lower()


def _kind(character: str) -> str:
    if is_han(character):
        return "han"
    return "word" if unicodedata.category(character)[0] in "LNM" else ""


@cache
def runs(key: str) -> tuple[tuple[int, int], ...]:
    """Where runs of Han characters, and words of other letters and digits, stand."""
    found: list[tuple[int, int]] = []
    before = ""
    for n, character in enumerate(key):
        kind = _kind(character)
        if kind and kind == before:
            found[-1] = (found[-1][0], n + 1)
        elif kind:
            found.append((n, n + 1))
        before = kind
    return tuple(found)


def pieces(typed: str) -> tuple[str, ...]:
    """What a typed word or phrase asks for: each run of it, wherever it stands."""
    key, _ = fold(typed)
    return tuple(key[start:end] for start, end in runs(key))


@cache
def _read(shown: str) -> tuple[str, frozenset[str]]:
    key, _ = fold(shown)
    return key, frozenset(key[start:end] for start, end in runs(key))


def contains(shown: str, piece: str) -> bool:
    """True when the text holds the piece: anywhere if it is Han, else as a whole word."""
    key, every = _read(shown)
    return piece in (key if is_han(piece[0]) else every)


def _places(key: str, piece: str) -> Iterator[tuple[int, int]]:
    if is_han(piece[0]):
        yield from ((n, n + len(piece)) for n in range(len(key)) if key.startswith(piece, n))
    else:
        yield from ((start, end) for start, end in runs(key) if key[start:end] == piece)


def marked(shown: str, wanted: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Spans of the shown text in which any of the pieces stand; touching ones are one."""
    key, origins = fold(shown)
    bold = {origins[n] for piece in wanted for start, end in _places(key, piece) for n in range(start, end)}
    spans: list[tuple[int, int]] = []
    for n in sorted(bold):
        if spans and spans[-1][1] == n:
            spans[-1] = (spans[-1][0], n + 1)
        else:
            spans.append((n, n + 1))
    return tuple(spans)

"""Tokens of the text index: one function for what is stored and what is asked.

Input is always a search key of `minyi.text` (NFKC, lower case, simplified script). A run of Han
characters becomes its overlapping pairs plus its last single character, so every two-character word
is one token and every longer one a phrase; a run of other letters and digits is one word. Stock
tokenizers fail here: `trigram` answers two-character words with nothing, `unicode61` makes a whole
Chinese sentence one token, and dictionary words lose about a fifth of two-character hits.
"""

from __future__ import annotations

import re
from operator import add

MAX_WORD = 128
"""Longest word kept, in characters; longer ones are cut alike when stored and when asked."""

_HAN = "\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Script=Han of Unicode's Scripts.txt: ideographs of all planes, and the iteration and number signs."""

_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4"
    "\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09cd\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc"
    "\u0ec8-\u0ece\u0f18\u0f19\u0f35\u0f37\u0f39\u0f3e\u0f3f\u0f71-\u0f84\u0f86\u0f87\u0f8d-\u0fbc"
    "\u102b-\u103e\u1056-\u1059\u17b4-\u17d3\u180b-\u180d\u1885\u1886\u18a9\u1dc0-\u1dff\u3099\u309a"
)
"""Vowel signs, subjoined letters and accents: parts of a word (Tibetan, Uyghur, Mongolian, Thai ...)."""

_RUN = re.compile(rf"[{_HAN}]++|(?:[^\W_{_HAN}]++|[{_MARKS}]++)++")
_IS_HAN = re.compile(rf"[{_HAN}]").match


def is_han(run: str) -> bool:
    """True when a run of `runs` is one of Han characters."""
    return _IS_HAN(run) is not None


def runs(key: str) -> list[str]:
    """Searchable runs of a key, in order, words cut to `MAX_WORD`; empty without letter or digit."""
    return list(map(_cut, _RUN.findall(key)))


def _cut(run: str) -> str:
    return run if _IS_HAN(run) else run[:MAX_WORD]


def different_runs(key: str) -> tuple[str, ...]:
    """The different ones of `runs`, in order of their first."""
    return tuple(dict.fromkeys(map(_cut, dict.fromkeys(_RUN.findall(key)))))


def count_different(text: str) -> int:
    """How many different runs a text has, words uncut."""
    return len(set(_RUN.findall(text)))


def spans(key: str) -> list[tuple[int, int]]:
    """Where `runs` stand in the key, uncut, as half-open spans."""
    return [found.span() for found in _RUN.finditer(key)]


def index_tokens(key: str) -> str:
    """All tokens of a key, separated by blanks, in the order that makes phrases work; empty for no token.

    The single last character of a Han run keeps two runs from forming a phrase across their border.
    """
    out: list[str] = []
    for run in _RUN.findall(key):
        if _IS_HAN(run):
            out += map(add, run, run[1:])
            out.append(run[-1])
        else:
            out.append(run[:MAX_WORD])
    return " ".join(out)


def phrase(run: str) -> tuple[str, bool]:
    """The tokens that find one run, separated by blanks; and True for a prefix (one Han character)."""
    if not _IS_HAN(run):
        return run[:MAX_WORD], False
    if len(run) == 1:
        return run, True
    return " ".join(map(add, run, run[1:])), False

"""Pieces of a typed query: words, phrases, brackets and operators, with their places."""

from __future__ import annotations

import re
from typing import NamedTuple

from minyi.errors import QueryError

MAX_PIECES = 400
"""Words, brackets and operators together: more than 64 terms can need, few enough for a millisecond."""

QUOTES = '"“”„‟＂'
_WIDE = "（）：“”„‟＂－＋｜！＜＞＝＆\u3000"
_TWINS = str.maketrans(_WIDE, '():"""""-+|!<>=& ')
"""One character for one, so that positions stay those of the typed text."""
_HAS_WIDE = re.compile(f"[{_WIDE}]")

_LEXEME = re.compile(
    r'(?P<open>\()|(?P<close>\))|(?P<or>\|+)|(?P<and>&&+)|"(?P<phrase>[^"]*+)"?'
    r"|(?P<sign>[-!+]++)(?=[^\s)|])|(?P<dangling>[-!+]++)"
    # no possessive group here: before Python 3.11.5 one forgets to undo a part that failed (gh-106052)
    r'|(?P<word>(?:[^\s()|"&-]+|&(?!&)|-+(?![("-]))+)'
)

_OPERATORS = {"OR": "or", "AND": "and", "NOT": "not", "ＯＲ": "or", "ＡＮＤ": "and", "ＮＯＴ": "not"}


class Lexeme(NamedTuple):
    """One piece of the typed text; `kind` is open, close, or, and, not, phrase, word or dangling.

    `dangling` signs mean nothing: a `+`, an even number of negations, or no operand follows.
    A tuple, for up to `MAX_PIECES` are made for each query.
    """

    kind: str
    text: str
    start: int
    end: int


def lexemes(typed: str) -> list[Lexeme]:
    """The pieces in order. A sign counts only before an operand; inside a word (`COVID-19`) it is text.

    Raises:
        QueryError: more than `MAX_PIECES`.
    """
    found: list[Lexeme] = []
    narrow = typed.translate(_TWINS) if _HAS_WIDE.search(typed) else typed
    for one in _LEXEME.finditer(narrow):
        kind = one.lastgroup or ""
        text = one[kind]
        if kind == "word":
            kind = _OPERATORS.get(text, kind)
        elif kind == "sign":
            negations = len(text) - text.count("+")
            kind = "not" if negations % 2 else "dangling"
        if len(found) == MAX_PIECES:
            raise QueryError(f"检索式过于零碎：词、括号与运算符最多 {MAX_PIECES} 个", one.start())
        found.append(Lexeme(kind, text, *one.span()))
    return found

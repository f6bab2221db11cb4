"""The query language 检索语法: a re-entrant parser in linear time, for which prose never fails.

    or    := and (("OR" | "|" | "||") and)*
    and   := (["AND" | "&&"] unary)*        blank = AND, binds tighter than OR
    unary := ("-" | "!" | "NOT") unary | "(" or ")" | field ":" (value | "(" or ")") | "phrase" | word

Open quotes and brackets close at the end; a stray `)` and doubled or dangling operators are dropped;
an unknown `x:` is text. Full-width signs count as their ASCII twins. A minus inside a word is text
(`COVID-19`), but between a word and a bracket or quote it negates (`商标-(年费 OR 会费)`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from minyi.errors import QueryError
from minyi.store import tokens
from minyi.store.fields import Resolver, field_named, read_value
from minyi.store.lexing import QUOTES, Lexeme, lexemes
from minyi.store.nodes import Field, Node, Not, Text, join_all, join_any
from minyi.text import search_key

MAX_CHARACTERS = 2_000
MAX_TERMS = 64
MAX_BRACKETS = 20

_MOST_GROWN = 2_500
"""Characters a query may have once compatibility characters are spelled out (one can become eighteen)."""
_SLICE = 100
"""Characters spelled out at a time, so that an endless query is refused early."""
_LONG = 400
_FAR_TOO_MANY = 2 * MAX_TERMS
"""Runs of a word of over `_LONG` characters beyond which no folding makes them few enough."""
_BEGINNING = 800
"""Characters of it that are looked at; if those are few runs, folding tells."""
_ZERO_WIDTH = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff]")
_NAME_PIECES = 8
"""Brackets and words that a name may go on with: `办法（试行）（2026）` has six."""

_FIELD = re.compile("([A-Za-zＡ-Ｚａ-ｚ]{4,6}|[\u4e00-\u9fff]{2}):")
_NOTHING = re.compile(
    "[\x00-\x20!-/:-@\\[-`{-\x7f\u00a1\u00a7\u00ab\u00b6\u00bb\u00bf\u200b-\u200f\u2010-\u2016\u2018-\u2027\u202a-\u202e\u2030-\u203d\u203f-\u205e\u2190-\u22ff\u2500-\u26ff"
    "\u3001-\u3003\u3008-\u3011\u3014-\u301f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff3e\uff5b-\uff65\U0001f300-\U0001faff\U000e0000-\U000e0fff]+"
)
"""Signs that no spelling makes a letter or digit of: what consists of them need not be normalised."""


_COMPARISONS = (">", ">=", "<", "<=")


@dataclass(frozen=True, slots=True)
class Reading:
    """One word, phrase or field value as typed, and the condition it became."""

    typed: str
    node: Node


@dataclass(frozen=True, slots=True)
class Parsed:
    """A typed query as understood: its tree (None = every post), notes on what was ignored, its readings."""

    tree: Node | None
    notes: tuple[str, ...]
    readings: tuple[Reading, ...]


def parse_text(typed: str, resolver: Resolver) -> Parsed:
    """Read a typed query.

    Raises:
        QueryError: too long, too many terms, pieces or brackets, a field without value or with an
            impossible one.
    """
    if len(typed) > MAX_CHARACTERS:
        raise QueryError(f"检索式过长：最多 {MAX_CHARACTERS:,} 个字符", MAX_CHARACTERS)
    if not typed.isascii():
        _refuse_grown(typed)
    parser = _Parser(typed, resolver)
    node = parser.whole()
    return Parsed(node, tuple(dict.fromkeys(parser.notes)), tuple(parser.readings))


def _refuse_grown(typed: str) -> None:
    """Raise when the query is too long once its compatibility characters are spelled out."""
    grown = 0
    for start in range(0, len(typed), _SLICE):
        grown += len(unicodedata.normalize("NFKC", typed[start : start + _SLICE]))
        if grown > _MOST_GROWN:
            raise QueryError(f"检索式过长：其中的合体字符展开后超过 {_MOST_GROWN:,} 个字符", start)


class _Parser:
    """State of one parse; made anew for each, so threads never share it."""

    def __init__(self, typed: str, resolver: Resolver) -> None:
        self._typed = typed
        self._resolver = resolver
        self._rest = [one for one in lexemes(typed) if one.kind != "dangling"]
        self._rest.reverse()
        self._terms = 0
        self.notes: list[str] = []
        self.readings: list[Reading] = []

    def whole(self) -> Node | None:
        """Everything; a stray closing bracket is dropped and what follows is joined as by a blank."""
        parts: list[Node] = []
        while self._rest:
            parts += self._any(0, None)
            self._take("close")
        return join_all(parts)

    def _take(self, *kinds: str) -> Lexeme | None:
        if self._rest and self._rest[-1].kind in kinds:
            return self._rest.pop()
        return None

    def _any(self, depth: int, field: Field | None) -> list[Node]:
        """A disjunction as a list of none or one node, as all parts here."""
        parts = self._all(depth, field)
        while self._take("or"):
            parts += self._all(depth, field)
        node = join_any(parts)
        return [node] if node else []

    def _all(self, depth: int, field: Field | None) -> list[Node]:
        parts: list[Node] = []
        while self._rest and self._rest[-1].kind not in ("or", "close"):
            parts += self._unary(depth, field)
        node = join_all(parts)
        return [node] if node else []

    def _unary(self, depth: int, field: Field | None) -> list[Node]:
        """One operand, its negations counted, not recursed into; operators without operand are dropped."""
        negated = False
        while (operator := self._take("not", "and")) is not None:
            if operator.kind == "and":
                continue
            if not self._is_minus_of_number(operator, field):
                negated = not negated
        operand = self._take("open", "phrase", "word")
        if operand is None:
            return []
        nodes = self._operand(operand, depth, field)
        return [_negate(node) for node in nodes] if negated else nodes

    def _is_minus_of_number(self, sign: Lexeme, field: Field | None) -> bool:
        """In `sent:(-0.5..0 OR >0.5)` the minus belongs to the number, which is then put back with it."""
        if field is not Field.SENT or sign.text != "-" or not self._rest:
            return False
        number = self._rest[-1]
        if number.start != sign.end or not number.text.startswith((".", *"0123456789０１２３４５６７８９")):
            return False
        self._rest[-1] = Lexeme(number.kind, "-" + number.text, sign.start, number.end)
        return True

    def _operand(self, one: Lexeme, depth: int, field: Field | None) -> list[Node]:
        if one.kind == "open":
            return self._group(one, depth, field)
        if field is not None:
            return self._value(field, self._with_brackets(field, one) if one.kind == "word" else one)
        named = _FIELD.match(one.text) if one.kind == "word" else None
        known = field_named(named[1]) if named else None
        if named and known:
            return self._field(known, one, named.end(), depth)
        return self._text(one)

    def _group(self, one: Lexeme, depth: int, field: Field | None) -> list[Node]:
        if depth == MAX_BRACKETS:
            raise QueryError(f"括号套得过深：最多 {MAX_BRACKETS} 层", one.start)
        nodes = self._any(depth + 1, field)
        self._take("close")
        return nodes

    def _field(self, field: Field, one: Lexeme, skip: int, depth: int) -> list[Node]:
        if skip < len(one.text):
            inline = Lexeme("word", one.text[skip:], one.start + skip, one.end)
            return self._value(field, self._with_brackets(field, inline))
        group = self._take("open")
        if group:
            nodes = self._group(group, depth, field)
            if not nodes:
                raise QueryError(f"“{one.text}”后面缺少要找的值", group.start)
            return nodes
        sign = self._take("not") if field is Field.SENT else None
        if sign:
            self._is_minus_of_number(sign, field)
        value = self._take("word", "phrase")
        if value is None or not value.text.strip():
            raise QueryError(f"“{one.text}”后面缺少要找的值", one.end)
        return self._value(field, self._with_brackets(field, value) if value.kind == "word" else value)

    def _with_brackets(self, field: Field, name: Lexeme) -> Lexeme:
        """`政策:管理办法（试行）` names the policy of that title: brackets without a blank belong to a name.

        They do when the office knows the longer name; the longest one counts.
        """
        pieces = self._touching(name.end)
        for count in range(len(pieces), 0, -1):
            last = pieces[count - 1]
            longer = self._typed[name.start : last.end]
            if last.kind in ("close", "word") and self._knows(field, longer):
                del self._rest[-count:]
                return Lexeme("word", longer, name.start, last.end)
        return name

    def _touching(self, end: int) -> list[Lexeme]:
        """A bracket that opens at `end`, and what follows without a blank."""
        found: list[Lexeme] = []
        for one in reversed(self._rest[-_NAME_PIECES:]):
            if one.start != end or not (found or one.kind == "open"):
                break
            found.append(one)
            end = one.end
        return found

    def _knows(self, field: Field, name: str) -> bool:
        if field is Field.POLICY:
            return bool(self._resolver.policy(name))
        return field is Field.SOURCE and bool(self._resolver.source(name))

    def _with_bound(self, field: Field, one: Lexeme) -> Lexeme:
        """`情感:> 0.5` and `情感:< -0.3`: after a lone comparison the next word is its bound."""
        if field not in (Field.SENT, Field.TIME) or one.text not in _COMPARISONS:
            return one
        sign = self._take("not")
        if sign and not self._is_minus_of_number(sign, field):
            return one
        bound = self._take("word")
        return Lexeme("word", one.text + bound.text, one.start, bound.end) if bound else one

    def _value(self, field: Field, one: Lexeme) -> list[Node]:
        self._count(1, one.start)
        one = self._with_bound(field, one)
        text = self._typed[one.start : one.end].strip(QUOTES)
        if not text.strip():  # an empty name would be found in every title
            raise QueryError(f"“{field.value}:”的括号里有一处缺少要找的值", one.start)
        node, note = read_value(field, text, one.start, self._resolver)
        if note:
            self.notes.append(note)
        self.readings.append(Reading(text, node))
        return [node]

    def _text(self, one: Lexeme) -> list[Node]:
        typed = self._typed[one.start : one.end]
        if len(typed) > _LONG and _is_endless(typed):
            self._count(_FAR_TOO_MANY, one.start)
        found = _runs(typed)
        if not found:
            self.notes.append(f"已忽略“{typed[:30]}”：其中没有可检索的文字")
            return []
        self._count(len(found), one.start)
        node = Text(found)
        self.readings.append(Reading(typed.strip(QUOTES), node))
        return [node]

    def _count(self, terms: int, position: int) -> None:
        self._terms += terms
        if self._terms > MAX_TERMS:
            raise QueryError(f"检索词过多：最多 {MAX_TERMS} 个", position)


def _negate(node: Node) -> Node:
    return node.part if isinstance(node, Not) else Not(node)


def _is_endless(typed: str) -> bool:
    """True when the beginning has far too many runs already; looked at only where folding would be dear."""
    if unicodedata.is_normalized("NFKC", typed):
        return False
    return tokens.count_different(_ZERO_WIDTH.sub("", typed[:_BEGINNING])) > _FAR_TOO_MANY


@lru_cache(maxsize=1_024)
def _runs(typed: str) -> tuple[str, ...]:
    """The different runs of one word or phrase, in order."""
    return () if _NOTHING.fullmatch(typed) else tokens.different_runs(search_key(typed))

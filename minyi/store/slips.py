"""Slips of the pen in a typed query: what its parser mended, and what reads like an operator but is text.

None of them changes what is found; `minyi query --explain` names them so that a person is not left guessing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from minyi.store.fields import field_named
from minyi.store.lexing import Lexeme, lexemes

_WORDS = {
    **dict.fromkeys(("or", "或", "或者"), "OR"),
    **dict.fromkeys(("and", "与", "和", "且", "并且"), "AND"),
    **dict.fromkeys(("not", "非", "不含"), "NOT"),
}
"""Words that stand alone as if they were operators, and the operator."""

_LIKE_FIELD = re.compile(r"([A-Za-z]{3,9}|[\u4e00-\u9fff]{2}):(?!//).")
_HAN = "[\u3400-\u9fff]"
_STUCK = re.compile(f"{_HAN}(OR|AND|NOT){_HAN}")
_INNER = re.compile(f"{_HAN}([-－!！]){_HAN}")
_CLOSERS = ("close", "phrase", "word")


def mended(typed: str) -> tuple[str, ...]:
    """What was dropped or closed, in words, in order; empty for a clean query."""
    found = lexemes(typed)
    return tuple(dict.fromkeys((*_operators(found), *_brackets(found), *_quotes(found))))


def _operators(found: Sequence[Lexeme]) -> Iterator[str]:
    """Operators that lack an operand, as the parser drops them."""
    kept: list[Lexeme] = []
    for one in (*found, Lexeme("end", "", 0, 0)):
        if one.kind == "dangling":
            yield _sign(one.text)
            continue
        idle = ("and", "not", "or") if one.kind in ("close", "end") else ("and", "not")
        while one.kind in ("or", "close", "end") and kept and kept[-1].kind in idle:
            yield f"“{kept.pop().text}”已忽略：后面没有检索词"
        if one.kind in ("or", "and") and not (kept and kept[-1].kind in _CLOSERS):
            yield f"“{one.text}”已忽略：前面没有检索词"
            continue
        kept.append(one)


def _sign(text: str) -> str:
    if "+" in text:
        return f"“{text}”不起作用：各词默认都要满足"
    return f"“{text}”已忽略：后面没有紧跟要排除的词，或两次否定相抵"


def _brackets(found: Sequence[Lexeme]) -> Iterator[str]:
    depth = 0
    before = ""
    for one in found:
        if one.kind == "open":
            depth += 1
        elif one.kind == "close":
            if before == "open":
                yield "空括号已忽略"
            if depth == 0:
                yield "多余的右括号已忽略"
            depth = max(0, depth - 1)
        before = one.kind
    if depth:
        yield "括号没有闭合，当作在末尾闭合"


def _quotes(found: Sequence[Lexeme]) -> Iterator[str]:
    if any(one.kind == "phrase" and one.end - one.start < len(one.text) + 2 for one in found):
        yield "引号没有闭合，当作在末尾闭合"


def hints(typed: str) -> tuple[str, ...]:
    """Text that a person may have meant as an operator or a field, with how to write that; empty = none."""
    found: list[str] = []
    for one in lexemes(typed):
        if one.kind != "word":
            continue
        operator = _WORDS.get(one.text)
        if operator:
            found.append(f"“{one.text}”按普通文字检索；要作运算符请写 {operator}")
        stuck = _STUCK.search(one.text)
        if stuck:
            found.append(f"“{one.text}”中的 {stuck[1]} 连着文字，按普通文字检索；要作运算符请在两边留空格")
        inner = _INNER.search(one.text)
        if inner:
            found.append(
                f"“{one.text}”中的“{inner[1]}”按标点处理，前后都要有；要排除后面的词，请在“{inner[1]}”前留空格"
            )
        named = _LIKE_FIELD.match(one.text)
        if named and not field_named(named[1]):
            found.append(
                f"“{named[1]}:”不是检索条件，按普通文字检索；可用的有 政策: 信源: 作者: 倾向: 情感: 时间:"
            )
    return tuple(dict.fromkeys(found))

"""How a typed query was understood, in words for a person and as values for a program.

Everything is computed from the tree the engines answer, so the words cannot say one thing and the
answer another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any
from unicodedata import normalize

from minyi.clock import local_iso, local_text
from minyi.models import Label, PolicyId, SourceId
from minyi.store import tokens
from minyi.store.fields import NameBook
from minyi.store.grammar import Parsed, Reading, parse_text
from minyi.store.nodes import And, Field, Member, Node, Not, Or, Polarity, Published, Text
from minyi.store.slips import hints, mended
from minyi.text import search_key, simplify

_FIELDS = {
    Field.POLICY: "政策",
    Field.SOURCE: "信源",
    Field.AUTHOR: "作者",
    Field.LABEL: "倾向",
    Field.SENT: "情感",
    Field.TIME: "时间",
}


_NEAR_NAMES = 3
"""Unknown names that are answered with known ones, and how many of these."""

_COMPARED = re.compile(r"(>=|<=|>|<)\s*(\S+)")
_COMPARISONS = {">": "高于", ">=": "不低于", "<": "低于", "<=": "不高于"}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the explanation, indented by `depth` (0 = a condition of the whole query)."""

    depth: int
    words: str


@dataclass(frozen=True, slots=True)
class Converted:
    """A word that is searched in another spelling; `how` says which change that is."""

    typed: str
    read: str
    how: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a query was understood.

    `bracketed` is the query with every operator written and every binding in brackets; it means the
    same when typed again; empty = every post. `conditions` are the parts of the tree that stand at the
    top, joined by `joint` (“all” or “any”), each with its own lines.
    """

    bracketed: str
    joint: str
    conditions: tuple[tuple[Node, tuple[Step, ...]], ...]
    converted: tuple[Converted, ...]
    ignored: tuple[str, ...]
    hints: tuple[str, ...]
    tree: Mapping[str, Any] | None


def explain(typed: str, names: NameBook) -> Explanation:
    """Explain a typed query; it need not find anything.

    Raises:
        QueryError: as the parser does.
    """
    parsed = parse_text(typed, names)
    words = _Words(parsed, names)
    tree = parsed.tree
    parts = tree.parts if isinstance(tree, (And, Or)) else (tree,) if tree else ()
    return Explanation(
        bracketed=words.bracketed(tree) if tree else "",
        joint="any" if isinstance(tree, Or) else "all",
        conditions=tuple((part, tuple(words.steps(part, 0))) for part in parts),
        converted=_conversions(parsed.readings),
        ignored=(*parsed.notes, *mended(typed)),
        hints=(*hints(typed), *_near_names(parsed.readings, names)),
        tree=words.values(tree) if tree else None,
    )


def _conversions(readings: Sequence[Reading]) -> tuple[Converted, ...]:
    """Words of which the spelling that is searched differs from the typed one."""
    found = {}
    for one in readings:
        key = search_key(one.typed)
        if isinstance(one.node, Text) and any(run not in one.typed for run in one.node.runs):
            how = "繁体转为简体" if simplify(one.typed) != one.typed else "全角、大写等写法统一"
            found[one.typed] = Converted(one.typed, key, how)
    return tuple(found.values())


def _near_names(readings: Sequence[Reading], names: NameBook) -> Iterator[str]:
    """Names that a policy or source which does not exist may have been meant for."""
    known = {
        Field.POLICY: [policy.title for policy in names.policies],
        Field.SOURCE: list(names.sources.values()),
    }
    unknown = [
        (one.node.field, one.typed)
        for one in readings
        if isinstance(one.node, Member) and not one.node.values and one.node.field in known
    ]
    for field, typed in unknown[:_NEAR_NAMES]:  # each looks through all names
        wanted = simplify(typed)
        every = list(dict.fromkeys(known[field]))
        near = [name for name in every if wanted in name] or get_close_matches(wanted, every, cutoff=0.4)
        if near:
            told = "、".join(f"“{name}”" for name in near[:_NEAR_NAMES])
            yield f"“{typed}”：相近的{_FIELDS[field]}名称有{told}；名称里有空格时要加引号"


def range_words(start: datetime | None, end: datetime | None) -> str:
    """A time range as absolute local times; empty when open on both sides."""
    if start and end:
        return f"{local_text(start)}（含）至 {local_text(end)}（不含），北京时间"
    if start:
        return f"{local_text(start)}（含）以后，北京时间"
    return f"{local_text(end)}（不含）以前，北京时间" if end else ""


class _Words:
    """Renders the nodes of one parsed query."""

    def __init__(self, parsed: Parsed, names: NameBook) -> None:
        self._typed: dict[Node, str] = {}
        for one in parsed.readings:
            self._typed.setdefault(one.node, one.typed)
        self._policies = {policy.id: policy.title for policy in names.policies}
        self._sources = names.sources

    # --- lines ---------------------------------------------------------------------------------------

    def steps(self, node: Node, depth: int) -> list[Step]:
        """The lines of one condition."""
        match node:
            case And(parts) | Or(parts):
                head = "同时满足：" if isinstance(node, And) else "满足任一项即可："
            case Not(And(parts)):
                head = "排除同时满足以下各项的帖文："
            case Not(Or(parts)):
                head = "排除满足以下任一项的帖文："
            case Not(part):
                return [Step(depth, self._leaf(part, negated=True))]
            case _:
                return [Step(depth, self._leaf(node, negated=False))]
        return [Step(depth, head), *(step for part in parts for step in self.steps(part, depth + 1))]

    def _leaf(self, node: Node, *, negated: bool) -> str:
        match node:
            case Text(runs):
                return _text_words(runs, negated=negated)
            case Member(field, values):
                return self._member(node, field, values, negated=negated)
            case Polarity(low, high):
                words = _compared(self._typed.get(node, "")) or _range(low, high)
                told = f"情感分{'不是' if negated else ''}{words}（-1 最负面，1 最正面）"
                return told + ("，未分析的也算" if negated else "")
            case Published(start, end):
                return f"发表时间{_not(negated)}在 {range_words(start, end)}" + (
                    "，时间不详的也算" if negated else ""
                )
        raise TypeError(node)

    def _member(self, node: Node, field: Field, values: tuple[str, ...], *, negated: bool) -> str:
        typed = self._typed.get(node, "")
        if not values:
            every = "每条帖文都满足" if negated else "没有帖文满足"
            return f"{_FIELDS[field]}“{typed}”不存在，{every}"
        shown = "、".join(self._names(field, values)) if field is not Field.AUTHOR else f"“{typed}”"
        one_of = "之一" if len(values) > 1 else ""
        verb = {
            Field.POLICY: "没有明确匹配政策" if negated else "明确匹配政策",
            Field.SOURCE: "不来自信源" if negated else "来自信源",
            Field.AUTHOR: "作者不是" if negated else "作者是",
            Field.LABEL: "倾向不是" if negated else "倾向是",
        }[field]
        return f"{verb}{shown}{one_of}"

    def _names(self, field: Field, values: Sequence[str]) -> list[str]:
        if field is Field.POLICY:
            return [f"《{self._policies.get(PolicyId(one), one)}》（{one}）" for one in values]
        if field is Field.SOURCE:
            return [f"“{self._sources.get(SourceId(one), one)}”（{one}）" for one in values]
        return [Label(one).chinese for one in values]

    # --- the query written out -----------------------------------------------------------------------

    def bracketed(self, node: Node, *, inside: bool = False) -> str:
        """The query language with every operator and bracket written."""
        match node:
            case And(parts) | Or(parts):
                word = " AND " if isinstance(node, And) else " OR "
                joined = word.join(self.bracketed(part, inside=True) for part in parts)
                return f"({joined})" if inside else joined
            case Not(part):
                return f"NOT {self.bracketed(part, inside=True)}"
            case Text(runs):
                return runs[0] if len(runs) == 1 else f'"{" ".join(runs)}"'
            case Member(field, _):
                return f"{_FIELDS[field]}:{_quoted(self._typed[node])}"
            case Polarity():
                return f"情感:{normalize('NFKC', self._typed[node])}"
            case Published():
                return f"时间:{normalize('NFKC', self._typed[node])}"

    # --- values for programs -------------------------------------------------------------------------

    def values(self, node: Node) -> dict[str, Any]:
        """The tree as plain values."""
        match node:
            case And(parts):
                return {"all": [self.values(part) for part in parts]}
            case Or(parts):
                return {"any": [self.values(part) for part in parts]}
            case Not(part):
                return {"not": self.values(part)}
            case _:
                return {**self._condition(node), "typed": self._typed.get(node)}

    def _condition(self, node: Node) -> dict[str, Any]:
        match node:
            case Text(runs):
                return {"text": list(runs)}
            case Member(field, ids):
                return {"field": field.value, "values": self._pairs(field, ids)}
            case Polarity(low, high):
                return {"field": Field.SENT.value, "low": _unit(low), "high": _unit(high)}
            case Published(start, end):
                return {"field": Field.TIME.value, "start": local_iso(start), "end": local_iso(end)}
        raise TypeError(node)

    def _pairs(self, field: Field, ids: Sequence[str]) -> list[dict[str, str]]:
        """Ids beside their names; an author has neither to show."""
        if field is Field.AUTHOR:
            return []
        known: dict[str, str] = {label.value: label.chinese for label in Label}
        if field is not Field.LABEL:
            titles: Mapping[Any, str] = self._policies if field is Field.POLICY else self._sources
            known = dict(titles)
        return [{"id": one, "name": known.get(one, one)} for one in ids]


def _text_words(runs: tuple[str, ...], *, negated: bool) -> str:
    shown = "、".join(f"“{run}”" if tokens.is_han(run) else f"单词“{run}”" for run in runs)
    if len(runs) > 1:
        return f"标题或正文{'不' if negated else ''}同时含有{shown}"
    return f"标题或正文{'不含' if negated else '含有'}{shown}"


def _compared(typed: str) -> str:
    """`<-0.3` in words; empty for a range with two ends."""
    found = _COMPARED.fullmatch(normalize("NFKC", typed).strip())
    return f"{_COMPARISONS[found[1]]} {found[2]}" if found else ""


def _not(negated: bool) -> str:
    return "不" if negated else ""


def _range(low: int | None, high: int | None) -> str:
    if low is not None and high is not None:
        return f"在 {low / 1000:g} 至 {high / 1000:g} 之间，含两端"
    return f"不低于 {low / 1000:g}" if low is not None else f"不高于 {(high or 0) / 1000:g}"


def _unit(thousandths: int | None) -> float | None:
    return None if thousandths is None else thousandths / 1000


def _quoted(value: str) -> str:
    return f'"{value}"' if any(not c.isalnum() and c not in "-_." for c in value) else value

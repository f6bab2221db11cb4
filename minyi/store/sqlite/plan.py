"""A query compiled for SQLite: one full-text expression, a range of row ids, and what must be re-checked.

Policies, sources, authors, labels and tenths of polarity are tags of the text index, so whole boolean
trees of them are one expression. Finer polarity and time are looked up in `post_facts`. All values are
bound or made of letters and digits: nothing typed reaches SQL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import apsw

from minyi.models import Label
from minyi.store import tokens
from minyi.store.nodes import And, Field, Member, Node, Not, Or, Polarity, Published, Text, join_all
from minyi.store.query import Query
from minyi.store.sqlite import rids
from minyi.store.sqlite.facts import (
    BANDS,
    EVERY_LABEL,
    LABELS,
    NONE,
    author_tag,
    cluster_tag,
    micros,
    polarity_band,
    seconds,
)
from minyi.store.sqlite.names import policy_numbers, source_numbers

_EVERY = " OR ".join(f'tags:"l{label}"' for label in EVERY_LABEL).join("()")
_NOBODY = 'tags:"never"'
_FIRST_RID, _LAST_RID = -(1 << 62), 1 << 62


@dataclass(frozen=True, slots=True)
class Numbers:
    """Small numbers of policies and sources, as read in the snapshot that is searched."""

    policies: Mapping[str, int]
    sources: Mapping[str, int]


def read_numbers(connection: apsw.Connection) -> Numbers:
    """The numbers of this snapshot."""
    return Numbers(policy_numbers(connection), source_numbers(connection))


@dataclass(frozen=True, slots=True)
class Plan:
    """`match` is for the text index (None = not needed), `where` for the tables; row ids in [low, high)."""

    match: str | None
    where: tuple[str, ...]
    values: tuple[object, ...]
    low: int = _FIRST_RID
    high: int = _LAST_RID
    dear: bool = False
    """True when asking the index at all costs more than reading its answer."""

    def select(
        self, columns: str, *, below: int | None = None, at_least: int | None = None, more: str = ""
    ) -> str:
        """SELECT over the hits. Bind with `bindings` of the same arguments.

        Name the row id `$rid`, columns of `post_facts` `t.x`, of `posts` `p.x`; only tables named are read.
        """
        asked = " ".join((columns, *self.where))
        tables = [table for table in ("post_facts t", "posts p") if re.search(rf"\b{table[-1]}\.", asked)]
        if self.match is not None:
            first, rid = "fts f", "f.rowid"
        else:
            first, *tables = tables or ["post_facts t"]
            rid = f"{first[-1]}.rid"
        origin = " CROSS JOIN ".join((first, *(f"{table} ON {table[-1]}.rid = {rid}" for table in tables)))
        conditions = [*(["f.fts MATCH ?"] if self.match is not None else ()), *self.where]
        if below is not None or self.high != _LAST_RID:
            conditions.append("$rid < ?")
        if at_least is not None or self.low != _FIRST_RID:
            conditions.append("$rid >= ?")
        where = " AND ".join(conditions) or "1"
        return f"SELECT {columns} FROM {origin} WHERE {where} {more}".replace("$rid", rid)  # noqa: S608 - our own words

    def bindings(self, *, below: int | None = None, at_least: int | None = None) -> tuple[object, ...]:
        """Values for `select`."""
        values = [*([self.match] if self.match is not None else ()), *self.values]
        if below is not None or self.high != _LAST_RID:
            values.append(self.high if below is None else min(below, self.high))
        if at_least is not None or self.low != _FIRST_RID:
            values.append(self.low if at_least is None else max(at_least, self.low))
        return tuple(values)

    def with_clusters(self, clusters: Sequence[str]) -> Plan:
        """The hits of these clusters, at least one."""
        tags = " OR ".join(f'tags:"{cluster_tag(cluster)}"' for cluster in clusters)
        match = f"({tags})" if self.match is None else f"({tags}) AND ({self.match})"
        among = f"p.cluster IN ({','.join('?' * len(clusters))})"
        return replace(self, match=match, where=(among, *self.where), values=(*clusters, *self.values))


def compile_query(query: Query, numbers: Numbers) -> Plan:
    """The plan of a query."""
    tree = query.tree()
    parts = tree.parts if isinstance(tree, And) else (tree,) if tree else ()
    indexed = [part for part in parts if _is_indexed(part)]
    where: list[str] = []
    values: list[object] = []
    low, high = _FIRST_RID, _LAST_RID
    hints: list[Node] = []
    for part in parts:
        if _is_indexed(part):
            continue
        if isinstance(part, Polarity):
            hints.append(_bands(part))
        sql, bound = _sql(part, numbers)
        where.append(sql)
        values += bound
        if isinstance(part, Published):
            low = max(low, rids.floor_rid(seconds(part.start))) if part.start else low
            high = min(high, rids.ceiling_rid(seconds(part.end))) if part.end else high
    tree = join_all([*indexed, *hints])
    match = _expression(tree, numbers) if tree else None
    return Plan(match, tuple(where), tuple(values), low, high, dear=any(map(_is_dear, parts)))


def _is_indexed(node: Node) -> bool:
    """True when the text index alone decides."""
    if isinstance(node, (And, Or)):
        return all(_is_indexed(part) for part in node.parts)
    if isinstance(node, Not):
        return _is_indexed(node.part)
    if isinstance(node, Polarity):
        return _bands(node) == node
    return isinstance(node, (Text, Member))


def _is_dear(node: Node) -> bool:
    """True for one Han character, the prefix of thousands of pairs whose places are gathered first."""
    if isinstance(node, (And, Or)):
        return any(map(_is_dear, node.parts))
    if isinstance(node, Not):
        return _is_dear(node.part)
    return isinstance(node, Text) and any(tokens.phrase(run)[1] for run in node.runs)


def _bands(node: Polarity) -> Polarity:
    """The whole bands that hold the range: a range of bands is a matter of tags alone."""
    low = None if node.low is None else polarity_band(node.low) * 100 - 1_000
    high = None if node.high is None else polarity_band(node.high) * 100 - 901
    return Polarity(low, high)


def _expression(node: Node, numbers: Numbers) -> str:
    """An FTS5 expression, in brackets where it needs them."""
    match node:
        case Text(runs):
            return _both([_run(run) for run in runs])
        case Member(field, values):
            tags = [f'tags:"{tag}"' for tag in _tags(field, values, numbers)]
            return f"({' OR '.join(tags)})" if tags else _NOBODY
        case Polarity(low, high):
            first = BANDS[0] if low is None else polarity_band(low)
            last = BANDS[-1] if high is None else polarity_band(high)
            bands = [f'tags:"e{band}"' for band in range(first, last + 1)]
            return f"({' OR '.join(bands)})" if bands else _NOBODY
        case Or(parts):
            return f"({' OR '.join(_expression(part, numbers) for part in parts)})"
        case And(parts):
            wanted = [_expression(part, numbers) for part in parts if not isinstance(part, Not)]
            unwanted = [_expression(part.part, numbers) for part in parts if isinstance(part, Not)]
            return _without(_both(wanted) if wanted else _EVERY, unwanted)
        case Not(part):
            return _without(_EVERY, [_expression(part, numbers)])
        case _:
            raise TypeError(node)


def _both(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({' AND '.join(parts)})"


def _without(wanted: str, unwanted: Sequence[str]) -> str:
    """FTS5 has no unary NOT, and NOT binds tightest: brackets say what is meant."""
    if not unwanted:
        return wanted
    return f"({wanted} NOT ({' OR '.join(unwanted)}))"


def _run(run: str) -> str:
    phrase, is_prefix = tokens.phrase(run)
    return f'body:"{phrase}"{" *" if is_prefix else ""}'


def _tags(field: Field, values: Sequence[str], numbers: Numbers) -> list[str]:
    """Index tags of the values; a name that has no number has no post."""
    make: Mapping[Field, Callable[[str], str | None]] = {
        Field.POLICY: lambda value: f"p{numbers.policies[value]}" if value in numbers.policies else None,
        Field.SOURCE: lambda value: f"s{numbers.sources[value]}" if value in numbers.sources else None,
        Field.AUTHOR: author_tag,
        Field.LABEL: lambda value: f"l{LABELS[Label(value)]}",
    }
    return [tag for value in values if (tag := make[field](value)) is not None]


def _sql(node: Node, numbers: Numbers) -> tuple[str, list[object]]:
    """A condition on the hit's tables that is never NULL, so that it can be negated."""
    if _is_indexed(node):
        # the plus keeps SQLite from walking the index by this list, where the other MATCH cannot be asked
        return "+$rid IN (SELECT rowid FROM fts WHERE fts MATCH ?)", [_expression(node, numbers)]
    match node:
        case Polarity(low, high):
            bounds = [
                f"t.polarity {sign} ?" for sign, bound in ((">=", low), ("<=", high)) if bound is not None
            ]
            return _all(["t.polarity IS NOT NULL", *bounds]), [one for one in (low, high) if one is not None]
        case Published(start, end):
            bounds = [f"{rids.PUBLISHED} {sign} ?" for sign, bound in ((">=", start), ("<", end)) if bound]
            return _all([f"t.precision < {NONE}", *bounds]), [up_seconds(one) for one in (start, end) if one]
        case Not(part):
            sql, values = _sql(part, numbers)
            return f"NOT {sql}", values
        case And(parts) | Or(parts):
            made = [_sql(part, numbers) for part in parts]
            word = " AND " if isinstance(node, And) else " OR "
            return f"({word.join(sql for sql, _ in made)})", [value for _, values in made for value in values]
        case _:
            raise TypeError(node)


def up_seconds(when: datetime) -> int:
    """Whole seconds not before `when`: the bound that tells stored seconds apart as `when` itself would."""
    return -(-micros(when) // 1_000_000)


def _all(conditions: Sequence[str]) -> str:
    return f"({' AND '.join(conditions)})"

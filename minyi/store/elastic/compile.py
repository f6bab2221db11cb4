"""A query compiled for the cluster: filters only, never `query_string`, so that nothing typed is syntax."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from minyi.models import Label
from minyi.store import tokens
from minyi.store.elastic.document import LABELS
from minyi.store.elastic.rare import spell
from minyi.store.nodes import And, Field, Member, Node, Not, Or, Polarity, Published, Text
from minyi.store.query import Query

Dsl: TypeAlias = dict[str, Any]

EVERY: Dsl = {"match_all": {}}
_NOBODY: Dsl = {"match_none": {}}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_FIELDS = {
    Field.POLICY: "policies",
    Field.SOURCE: "source",
    Field.AUTHOR: "author",
    Field.LABEL: "label",
}


def compile_query(query: Query) -> Dsl:
    """The question as a clause that scores its words and nothing else."""
    tree = query.tree()
    return EVERY if tree is None else _clause(tree)


def both(*clauses: Dsl) -> Dsl:
    """The conjunction, unscored."""
    return {"bool": {"filter": [one for one in clauses if one != EVERY]}} if clauses else EVERY


def scored(query: Query, *more: Dsl) -> Dsl:
    """The question with its words counting towards relevance, among posts that satisfy `more` too."""
    return {"bool": {"must": [compile_query(query)], "filter": list(more)}}


def _clause(node: Node) -> Dsl:
    match node:
        case Or(parts):
            return _any([_clause(part) for part in parts])
        case And(parts):
            return _all([_clause(part) for part in parts])
        case Not(part):
            return {"bool": {"must_not": [_clause(part)]}}
        case _:
            return _leaf(node)


def _leaf(node: Text | Member | Polarity | Published) -> Dsl:
    match node:
        case Text(runs):
            return _all([_run(run) for run in runs])
        case Member(field, values):
            return _member(field, values)
        case Polarity(low, high):
            return _range("polarity", gte=_share(low), lte=_share(high))
        case Published(start, end):
            return _range("published", format="epoch_millis", gte=_millis(start), lt=_millis(end))


def _run(run: str) -> Dsl:
    """A Han run is a phrase of pairs (one character: itself); any other run is a whole word."""
    if not tokens.is_han(run):
        return {"term": {"words": run[: tokens.MAX_WORD]}}
    spelt = spell(run)
    return _any(
        [
            {"match_phrase": {"title": {"query": spelt, "boost": 2}}},
            {"match_phrase": {"text": {"query": spelt}}},
        ]
    )


def _member(field: Field, values: Sequence[str]) -> Dsl:
    if not values:
        return _NOBODY
    if field is Field.LABEL:
        values = [LABELS[Label(value)] for value in values]
    return {"bool": {"filter": [{"terms": {_FIELDS[field]: list(values)}}]}}


def _range(field: str, **bounds: object) -> Dsl:
    """Posts that have the field, within the bounds that are given."""
    limits = {name: bound for name, bound in bounds.items() if bound is not None}
    if not limits.keys() - {"format"}:
        return {"bool": {"filter": [{"exists": {"field": field}}]}}
    return {"bool": {"filter": [{"range": {field: limits}}]}}


def _share(thousandths: int | None) -> float | None:
    return None if thousandths is None else thousandths / 1000


def _millis(when: datetime | None) -> int | None:
    """The first whole second not before `when`: stored times are whole seconds."""
    if when is None:
        return None
    return -((_EPOCH - when) // _SECOND) * 1000  # floor of the negated = rounded up


def _all(clauses: list[Dsl]) -> Dsl:
    return clauses[0] if len(clauses) == 1 else {"bool": {"must": clauses}}


def _any(clauses: list[Dsl]) -> Dsl:
    return {"bool": {"should": clauses, "minimum_should_match": 1}}

"""One question to the record, as every engine answers it, and the parser for what a person types."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from minyi.models import Label, PolicyId, SourceId
from minyi.store.fields import NameBook, Resolver
from minyi.store.grammar import parse_text
from minyi.store.nodes import And, Field, Member, Node, Or, Polarity, Published, join_all

__all__ = ["NameBook", "Query", "Resolver", "parse"]


@dataclass(frozen=True, slots=True)
class Query:
    """Posts that satisfy the text and every filter; the empty query means every post.

    `policies` (sure matches), `sources`, `authors` (pseudonyms) and `labels` mean "one of these", empty
    = no filter. `polarity` is [low, high] in thousandths, both included, and never met by an unscored
    post; `published` is [from, to) in UTC, never met by a post of unknown time; None = open. `collapse`
    shows only the newest hit of a cluster, totals stay. `notes` say what of the typed text was ignored.
    """

    text: Node | None = None
    policies: tuple[PolicyId, ...] = ()
    sources: tuple[SourceId, ...] = ()
    authors: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    polarity: tuple[int | None, int | None] = (None, None)
    published: tuple[datetime | None, datetime | None] = (None, None)
    collapse: bool = False
    notes: tuple[str, ...] = ()

    def tree(self) -> Node | None:
        """The whole question as one tree, filters first; None = every post."""
        parts: list[Node] = []
        for field, values in (
            (Field.POLICY, self.policies),
            (Field.SOURCE, self.sources),
            (Field.AUTHOR, self.authors),
            (Field.LABEL, tuple(label.value for label in self.labels)),
        ):
            parts += [Member(field, tuple(values))] if values else []
        parts += [Polarity(*self.polarity)] if self.polarity != (None, None) else []
        parts += [Published(*self.published)] if self.published != (None, None) else []
        parts += [self.text] if self.text else []
        return join_all(parts)

    def digest(self) -> str:
        """What a page cursor is bound to: equal for equal questions, notes aside."""
        shape = repr((self.tree(), self.collapse))
        return hashlib.blake2b(shape.encode(), digest_size=8).hexdigest()


def parse(
    text: str,
    *,
    resolver: Resolver,
    since: datetime | None = None,
    until: datetime | None = None,
    collapse: bool = False,
) -> Query:
    """Read what a person typed; `since` is included, `until` is not, both narrow any `time:` in the text.

    Conditions that hold for the whole query (not under OR or a negation) become its filters, so that
    engines can answer them from counts; what remains is the text's tree.

    Raises:
        QueryError: more than 2,000 characters, 64 terms or 20 bracket levels; a field without value;
            `sent:` without range; an impossible date. Any other text is understood somehow.
    """
    parsed = parse_text(text, resolver)
    tree = parsed.tree
    query = Query(published=(since, until), collapse=collapse, notes=parsed.notes)
    kept: list[Node] = []
    for part in tree.parts if isinstance(tree, And) else (tree,) if tree else ():
        lifted = _lift(query, part)
        if lifted is None:
            kept.append(part)
        query = lifted or query
    return replace(query, text=join_all(kept))


def _lift(query: Query, part: Node) -> Query | None:
    """The query with this condition as a filter, or None when it must stay in the tree."""
    match part:
        case Published(start, end):
            return replace(query, published=_later(query.published, start, end))
        case Polarity(low, high):
            was = query.polarity
            return replace(query, polarity=(_max(was[0], low), _min(was[1], high)))
        case Or(parts):
            return _lift_any(query, parts)
        case Member(field, values) if values:
            return _lift_member(query, field, values)
    return None


def _lift_any(query: Query, parts: tuple[Node, ...]) -> Query | None:
    """`policy:(甲 OR 乙)` is one filter with two values."""
    members = [part for part in parts if isinstance(part, Member)]
    if len(members) != len(parts) or len({one.field for one in members}) != 1:
        return None
    values = sorted({value for one in members for value in one.values})
    return _lift_member(query, members[0].field, tuple(values)) if values else None


def _lift_member(query: Query, field: Field, values: tuple[str, ...]) -> Query | None:
    """The first condition on a field becomes its filter; a second one stays in the tree (both must hold)."""
    match field:
        case Field.POLICY if not query.policies:
            return replace(query, policies=tuple(PolicyId(value) for value in values))
        case Field.SOURCE if not query.sources:
            return replace(query, sources=tuple(SourceId(value) for value in values))
        case Field.AUTHOR if not query.authors:
            return replace(query, authors=values)
        case Field.LABEL if not query.labels:
            return replace(query, labels=tuple(Label(value) for value in values))
    return None


def _later(
    was: tuple[datetime | None, datetime | None], start: datetime | None, end: datetime | None
) -> tuple[datetime | None, datetime | None]:
    starts = [one for one in (was[0], start) if one]
    ends = [one for one in (was[1], end) if one]
    return (max(starts) if starts else None, min(ends) if ends else None)


def _max(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else max(one, other)


def _min(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)

"""What a typed query means: a tree of frozen nodes that every engine compiles.

Positions in the typed text are not kept: two spellings of one question are one value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias


class Field(StrEnum):
    """A property of a post that a query can name."""

    POLICY = "policy"
    SOURCE = "source"
    AUTHOR = "author"
    LABEL = "label"
    SENT = "sent"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Text:
    """Posts whose title or text holds every run: keys of `minyi.text` split by `tokens.runs`; never empty."""

    runs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """Posts whose policy (sure matches), source, author or label is one of `values`; no values = no post."""

    field: Field
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Polarity:
    """Posts with a polarity in [low, high], thousandths, both included; None = open. Unscored posts never."""

    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Published:
    """Posts published in [start, end), UTC; None = open. Posts of unknown time never."""

    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Every post but these."""

    part: Node


Node: TypeAlias = Text | Member | Polarity | Published | And | Or | Not


def join_all(parts: list[Node]) -> Node | None:
    """The conjunction, flattened; None for nothing."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, And) else (part,))
    return And(tuple(flat)) if len(flat) > 1 else (flat[0] if flat else None)


def join_any(parts: list[Node]) -> Node | None:
    """The disjunction, flattened; None for nothing."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Or) else (part,))
    return Or(tuple(flat)) if len(flat) > 1 else (flat[0] if flat else None)


def positive_texts(node: Node | None) -> list[Text]:
    """Text that a hit may hold, left to right: what is to be highlighted; nothing under a negation."""
    found: list[Text] = []
    if isinstance(node, Text):
        found.append(node)
    elif isinstance(node, (And, Or)):
        for part in node.parts:
            found += positive_texts(part)
    return found

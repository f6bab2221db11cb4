"""Posts counted over time, and as detection sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from minyi.models.ids import PostId, SourceId
from minyi.models.posts import Stance


class Scope(StrEnum):
    """Which posts of a policy a series counts."""

    ALL = "all"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open interval [start, end) of UTC time."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Bucket:
    """Count of one step, [start, end) UTC, and the sum of its polarities; a blind bucket is unknown."""

    start: datetime
    end: datetime
    count: int
    polarity_sum: float = 0.0
    key: str = ""
    """Value of the split (policy, label or source), empty without a split."""
    blind: bool = False


@dataclass(frozen=True, slots=True)
class Sighting:
    """One post as detection sees it: never its words."""

    post: PostId
    published: datetime
    first_seen: datetime
    source: SourceId
    cluster: str
    author: str | None
    negative: bool
    """Negative with evidence."""


@dataclass(frozen=True, slots=True)
class ClaimSighting:
    """A sighting that takes a stance towards a watch-list item."""

    sighting: Sighting
    item: str
    stance: Stance

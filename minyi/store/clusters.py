"""What the record remembers of recent texts, so that their copies join them across restarts.

A text is met under numbers that similar texts probably share, of at most 63 bits; what a number means is
the caller's affair. Texts are forgotten 30 days after they were last seen.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType, Protocol

from minyi.models import Post, PostId

TextNumber = NewType("TextNumber", int)
"""What the record calls a text it remembers."""

KEPT = timedelta(days=30)
"""How long a text is remembered after it, or its exact copy, was last seen."""

CROWD = 50
"""Texts met under one number: the newest."""


@dataclass(frozen=True, slots=True)
class RecentText:
    """The words of a post as copies are compared by, their key, and the cluster the post is in.

    The founder of a cluster is the text whose key names it; `near` it, a text is met under one number only.
    `seen` is when it, or its exact copy, was last seen; rounded, as it is not renewed every time.
    """

    id: PostId
    cluster: str
    key: str
    words: str
    documents: tuple[str, ...]
    near: bool
    seen: datetime


class ClusterState(Protocol):
    """The record's memory of texts. All methods are durable when they return."""

    def settled(self, posts: Sequence[Post]) -> dict[PostId, str]:
        """The clusters of those stored with this very title and text; "" for erased and expired ids."""

    def met(self, numbers: Sequence[int]) -> dict[int, list[TextNumber]]:
        """Texts remembered under these numbers, oldest first; numbers without any are left out."""

    def texts(self, texts: Collection[TextNumber]) -> dict[TextNumber, RecentText]:
        """These texts; those forgotten meanwhile are left out."""

    def remember(
        self, texts: Sequence[tuple[RecentText, Sequence[int]]], crowded: Sequence[int] = ()
    ) -> None:
        """Keep texts under their numbers; what was kept of the same post is replaced.

        Under `crowded` numbers only the newest `CROWD` are left.
        """

    def forget_before(self, seen: datetime) -> int:
        """Drop texts last seen before a time; returns how many."""

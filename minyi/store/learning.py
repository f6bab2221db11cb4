"""The contract of learning: what people corrected, which models judge, and with what posts were judged.

A correction 更正 is about the words of a cluster: it holds for every copy, those to come included, and no
model changes it. Times are aware UTC; every method may raise what `minyi.store.base` says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from minyi.models import Evidence, Label, PolicyId, Post, PostId, Sentiment, Span, StoredPost
from minyi.store.care import Act, AuditLine

BY_HAND = "人工更正"
"""Reason of the evidence that a person's label leaves; it has no place in the text."""

_LEAST = 0.5
"""Least polarity, either sign, of a post that a person found positive or negative."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A label that a person gave to a post, and so to its cluster."""

    post: PostId
    cluster: str
    label: Label
    who: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a correction did: posts of the cluster, and how many of them were changed."""

    line: AuditLine
    posts: int
    changed: int


class Learning(Protocol):
    """The record's memory of corrections and models."""

    def correct(self, correction: Correction, act: Act, now: datetime) -> AuditLine:
        """Keep a correction, durably, with its audit line; posts saved from now on carry the label."""

    def corrections(self) -> list[Correction]:
        """Those in force, one a cluster: its newest. The cluster corrected first comes first."""

    def history(self, cluster: str) -> list[Correction]:
        """Every correction of a cluster, newest first."""

    def models(self) -> list[str]:
        """Models activated, the running one last; empty while the lexicon judges alone."""

    def set_models(
        self, models: Sequence[str], act: Act, detail: Mapping[str, str | int], now: datetime
    ) -> AuditLine:
        """Replace that list, with its audit line."""

    def versions(self, policy: PolicyId, span: Span) -> dict[str, int]:
        """Scored posts of a policy (ALL_POLICIES = of all) by model version, on the local days of a span.

        Counted are the posts that curves count, also those that have expired.
        """

    def outdated(
        self, version: str, since: datetime | None, below: int | None, limit: int
    ) -> list[StoredPost]:
        """Posts judged by another version, or never, published since then; newest first, under a row id."""

    def outdated_count(self, version: str, since: datetime | None) -> int:
        """How many there are; reads every post of that time (about a second a million)."""


def by_hand(post: Post, label: Label) -> Post:
    """The post as a person judged it; the model's version, its evidence and SnowNLP's score stay.

    Polarity keeps its value where its sign fits, else it is 0.5 of the label's sign; 0 when neutral.
    """
    feeling = post.sentiment or Sentiment(0.0, label, (), None, "")
    evidence = tuple(one for one in feeling.evidence if one.reason != BY_HAND)
    sign = {Label.NEGATIVE: -1.0, Label.NEUTRAL: 0.0, Label.POSITIVE: 1.0}[label]
    polarity = sign * max(_LEAST, sign * feeling.polarity)
    mark = Evidence("", 0, 0, sign, BY_HAND)
    return replace(
        post, sentiment=replace(feeling, label=label, polarity=polarity, evidence=(*evidence, mark))
    )


def clusters_of(posts: Collection[Post]) -> set[str]:
    """The clusters that corrections of these posts go by."""
    return {voice(post) for post in posts}


def voice(post: Post) -> str:
    """A post's cluster, or its id where it has none."""
    return post.cluster or post.id

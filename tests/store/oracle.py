"""A plain reading of the contract: a list of posts and loops, no index, no SQL.

Every engine must answer as this does. Conditions are plain functions of a post, made beside the typed
query, so that the parser is checked too; text is read by `plain`, so that the normaliser, the tokens and
the highlights are.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

from minyi.models import Bucket, Post, PostId, Precision, Saved, Span
from minyi.store.base import Facet, FacetRow, Split, Stats, Step
from tests.store.meaning import Condition
from tests.store.plain import contains, pieces

LOCAL = timezone(timedelta(hours=8))
_STEPS = {
    Step.FIVE_MINUTES: timedelta(minutes=5),
    Step.HOUR: timedelta(hours=1),
    Step.DAY: timedelta(days=1),
}
_BUCKETED = {
    Step.FIVE_MINUTES: {Precision.MINUTE, Precision.HOUR},
    Step.HOUR: {Precision.MINUTE, Precision.HOUR},
    Step.DAY: {Precision.MINUTE, Precision.HOUR, Precision.DAY},
}


def holds(post: Post, word: str) -> bool:
    """True when title or text holds every run of the word: a Han one anywhere, another as a whole word."""
    return holds_all(post, pieces(word))


def holds_all(post: Post, runs: Sequence[str]) -> bool:
    """True when title or text holds each run."""
    return all(contains(post.text, one) or contains(post.title, one) for one in runs)


def sure(post: Post) -> set[str]:
    """Policies that are counted."""
    return {match.policy for match in post.matches if match.sure}


def within(post: Post, start: datetime, end: datetime) -> bool:
    """True when the post's time is known and in [start, end)."""
    return post.precision is not Precision.NONE and start <= post.published < end


def scored(posts: Iterable[Post]) -> list[int]:
    """Polarities in thousandths of the posts that have one, ascending."""
    return sorted(round(post.sentiment.polarity * 1000) for post in posts if post.sentiment)


def label_of(post: Post) -> str:
    """Label name, `unscored` without sentiment."""
    return post.sentiment.label.value if post.sentiment else "unscored"


def values_of(post: Post, split: Split | None) -> set[str]:
    """Split values a post counts under."""
    if split is None:
        return {""}
    if split is Split.POLICY:
        return sure(post)
    return {label_of(post)} if split is Split.LABEL else {post.source}


@dataclass
class Oracle:
    """The posts that should be stored, by id."""

    posts: dict[PostId, Post] = field(default_factory=dict)
    gone: set[PostId] = field(default_factory=set)

    def save(self, posts: Sequence[Post]) -> Saved:
        """Upsert: first-seen stays, a post of unknown time is ordered by it, other sources change nothing."""
        saved = Saved()
        for post in posts:
            old = self.posts.get(post.id)
            if post.id in self.gone or (old and old.source != post.source):
                saved += Saved(unchanged=1)
                continue
            seen = old.first_seen if old else post.first_seen
            kept = replace(
                post, first_seen=seen, published=seen if post.precision is Precision.NONE else post.published
            )
            saved += Saved(new=1) if old is None else Saved(unchanged=1) if kept == old else Saved(updated=1)
            self.posts[post.id] = kept
        return saved

    def forget(self, ids: Sequence[PostId]) -> None:
        """Delete, for good."""
        for post in ids:
            self.posts.pop(post, None)
        self.gone.update(ids)

    def hits(self, condition: Condition, rank: Callable[[Post], int]) -> list[Post]:
        """Posts that satisfy the condition, newest first by the engine's own rank."""
        return sorted(filter(condition, self.posts.values()), key=rank, reverse=True)

    def collapsed(self, hits: Sequence[Post]) -> list[Post]:
        """The first hit of each cluster."""
        seen: set[str] = set()
        shown = []
        for post in hits:
            if not post.cluster or post.cluster not in seen:
                shown.append(post)
            seen.add(post.cluster)
        return shown

    def timeline(
        self,
        condition: Condition,
        span: Span,
        step: Step,
        split: Split | None,
        keys: Sequence[str],
    ) -> list[Bucket]:
        """Buckets over the span, each counted by looking at every post."""
        timed = (post for post in self.posts.values() if within(post, span.start, span.end))
        hits = [post for post in timed if condition(post) and post.precision in _BUCKETED[step]]
        local = span.start.astimezone(LOCAL)
        first = local.replace(minute=local.minute // 5 * 5, second=0, microsecond=0)
        first = first if step is Step.FIVE_MINUTES else first.replace(minute=0)
        first = first.replace(hour=0) if step is Step.DAY else first
        found = {value for post in hits for value in values_of(post, split)}
        made = []
        while first < span.end:
            inside = [post for post in hits if first <= post.published < first + _STEPS[step]]
            for key in sorted(found | set(keys)):
                counted = [post for post in inside if key in values_of(post, split)]
                made.append(
                    Bucket(first, first + _STEPS[step], len(counted), sum(scored(counted)) / 1000, key)
                )
            first += _STEPS[step]
        return made

    def facet(self, condition: Condition, split: Split) -> Facet:
        """Counts by value."""
        hits = [post for post in self.posts.values() if condition(post)]
        rows = []
        for value in {value for post in hits for value in values_of(post, split)}:
            counted = [post for post in hits if value in values_of(post, split)]
            rated = scored(counted)
            rows.append(FacetRow(value, len(counted), sum(rated) / len(rated) / 1000 if rated else 0.0))
        return Facet(tuple(sorted(rows, key=lambda row: (-row.count, row.value))), len(hits), capped=False)

    def stats(self, condition: Condition) -> Stats:
        """Polarity of the hits, percentiles by nearest rank."""
        hits = [post for post in self.posts.values() if condition(post)]
        rated = scored(hits)
        if not rated:
            return Stats(0, None, None, None, None, len(hits), capped=False)
        p5, p50, p95 = (rated[math.ceil(len(rated) * share / 100) - 1] / 1000 for share in (5, 50, 95))
        mean = sum(rated) / len(rated) / 1000
        return Stats(len(rated), mean, p5, p50, p95, len(hits), capped=False)

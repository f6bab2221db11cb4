"""Looking 检索: what a query needs to know of this office, and what is shown of a post."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from jobs.context import Context
from minyi.clock import LOCAL, local_iso
from minyi.models import Post, Precision
from minyi.store.base import Step
from minyi.store.query import NameBook, Query

DAYS, HOURS = 30, 48
"""How far back a curve goes by itself."""


def name_book(context: Context) -> NameBook:
    """Names and ids that `policy:`, `source:` and `author:` may hold; an import's source is its own name."""
    imported = {source: str(source) for source in context.store.first_success()}
    return NameBook(
        policies=context.store.policies(),
        sources=imported | {card.id: card.name for card in context.config.source},
        hash_author=lambda name: _pseudonym(name, context.author_key),
    )


def _pseudonym(name: str, key: bytes) -> str:
    from analysis.post import pseudonym  # noqa: PLC0415 - loading analysis takes longer than most answers

    return pseudonym(name, key)


def post_values(post: Post) -> dict[str, Any]:
    """The fields of a post that programs get; `published_at` is null when the time is unknown."""
    sentiment = post.sentiment
    return {
        "id": post.id,
        "native_id": post.native_id,
        "title": post.title,
        "text": post.text,
        "url": post.url,
        "source": post.source,
        "published_at": None if post.precision is Precision.NONE else local_iso(post.published),
        "policies": [match.policy for match in post.matches if match.sure],
        "polarity": sentiment.polarity if sentiment else None,
        "label": sentiment.label.value if sentiment else None,
        "snownlp": sentiment.snownlp if sentiment else None,
        "cluster": post.cluster,
    }


def bounded(query: Query, step: Step, now: datetime) -> Query:
    """The query with a time range that ends: what is open goes to the end of the present step.

    Without a beginning it starts 48 hours (by hour) or 30 days (by day) before its end.
    """
    start, end = query.published
    present = _floor(now, step) + _length(step)
    end = end or max(present, start or present)
    return replace(query, published=(start or end - _back(step), end))


def _floor(when: datetime, step: Step) -> datetime:
    local = when.astimezone(LOCAL).replace(minute=0, second=0, microsecond=0)
    return (local.replace(hour=0) if step is Step.DAY else local).astimezone(UTC)


def _length(step: Step) -> timedelta:
    return timedelta(days=1) if step is Step.DAY else timedelta(hours=1)


def _back(step: Step) -> timedelta:
    return timedelta(days=DAYS) if step is Step.DAY else timedelta(hours=HOURS)

"""With what posts were judged 判断版本: curves never compare what two versions of the judgement said.

Volumes do not depend on it; shares of negative posts, their alerts and mean polarities do.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from jobs.context import Context
from minyi.models import ALL_POLICIES, PolicyId, Span
from minyi.store.base import Store
from minyi.store.query import Query

SEEN_BY_RULES = timedelta(days=29)
"""What detection compares with: 28 days and the running one."""

_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


def mixed(store: Store, policy: PolicyId, span: Span) -> dict[str, int]:
    """Posts by version where curves of a policy would mix several; empty while they are of one."""
    found = store.learning.versions(policy, span)
    return found if len(found) > 1 else {}


def mixed_lately(store: Store, policy: PolicyId, now: datetime) -> dict[str, int]:
    """As `mixed`, over what detection compares."""
    return mixed(store, policy, Span(now - SEEN_BY_RULES, now + timedelta(days=1)))


def mixed_words(versions: dict[str, int]) -> str:
    """A sentence for whoever looks at a curve."""
    told = "，".join(f"{version} {count:,} 帖" for version, count in sorted(versions.items()))
    return f"这段时间的帖文由几种版本判断（{told}），倾向不可相比；运行 minyi rescore 可统一"


def noted(store: Store, query: Query, now: datetime) -> Query:
    """The query, with a note when the posts of its time were judged by several versions."""
    start, end = query.published
    policy = query.policies[0] if len(query.policies) == 1 else ALL_POLICIES
    versions = mixed(store, policy, Span(start or _LONG_AGO, end or now + timedelta(days=1)))
    return replace(query, notes=(*query.notes, mixed_words(versions))) if versions else query


def problems(context: Context, now: datetime) -> list[str]:
    """What is wrong with how posts are judged, in words."""
    found = []
    if context.config.analysis.own_words or context.store.learning.models():
        from jobs.judging import faults  # noqa: PLC0415 - loading analysis takes longer than health does

        found = [f"{words}；在那之前不用它判断" for words in faults(context).values()]
    versions = mixed_lately(context.store, ALL_POLICIES, now)
    if versions:
        found.append(
            f"负面声量突增、负面占比上升暂停识别：近 28 天{mixed_words(versions).removeprefix('这段时间')}"
        )
    return found

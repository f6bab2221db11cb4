"""Policies: taken from a file or found by a crawl, each starts its own watch, stored posts included."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

import analysis
from jobs.context import Context
from jobs.judging import toolkit_for_intake
from minyi.models import Policy, PolicyId, Saved, StoredPost
from minyi.store.query import NameBook, Query, parse

log = logging.getLogger(__name__)

_TURNS = 5
"""Posts that others changed meanwhile are matched again so often."""


@dataclass(frozen=True, slots=True)
class PoliciesImported:
    """What an import of policies did: to the register, and to stored posts that were matched anew.

    `skipped` are entries that were merged into another one, as sentences.
    """

    saved: Saved
    rematched: int
    collisions: tuple[str, ...]
    skipped: tuple[str, ...] = ()


def import_policies(context: Context, policies: Sequence[Policy], now: datetime) -> PoliciesImported:
    """Register policies by id, match stored posts anew against those that changed.

    An entry that was merged into another one is not registered again.
    """
    merged = {one.id: one.into for one in context.store.register.merged()}
    skipped = [f"政策 {one.id} 已并入 {merged[one.id]}，跳过" for one in policies if one.id in merged]
    policies = [policy for policy in policies if policy.id not in merged]
    known = {policy.id: policy for policy in context.store.policies()}
    changed = [policy for policy in policies if known.get(policy.id) != policy]
    saved = context.store.save_policies(policies, now)
    before = [known[policy.id] for policy in changed if policy.id in known]
    rematched = rematch(context, [*changed, *before], now)
    collisions = analysis.collisions(context.store.policies())
    return PoliciesImported(saved, rematched, tuple(collisions), tuple(skipped))


def adopt_policies(context: Context, found: Sequence[Policy], now: datetime) -> list[Policy]:
    """Register policies that a crawl found, unless the office already watches them; return the new ones.

    The office's own entry always wins: a found document with a known id, document number (in any
    brackets), title or alias is the same policy, and so is one that was merged into another.
    """
    known = {one for policy in context.store.policies() for one in (policy.id, *analysis.marks(policy))}
    for gone in context.store.register.merged():
        known |= {gone.id, *(mark for name in gone.names for mark in analysis.marks(Policy(gone.id, name)))}
    new = [p for p in found if not known & {p.id, *analysis.marks(replace(p, aliases=()))}]
    if new:
        context.store.save_policies(new, now)
        rematch(context, new, now)
        log.info("watching %d new policies: %s", len(new), [policy.id for policy in new])
    return new


def rematch(context: Context, policies: Sequence[Policy], now: datetime) -> int:
    """Match stored posts anew where one of these policies' names stands or stood; return how many changed.

    Names of policies neither praise nor blame: a post of today's version is judged anew as well.
    """
    if not policies or not context.store.post_count():
        return 0
    tools = toolkit_for_intake(context)
    changed = 0
    for batch in _batches(touched(context, policies)):
        for _ in range(_TURNS):
            revised = context.store.revise([_again(one, tools) for one in batch], now=now)
            changed += revised.changed
            if not revised.missed:
                break
            batch = context.store.get(revised.missed)  # noqa: PLW2901 - read again, as others changed them
    return changed


def _again(stored: StoredPost, tools: analysis.Toolkit) -> StoredPost:
    judged = stored.post.sentiment
    post = tools.match(stored.post)
    if judged and judged.model_version == tools.model_version:
        post = replace(post, sentiment=tools.judge(post.text))
    return replace(stored, post=post)


def touched(context: Context, policies: Sequence[Policy]) -> Iterator[StoredPost]:
    """Posts that hold a name of the policies, or are surely matched to one; each once."""
    ids: tuple[PolicyId, ...] = tuple(policy.id for policy in policies)
    names = [name for policy in policies for name in analysis.search_names(policy)]
    seen = set()
    for query in (Query(policies=ids), *(_any_of(names[n : n + 10]) for n in range(0, len(names), 10))):
        for stored in context.store.iterate(query):
            if stored.post.id not in seen:
                seen.add(stored.post.id)
                yield stored


def _any_of(names: Sequence[str]) -> Query:
    return parse(" OR ".join('"' + name.replace('"', " ") + '"' for name in names), resolver=NameBook())


def _batches(posts: Iterator[StoredPost]) -> Iterator[list[StoredPost]]:
    while batch := list(islice(posts, 200)):
        yield batch

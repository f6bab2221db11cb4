"""Policies: taken from a file or found by a crawl, each starts its own watch, stored posts included."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import analysis
from jobs.context import Context
from minyi.models import Policy, PolicyId, Post, Saved
from minyi.store.query import NameBook, Query, parse

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PoliciesImported:
    """What an import of policies did: to the register, and to stored posts that were matched anew."""

    saved: Saved
    rematched: int
    collisions: tuple[str, ...]


def import_policies(context: Context, policies: Sequence[Policy], now: datetime) -> PoliciesImported:
    """Register policies by id, match stored posts anew against those that changed."""
    known = {policy.id: policy for policy in context.store.policies()}
    changed = [policy for policy in policies if known.get(policy.id) != policy]
    saved = context.store.save_policies(policies, now)
    rematched = rematch(context, changed, now)
    collisions = analysis.collisions(context.store.policies())
    return PoliciesImported(saved, rematched, tuple(collisions))


def adopt_policies(context: Context, found: Sequence[Policy], now: datetime) -> list[Policy]:
    """Register policies that a crawl found, unless the office already watches them; return the new ones.

    The office's own entry always wins: a found document with a known id, document number or title is
    the same policy.
    """
    known = context.store.policies()
    names = {policy.id for policy in known} | {policy.title for policy in known}
    names |= {policy.doc_number for policy in known if policy.doc_number}
    new = [p for p in found if not names & {p.id, p.title, p.doc_number or p.id}]
    if new:
        context.store.save_policies(new, now)
        rematch(context, new, now)
        log.info("watching %d new policies: %s", len(new), [policy.id for policy in new])
    return new


def rematch(context: Context, policies: Sequence[Policy], now: datetime) -> int:
    """Match stored posts anew where one of these policies' names stands or stood; return how many changed."""
    if not policies or not context.store.post_count():
        return 0
    toolkit = analysis.load(context.cache, context.store.policies())
    changed = 0
    for batch in _batches(_touched(context, policies)):
        again = [toolkit.match(post) for post in batch]
        changed += context.store.save_posts(again, now=now).updated
    return changed


def _touched(context: Context, policies: Sequence[Policy]) -> Iterator[Post]:
    """Posts that hold a name of the policies, or are matched to one; each once."""
    ids: tuple[PolicyId, ...] = tuple(policy.id for policy in policies)
    names = [name for policy in policies for name in analysis.search_names(policy)]
    seen = set()
    for query in (Query(policies=ids), *(_any_of(names[n : n + 10]) for n in range(0, len(names), 10))):
        for stored in context.store.iterate(query):
            if stored.post.id not in seen:
                seen.add(stored.post.id)
                yield stored.post


def _any_of(names: Sequence[str]) -> Query:
    return parse(" OR ".join('"' + name.replace('"', " ") + '"' for name in names), resolver=NameBook())


def _batches(posts: Iterator[Post]) -> Iterator[list[Post]]:
    while batch := list(islice(posts, 500)):
        yield batch

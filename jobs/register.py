"""The register of policies 政策登记 as people change it: aliases set, a policy retired, two entries merged.

Whatever is changed, stored posts are matched anew; how many that concerns is counted first, so that a person
can look before anything happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import analysis
from jobs.context import Context
from jobs.finding import find_policy
from jobs.policies import rematch, touched
from minyi.errors import InputError
from minyi.models import Match, Policy, PolicyId, PolicyStatus, Post, WatchItem
from minyi.store.care import Act, AuditLine

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Effects:
    """What a change would do to stored posts: those that begin and cease to count for the policy.

    `looked` posts hold one of its names; `others` would change for another policy. Examples: the newest.
    """

    looked: int
    gained: int
    lost: int
    others: int
    gained_examples: tuple[Post, ...]
    lost_examples: tuple[Post, ...]
    collisions: tuple[str, ...]
    """New warnings about names that several policies share, or that are too short."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A change thought through and not yet made; `gone` is the entry that a merge ends."""

    before: Policy
    after: Policy
    gone: Policy | None
    effects: Effects


@dataclass(frozen=True, slots=True)
class Done:
    """A change that was made, and how many stored posts it changed."""

    line: AuditLine
    rematched: int


def plan_change(context: Context, before: Policy, after: Policy) -> Plan:
    """What replacing a policy by its changed form would do.

    Raises:
        InputError: nothing would change, or the policy would have no title.
    """
    if not after.title.strip():
        raise InputError("标题不能为空")
    if before == after:
        raise InputError(f"政策 {before.id} 本来就是这样，没有改动")
    policies = context.store.policies()
    changed = [after if one.id == after.id else one for one in policies]
    return Plan(before, after, None, _effects(context, policies, changed, [before, after], after.id))


def plan_merge(context: Context, gone: Policy, into: Policy) -> Plan:
    """What merging one entry into another would do.

    Raises:
        InputError: it is the same entry.
    """
    if gone.id == into.id:
        raise InputError("不能把一项政策并入它自己")
    after = united(gone, into)
    policies = context.store.policies()
    changed = [after if one.id == into.id else one for one in policies if one.id != gone.id]
    return Plan(into, after, gone, _effects(context, policies, changed, [gone, into, after], into.id))


def carry_out(context: Context, plan: Plan, *, who: str, now: datetime) -> Done:
    """Make the change, then match stored posts anew; done again after an interruption, it goes on."""
    register = context.store.register
    if plan.gone:
        act = Act(who, "policy.merge", f"policy:{plan.gone.id}")
        line = register.merge(plan.gone, plan.after, act, now)
        concerned = [plan.gone, plan.before, plan.after]
    else:
        detail = {"gained": plan.effects.gained, "lost": plan.effects.lost}
        line = register.change(plan.after, Act(who, "policy.set", f"policy:{plan.after.id}"), detail, now)
        concerned = [plan.before, plan.after]
    return Done(line, rematch(context, concerned, now))


def finish_merge(context: Context, gone: str, into: str, now: datetime) -> int | None:
    """Match anew what an interrupted merge left; how many posts, None when there was no such merge."""
    known = [one for one in context.store.register.merged() if (one.id, one.into) == (gone, into)]
    if not known:
        return None
    target = find_policy(context, into)
    return rematch(context, [target, Policy(PolicyId(gone), target.title)], now)


def retire(context: Context, policy: Policy, *, who: str, now: datetime) -> AuditLine:
    """End the watch of a policy that was repealed 废止: no new alerts; what was said stays, and is found.

    Raises:
        InputError: it is repealed already.
    """
    if policy.status is PolicyStatus.REPEALED:
        raise InputError(f"政策 {policy.id} 早已废止")
    ended = replace(policy, status=PolicyStatus.REPEALED)
    act = Act(who, "policy.retire", f"policy:{policy.id}")
    return context.store.register.change(ended, act, {"was": policy.status.value}, now)


def united(gone: Policy, into: Policy) -> Policy:
    """One entry of two: what `into` says stands, what it lacks comes from `gone`; names become aliases."""
    spare = [gone.title, *gone.aliases]
    if gone.doc_number and into.doc_number and gone.doc_number != into.doc_number:
        spare.append(gone.doc_number)
    taken = {into.title, *into.aliases}
    aliases = (*into.aliases, *(name for name in dict.fromkeys(spare) if name not in taken))
    return replace(
        into,
        doc_number=into.doc_number or gone.doc_number,
        released_at=into.released_at or gone.released_at,
        consult_from=into.consult_from or gone.consult_from,
        consult_to=into.consult_to or gone.consult_to,
        department=into.department or gone.department,
        interpretation_url=into.interpretation_url or gone.interpretation_url,
        interpretation_at=into.interpretation_at or gone.interpretation_at,
        url=into.url or gone.url,
        aliases=aliases,
        clauses=tuple(dict.fromkeys((*into.clauses, *gone.clauses))),
        watch=(*into.watch, *_spare_items(gone, into)),
    )


def _spare_items(gone: Policy, into: Policy) -> list[WatchItem]:
    """Watch-list items to take over; the same claim once, a taken id made its own."""
    claims = {item.claim for item in into.watch}
    ids = {item.id for item in into.watch}
    return [
        replace(item, id=f"{gone.id}-{item.id}") if item.id in ids else item
        for item in gone.watch
        if item.claim not in claims
    ]


def _effects(
    context: Context,
    policies: Sequence[Policy],
    changed: Sequence[Policy],
    concerned: Sequence[Policy],
    wanted: PolicyId,
) -> Effects:
    matcher = analysis.Matcher(changed)
    ids = {policy.id for policy in concerned}
    looked = others = 0
    gained: list[Post] = []
    lost: list[Post] = []
    for stored in touched(context, concerned):
        post = stored.post
        looked += 1
        before, after = post.matches, matcher.match(post)
        was, will = any(_counts(before, one) for one in ids), _counts(after, wanted)
        if will and not was:
            gained.append(post)
        if was and not will:
            lost.append(post)
        others += _of_others(before, ids) != _of_others(after, ids)
    known = set(analysis.collisions(policies))
    new = tuple(one for one in analysis.collisions(changed) if one not in known)
    return Effects(
        looked, len(gained), len(lost), others, tuple(gained[:EXAMPLES]), tuple(lost[:EXAMPLES]), new
    )


def _counts(matches: Sequence[Match], policy: PolicyId) -> bool:
    return any(one.policy == policy and one.sure for one in matches)


def _of_others(matches: Sequence[Match], ids: set[PolicyId]) -> set[Match]:
    return {one for one in matches if one.policy not in ids}

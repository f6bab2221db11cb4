"""Effect 成效 of a published answer: what was said as long before it as after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from jobs.context import Context
from minyi.models import Label, OfficialResponse, PolicyId, Stance
from minyi.store.query import Query

LONGEST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Side:
    """What was said on one side of an answer: posts, negative ones, posts that repeat, ask, rebut a claim."""

    posts: int = 0
    negative: int = 0
    repeats: int = 0
    asks: int = 0
    rebuts: int = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """Two equal spans before and after an answer's publishing, of at most 24 hours."""

    response: OfficialResponse
    span: timedelta
    before: Side
    after: Side


def effect(context: Context, response: OfficialResponse, now: datetime) -> Effect:
    """How the talk about the answer's policy changed; the spans are shorter while the answer is young.

    Coincidence is not excluded: the figures are put side by side, nothing is concluded from them.
    """
    span = min(LONGEST, max(timedelta(0), now - response.published))
    at = response.published
    return Effect(
        response,
        span,
        _side(context, response.policy, at - span, at),
        _side(context, response.policy, at, at + span),
    )


def _side(context: Context, policy: str, start: datetime, end: datetime) -> Side:
    if start >= end:
        return Side()
    posts = negative = 0
    stances = dict.fromkeys(Stance, 0)
    for stored in context.store.iterate(Query(policies=(PolicyId(policy),), published=(start, end))):
        posts += 1
        judged = stored.post.sentiment
        negative += judged is not None and judged.label is Label.NEGATIVE
        for stance in {claim.stance for claim in stored.post.claims if claim.policy == policy}:
            stances[stance] += 1
    return Side(posts, negative, stances[Stance.REPEAT], stances[Stance.ASK], stances[Stance.REBUT])

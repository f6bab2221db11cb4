"""The rules on what is said: a misreading repeated, a new text taken up, a key source speaking. Pure.

`misreading`: repeats of one watch-list item within a day; the first is worth a notice, independent voices
make it spread. `novelty`: one text, unseen on this policy for 28 days, taken up by several sources within
hours; what an authority said first is no news. `key_source`: a source the office marked speaks of a policy.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.arithmetic import Numbers, spoken
from alerts.detect.grid import BUCKET_SECONDS
from alerts.onsets import Watched, grouped, is_late
from alerts.series import number_of
from alerts.voices import hear, several, within
from minyi.clock import from_seconds
from minyi.models import (
    ClaimSighting,
    Level,
    RuleName,
    Scope,
    Sighting,
    SourceId,
    Span,
    Spike,
    Stance,
    WatchItem,
)
from minyi.rules import KeySourceRule, MisreadingRule, NoveltyRule, Rules

HISTORY = timedelta(days=28)
NEW_FOR = timedelta(hours=24)
"""How long after its first post a text still counts as new."""
MENTION_WINDOW = timedelta(hours=24)
GRAVE_TIMES = 10
"""A misreading by this many times the voices that make it level III is level II."""


def talk_spikes(watched: Watched, rules: Rules, now: datetime) -> list[Spike]:
    """Spikes of the three rules, each rule's by onset; usually none."""
    found: list[Spike] = []
    if rules.misreading.enabled:
        for item in watched.watch:
            found += _misread(watched, item, rules.misreading, now)
    if rules.key_source.enabled and watched.key_sources:
        found += _mentioned(watched, rules.key_source, now)
    if rules.novelty.enabled:
        found += _new_texts(watched, rules.novelty, now)
    return found


@dataclass(frozen=True, slots=True)
class _Crossing:
    """Posts of the window that ends with a bucket."""

    number: int
    span: Span
    posts: Sequence[Sighting]


@dataclass(frozen=True, slots=True)
class _Case:
    """What one rule makes of an onset."""

    rule: RuleName
    level: Level
    score: float
    threshold: float
    onset: datetime
    group: Sequence[_Crossing]
    expected: float = 0.0
    subject: str = ""


# --- misreading -------------------------------------------------------------------------------------


def _misread(watched: Watched, item: WatchItem, rule: MisreadingRule, now: datetime) -> Iterator[Spike]:
    window = timedelta(hours=rule.window_hours)
    taken = [c for c in watched.claims if c.item == item.id]
    repeats = [c.sighting for c in taken if c.stance is Stance.REPEAT]
    crossings = list(_windows(watched, repeats, window))
    topic = (RuleName.MISREADING, item.id)
    for onset, group in grouped(crossings, _number, watched, topic, rule):
        told = max(group, key=lambda c: (hear(c.posts).clusters, -c.number))
        voices = hear(told.posts).clusters
        spreads = several(told.posts, rule.min_voices)
        level = Level.III if spreads else Level.IV
        if spreads and voices >= GRAVE_TIMES * rule.min_voices:
            level = Level.II
        before = within(repeats, Span(told.span.start - HISTORY, told.span.start))
        expected = len(before) * (window / HISTORY)
        case = _Case(RuleName.MISREADING, level, voices, rule.min_voices, onset, group, expected, item.id)
        numbers: Numbers = {
            "claim": item.claim,
            "statement": item.statement,
            "repeats_28d": len(before),
            **_stances(taken, told.span),
        }
        yield _spike(watched, case, told, numbers, now)


def _stances(taken: Iterable[ClaimSighting], span: Span) -> Numbers:
    stances = [c.stance for c in taken if span.start <= c.sighting.published < span.end]
    return {"rebuts": stances.count(Stance.REBUT), "asks": stances.count(Stance.ASK)}


# --- key source -------------------------------------------------------------------------------------


def _mentioned(watched: Watched, rule: KeySourceRule, now: datetime) -> Iterator[Spike]:
    posts = [s for s in watched.sightings if s.source in watched.key_sources]
    crossings = list(_windows(watched, posts, MENTION_WINDOW))
    for onset, group in grouped(crossings, _number, watched, (RuleName.KEY_SOURCE, ""), rule):
        told = group[-1]
        level = Level.III if any(post.negative for post in told.posts) else Level.IV
        case = _Case(RuleName.KEY_SOURCE, level, len(told.posts), 1, onset, group)
        numbers: Numbers = {"negative_posts": sum(post.negative for post in told.posts)}
        yield _spike(watched, case, told, numbers, now)


# --- novelty ----------------------------------------------------------------------------------------


def growing(
    sightings: Sequence[Sighting], rule: NoveltyRule, official: frozenset[SourceId]
) -> dict[str, list[Sighting]]:
    """Clusters, by name, that at some time within the posts fulfil the rule but perhaps for being new.

    `sightings` are in order of publishing, and so are each cluster's.
    """
    clusters: defaultdict[str, list[Sighting]] = defaultdict(list)
    for one in sightings:
        clusters[one.cluster or one.post].append(one)
    window = timedelta(hours=rule.window_hours)
    return {
        name: posts
        for name, posts in clusters.items()
        if len(posts) >= rule.min_posts
        and posts[0].source not in official
        and any(
            _taken_up(within(posts, Span(one.published - window, one.published + timedelta.resolution)), rule)
            for one in posts
        )
    }


def is_novel(watched: Watched, end: datetime, rule: NoveltyRule) -> bool:
    """True when a new text had been taken up in the window that ends at `end`."""
    clusters = growing(watched.sightings, rule, watched.official)
    return any(_new_at(watched.cluster_starts, name, posts, end, rule) for name, posts in clusters.items())


def _new_texts(watched: Watched, rule: NoveltyRule, now: datetime) -> Iterator[Spike]:
    window = timedelta(hours=rule.window_hours)
    clusters = growing(watched.sightings, rule, watched.official)
    crossings = [
        crossing
        for name, posts in clusters.items()
        for crossing in _windows(watched, posts, window)
        if _new_at(watched.cluster_starts, name, posts, crossing.span.end, rule)
    ]
    crossings.sort(key=lambda c: (c.number, c.posts[0].cluster or c.posts[0].post))
    for onset, group in grouped(crossings, _number, watched, (RuleName.NOVELTY, ""), rule):
        told = max(group, key=lambda c: (len(c.posts), -c.number))
        names = {c.posts[0].cluster or c.posts[0].post for c in group}
        case = _Case(RuleName.NOVELTY, Level.IV, len(told.posts), rule.min_posts, onset, group)
        numbers: Numbers = {
            "new_texts": len(names),
            "copies": len(told.posts),
            "min_sources": rule.min_sources,
        }
        yield _spike(watched, case, told, numbers, now)


def _new_at(
    starts: Mapping[str, datetime], name: str, posts: Sequence[Sighting], end: datetime, rule: NoveltyRule
) -> bool:
    first = min(starts.get(name, posts[0].published), posts[0].published)
    recent = within(posts, Span(end - timedelta(hours=rule.window_hours), end))
    return first >= end - NEW_FOR and _taken_up(recent, rule)


def _taken_up(posts: Sequence[Sighting], rule: NoveltyRule) -> bool:
    return len(posts) >= rule.min_posts and len({post.source for post in posts}) >= rule.min_sources


# --- windows ----------------------------------------------------------------------------------------


def _windows(watched: Watched, posts: Sequence[Sighting], window: timedelta) -> Iterator[_Crossing]:
    """The window before the end of every judged bucket that holds one of the posts, in order."""
    for number in sorted({number_of(post.published) for post in posts}):
        if number >= watched.first:
            end = from_seconds((number + 1) * BUCKET_SECONDS)
            yield _Crossing(number, Span(end - window, end), within(posts, Span(end - window, end)))


def _number(crossing: _Crossing) -> int:
    return crossing.number


def _spike(watched: Watched, case: _Case, told: _Crossing, numbers: Numbers, now: datetime) -> Spike:
    voices = hear(told.posts)
    hour = timedelta(hours=1)
    return Spike(
        policy=watched.policy,
        rule=case.rule,
        scope=Scope.ALL,
        window=Span(told.span.start, min(told.span.end, now)),
        observed=len(told.posts),
        expected=case.expected,
        score=case.score,
        threshold=case.threshold,
        level=case.level,
        late=is_late(case.onset, now),
        posts=voices.shown,
        arithmetic={
            "onset": case.onset.isoformat(),
            "window_seconds": int((told.span.end - told.span.start).total_seconds()),
            "hour_posts": max(len(within(c.posts, Span(c.span.end - hour, c.span.end))) for c in case.group),
            **numbers,
            **spoken(voices),
        },
        subject=case.subject,
    )

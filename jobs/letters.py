"""Letters 信件: what one alert says, put together from the record at the moment of sending, never stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.explain import Names, headline
from alerts.notify.base import Letter
from alerts.notify.content import AlertView, ClaimView, Command, SamplePost
from alerts.notify.page import letter
from jobs.context import Context
from jobs.finding import known_policy
from minyi.chart import Bar
from minyi.models import (
    ALL_POLICIES,
    SOURCE_RULES,
    Alert,
    AlertState,
    Label,
    Policy,
    Post,
    PostId,
    RuleName,
    Span,
    Stance,
)
from minyi.store.base import Step
from minyi.store.query import Query

SAMPLES = 5
CURVE_BEFORE, CURVE_LONGEST = timedelta(hours=48), timedelta(hours=72)
CLAIM_POSTS = 2_000
"""Posts read at most to count who repeats, rebuts and asks."""


def alert_letter(context: Context, alert: Alert, reason: str, now: datetime) -> Letter:
    """The message about an alert as it stands now."""
    return letter(alert_view(context, alert, reason, now))


def names_of(context: Context) -> Names:
    """Titles of policies and names of sources."""
    return Names(
        policies={policy.id: policy.title for policy in context.store.policies()},
        sources={card.id: card.name for card in context.config.source},
    )


def alert_view(context: Context, alert: Alert, reason: str, now: datetime) -> AlertView:
    """Everything a reader is shown of an alert; an erased post is simply no longer there."""
    names = names_of(context)
    policy = known_policy(context.store, alert.policy)
    seen = _seen(context, alert, now)
    others = [
        headline(one.spike, names)
        for one in context.store.alerts()
        if one.policy == alert.policy
        and one.id != alert.id
        and one.rule not in SOURCE_RULES
        and one.state is not AlertState.RESOLVED
    ]
    return AlertView(
        alert=alert,
        reason=reason,
        office=context.config.office.name,
        names=names,
        samples=_samples(context, alert, seen, names),
        claims=_claims(policy, seen) if policy else (),
        others=tuple(others) if alert.rule not in SOURCE_RULES else (),
        commands=_commands(context, alert),
        sample=_is_sample(context, alert, seen),
        curve=_curve(context, alert, now),
    )


def _curve(context: Context, alert: Alert, now: datetime) -> tuple[Bar, ...]:
    """Posts an hour from two days before the alert's window to now, three days at most."""
    window = alert.spike.window
    if alert.rule in SOURCE_RULES or alert.rule is RuleName.BY_HAND:
        return ()
    start = (window.start - CURVE_BEFORE).replace(minute=0, second=0, microsecond=0)
    end = min(max(now, window.end), start + CURVE_LONGEST)
    policies = () if alert.policy == ALL_POLICIES else (alert.policy,)
    hours = context.store.timeline(Query(policies=policies, published=(start, end)), Step.HOUR)
    return tuple(
        Bar(hour.start, hour.count, window.start < hour.end and hour.start < window.end, hour.blind)
        for hour in hours
    )


def _is_sample(context: Context, alert: Alert, seen: Sequence[Post]) -> bool:
    card = context.config.find_source(alert.spike.source or "")
    return card.sample if card else bool(seen) and all(post.sample for post in seen)


def _seen(context: Context, alert: Alert, now: datetime) -> list[Post]:
    """Posts of the policy from a day before the alert's window to now, newest last."""
    if alert.rule in SOURCE_RULES:
        return []
    span = Span(alert.spike.window.start - timedelta(days=1), max(now, alert.spike.window.end))
    ids = [one.post for one in context.store.sightings(alert.policy, span)][-CLAIM_POSTS:]
    return [stored.post for stored in context.store.get(ids)]


def _samples(context: Context, alert: Alert, seen: Sequence[Post], names: Names) -> tuple[SamplePost, ...]:
    copies = Counter(post.cluster for post in seen)
    shown: Sequence[PostId] = alert.spike.posts[:SAMPLES]
    return tuple(
        SamplePost(
            title=stored.post.title,
            text=stored.post.text,
            url=stored.post.url,
            source=names.source(stored.post.source),
            published=stored.post.published,
            copies=max(1, copies[stored.post.cluster]),
            negative=bool(stored.post.sentiment and stored.post.sentiment.label is Label.NEGATIVE),
        )
        for stored in context.store.get(shown)
    )


def _claims(policy: Policy, seen: Sequence[Post]) -> tuple[ClaimView, ...]:
    """Watch-list claims that somebody took up, most repeated first."""
    counted = Counter((c.item, c.stance) for post in seen for c in post.claims if c.policy == policy.id)
    views = [
        ClaimView(
            claim=item.claim,
            statement=item.statement,
            repeats=counted[item.id, Stance.REPEAT],
            rebuts=counted[item.id, Stance.REBUT],
            asks=counted[item.id, Stance.ASK],
        )
        for item in policy.watch
    ]
    taken_up = [view for view in views if view.repeats + view.rebuts + view.asks]
    return tuple(sorted(taken_up, key=lambda view: -view.repeats))


def _commands(context: Context, alert: Alert) -> tuple[Command, ...]:
    options = f"--config {context.config.path} --data {context.data}"
    if alert.rule in SOURCE_RULES:
        return (
            Command("再试一次采集", f"minyi crawl {alert.spike.source} {options}"),
            Command("查看运行状况", f"minyi health {options}"),
        )
    since = alert.spike.window.start.date().isoformat()
    return (
        Command("查看预警全文与算式", f"minyi alerts show {alert.id} {options}"),
        Command("查看负面帖文", f"minyi query '政策:{alert.policy} 倾向:负面' --since {since} {options}"),
        Command("受理", f"minyi alerts ack {alert.id[:8]} --by 姓名 {options}"),
        Command(
            "登记已发布的回应",
            f"minyi alerts respond {alert.id[:8]} --url 网址 --at 发布时间 --by 姓名 {options}",
        ),
    )

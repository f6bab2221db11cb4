"""Composes the duty officer's situation 值班情况: values in, values out; nothing is read, nothing guessed.

1. Each policy's day buckets become its volume, its negatives, its peak and its newest day.
2. Each alert keeps its own arithmetic and gets its deadline in words and the posts that speak for it.
3. Each source gets its state; the gaps between its successful runs are the times it was blind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from minyi.cards import Source
from minyi.clock import LOCAL, span_text
from minyi.models import (
    Alert,
    AlertState,
    Bucket,
    Label,
    Policy,
    PolicyStatus,
    Post,
    Scope,
    SourceId,
    SourceState,
    Span,
)
from reports.situation import NO_DATA, AlertLine, Day, Given, PolicyLine, PostLine, Situation, SourceLine

ALERTS_SHOWN = 5
POSTS_SHOWN = 3
"""Posts shown under an alert."""


def compose(given: Given) -> Situation:
    """The situation at `given.now`."""
    sources = tuple(_source(card, given) for card in given.cards)
    alerts = sorted(given.alerts, key=_urgency)
    return Situation(
        now=given.now,
        span=given.span,
        summary=_summary(given),
        sample=any(card.sample for card in given.cards),
        alerts=tuple(_alert(one, given) for one in alerts[:ALERTS_SHOWN]),
        more_alerts=len(alerts[ALERTS_SHOWN:]),
        policies=tuple(_policy(one, given) for one in given.policies),
        sources=sources,
        coverage=_coverage(sources),
        mails=tuple(given.mails),
        commands=tuple(given.commands),
    )


def share(part: int, whole: int | None) -> str:
    """`part` of `whole` in whole per cent, 无数据 when there is nothing to divide by."""
    return f"{part / whole:.0%}" if whole else NO_DATA


def _summary(given: Given) -> str:
    open_cases = sum(one.state is AlertState.FIRING for one in given.alerts)
    alerts = f"预警 {len(given.alerts)} 起，待受理 {open_cases} 起" if given.alerts else "没有预警"
    return (
        f"在看 {len(given.policies)} 项政策、{len(given.cards)} 个信源；库存 {given.stored:,} 帖；{alerts}。"
    )


# --- policies ---------------------------------------------------------------------------------------


def _policy(policy: Policy, given: Given) -> PolicyLine:
    buckets = given.buckets.get(policy.id, ())
    days = _days(buckets)
    volume = sum(day.count for day in days)
    return PolicyLine(
        title=policy.title,
        status=_status(policy),
        volume=volume if volume or not all(day.blind for day in days) else None,
        negative=sum(day.negative for day in days),
        days=days,
        trend=_trend(days),
    )


def _status(policy: Policy) -> str:
    if policy.status is PolicyStatus.CONSULTING and policy.consult_to:
        return f"征求意见至 {_date(policy.consult_to)}"
    released = f" {policy.released_at.astimezone(LOCAL):%Y-%m-%d}" if policy.released_at else ""
    return policy.status.chinese + released


def _days(buckets: Sequence[Bucket]) -> tuple[Day, ...]:
    """One bar a day, ascending, from buckets split by label."""
    starts = sorted({bucket.start for bucket in buckets})
    days = []
    for start in starts:
        here = [bucket for bucket in buckets if bucket.start == start]
        count = sum(bucket.count for bucket in here)
        negative = sum(bucket.count for bucket in here if bucket.key == Label.NEGATIVE)
        days.append(Day(start, count, negative, blind=all(bucket.blind for bucket in here)))
    return tuple(days)


def _trend(days: Sequence[Day]) -> str:
    """The highest day, and the newest one against the mean of those before it that were not blind."""
    if not any(day.count for day in days):
        return NO_DATA
    top = max(days, key=lambda day: day.count)
    peak = f"最高 {_date(top.start)}：{top.count} 帖，负面 {top.negative}（{share(top.negative, top.count)}）"
    *before, newest = days
    earlier = [day.count for day in before if not day.blind]
    if not earlier or newest.blind:
        return peak
    return f"{peak}；{_date(newest.start)}：{newest.count} 帖，此前日均 {sum(earlier) / len(earlier):.1f}"


# --- alerts -----------------------------------------------------------------------------------------


def _urgency(alert: Alert) -> tuple[int, bool, float, bool, int, str]:
    """Gravest first; of one level the closed last, then the newest, of negative posts, with most posts."""
    closed, spike = alert.state is AlertState.RESOLVED, alert.spike
    mood = spike.scope is not Scope.NEGATIVE
    return alert.level, closed, -alert.detected_at.timestamp(), mood, -spike.observed, alert.id


def _alert(alert: Alert, given: Given) -> AlertLine:
    names = {card.id: card.name for card in given.cards}
    known = [given.posts[post] for post in alert.spike.posts if post in given.posts]
    return AlertLine(
        id=alert.id,
        level=alert.level.value,
        level_name=alert.level.chinese,
        subject=_subject(alert, given, names),
        rule=alert.rule.chinese,
        state=alert.state.chinese,
        detected=alert.detected_at,
        due=_due(alert, given.now),
        text=given.explained.get(alert.id, NO_DATA),
        posts=tuple(_post(post, names) for post in known[:POSTS_SHOWN]),
    )


def _subject(alert: Alert, given: Given, names: Mapping[SourceId, str]) -> str:
    if alert.spike.source is not None:
        return f"信源 {names.get(alert.spike.source, alert.spike.source)}"
    titles = {policy.id: f"《{policy.title}》" for policy in given.policies}
    return titles.get(alert.policy, alert.policy or "全部帖文")


def _due(alert: Alert, now: datetime) -> str:
    if alert.due_at is None:
        return "无时限"
    when = f"回应期限 {_minute(alert.due_at)}"
    if alert.state in (AlertState.RESPONDED, AlertState.RESOLVED):
        return f"{when}，{alert.state.chinese}"
    left = alert.due_at - now
    if left < timedelta(0):
        return f"{when}，已超时 {span_text(-left)}"
    return f"{when}，还剩 {span_text(left)}"


def _post(post: Post, names: Mapping[SourceId, str]) -> PostLine:
    words = f"{post.title}：{post.text}" if post.title and not post.text.startswith(post.title) else post.text
    label = post.sentiment.label.chinese if post.sentiment else "未判"
    return PostLine(names.get(post.source, post.source), post.published, words, label, post.url or "")


# --- sources ----------------------------------------------------------------------------------------


def _source(card: Source, given: Given) -> SourceLine:
    health = given.health.get(card.id)
    state = SourceState.PAUSED if card.paused else health.state if health else None
    return SourceLine(
        id=card.id,
        name=card.name,
        state=state.chinese if state else "未采集",
        healthy=state is not None and not state.blind,
        last_success=health.last_success if health else None,
        newest_item=health.newest_item if health else None,
        blind=gaps(given.covered.get(card.id, ())),
        blind_since=health.blind_since if health else None,
    )


def gaps(covered: Sequence[Span]) -> tuple[Span, ...]:
    """The times between the covered intervals, ascending; what lies before or after them is not judged."""
    ordered = sorted(covered, key=lambda span: span.start)
    found = []
    for earlier, later in pairwise(ordered):
        if later.start > earlier.end:
            found.append(Span(earlier.end, later.start))
    return tuple(found)


def _coverage(sources: Sequence[SourceLine]) -> str:
    if not sources:
        return NO_DATA
    healthy = sum(one.healthy for one in sources)
    notes = [
        f"{one.name} {_minute(gap.start)} 至 {_minute(gap.end)}（{span_text(gap.end - gap.start)}）"
        for one in sources
        for gap in one.blind
    ]
    notes += [f"{one.name} 自 {_minute(one.blind_since)} 起" for one in sources if one.blind_since]
    blind = f"；无数据时段：{'、'.join(notes)}，按未知处理，不算作零" if notes else "；期间没有无数据时段"
    return f"{healthy}/{len(sources)} 个信源正常{blind}。"


# --- words ------------------------------------------------------------------------------------------


def _date(when: datetime) -> str:
    return f"{when.astimezone(LOCAL):%m-%d}"


def _minute(when: datetime) -> str:
    return f"{when.astimezone(LOCAL):%m-%d %H:%M}"

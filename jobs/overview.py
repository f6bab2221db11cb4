"""Gathers what the duty officer's situation 值班情况 is composed from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.explain import explain
from jobs.context import Context
from jobs.letters import names_of
from minyi.clock import LOCAL
from minyi.models import Span
from minyi.store.base import Split, Step
from minyi.store.query import Query
from reports.situation import Command, Given

DAYS = 14
"""Local days shown, today included."""

KNOWN_ALERTS = 1_000
"""Alerts looked at: the newest."""


def overview(
    context: Context, now: datetime, *, mails: Sequence[str] = (), commands: Sequence[Command] = ()
) -> Given:
    """Read the record as it stands at `now`."""
    store = context.store
    today = now.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)
    span = Span(today - timedelta(days=DAYS - 1), today + timedelta(days=1))
    policies, names = store.policies(), names_of(context)
    alerts = [one for one in store.alerts(KNOWN_ALERTS) if one.detected_at >= span.start]
    shown = [post for alert in alerts for post in alert.spike.posts[:5]]
    return Given(
        now=now,
        span=span,
        stored=store.post_count(),
        policies=policies,
        buckets={
            policy.id: store.timeline(
                Query(policies=(policy.id,), published=(span.start, span.end)), Step.DAY, Split.LABEL
            )
            for policy in policies
        },
        alerts=alerts,
        explained={alert.id: explain(alert.spike, names) for alert in alerts},
        posts={stored.post.id: stored.post for stored in store.get(shown)},
        cards=context.config.source,
        health=store.source_health(),
        covered={card.id: store.coverage(card.id, span) for card in context.config.source},
        mails=mails,
        commands=commands,
    )

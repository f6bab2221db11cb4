"""History 历史: stored posts as series of counts, for replay through the detector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from alerts.onsets import Topic, onset_of
from alerts.series import HISTORY
from jobs.context import Context
from jobs.finding import find_policy
from jobs.seeing import Seeing
from minyi.errors import ConfigError
from minyi.models import PolicyId, PolicyStatus, Span, Spike
from minyi.rules import Rules

AT_ONCE = timedelta(days=14)
"""Days judged in one go: a year of five-minute series is not held in memory."""

Rows = list[tuple[datetime, float]]


def stored_counts(
    context: Context, policy: str, begin: datetime, end: datetime, step: timedelta
) -> tuple[Rows, Rows]:
    """All and negative posts of a policy per step, from 28 days before `begin` (to learn from) to `end`.

    Steps without posts are 0, in time order.

    Raises:
        ConfigError: no such policy, or the interval is empty.
    """
    watched = find_policy(context, policy)
    if begin >= end:
        raise ConfigError("起点应早于终点", key="--from、--to")
    origin = (begin - HISTORY).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    size = -(-(end - origin) // step)
    every, negative = [0.0] * size, [0.0] * size
    for when, _, posts, negatives in context.store.counts(watched.id, Span(origin, end)):
        every[(when - origin) // step] += posts
        negative[(when - origin) // step] += negatives
    times = [origin + step * place for place in range(size)]
    return list(zip(times, every, strict=True)), list(zip(times, negative, strict=True))


def replay(context: Context, policy: str, rules: Rules, begin: datetime, end: datetime) -> list[Spike]:
    """What these rules would have said of a policy's stored posts from `begin` to `end`, by onset.

    Judged as the live watch judges: each day by what was known when it began, by source, voice and claim;
    posts first seen over a day late are left out.

    Raises:
        ConfigError: no such policy, or the interval is empty.
    """
    watched = find_policy(context, policy)
    if begin >= end:
        raise ConfigError("起点应早于终点", key="--from、--to")
    found: list[Spike] = []
    onsets: dict[Topic, datetime] = {}
    while begin < end:
        until = min(end, begin + AT_ONCE)
        seeing = Seeing(context, rules, since=begin, now=until - timedelta(microseconds=1))
        for spike in seeing.spikes(watched, onsets)[0]:
            topic = (spike.rule, spike.subject)
            if onset_of(spike) != onsets.get(topic):  # else it goes on with the onset of the part before
                found.append(spike)
                onsets[topic] = onset_of(spike)
        begin = until
    return found


@dataclass(frozen=True, slots=True)
class Trial:
    """What two sets of rules say of one policy: `before` those in force, `after` those tried, by onset."""

    policy: PolicyId
    before: Sequence[Spike]
    after: Sequence[Spike]

    @property
    def gone(self) -> list[Spike]:
        """Alerts that would no longer be raised."""
        return _without(self.before, self.after)

    @property
    def new(self) -> list[Spike]:
        """Alerts that only the tried rules raise."""
        return _without(self.after, self.before)

    @property
    def kept(self) -> list[Spike]:
        """Alerts of the tried rules that those in force raise too."""
        new = self.new
        return [spike for spike in self.after if spike not in new]


def _without(spikes: Sequence[Spike], others: Sequence[Spike]) -> list[Spike]:
    """Those of which no other is the same alert: same rule and subject, onset within a day."""
    day = timedelta(days=1)
    return [
        one
        for one in spikes
        if not any(
            (one.rule, one.subject) == (other.rule, other.subject)
            and abs(onset_of(one) - onset_of(other)) < day
            for other in others
        )
    ]


def try_rules(
    context: Context, rules: Rules, span: timedelta, now: datetime, *, only: str | None = None
) -> list[Trial]:
    """Rules tried on the last `span` of every watched policy, or of one, beside those in force.

    Raises:
        ConfigError: no such policy.
    """
    watched = [policy.id for policy in context.store.policies() if policy.status is not PolicyStatus.REPEALED]
    chosen = watched if only is None else [PolicyId(only)]
    return [
        Trial(
            policy,
            replay(context, policy, context.config.rules, now - span, now),
            replay(context, policy, rules, now - span, now),
        )
        for policy in chosen
    ]

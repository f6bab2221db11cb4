"""History 历史: stored posts as series of counts, for replay through the detector."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alerts.series import HISTORY
from jobs.context import Context
from minyi.errors import ConfigError
from minyi.models import PolicyId, Span

Rows = list[tuple[datetime, float]]


def stored_counts(
    context: Context, policy: str, begin: datetime, end: datetime, step: timedelta
) -> tuple[Rows, Rows]:
    """All and negative posts of a policy per step, from 28 days before `begin` (to learn from) to `end`.

    Steps without posts are 0, in time order.

    Raises:
        ConfigError: no such policy, or the interval is empty.
    """
    if policy not in {one.id for one in context.store.policies()}:
        raise ConfigError(f"没有编号为 {policy} 的政策；见 minyi policies list", key="--policy")
    if begin >= end:
        raise ConfigError("起点应早于终点", key="--from、--to")
    origin = (begin - HISTORY).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    size = -(-(end - origin) // step)
    every, negative = [0.0] * size, [0.0] * size
    for when, _, posts, negatives in context.store.counts(PolicyId(policy), Span(origin, end)):
        every[(when - origin) // step] += posts
        negative[(when - origin) // step] += negatives
    times = [origin + step * place for place in range(size)]
    return list(zip(times, every, strict=True)), list(zip(times, negative, strict=True))

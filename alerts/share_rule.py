"""The rule `negative_share`: the public's mood turns, whatever the volume. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.arithmetic import shared, spoken
from alerts.detect.grid import HOUR
from alerts.detect.share import NegativeShare, Shares, least_negative
from alerts.onsets import Day, Watched, grouped, is_late
from alerts.series import number_of
from alerts.voices import hear, several, within
from minyi.models import Level, RuleName, Scope, Sighting, Span, Spike
from minyi.rules import NegativeShareRule


@dataclass(frozen=True, slots=True)
class _Crossing:
    day: Day
    bucket: int
    share: NegativeShare

    @property
    def number(self) -> int:
        """Absolute number of its bucket."""
        return self.day.series.grids[Scope.ALL].number + self.bucket

    @property
    def span(self) -> Span:
        """The posts that were measured."""
        end = self.day.series.time_of(self.bucket + 1)
        return Span(end - timedelta(seconds=self.share.seconds), end)


def share_spikes(watched: Watched, rule: NegativeShareRule, now: datetime) -> list[Spike]:
    """Spikes by onset; usually none.

    Shares that different models judged must not be compared: the rule is handed in disabled then.
    """
    if not rule.enabled:
        return []
    crossings = [c for day in watched.days for c in _crossings(day, rule)]
    topic = (RuleName.NEGATIVE_SHARE, "")
    groups = grouped(crossings, lambda c: c.number, watched, topic, rule)
    return [_spike(watched, rule, onset, group, now) for onset, group in groups]


def _crossings(day: Day, rule: NegativeShareRule) -> Iterator[_Crossing]:
    every, negative = day.series.grids[Scope.ALL], day.series.grids[Scope.NEGATIVE]
    shares = Shares(every, negative, day.office_share, rule)
    for bucket in range(day.first, len(every.values)):
        # A share can only turn unusual in a bucket that brought a negative post.
        if negative.values[bucket] and shares.may_rise(bucket + 1):
            share = shares.measure(bucket + 1)
            if share.unusual:
                yield _Crossing(day, bucket, share)


def _spike(
    watched: Watched, rule: NegativeShareRule, onset: datetime, group: Sequence[_Crossing], now: datetime
) -> Spike:
    ranked = sorted(group, key=lambda c: (-c.share.surprise, c.number))
    told = next((c for c in ranked if several(_negatives(watched, c), rule.min_voices)), ranked[0])
    posts, share = _negatives(watched, told), told.share
    voices = hear(posts)
    heard = several(posts, rule.min_voices)
    return Spike(
        policy=watched.policy,
        rule=RuleName.NEGATIVE_SHARE,
        scope=Scope.NEGATIVE,
        window=Span(told.span.start, min(told.span.end, now)),
        observed=share.k,
        expected=share.n * share.p0,
        score=share.surprise,
        threshold=rule.surprise,
        level=Level.III if heard else Level.IV,
        late=is_late(onset, now),
        posts=voices.shown,
        arithmetic={
            "onset": onset.isoformat(),
            "window_seconds": share.seconds,
            "least_negative": least_negative(share),
            "hour_posts": max(_last_hour(c) for c in group),
            **spoken(voices),
            **shared(share),
        },
    )


def _negatives(watched: Watched, crossing: _Crossing) -> list[Sighting]:
    series = watched.day_of(number_of(crossing.span.end) - 1).series
    return [s for s in within(watched.sightings, crossing.span) if s.negative and series.counts(s)]


def _last_hour(crossing: _Crossing) -> int:
    grid = crossing.day.series.grids[Scope.NEGATIVE]
    end = crossing.bucket + 1
    return int(sum(grid.values[max(0, end - grid.buckets(HOUR)) : end]))

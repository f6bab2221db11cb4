"""Seeing 所见: what the rules judge a policy by, read from the record, for the live watch and for replays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from alerts.detect.share import UNKNOWN_OFFICE_SHARE
from alerts.onsets import Day, Topic, Watched, days_of, sightings_span
from alerts.profile import Profile, pooled
from alerts.rules import policy_spikes
from alerts.series import HISTORY, CountRow, SourceFacts, build, day_start, history_span
from alerts.silence import SourceCurve, may_be_quiet, quiet_source
from alerts.talk import growing
from jobs.context import Context
from jobs.versions import mixed_lately
from minyi.models import Bucket, Label, Policy, SourceHealth, SourceId, Span, Spike
from minyi.rules import Rules
from minyi.store.base import Split, Step, Store
from minyi.store.query import Query
from minyi.workdays import load_calendar

IMAGINED_POSTS = 100
"""As many imagined posts at the usual share keep that of a new office away from 0 and 1."""


@dataclass(frozen=True, slots=True)
class _Habits:
    """What all policies share on one day: the profile of the 28 days before, the usual negative share."""

    profile: Profile
    negative_share: float


class Seeing:
    """What can be seen at `now` of the buckets from `since` on; read lazily, once."""

    def __init__(self, context: Context, rules: Rules, *, since: datetime, now: datetime) -> None:
        """`rules` may be others than the office's: those being tried."""
        self._store, self._config, self._rules = context.store, context.config, rules
        self._since, self._now = since, now
        self._days = days_of(since, now)
        self._health = self._store.source_health()
        self._calendar = load_calendar(context.config.path.parent)
        self._sources: Sequence[SourceFacts] | None = None
        self._hours: Sequence[Bucket] | None = None
        self._habits: dict[datetime, _Habits] = {}
        self._official = frozenset(card.id for card in self._config.source if card.official)
        self._keys = frozenset(card.id for card in self._config.source if card.key)

    def spikes(self, policy: Policy, last_onsets: Mapping[Topic, datetime]) -> tuple[list[Spike], bool]:
        """Spikes of a policy, and whether it has posts dated after now."""
        begin, end = history_span(self._days[0][1]).start, history_span(self._now).end
        rows = self._store.counts(policy.id, Span(begin, end + timedelta(days=1)))
        watched = self.watched(policy, rows, last_onsets)
        later = bool(rows) and rows[-1][0] >= end
        return policy_spikes(watched, self._rules_for(policy), self._now), later

    def watched(
        self, policy: Policy, rows: Sequence[CountRow], last_onsets: Mapping[Topic, datetime]
    ) -> Watched:
        """All that the rules see of a policy, given its counts."""
        span = sightings_span(self._since, self._now)
        earlier = Span(span.start - HISTORY, span.end)
        sightings = self._store.sightings(policy.id, span) if _any_after(rows, span.start) else []
        clusters = growing(sightings, self._rules.novelty, self._official)
        return Watched(
            policy=policy.id,
            days=[self._day(policy, rows, begin, at) for begin, at in self._days],
            sightings=sightings,
            claims=self._store.claim_sightings(policy.id, earlier) if policy.watch and sightings else (),
            watch=policy.watch,
            cluster_starts=self._store.cluster_starts(policy.id, list(clusters), earlier) if clusters else {},
            official=self._official,
            key_sources=self._keys,
            last_onsets=last_onsets,
        )

    def quiet_sources(self) -> list[Spike]:
        """Sources that are read well and bring nothing for longer than chance allows."""
        found = (self._quiet(card.id) for card in self._config.source if self._may_be_quiet(card.id))
        return [spike for spike in found if spike is not None]

    # --- one day ------------------------------------------------------------------------------------

    def _day(self, policy: Policy, rows: Sequence[CountRow], begin: datetime, at: datetime) -> Day:
        habits = self._habits_of(day_start(at))
        series = build(
            rows,
            self._source_facts(),
            now=at,
            new_source_days=self._rules.new_source_days,
            profile=habits.profile,
            released_at=policy.released_at,
        )
        return Day(series, max(0, series.index_of(begin)), habits.negative_share)

    def _habits_of(self, day: datetime) -> _Habits:
        if day not in self._habits:
            begin = day - HISTORY
            hours = [bucket for bucket in self._office_hours() if begin <= bucket.start < day]
            posts = sum(bucket.count for bucket in hours)
            negative = sum(bucket.count for bucket in hours if bucket.key == Label.NEGATIVE)
            counts = ((bucket.start, bucket.count) for bucket in hours)
            self._habits[day] = _Habits(
                pooled(counts, begin, day, workday=self._calendar.is_workday),
                (negative + IMAGINED_POSTS * UNKNOWN_OFFICE_SHARE) / (posts + IMAGINED_POSTS),
            )
        return self._habits[day]

    def _office_hours(self) -> Sequence[Bucket]:
        if self._hours is None:
            span = (day_start(self._since) - HISTORY, day_start(self._now) + timedelta(hours=1))
            self._hours = self._store.timeline(Query(published=span), Step.HOUR, Split.LABEL)
        return self._hours

    def _rules_for(self, policy: Policy) -> Rules:
        """Shares of negative posts are not compared across versions of the judgement."""
        rules = self._rules
        if not mixed_lately(self._store, policy.id, self._now):
            return rules
        return replace(
            rules,
            negative_volume=replace(rules.negative_volume, enabled=False),
            negative_share=replace(rules.negative_share, enabled=False),
        )

    # --- sources ------------------------------------------------------------------------------------

    def _source_facts(self) -> Sequence[SourceFacts]:
        if self._sources is None:
            starts = self._store.first_success()
            self._sources = [self._facts(source, start) for source, start in starts.items()]
        return self._sources

    def _facts(self, source: SourceId, start: datetime) -> SourceFacts:
        spans = tuple(self._store.coverage(source, Span(start, self._now + timedelta(days=1))))
        health = self._health.get(source)
        if health is None:
            return SourceFacts(source, start, spans)
        if not spans and health.blind_since is not None:
            # Only ever imported, and never once read by a crawl: live until the first crawl failed.
            spans = (Span(start, max(start, health.blind_since)),)
        return SourceFacts(source, start, spans, self._grace(health))

    def _grace(self, health: SourceHealth) -> timedelta:
        """How long a source in good health is trusted after its last good read."""
        if health.state.blind:
            return timedelta(0)
        card = self._config.find_source(health.source)
        every = timedelta(seconds=card.every_seconds) if card else timedelta(0)
        return max(timedelta(hours=1), every * self._rules.source_silent.intervals)

    def _may_be_quiet(self, source: SourceId) -> bool:
        card = self._config.find_source(source)
        return card is not None and may_be_quiet(card, self._health.get(source), self._now)

    def _quiet(self, source: SourceId) -> Spike | None:
        newest = self._health[source].newest_item
        if newest is None:
            return None
        curve = source_curve(self._store, source, newest, self._now)
        return quiet_source(curve, self._rules.source_silent, self._now)


def source_curve(store: Store, source: SourceId, newest: datetime, now: datetime) -> SourceCurve:
    """A source's whole hours up to `now`, from 28 days before its newest post."""
    begin, end = _hour_of(newest) - HISTORY, _hour_of(now)
    buckets = store.timeline(Query(sources=(source,), published=(begin, end)), Step.HOUR)
    hours = [(bucket.start, bucket.count) for bucket in buckets]
    return SourceCurve(source, newest, hours, frozenset(b.start for b in buckets if b.blind))


def _hour_of(when: datetime) -> datetime:
    return when.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _any_after(rows: Sequence[CountRow], begin: datetime) -> bool:
    """True when some post was published from `begin` on; `rows` are in order of time."""
    return bool(rows) and rows[-1][0] >= begin - timedelta(minutes=5)

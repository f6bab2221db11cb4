"""Watch 识别: from the record's counts to alerts, committed with the messages they cause.

A policy is looked at when its posts changed since the last look, or when some were dated after it.
Everything else the detector needs is in the record: restarting, or looking twice, changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.detect.share import UNKNOWN_OFFICE_SHARE
from alerts.lifecycle import decide, settled_onsets
from alerts.profile import Profile, pooled
from alerts.rules import Watched, sightings_span, volume_spikes
from alerts.series import SourceFacts, build, history_span
from alerts.silence import silent_sources
from jobs.cases import clock_rules
from jobs.context import Context
from jobs.versions import mixed_lately
from minyi.config import Rules
from minyi.errors import Conflict
from minyi.models import (
    Alert,
    Label,
    Policy,
    PolicyId,
    PolicyStatus,
    SourceHealth,
    SourceId,
    Span,
    Spike,
)
from minyi.store.base import Split, Step
from minyi.store.query import Query

log = logging.getLogger(__name__)

UNWATCHED = timedelta(minutes=10)
"""A longer pause between looks means the service was not watching."""

KNOWN_ALERTS = 10_000
TRIES = 3


def watch(context: Context, now: datetime) -> list[Alert]:
    """Look for spikes and silent sources; return the alerts that are new or changed, usually none.

    Raises:
        Conflict: people kept changing the same alerts at the same time.
    """
    for attempt in range(TRIES):
        try:
            return _Look(context, now).look()
        except Conflict:
            log.info("an alert changed while it was decided; looking again")
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


@dataclass(frozen=True, slots=True)
class _Office:
    """What all policies share in one look."""

    sources: Sequence[SourceFacts]
    profile: Profile
    negative_share: float


class _Look:
    """One look at the record."""

    def __init__(self, context: Context, now: datetime) -> None:
        self._store, self._rules = context.store, context.config.rules
        self._config, self._now = context.config, now
        self._health = context.store.source_health()

    def look(self) -> list[Alert]:
        """Decide and commit in one transaction."""
        state = self._store.detector_state()
        changed, revision = self._store.policies_changed(int(state.get("revision", "0")))
        changed |= {PolicyId(one) for one in state.get("later", "").split("\n") if one}
        policies = {p.id: p for p in self._store.policies() if p.status is not PolicyStatus.REPEALED}
        known = self._store.alerts(KNOWN_ALERTS)
        since = self._watching_since(state)
        spikes, later = self._spikes([policies[one] for one in sorted(changed) if one in policies], known)
        spikes += silent_sources(
            self._config.source,
            self._health,
            self._rules.source_silent,
            now=self._now,
            watching_since=since,
        )
        good = {one.source: one.last_success for one in self._health.values() if one.last_success}
        changes = decide(
            spikes,
            known,
            policies=policies,
            recipients=self._config.recipient,
            rules=self._rules,
            now=self._now,
            clocks=clock_rules(self._config),
            last_success=good,
        )
        new_state = {
            "revision": str(revision),
            "later": "\n".join(sorted(later)),
            "watched_at": self._now.isoformat(),
            "watching_since": since.isoformat(),
        }
        self._store.commit_alerts(changes, new_state, self._now)
        for change in changes:
            log.warning("alert %s %s: %s", change.alert.id, change.alert.rule, change.alert.state)
        return [change.alert for change in changes]

    def _watching_since(self, state: Mapping[str, str]) -> datetime:
        """Since when somebody has looked without a longer pause; a clock set back starts anew."""
        if "watched_at" not in state:
            return self._now
        pause = self._now - datetime.fromisoformat(state["watched_at"])
        if timedelta(0) <= pause <= UNWATCHED:
            return datetime.fromisoformat(state["watching_since"])
        return self._now

    def _spikes(
        self, policies: Sequence[Policy], known: Sequence[Alert]
    ) -> tuple[list[Spike], set[PolicyId]]:
        """Spikes of these policies, and those that have posts dated after now."""
        if not policies:
            return [], set()
        office = self._office()
        onsets = settled_onsets(known, self._now)
        spikes, later = [], set()
        history = history_span(self._now)
        for policy in policies:
            rows = self._store.counts(policy.id, Span(history.start, history.end + timedelta(days=1)))
            if rows and rows[-1][0] >= history.end:
                later.add(policy.id)
            series = build(
                rows,
                office.sources,
                now=self._now,
                new_source_days=self._rules.new_source_days,
                profile=office.profile,
                released_at=policy.released_at,
            )
            watched = Watched(
                policy=policy.id,
                series=series,
                sightings=self._store.sightings(policy.id, sightings_span(self._now)),
                office_negative_share=office.negative_share,
                last_onsets=onsets.get(policy.id),
            )
            spikes += volume_spikes(watched, self._rules_for(policy.id), self._now)
        return spikes, later

    def _rules_for(self, policy: PolicyId) -> Rules:
        """The office's rules; shares of negative posts are not compared across versions of the judgement."""
        if not mixed_lately(self._store, policy, self._now):
            return self._rules
        return replace(self._rules, negative_volume=replace(self._rules.negative_volume, enabled=False))

    def _office(self) -> _Office:
        span = history_span(self._now)
        hours = self._store.timeline(Query(published=(span.start, self._now)), Step.HOUR, Split.LABEL)
        posts = sum(bucket.count for bucket in hours)
        negative = sum(bucket.count for bucket in hours if bucket.key == Label.NEGATIVE)
        return _Office(
            sources=[self._facts(source, start) for source, start in self._store.first_success().items()],
            profile=pooled(((b.start, b.count) for b in hours), span.start, self._now),
            # A hundred imagined posts at the usual share keep that of a new office away from 0 and 1.
            negative_share=(negative + 100 * UNKNOWN_OFFICE_SHARE) / (posts + 100),
        )

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

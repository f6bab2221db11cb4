"""Watch 识别: from the record's counts to alerts, committed with the messages they cause.

A policy is looked at when its posts changed since the last look, or when some were dated after it.
Everything else the detector needs is in the record: restarting, or looking twice, changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from alerts.lifecycle import decide
from alerts.onsets import judged_from, settled_onsets
from alerts.silence import silent_sources
from jobs.cases import clock_rules, directory
from jobs.context import Context
from jobs.seeing import Seeing
from minyi.errors import Conflict
from minyi.models import Alert, Policy, PolicyId, PolicyStatus, Spike

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


class _Look:
    """One look at the record."""

    def __init__(self, context: Context, now: datetime) -> None:
        self._context, self._store, self._rules = context, context.store, context.config.rules
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
        looked = [policies[one] for one in sorted(changed) if one in policies]
        spikes, later = self._spikes(looked, known, state)
        spikes += silent_sources(
            self._config.source, self._health, self._rules, now=self._now, watching_since=since
        )
        spikes += self._quiet(state)
        good = {one.source: one.last_success for one in self._health.values() if one.last_success}
        changes = decide(
            spikes,
            known,
            policies=policies,
            directory=directory(self._config),
            rules=self._rules,
            now=self._now,
            clocks=clock_rules(self._config),
            muted={(one.policy, one.rule) for one in self._store.casework.mutes(self._now)},
            blind=any(one.blind_since is not None for one in self._health.values()),
            last_success=good,
            newest_item={h.source: h.newest_item for h in self._health.values() if h.newest_item},
        )
        new_state = {
            "revision": str(revision),
            "later": "\n".join(sorted(later)),
            "watched_at": self._now.isoformat(),
            "watching_since": since.isoformat(),
            "quiet_hour": _hour(self._now),
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
        self,
        policies: Sequence[Policy],
        known: Sequence[Alert],
        state: Mapping[str, str],
    ) -> tuple[list[Spike], set[PolicyId]]:
        """Spikes of these policies, and those that have posts dated after now."""
        if not policies:
            return [], set()
        since = judged_from(self._now, _time(state.get("watched_at")))
        seeing = Seeing(self._context, self._rules, since=since, now=self._now)
        onsets = settled_onsets(known, since)
        found, later = [], set()
        for policy in policies:
            spikes, more = seeing.spikes(policy, onsets.get(policy.id, {}))
            found += spikes
            if more:
                later.add(policy.id)
        return found, later

    def _quiet(self, state: Mapping[str, str]) -> list[Spike]:
        """Sources that are read well and bring nothing, looked for once an hour."""
        if state.get("quiet_hour") == _hour(self._now):
            return []
        return Seeing(self._context, self._rules, since=self._now, now=self._now).quiet_sources()


def _hour(now: datetime) -> str:
    return now.astimezone(UTC).isoformat()[:13]


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)

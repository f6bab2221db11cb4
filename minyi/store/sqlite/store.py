"""The embedded engine: every method of the contract over one SQLite file.

Reading methods see one snapshot each. Safe to share between threads and processes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from minyi.models import (
    Alert,
    AlertId,
    Bucket,
    ClaimSighting,
    CrawlRun,
    Notification,
    OutboxState,
    Policy,
    PolicyId,
    Post,
    PostId,
    Quarantined,
    Saved,
    Sighting,
    SourceHealth,
    SourceId,
    Span,
    StoredPost,
    UrlCursor,
)
from minyi.store.base import AlertChange, Facet, Order, Page, Revised, Split, SpoolCommit, Stats, Step
from minyi.store.care import Progress, silent
from minyi.store.query import Query
from minyi.store.sqlite import (
    alerts,
    ask,
    counts,
    erasure,
    facets,
    outbox,
    policies,
    posts,
    quarantine,
    search,
    sources,
    timeline,
)
from minyi.store.sqlite.care import SqliteCare
from minyi.store.sqlite.casework import SqliteCasework
from minyi.store.sqlite.clusters import SqliteClusters
from minyi.store.sqlite.connection import Database
from minyi.store.sqlite.facts import from_micros, from_seconds, micros
from minyi.store.sqlite.learning import SqliteLearning
from minyi.store.sqlite.projection import SqliteQueue
from minyi.store.sqlite.register import SqliteRegister


class SqliteStore:
    """The system of record; `minyi.store.base` states what each method promises."""

    def __init__(self, path: Path, *, check: bool = False, progress: Progress = silent) -> None:
        """Open or create the file; `progress` hears how an older release's file is brought up to date.

        Raises:
            StoreTooOld, StoreTooNew, StoreCorrupt: the library or the file is not to be used.
        """
        self._database = Database(path, check=check, progress=progress)
        self.care = SqliteCare(self._database)
        self.casework = SqliteCasework(self._database)
        self.clusters = SqliteClusters(self._database)
        self.learning = SqliteLearning(self._database)
        self.register = SqliteRegister(self._database)

    # --- reading -----------------------------------------------------------------------------------

    def get(self, ids: Sequence[PostId]) -> list[StoredPost]:
        """See `Reader.get`."""
        with self._database.read() as connection:
            return search.get(connection, ids)

    def search(
        self, query: Query, order: Order = Order.NEWEST, size: int = 20, cursor: str | None = None
    ) -> Page:
        """See `Reader.search`."""
        with self._database.read() as connection:
            return search.search(connection, query, order, size, cursor)

    def count(self, query: Query) -> int:
        """See `Reader.count`."""
        with self._database.read() as connection:
            return search.count(connection, query)

    def timeline(self, query: Query, step: Step, split: Split | None = None) -> list[Bucket]:
        """See `Reader.timeline`."""
        with self._database.read() as connection:
            return timeline.timeline(connection, query, step, split)

    def facet(self, query: Query, field: Split, size: int = 20) -> Facet:
        """See `Reader.facet`."""
        with self._database.read() as connection:
            return facets.facet(connection, query, field, size)

    def stats(self, query: Query) -> Stats:
        """See `Reader.stats`."""
        with self._database.read() as connection:
            return facets.stats(connection, query)

    # --- posts -------------------------------------------------------------------------------------

    def save_posts(
        self, posts_: Sequence[Post], *, now: datetime, commit: SpoolCommit | None = None
    ) -> Saved:
        """See `Store.save_posts`."""
        self._database.ensure_room()
        return posts.save(self._database, posts_, now, commit)

    def revise(self, stored: Sequence[StoredPost], *, now: datetime) -> Revised:
        """See `Store.revise`."""
        self._database.ensure_room()
        return posts.revise(self._database, stored, now)

    def sightings(self, policy: PolicyId, span: Span) -> list[Sighting]:
        """See `Store.sightings`."""
        with self._database.read() as connection:
            return counts.sightings(connection, policy, span)

    def counts(self, policy: PolicyId, span: Span) -> list[tuple[datetime, SourceId, int, int]]:
        """See `Store.counts`."""
        with self._database.read() as connection:
            return counts.counts(connection, policy, span)

    def claim_sightings(self, policy: PolicyId, span: Span) -> list[ClaimSighting]:
        """See `Store.claim_sightings`."""
        with self._database.read() as connection:
            return counts.claim_sightings(connection, policy, span)

    def cluster_starts(self, policy: PolicyId, clusters: Collection[str], span: Span) -> dict[str, datetime]:
        """See `Store.cluster_starts`."""
        with self._database.read() as connection:
            return counts.cluster_starts(connection, policy, clusters, span)

    def policies_changed(self, after_revision: int) -> tuple[set[PolicyId], int]:
        """See `Store.policies_changed`; `ALL_POLICIES` is never named, it changes with the revision."""
        with self._database.read() as connection:
            return counts.policies_changed(connection, after_revision)

    def iterate(self, query: Query) -> Iterator[StoredPost]:
        """See `Store.iterate`."""
        below: int | None = None
        while True:
            with self._database.read() as connection:
                found = search.batch(connection, query, search.MAX_PAGE, below)
            yield from found
            if len(found) < search.MAX_PAGE:
                return
            below = found[-1].rid

    def post_count(self) -> int:
        """See `Store.post_count`."""
        with self._database.read() as connection:
            return int(ask.value(connection, "SELECT count(*) FROM posts"))

    def forget(self, ids: Sequence[PostId], now: datetime) -> int:
        """Delete posts and take them out of every count; their ids are never stored again.

        Returns how many there were. Traces in the file go with the next `care.scrub`.
        """
        with self._database.write() as connection:
            return erasure.bury(connection, ids, now, erasure.ERASED, keep_counts=False)

    # --- policies and sources ----------------------------------------------------------------------

    def save_policies(self, policies_: Sequence[Policy], now: datetime) -> Saved:  # noqa: ARG002 - the contract's
        """See `Store.save_policies`."""
        with self._database.write() as connection:
            return policies.save(connection, policies_)

    def policies(self) -> list[Policy]:
        """See `Store.policies`."""
        with self._database.read() as connection:
            return policies.load(connection)

    def cursor(self, source: SourceId) -> dict[str, UrlCursor]:
        """See `Store.cursor`."""
        with self._database.read() as connection:
            return sources.cursor(connection, source)

    def record_run(self, run: CrawlRun) -> None:
        """See `Store.record_run`."""
        with self._database.write() as connection:
            sources.write_run(connection, run)

    def source_health(self) -> dict[SourceId, SourceHealth]:
        """See `Store.source_health`."""
        with self._database.read() as connection:
            return sources.health(connection)

    def coverage(self, source: SourceId, span: Span) -> list[Span]:
        """See `Store.coverage`."""
        with self._database.read() as connection:
            return sources.coverage(connection, source, span)

    def first_success(self) -> dict[SourceId, datetime]:
        """See `Store.first_success`."""
        with self._database.read() as connection:
            return sources.first_success(connection)

    def quarantine(self, items: Sequence[Quarantined]) -> int:
        """See `Store.quarantine`."""
        with self._database.write() as connection:
            return quarantine.keep(connection, items)

    def quarantined(self, limit: int = 100) -> list[Quarantined]:
        """See `Store.quarantined`."""
        with self._database.read() as connection:
            return quarantine.newest(connection, limit)

    # --- alerts and messages -----------------------------------------------------------------------

    def commit_alerts(self, changes: Sequence[AlertChange], state: Mapping[str, str], now: datetime) -> None:
        """See `Store.commit_alerts`. The stored version: 1 for a new alert, else the expected one plus 1."""
        self._database.write_small(lambda connection: alerts.commit(connection, changes, state, now))

    def detector_state(self) -> dict[str, str]:
        """See `Store.detector_state`."""
        with self._database.read() as connection:
            return alerts.detector_state(connection)

    def alerts(self, limit: int = 100) -> list[Alert]:
        """See `Store.alerts`."""
        with self._database.read() as connection:
            return alerts.newest(connection, limit)

    def alert(self, alert: AlertId) -> Alert | None:
        """See `Store.alert`."""
        with self._database.read() as connection:
            return alerts.one(connection, alert)

    def add_notifications(self, notifications: Sequence[Notification], now: datetime) -> int:
        """See `Store.add_notifications`."""
        return self._database.write_small(lambda connection: outbox.add(connection, notifications, now))

    def claim(self, now: datetime, limit: int = 20) -> list[Notification]:
        """See `Store.claim`; `minyi.store.sqlite.outbox` says when a claim is taken over."""
        return self._database.write_small(lambda connection: outbox.claim(connection, now, limit))

    def settle(
        self,
        key: str,
        state: OutboxState,
        *,
        now: datetime,
        error: str | None = None,
        next_try: datetime | None = None,
    ) -> None:
        """See `Store.settle`."""
        self._database.write_small(
            lambda connection: outbox.settle(connection, key, state, now, error, next_try)
        )

    def settle_sent(self, keys: Sequence[str], now: datetime) -> None:
        """See `Store.settle_sent`."""
        self._database.write_small(lambda connection: outbox.settle_sent(connection, keys, now))

    def sent_times(self, channel: str, recipient: str, since: datetime) -> list[datetime]:
        """See `Store.sent_times`."""
        with self._database.read() as connection:
            return outbox.sent_times(connection, channel, recipient, since)

    def first_sent(self, alert: AlertId, recipient: str) -> str | None:
        """See `Store.first_sent`."""
        with self._database.read() as connection:
            return outbox.first_sent(connection, alert, recipient)

    def outbox(self, states: Sequence[OutboxState] = ()) -> list[Notification]:
        """See `Store.outbox`."""
        with self._database.read() as connection:
            return outbox.load(connection, states)

    # --- jobs and upkeep ---------------------------------------------------------------------------

    def job_success(self, job: str, now: datetime) -> None:
        """See `Store.job_success`."""
        row = (job, micros(now))
        self._database.write_small(
            lambda connection: connection.execute("INSERT OR REPLACE INTO jobs VALUES(?,?)", row)
        )

    def last_success(self, job: str) -> datetime | None:
        """See `Store.last_success`."""
        with self._database.read() as connection:
            at: int | None = ask.value(connection, "SELECT succeeded FROM jobs WHERE job=?", (job,))
            return from_micros(at)

    @property
    def projection(self) -> SqliteQueue:
        """See `Store.projection`."""
        return SqliteQueue(self._database)

    def index_lag(self) -> tuple[int, datetime | None]:
        """See `Store.index_lag`."""
        with self._database.read() as connection:
            [(count, since)] = ask.rows(connection, "SELECT count(*), min(at) FROM index_queue")
            return count, None if since is None else from_seconds(since)

    def verify(self) -> list[str]:
        """See `Store.verify`."""
        return [str(one) for one in self.care.check() if one.broken]

    def backup(self, path: Path) -> None:
        """See `Store.backup`; a `.sha256` file stands beside the copy."""
        self.care.backup(path)

    def close(self) -> None:
        """See `Store.close`."""
        self._database.close()

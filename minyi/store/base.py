"""The contract of a store. Times are aware UTC; counts are posts; lists may be empty unless said.

`Reader` is answered by every engine with the same results; `Store` is the system of record and
adds writing. All methods may raise `StoreBusy` (retry), `StoreFull` and `StoreCorrupt`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from minyi.models import (
    Alert,
    AlertId,
    Bucket,
    ClaimSighting,
    CrawlRun,
    Notification,
    OfficialResponse,
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
from minyi.store.care import Act, Care
from minyi.store.casework import Casework
from minyi.store.clusters import ClusterState
from minyi.store.learning import Learning
from minyi.store.projection import Queue
from minyi.store.query import Query
from minyi.store.register import Register


class Order(StrEnum):
    """Order of hits."""

    NEWEST = "newest"
    RELEVANCE = "relevance"


class Step(StrEnum):
    """Step of a timeline; `DAY` is cut in Asia/Shanghai."""

    FIVE_MINUTES = "5m"
    HOUR = "hour"
    DAY = "day"


class Split(StrEnum):
    """What a timeline or facet is split by."""

    POLICY = "policy"
    LABEL = "label"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Highlights:
    """Spans [start, end) in code points of the displayed title and text."""

    title: tuple[tuple[int, int], ...] = ()
    text: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One post found; `copies` counts the hits of its cluster, itself included, when clusters collapse."""

    stored: StoredPost
    highlights: Highlights
    copies: int = 1


@dataclass(frozen=True, slots=True)
class Page:
    """One page of hits.

    `total` is exact to 10,000, beyond that a floor; `window` is set when the answer was computed on
    that many newest hits only; `next` is None on the last page.
    """

    hits: tuple[Hit, ...]
    total: int
    total_is_floor: bool
    window: int | None
    notes: tuple[str, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class FacetRow:
    """One value of a facet: its count and mean polarity."""

    value: str
    count: int
    polarity: float


@dataclass(frozen=True, slots=True)
class Facet:
    """Counts by value, largest first; `capped` when only the newest `counted` hits were counted."""

    rows: tuple[FacetRow, ...]
    counted: int
    capped: bool


@dataclass(frozen=True, slots=True)
class Stats:
    """Polarity of the hits; all None when there are none."""

    n: int
    mean: float | None
    p5: float | None
    p50: float | None
    p95: float | None
    counted: int
    capped: bool


class Reader(Protocol):
    """The reading half, the same on every engine."""

    def get(self, ids: Sequence[PostId]) -> list[StoredPost]:
        """Posts in the order asked; unknown ids are left out."""

    def search(
        self, query: Query, order: Order = Order.NEWEST, size: int = 20, cursor: str | None = None
    ) -> Page:
        """One page, newest (row order, descending) or by bm25 over the newest 20,000 hits; size <= 200.

        Raises:
            CursorError: the cursor belongs to another query.
        """

    def count(self, query: Query) -> int:
        """All hits, exactly; collapsing does not change it. Its cost grows with them."""

    def timeline(self, query: Query, step: Step, split: Split | None = None) -> list[Bucket]:
        """Counts per step over the query's time range, gaps as 0; ordered by time, then split value.

        Raises:
            QueryError: more than 10,000 buckets, or no bounded time range.
        """

    def facet(self, query: Query, field: Split, size: int = 20) -> Facet:
        """Counts by policy, label or source."""

    def stats(self, query: Query) -> Stats:
        """Polarity of the hits."""


@dataclass(frozen=True, slots=True)
class SpoolCommit:
    """What the last transaction of a spool file carries beside its posts."""

    run: CrawlRun
    cursor: Mapping[str, UrlCursor]


@dataclass(frozen=True, slots=True)
class Revised:
    """What writing posts again did; `missed` were changed by somebody else since they were read."""

    changed: int
    missed: tuple[PostId, ...]


@dataclass(frozen=True, slots=True)
class AlertChange:
    """One alert to insert or replace, with the messages it causes, decided together.

    `expected_version` is None for a new alert, else the version it was read at (compare-and-set).
    """

    alert: Alert
    expected_version: int | None
    notifications: tuple[Notification, ...]
    act: Act | None = None
    """Its line in the ledger, when it is a step of the case."""
    detail: Mapping[str, str | int] = field(default_factory=dict)
    response: OfficialResponse | None = None
    """The published answer that goes on record with it."""


class Store(Reader, Protocol):
    """The system of record."""

    @property
    def care(self) -> Care:
        """Its upkeep: check, copy, forget, and the trail of who did it."""

    @property
    def casework(self) -> Casework:
        """What people did about alerts: answers, mutes, the ledger."""

    # posts
    def save_posts(self, posts: Sequence[Post], *, now: datetime, commit: SpoolCommit | None = None) -> Saved:
        """Upsert posts by id, in ONE transaction per 500 posts (`commit` in the last).

        With them go roll-ups, text index, index queue and, with `commit`, the source's cursor, run and
        coverage. New posts saved without `commit` count as imports, unless the source's next `commit`
        tells of a run that began before: then they were the first batches of its spool file.

        A known id keeps its first-seen time; only a difference in what the source says or what analysis
        found makes it `updated`. A post belongs to the source that brought it first: shown by another
        one it counts as `unchanged`, whatever that says. Posts whose id is in the tombstones, or older
        than the retention horizon, count as `unchanged`. Posts of a corrected cluster are saved with the
        label a person gave it, see `minyi.store.learning`.
        """

    def revise(self, stored: Sequence[StoredPost], *, now: datetime) -> Revised:
        """Write what analysis found anew of stored posts, each only if nobody changed it since it was read.

        In one transaction per 500 posts, so that it may be interrupted anywhere.
        """

    def sightings(self, policy: PolicyId, span: Span) -> list[Sighting]:
        """Posts that may trigger, ordered by time: what feeds detection.

        Surely matched to the policy (ALL_POLICIES = every post), published in the span, with precision
        minute or hour, first seen within 24 h of publishing.
        """

    def counts(self, policy: PolicyId, span: Span) -> list[tuple[datetime, SourceId, int, int]]:
        """Rows (5-minute bucket start, source, all, negative with evidence), by time, then source.

        Of the same posts as `sightings`; only non-empty ones.
        """

    def claim_sightings(self, policy: PolicyId, span: Span) -> list[ClaimSighting]:
        """Stances towards the policy's watch-list, of the same posts as `sightings`, ordered by time."""

    def cluster_starts(self, policy: PolicyId, clusters: Collection[str], span: Span) -> dict[str, datetime]:
        """When each of these clusters was first published on the policy within the span; absent = never."""

    def policies_changed(self, after_revision: int) -> tuple[set[PolicyId], int]:
        """Policies whose posts changed after that revision, and the newest revision."""

    def iterate(self, query: Query) -> Iterator[StoredPost]:
        """All hits, newest first, in pages that hold no lock between them."""

    def post_count(self) -> int:
        """Stored posts."""

    # policies
    def save_policies(self, policies: Sequence[Policy], now: datetime) -> Saved:
        """Upsert policies by id."""

    def policies(self) -> list[Policy]:
        """All policies, by release time descending, then id."""

    @property
    def register(self) -> Register:
        """The policies as people change them."""

    # sources
    def cursor(self, source: SourceId) -> dict[str, UrlCursor]:
        """The source's cursor; empty before its first run."""

    def record_run(self, run: CrawlRun) -> None:
        """Record a run that left no spool file (the child died); extends no coverage."""

    def source_health(self) -> dict[SourceId, SourceHealth]:
        """Health by source that ever ran."""

    def coverage(self, source: SourceId, span: Span) -> list[Span]:
        """Intervals between successful runs that touch the span, ordered, disjoint.

        Beyond them the source is blind. A source that never ran by crawl (imports only) has none.
        """

    def first_success(self) -> dict[SourceId, datetime]:
        """When each source was first read, or its first imported post was published."""

    # quarantine
    def quarantine(self, items: Sequence[Quarantined]) -> int:
        """Keep unreadable input, the same origin, position and text once; returns how many are new."""

    def quarantined(self, limit: int = 100) -> list[Quarantined]:
        """Newest first."""

    # alerts and messages
    def commit_alerts(self, changes: Sequence[AlertChange], state: Mapping[str, str], now: datetime) -> None:
        """Alerts, their outbox rows and the detector's state, in ONE transaction.

        A known alert id without an expected version changes nothing, its messages included; nor does a
        known notification key. The stored version is 1 for a new alert, else the expected one plus 1.

        Raises:
            Conflict: an alert changed since it was read; nothing is written.
        """

    def detector_state(self) -> dict[str, str]:
        """State written by `commit_alerts`, by key."""

    def alerts(self, limit: int = 100) -> list[Alert]:
        """Newest detection first."""

    def alert(self, alert: AlertId) -> Alert | None:
        """One alert, or None."""

    def add_notifications(self, notifications: Sequence[Notification], now: datetime) -> int:
        """Queue messages; known keys are left alone. Returns how many are new."""

    def claim(self, now: datetime, limit: int = 20) -> list[Notification]:
        """Take due messages and mark them `sending`, with one more attempt.

        Due are new ones, `retry` whose time came, and `sending` left by a dead process; each is
        returned to one caller only while that lives.
        """

    def settle(
        self,
        key: str,
        state: OutboxState,
        *,
        now: datetime,
        error: str | None = None,
        next_try: datetime | None = None,
    ) -> None:
        """Record the outcome of one message, durably."""

    def settle_sent(self, keys: Sequence[str], now: datetime) -> None:
        """Record that messages were accepted, all of one parcel in one transaction, durably."""

    def sent_times(self, channel: str, recipient: str, since: datetime) -> list[datetime]:
        """When messages to one person were accepted since then, ascending; those of one parcel count once."""

    def first_sent(self, alert: AlertId, recipient: str) -> str | None:
        """Key of the first message about an alert that a person's server accepted, or None."""

    def outbox(self, states: Sequence[OutboxState] = ()) -> list[Notification]:
        """Messages in these states (all when empty), oldest first."""

    @property
    def clusters(self) -> ClusterState:
        """What is remembered of recent texts, so that copies join them."""

    @property
    def learning(self) -> Learning:
        """What people corrected, and which models judge."""

    # jobs and upkeep
    def job_success(self, job: str, now: datetime) -> None:
        """Remember that a job succeeded."""

    def last_success(self, job: str) -> datetime | None:
        """When it last did."""

    @property
    def projection(self) -> Queue:
        """What a search cluster is fed from."""

    def index_lag(self) -> tuple[int, datetime | None]:
        """Posts the search projection has yet to get, and since when; (0, None) without a projection."""

    def verify(self) -> list[str]:
        """Broken invariants, each in words; empty = sound (posts = roll-ups = text index)."""

    def backup(self, path: Path) -> None:
        """Write a consistent copy, live; see `Care.backup`."""

    def close(self) -> None:
        """Release the file."""

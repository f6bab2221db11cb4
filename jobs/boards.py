"""What boards show beside posts: policies and alerts when they change, the sources' health by the hour."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from minyi.errors import SearchUnavailable, StoreError
from minyi.models import Span
from minyi.store.base import Store
from minyi.store.elastic import boards
from minyi.store.elastic.boards import HOUR, Backlog
from minyi.store.elastic.client import Cluster
from minyi.store.elastic.document import Document
from minyi.store.elastic.layout import Layout

HEALTH_UNTIL = "health_until"
"""Note: end of the last hour whose health was written."""

ALERTS = 10_000
"""Newest alerts kept up to date."""

MOST_HOURS = 48
"""After a longer pause, older hours are left out."""


@dataclass(slots=True)
class Boards:
    """Remembers what it wrote, so that a turn without change costs the cluster nothing."""

    store: Store
    cluster: Cluster
    layout: Layout
    _sent: dict[str, dict[str, Document]] = field(default_factory=dict)

    def turn(self, now: datetime) -> None:
        """Write what changed.

        Raises:
            SearchUnavailable: the cluster is away or refuses.
        """
        self._write(
            self.layout.policies, {one.id: boards.policy_document(one) for one in self.store.policies()}
        )
        told = boards.first_told(self.store.outbox())
        alerts = self.store.alerts(ALERTS)
        self._write(
            self.layout.alerts, {one.id: boards.alert_document(one, told.get(one.id)) for one in alerts}
        )
        self._write_health(now)

    def _write(self, index: str, documents: dict[str, Document]) -> None:
        if index not in self._sent:
            self._clear(index, documents)
        known = self._sent.setdefault(index, {})
        changed = {name: document for name, document in documents.items() if known.get(name) != document}
        refused = boards.write(self.cluster, index, changed)
        if refused:
            raise SearchUnavailable(f"{index} 有 {len(refused)} 条没有写入：{refused[0]}")
        known |= changed

    def _clear(self, index: str, documents: dict[str, Document]) -> None:
        """Once a start: what the record does not hold goes, as after a restore from an older copy."""
        if len(documents) < ALERTS:
            boards.delete(self.cluster, index, boards.ids(self.cluster, index) - set(documents))

    def _write_health(self, now: datetime) -> None:
        """Hours that are over and not yet written, oldest first."""
        this_hour = now.replace(minute=0, second=0, microsecond=0)
        told = self.store.projection.notes().get(HEALTH_UNTIL)
        start = datetime.fromisoformat(told) if told else this_hour - HOUR
        start = max(start, this_hour - MOST_HOURS * HOUR)
        while start < this_hour:
            hour = Span(start, start + HOUR)
            refused = boards.write(self.cluster, self.layout.health, self._health(hour, now))
            if refused:
                raise StoreError(f"{self.layout.health} 没有写入：{refused[0]}")
            start += HOUR
            self.store.projection.note({HEALTH_UNTIL: start.isoformat()})

    def _health(self, hour: Span, now: datetime) -> dict[str, Document]:
        posts, since = self.store.index_lag()
        backlog = Backlog(
            posts, (now - since).total_seconds() if since else 0.0, self.store.projection.dead_count()
        )
        new = boards.new_by_source(self.cluster, self.layout, hour)
        return boards.health_documents(
            hour, self.store.projection.runs(hour), self.store.source_health(), new, backlog
        )

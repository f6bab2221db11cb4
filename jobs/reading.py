"""Who answers queries: the record, or the search cluster with the record standing by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from jobs.context import Context
from minyi.errors import SearchUnavailable
from minyi.models import Bucket, PostId, StoredPost
from minyi.store.base import Facet, Order, Page, Reader, Split, Stats, Step
from minyi.store.query import Query

T = TypeVar("T")

FELL_BACK = "检索集群没有应答，本次由本机记录库回答"


@dataclass(slots=True)
class StandIn:
    """Asks the cluster; when it is away or refuses, the record answers, and `notes` say so."""

    cluster: Reader
    record: Reader
    notes: list[str] = field(default_factory=list)

    def _ask(self, question: Callable[[Reader], T]) -> T:
        if self.notes:  # once away, each further question would wait for the time limit anew
            return question(self.record)
        try:
            return question(self.cluster)
        except SearchUnavailable as error:
            self.notes.append(f"{FELL_BACK}（{error}）")
            return question(self.record)

    def get(self, ids: Sequence[PostId]) -> list[StoredPost]:
        """See `Reader.get`."""
        return self._ask(lambda reader: reader.get(ids))

    def count(self, query: Query) -> int:
        """See `Reader.count`."""
        return self._ask(lambda reader: reader.count(query))

    def search(
        self, query: Query, order: Order = Order.NEWEST, size: int = 20, cursor: str | None = None
    ) -> Page:
        """See `Reader.search`; the page's notes say who answered when it was not the cluster."""
        page = self._ask(lambda reader: reader.search(query, order, size, cursor))
        return replace(page, notes=(*page.notes, *self.notes))

    def timeline(self, query: Query, step: Step, split: Split | None = None) -> list[Bucket]:
        """See `Reader.timeline`."""
        return self._ask(lambda reader: reader.timeline(query, step, split))

    def facet(self, query: Query, field: Split, size: int = 20) -> Facet:
        """See `Reader.facet`."""
        return self._ask(lambda reader: reader.facet(query, field, size))

    def stats(self, query: Query) -> Stats:
        """See `Reader.stats`."""
        return self._ask(lambda reader: reader.stats(query))


def with_notes(query: Query, reader: Reader) -> Query:
    """The query, its notes also saying who answered when it was not the cluster."""
    return replace(query, notes=(*query.notes, *reader.notes)) if isinstance(reader, StandIn) else query


@contextmanager
def opened_reader(context: Context, engine: str | None = None) -> Iterator[Reader]:
    """The reader of the engine named, else of the configured one.

    Raises:
        ConfigError: the cluster is asked for and none is configured.
    """
    if (engine or context.config.search.engine) == "sqlite":
        yield context.store
        return
    from jobs.cluster import LAYOUT, opened_cluster, service_login  # noqa: PLC0415 - only where it is used
    from minyi.store.elastic.reader import ElasticReader  # noqa: PLC0415 - likewise

    with opened_cluster(context.config.search, service_login(), "query") as cluster:
        yield StandIn(ElasticReader(cluster, LAYOUT, context.store), context.store)

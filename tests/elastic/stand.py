"""One test's corner of the real node: names of its own, so that tests share the node and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from random import Random

from jobs.project import Projector, drain
from minyi.store.elastic.client import Cluster, Login
from minyi.store.elastic.layout import Layout, month_of
from minyi.store.elastic.reader import ElasticReader
from minyi.store.elastic.setup import set_up
from minyi.store.elastic.sink import Sink
from minyi.store.sqlite import SqliteStore
from tests.servers.elastic import Node
from tests.store.invented import NOW

_NUMBERS = count(1)


def _nothing(_: str) -> None:
    """Tell nobody."""


@dataclass
class Stand:
    """A layout on the node, opened as its administrator."""

    node: Node
    layout: Layout = field(default_factory=lambda: Layout(f"minyi-t{next(_NUMBERS)}"))

    def __post_init__(self) -> None:
        """Connect lazily."""
        self.cluster = Cluster(
            [self.node.url], Login(user="elastic", password=self.node.password), job="tests"
        )

    def set_up(self, now: datetime = NOW) -> None:
        """Templates and first indices."""
        set_up(self.cluster, self.layout, 1, month_of(now), _nothing)

    def projector(self, record: SqliteStore, cluster: Cluster | None = None) -> Projector:
        """A sink that waits almost never."""
        return Projector(record, Sink(cluster or self.cluster, self.layout), lambda: NOW, Random(1))

    def reader(self, record: SqliteStore) -> ElasticReader:
        """The reading half."""
        return ElasticReader(self.cluster, self.layout, record)

    def filled(self, record: SqliteStore, tell: Callable[[str], None] = _nothing) -> ElasticReader:
        """A reader over a cluster that holds all the record holds."""
        self.set_up()
        record.projection.enable(enabled=True)
        record.projection.fill(NOW)
        drain(self.projector(record), tell=tell, sleep=_nothing_to_wait)
        self.refresh()
        return self.reader(record)

    def refresh(self) -> None:
        """Make what was written findable."""
        self.cluster.ask("POST", f"/{self.layout.prefix}-*/_refresh")

    def documents(self) -> dict[str, dict[str, object]]:
        """Every post's document by id."""
        self.refresh()
        body = {"size": 10_000, "query": {"match_all": {}}}
        hits = self.cluster.ask("POST", f"/{self.layout.posts}/_search", body)["hits"]["hits"]
        assert len({hit["_id"] for hit in hits}) == len(hits), "an id lies in two indices"
        return {hit["_id"]: hit["_source"] for hit in hits}


def _nothing_to_wait(seconds: float) -> None:
    assert seconds == 0, "the cluster refused something"

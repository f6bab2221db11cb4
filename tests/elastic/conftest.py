"""Records to be projected, and the servers they are projected to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from minyi.store import open_store
from minyi.store.sqlite import SqliteStore
from tests.elastic.stand import Stand
from tests.servers.elastic import Node
from tests.servers.elastic_fake import FakeElastic, fake_elastic
from tests.store import invented


@pytest.fixture
def record(tmp_path: Path) -> Iterator[SqliteStore]:
    """A record of 60 posts, all queued."""
    opened = open_store(tmp_path / "minyi.db")
    opened.projection.enable(enabled=True)
    opened.save_posts(invented.posts(invented.seeded(3), 60), now=invented.NOW)
    yield opened
    opened.close()


@pytest.fixture
def fake() -> Iterator[FakeElastic]:
    """A cluster that misbehaves as told."""
    with fake_elastic() as running:
        yield running


@pytest.fixture
def stand(elastic_node: Node) -> Iterator[Stand]:
    """A corner of the real node, set up."""
    made = Stand(elastic_node)
    made.set_up()
    yield made
    made.cluster.close()

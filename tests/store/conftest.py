"""Engines under test. A second engine joins by adding its maker to `READERS`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from minyi.store import open_store
from minyi.store.base import Reader
from minyi.store.sqlite import SqliteStore
from tests.elastic.stand import Stand
from tests.store import invented
from tests.store.oracle import Oracle
from tests.store.world import World, shuffle


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty record."""
    opened = open_store(tmp_path / "minyi.db")
    yield opened
    opened.close()


def _sqlite(record: SqliteStore, _: pytest.FixtureRequest) -> Reader:
    return record


def _elastic(record: SqliteStore, request: pytest.FixtureRequest) -> Reader:
    return Stand(request.getfixturevalue("elastic_node")).filled(record)


READERS: dict[str, Callable[[SqliteStore, pytest.FixtureRequest], Reader]] = {
    "sqlite": _sqlite,
    "elastic": _elastic,
}
"""Engines by name: each makes a reader that knows what the record knows."""

_MARKS = {"elastic": [pytest.mark.elastic]}


@pytest.fixture(scope="session", params=[pytest.param(name, marks=_MARKS.get(name, [])) for name in READERS])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """600 posts after saves, edits, second saves and deletions."""
    record = open_store(tmp_path_factory.mktemp("world") / "minyi.db")
    record.save_policies(invented.BOOK.policies, invented.NOW)
    oracle = Oracle()
    shuffle(record, oracle, invented.seeded(7), rounds=6)
    yield World(READERS[request.param](record, request), oracle, record)
    record.close()

"""Every answer to generated queries, before and after edits, deletions and erasures, is the oracle's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from minyi.store import open_store
from tests.store import invented
from tests.store.compare import Comparison
from tests.store.oracle import Oracle
from tests.store.world import World, erase_some, shuffle

QUERIES = 60


@pytest.fixture
def small(tmp_path: Path) -> Iterator[World]:
    """Some hundred posts that this test may change."""
    record = open_store(tmp_path / "minyi.db")
    record.save_policies(invented.BOOK.policies, invented.NOW)
    oracle = Oracle()
    shuffle(record, oracle, invented.seeded(31), rounds=4)
    yield World(record, oracle, record)
    record.close()


def test_nothing_differs_before_and_after_edits_and_erasures(small: World) -> None:
    """Pages, orders, totals, collapsed pages, facets, curves: `benchmarks/sameness.py` asks 5,000 more."""
    random = invented.seeded(32)
    for _ in range(2):
        comparison = Comparison(small)
        found = [one for _ in range(QUERIES) for one in comparison.differences(random)]
        assert found == []
        shuffle(small.record, small.oracle, random, rounds=2)
        erase_some(small.record, small.oracle, random, 20)
        assert small.record.verify() == []

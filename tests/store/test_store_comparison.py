"""Every answer to generated queries, before and after edits, deletions and erasures, is the oracle's."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from minyi.store import open_store
from tests.store import invented
from tests.store.compare import Comparison, arriving
from tests.store.oracle import Oracle
from tests.store.world import World, erase_some, shuffle

QUERIES = 120
WALKS = 15


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
    """Pages, orders, totals, marks, notes, collapsed pages, facets, curves; other queries each time."""
    seed = secrets.token_hex(4)
    random = invented.seeded(seed)
    for _ in range(2):
        comparison = Comparison(small)
        assert comparison.disorder() == [], seed
        found = [one for _ in range(QUERIES) for one in comparison.differences(random)]
        assert found == [], f"seed {seed}: " + "\n".join(found)
        shuffle(small.record, small.oracle, random, rounds=2)
        erase_some(small.record, small.oracle, random, 20)
        assert small.record.verify() == [], seed


def test_pages_stay_right_while_posts_arrive_change_and_go(small: World) -> None:
    """Each page is what stands below the last hit at that moment; collapsed ones too."""
    seed = secrets.token_hex(4)
    random = invented.seeded(seed)
    found = [one for _ in range(WALKS) for one in arriving(small, random)]
    assert found == [], f"seed {seed}: " + "\n".join(found)

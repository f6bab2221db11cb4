"""Copies of one text: shown once when clusters collapse, with how many of them are hits."""

from collections import Counter

import pytest

from minyi.store.base import Order
from minyi.store.query import parse
from tests.store import invented
from tests.store.oracle import holds
from tests.store.world import World


@pytest.mark.parametrize("order", list(Order))
def test_a_collapsed_hit_says_how_many_hits_its_cluster_has(world: World, order: Order) -> None:
    """Copies that do not satisfy the query are not counted; without a cluster there is one."""
    found = [post for post in world.everything if holds(post, "专利")]
    copies = Counter(post.cluster for post in found)
    page = world.reader.search(parse("专利", resolver=invented.BOOK, collapse=True), order, 200)
    assert len(page.hits) > 3
    for hit in page.hits:
        cluster = hit.stored.post.cluster
        assert hit.copies == (copies[cluster] if cluster else 1)
    assert max(hit.copies for hit in page.hits) > 1


def test_without_collapsing_every_hit_stands_for_itself(world: World) -> None:
    """Nothing is counted that is not shown together."""
    page = world.reader.search(parse("专利", resolver=invented.BOOK))
    assert {hit.copies for hit in page.hits} == {1}


@pytest.mark.parametrize("typed", ["", "专利", "专利 -商标", "情感:<-0.05", "没有的词"])
def test_a_count_is_exact(world: World, typed: str) -> None:
    """As many as there are hits on all pages, collapsed or not."""
    query = parse(typed, resolver=invented.BOOK)
    every = len(list(world.record.iterate(query)))
    assert world.reader.count(query) == every
    assert world.reader.count(parse(typed, resolver=invented.BOOK, collapse=True)) == every

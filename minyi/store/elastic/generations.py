"""Generations and months of the posts' indices: filling a new generation, moving the alias, dropping the old.

A new generation is due when the schema breaks, or when the record is an older copy than the cluster's (the
cluster keeps the higher revision, so an old one cannot be corrected in place). It is filled beside the
old one while that is read and written on; then one request moves the alias.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from minyi.errors import StoreError
from minyi.store.elastic.client import Cluster
from minyi.store.elastic.layout import Layout
from minyi.store.elastic.setup import ensure, indices, put_template


@dataclass(frozen=True, slots=True)
class Doomed:
    """An index that may go, with its posts and why."""

    index: str
    posts: int
    reason: str


def begin(cluster: Cluster, layout: Layout, generation: int) -> None:
    """The template of a generation that nobody reads yet.

    Its months are made by the sink as posts come; nothing of it may be readable before it is full.
    """
    put_template(cluster, layout, generation, readable=False)


def counts(cluster: Cluster, layout: Layout, generation: int) -> dict[str, int]:
    """Documents by month."""
    cluster.ask("POST", f"/{layout.pattern(generation)}/_refresh")
    found = {}
    for index in indices(cluster, layout, generation):
        parts = layout.read_index(index)
        if parts is not None:
            found[parts[1]] = int(cluster.ask("GET", f"/{index}/_count")["count"])
    return found


def check_full(cluster: Cluster, layout: Layout, generation: int, wanted: Mapping[str, int]) -> None:
    """Compare with the record's posts by month.

    Raises:
        StoreError: months that differ, in words; the alias must not move.
    """
    found = counts(cluster, layout, generation)
    wrong = [
        f"{month}：记录 {wanted.get(month, 0)}，新索引 {found.get(month, 0)}"
        for month in sorted({*wanted, *found})
        if wanted.get(month, 0) != found.get(month, 0)
    ]
    if wrong:
        raise StoreError(f"新索引与记录库不符，没有切换：{'；'.join(wrong[:5])}。请重新运行同一命令")


def switch(cluster: Cluster, layout: Layout, old: int, new: int, month: str) -> None:
    """Move the alias from one generation to the other in one request, so that no search sees half.

    1. this month's index exists, so that the alias is never empty;
    2. all new indices join the alias as all old ones leave it;
    3. the template lets later months join by themselves; a month made in between joins now.
    """
    ensure(cluster, layout.index(new, month))
    leaving = indices(cluster, layout, old)
    actions = [{"add": {"index": one, "alias": layout.posts}} for one in indices(cluster, layout, new)]
    actions += [{"remove": {"index": one, "alias": layout.posts}} for one in leaving]
    cluster.ask("POST", "/_aliases", {"actions": actions})
    put_template(cluster, layout, new, readable=True)
    put_template(cluster, layout, old, readable=False)
    late: list[Mapping[str, Mapping[str, object]]] = [
        {"add": {"index": one, "alias": layout.posts}} for one in indices(cluster, layout, new)
    ]
    late += [
        {"remove": {"index": one, "alias": layout.posts, "must_exist": False}}
        for one in indices(cluster, layout, old)
    ]
    cluster.ask("POST", "/_aliases", {"actions": late})


def doomed(
    cluster: Cluster, layout: Layout, kept: set[int], months: Mapping[str, int], this_month: str
) -> Iterator[Doomed]:
    """Indices that may go: of no kept generation, or of a past month of which the record holds no post."""
    for index in indices(cluster, layout):
        parts = layout.read_index(index)
        if parts is None:
            continue
        generation, month = parts
        if generation not in kept:
            yield Doomed(index, _count(cluster, index), "旧的一代索引，已不再读写")
        elif month < this_month and not months.get(month):
            yield Doomed(index, _count(cluster, index), "记录库已没有这个月的帖文")


def _count(cluster: Cluster, index: str) -> int:
    return int(cluster.ask("GET", f"/{index}/_stats/docs")["_all"]["primaries"]["docs"]["count"])


def drop(cluster: Cluster, index: str) -> None:
    """Delete one whole index, by its full name."""
    cluster.ask("DELETE", f"/{index}")

"""The search cluster beside the record: filled again, checked, an hour away; a million posts asked of both.

Starts a real node of its own; needs what `make test-elastic` needs.
"""

from __future__ import annotations

import itertools
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from benchmarks import elastic_away, invented
from benchmarks.report import Row, Section
from jobs.project import drain
from minyi.models import PostId
from minyi.store import open_store
from minyi.store.elastic.document import Document, to_document
from minyi.store.elastic.layout import month_of
from minyi.store.elastic.verify import Verifier
from minyi.store.query import Query
from minyi.store.sqlite import SqliteStore
from tests.elastic.stand import Stand
from tests.servers.elastic import Node

POSTS = int(os.environ.get("MINYI_BENCH_ELASTIC", "200000"))
HOUR = 180_000
"""Posts of an hour at 50 a second."""

TURN_SECONDS = 4.0
"""One side sends so long, then the other the same posts: other work on the machine slows both alike."""


def run() -> Section:
    """Everything, on one node."""
    with tempfile.TemporaryDirectory() as folder, Node() as node:
        (Path(folder) / "data").mkdir()
        record = open_store(Path(folder) / "data" / "minyi.db")
        save(record, POSTS)
        stand, row = _rates(node, record)
        rows = [row, _verified(stand, record), *_outage(Path(folder), stand, record)]
        record.close()
    return Section(
        f"The search cluster ({POSTS:,} posts)",
        "python -m benchmarks elastic",
        "One real Elasticsearch 9.5.2 node, 512 MB of heap, on the same two cores; by the clock.",
        tuple(rows),
    )


def save(record: SqliteStore, count: int) -> None:
    """Fill a record with invented posts, as a crawl would, all of them queued."""
    record.projection.enable(enabled=True)
    posts = invented.posts(count)
    while batch := list(itertools.islice(posts, 5_000)):
        record.save_posts(batch, now=invented.NOW)


def tell(_: str) -> None:
    """Tell nobody."""


def seconds(job: Callable[[], object]) -> float:
    """By the clock."""
    started = time.monotonic()
    job()
    return time.monotonic() - started


def _rates(node: Node, record: SqliteStore) -> tuple[Stand, Row]:
    """Fill an empty cluster from the record, in turn with the library's own helper and the same documents."""
    ours, theirs = Stand(node), Stand(node)
    ours.set_up(invented.NOW)
    theirs.set_up(invented.NOW)
    record.projection.enable(enabled=False)
    record.projection.enable(enabled=True)
    mine, peer, at = seconds(lambda: record.projection.fill(invented.NOW)), 0.0, 0
    ids = [row.post for row in record.projection.waiting(POSTS)]
    projector = ours.projector(record)
    while at < len(ids):
        until = time.monotonic() + TURN_SECONDS
        started = time.monotonic()
        sent = projector.turn(lambda until=until: time.monotonic() > until).sent  # type: ignore[misc]
        mine += time.monotonic() - started
        documents = _documents(record, ids[at : at + sent])
        peer += seconds(lambda documents=documents: _help(theirs, documents))  # type: ignore[misc]
        at += sent
    _drop(theirs)
    told = Row(
        "filling an empty cluster, from the record",
        f"{at / mine:,.0f} posts/s",
        ">= 0.7 x",
        f"`streaming_bulk`, the same documents ready in memory: {at / peer:,.0f} posts/s",
        f"{peer / mine:.2f} x",
    )
    return ours, told


def _documents(record: SqliteStore, ids: Sequence[PostId]) -> list[tuple[Document, str]]:
    parts = (ids[start : start + 500] for start in range(0, len(ids), 500))
    return [(to_document(one), month_of(one.post.first_seen)) for part in parts for one in record.get(part)]


def _help(stand: Stand, documents: Sequence[tuple[Document, str]]) -> None:
    """The peer's turn."""
    import elasticsearch.helpers  # noqa: PLC0415 - the peer

    actions = (
        {
            "_op_type": "index",
            "_index": stand.layout.index(1, month),
            "_id": document["id"],
            "version": document["revision"],
            "version_type": "external_gte",
            "_source": document,
        }
        for document, month in documents
    )
    client = stand.cluster._client  # noqa: SLF001 - the same kind of connection for both
    done = sum(ok for ok, _ in elasticsearch.helpers.streaming_bulk(client, actions, chunk_size=500))
    assert done == len(documents)


def _drop(stand: Stand) -> None:
    for index in stand.cluster.ask("GET", f"/{stand.layout.prefix}-*/_alias"):
        stand.cluster.ask("DELETE", f"/{index}")


def _verified(stand: Stand, record: SqliteStore) -> Row:
    started = time.monotonic()
    found = Verifier(record, stand.cluster, stand.layout).verify(1_000, Random(1), tell)
    took = time.monotonic() - started
    return Row(
        "verify: counts, every document, 1,000 queries",
        f"{found.count} differences in {found.posts:,} posts, {took:.0f} s",
        "0",
    )


def _outage(folder: Path, stand: Stand, record: SqliteStore) -> list[Row]:
    """The node is away while an hour's posts change and an alert is raised; then it comes back."""
    stand.node.stop()
    changed = itertools.islice(record.iterate(Query()), HOUR)
    posts = [replace(stored.post, metrics={"likes": 77}) for stored in changed]
    for start in range(0, len(posts), 5_000):
        record.save_posts(posts[start : start + 5_000], now=invented.NOW)
    mailed = elastic_away.mail_seconds(folder, stand.node.url)
    waited = stand.projector(record).turn()
    queued, _ = record.index_lag()
    stand.node.start()
    took = seconds(lambda: drain(stand.projector(record), tell=tell))
    found = Verifier(record, stand.cluster, stand.layout).verify(200, Random(2), tell)
    return [
        Row(
            "alert raised meanwhile: from the look that finds it to the mail server's answer",
            f"{mailed:.1f} s",
            "<= 60 s",
        ),
        Row(
            f"node stopped while {queued:,} posts queue (told: {waited.words[:12]}), started again",
            f"drained in {took:.0f} s ({queued / took:,.0f} posts/s), {found.count} differences",
            "<= 600 s, 0",
        ),
    ]

"""A million posts asked of the record and of the search cluster: the questions a board puts.

Starts a real node of its own; needs what `make test-elastic` needs.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from random import Random

from benchmarks import invented
from benchmarks.elastic import save, tell
from benchmarks.elastic_answers import sample
from benchmarks.report import Row, Section, percentile
from jobs.project import drain
from minyi.models import Label
from minyi.store import open_store
from minyi.store.base import Reader, Split, Step
from minyi.store.query import NameBook, Query, parse
from minyi.store.sqlite import SqliteStore
from minyi.text import search_key
from tests.elastic.stand import Stand
from tests.servers.elastic import Node

POSTS = int(os.environ.get("MINYI_BENCH_MILLION", "1000000"))
_TIMES = 60


def run() -> Section:
    """Fill both, then ask both the same."""
    with tempfile.TemporaryDirectory() as folder, Node() as node:
        record, stand = open_store(Path(folder) / "minyi.db"), Stand(node)
        stand.set_up(invented.NOW)
        started = time.monotonic()
        save(record, POSTS)
        saved = time.monotonic()
        drain(stand.projector(record), tell=tell)
        filled = Row(
            "filling, by the clock",
            f"record {POSTS / (saved - started):,.0f} posts/s",
            "",
            f"cluster, from the record {POSTS / (time.monotonic() - saved):,.0f} posts/s",
        )
        rows = [filled, _sizes(stand, Path(folder), record), *_times_to_answer(stand, record)]
        record.close()
    return Section(
        f"Record and search cluster ({POSTS:,} posts)",
        "python -m benchmarks elastic_million",
        "Filled with the same posts, asked the same questions in one run, caches warm; by the clock.",
        tuple(rows),
    )


def _sizes(stand: Stand, folder: Path, record: SqliteStore) -> Row:
    """Bytes on disk a post."""
    stand.refresh()
    told = stand.cluster.ask("GET", f"/{stand.layout.posts}/_stats/store", timeout=60.0)
    theirs = told["_all"]["primaries"]["store"]["size_in_bytes"]
    ours = sum(path.stat().st_size for path in folder.glob("minyi.db*"))
    count = record.post_count()
    return Row(
        "disk a post", f"record {ours / count / 1_000:.2f} KB", "", f"cluster {theirs / count / 1_000:.2f} KB"
    )


def _times_to_answer(stand: Stand, record: SqliteStore) -> list[Row]:
    """The same questions to both, by the clock; the cluster's caches are warm, as the record's."""
    stand.refresh()
    reader = stand.reader(record)
    random = Random(5)
    words = sample([search_key(one.post.text) for one in islice(record.iterate(Query()), 3_000)], 2)
    span = (invented.NOW - timedelta(days=40), invented.NOW - timedelta(days=10))

    def newest(engine: Reader) -> None:
        engine.search(parse(random.choice(words), resolver=NameBook()))

    def filtered(engine: Reader) -> None:
        one, other, third = random.sample(words, 3)
        text = f"({one} OR {other}) -{third}"
        query = parse(text, resolver=NameBook(), since=span[0], until=span[1])
        engine.search(replace(query, policies=invented.POLICIES[:3], labels=(Label.NEGATIVE,)))

    def curve(engine: Reader) -> None:
        engine.timeline(
            Query(policies=(random.choice(invented.POLICIES),), published=span), Step.HOUR, Split.LABEL
        )

    def board(engine: Reader) -> None:
        engine.timeline(Query(published=span), Step.DAY, Split.POLICY)

    questions: tuple[tuple[str, Callable[[Reader], None]], ...] = (
        ("newest 20 with total, a word of 2 characters", newest),
        ("newest 20, boolean, 3 policies, negative, 30 days", filtered),
        ("hour curve, one policy, 30 days, by label", curve),
        ("board: day curve of all policies, 30 days", board),
    )
    rows = []
    for name, question in questions:
        mine, theirs = _timed(question, record), _timed(question, reader)
        rows.append(
            Row(
                name,
                f"record p50 {percentile(mine, 0.5):.1f} ms, p95 {percentile(mine, 0.95):.1f} ms",
                "",
                f"cluster p50 {percentile(theirs, 0.5):.1f} ms, p95 {percentile(theirs, 0.95):.1f} ms",
            )
        )
    return rows


def _timed(question: Callable[[Reader], None], engine: Reader) -> list[float]:
    question(engine)
    found = []
    for _ in range(_TIMES):
        started = time.monotonic()
        question(engine)
        found.append((time.monotonic() - started) * 1_000)
    return found

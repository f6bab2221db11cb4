"""The search cluster beside the record: same answers, words found, rates, an hour's outage, times to answer.

Starts a real node of its own; needs what `make test-elastic` needs.
"""

from __future__ import annotations

import csv
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

from benchmarks import invented
from benchmarks.report import Row, Section, percentile
from jobs.project import drain
from minyi.models import Label, Post, PostId, Precision, SourceId, Span
from minyi.store import open_store, tokens
from minyi.store.base import Reader, Split, Step
from minyi.store.elastic.document import Document, to_document
from minyi.store.elastic.layout import month_of
from minyi.store.elastic.verify import Verifier
from minyi.store.query import NameBook, Query, parse
from minyi.store.sqlite import SqliteStore
from minyi.text import normalise, search_key
from tests.elastic.stand import Stand
from tests.servers.elastic import Node
from tests.store import invented as worlds
from tests.store.oracle import Oracle
from tests.store.world import shuffle

POSTS = int(os.environ.get("MINYI_BENCH_ELASTIC", "200000"))
HOUR = 180_000
"""Posts of an hour at 50 a second."""

_SAME_POSTS, _SAME_QUERIES = 10_000, 2_000
_REAL_POSTS, _WORDS = 20_000, 150
_TIMES = 60


def run() -> Section:
    """Everything, on one node."""
    with tempfile.TemporaryDirectory() as folder, Node() as node:
        rows = [
            *_sameness(Path(folder), node),
            *_words_found(Path(folder), node),
            *_volume(Path(folder), node),
        ]
    return Section(
        f"The search cluster ({POSTS:,} posts)",
        "python -m benchmarks elastic",
        "One real Elasticsearch 9.5.2 node, 512 MB of heap, on the same two cores; by the clock.",
        tuple(rows),
    )


def _tell(_: str) -> None:
    """Tell nobody."""


def _sameness(folder: Path, node: Node) -> list[Row]:
    """Hits, order, totals and all pages of generated queries: record, cluster, and a loop over all posts."""
    record, oracle, random = open_store(folder / "same.db"), Oracle(), Random(7)
    record.save_policies(worlds.BOOK.policies, worlds.NOW)
    shuffle(record, oracle, random, rounds=_SAME_POSTS // 110)
    reader = Stand(node).filled(record)
    ranks = {stored.post.id: stored.rid for stored in record.iterate(Query())}
    everything = list(oracle.posts.values())
    differences = pages = 0
    for number in range(_SAME_QUERIES):
        typed, condition = worlds.query(random, everything)
        query = parse(typed, resolver=worlds.BOOK, collapse=number % 5 == 4)
        expected = oracle.hits(condition, lambda post: ranks[post.id])
        shown = oracle.collapsed(expected) if query.collapse else expected
        ids = [post.id for post in shown]
        for engine in (record, reader):
            found, total, walked = _walk(engine, query)
            pages += walked
            differences += found != ids or total != len(expected)
    record.close()
    return [
        Row(
            f"{_SAME_QUERIES:,} generated queries over {len(everything):,} posts, {pages:,} pages",
            f"{differences} differences",
            "0",
            "SQLite, Elasticsearch, a loop over all posts",
        )
    ]


def _walk(reader: Reader, query: Query) -> tuple[list[PostId], int, int]:
    """Ids of all pages, the total, and how many pages."""
    found: list[PostId] = []
    pages, cursor = 0, None
    while True:
        page = reader.search(query, size=200, cursor=cursor)
        pages += 1
        found += [hit.stored.post.id for hit in page.hits]
        cursor = page.next
        if cursor is None:
            return found, page.total, pages


def _words_found(folder: Path, node: Node) -> list[Row]:
    """Recall and precision of words of two, three and four characters against plain substrings."""
    texts = list(_texts())[:_REAL_POSTS]
    record = open_store(folder / "words.db")
    posts = [_post(number, text) for number, text in enumerate(texts)]
    for start in range(0, len(posts), 5_000):
        record.save_posts(posts[start : start + 5_000], now=invented.NOW)
    reader = Stand(node).filled(record)
    keys = {stored.post.id: search_key(stored.post.text) for stored in record.iterate(Query())}
    rows = []
    for length in (1, 2, 3, 4):
        right = found = wanted = 0
        for word in _sample(list(keys.values()), length):
            truth = {post for post, key in keys.items() if word in key}
            hits = set(_walk(reader, parse(f'"{word}"', resolver=NameBook()))[0])
            right, found, wanted = right + len(truth & hits), found + len(hits), wanted + len(truth)
        name = (
            f"{_WORDS} words of {length} Han character{'s' * (length > 1)} in {len(keys):,} {_kind()} posts"
        )
        told = f"recall {right / wanted:.4f}, precision {right / found:.4f} ({wanted:,} hits)"
        rows.append(Row(name, told, "1.000, 1.000", "substring of the search key"))
    record.close()
    return rows


def _kind() -> str:
    return "real" if os.environ.get("MINYI_REAL_INPUT") else "invented"


def _texts() -> Iterator[str]:
    """Real posts where they are at hand (MINYI_REAL_INPUT), else invented ones."""
    root = os.environ.get("MINYI_REAL_INPUT")
    for path in sorted((Path(root) / "sentiment").glob("*.csv")) if root else ():
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from (row["text"] for row in csv.DictReader(file))
    if not root:
        yield from (post.text for post in invented.posts(_REAL_POSTS))


def _post(number: int, text: str) -> Post:
    when = invented.START + timedelta(minutes=number)
    shown = normalise(text).text
    return Post(PostId(f"w{number}"), SourceId("s"), "forum", "post", shown, when, Precision.MINUTE, when)


def _sample(keys: Sequence[str], length: int) -> list[str]:
    """Words cut from Han runs at random."""
    random = Random(length)
    made: set[str] = set()
    while len(made) < _WORDS:
        runs = [run for run in tokens.runs(random.choice(keys)) if tokens.is_han(run) and len(run) >= length]
        if runs:
            run = random.choice(runs)
            at = random.randrange(len(run) - length + 1)
            made.add(run[at : at + length])
    return sorted(made)


def _volume(folder: Path, node: Node) -> list[Row]:
    record = open_store(folder / "volume.db")
    batch: list[Post] = []
    for post in invented.posts(POSTS):
        batch.append(post)
        if len(batch) == 5_000:
            record.save_posts(batch, now=invented.NOW)
            batch = []
    record.save_posts(batch, now=invented.NOW)
    record.projection.enable(enabled=True)
    stand, rows = _rates(node, record)
    rows += [_verified(stand, record), _outage(stand, record), *_times_to_answer(stand, record)]
    record.close()
    return rows


def _rates(node: Node, record: SqliteStore) -> tuple[Stand, list[Row]]:
    """Rebuild against the library's own helper fed with ready documents, twice each, in turn."""
    documents = [(to_document(one), month_of(one.post.first_seen)) for one in record.iterate(Query())]
    ours: list[float] = []
    peer: list[float] = []
    for _ in range(2):
        peer.append(_helper(Stand(node), documents))
        stand = Stand(node)
        stand.set_up(invented.NOW)
        started = time.monotonic()
        record.projection.fill(invented.NOW)
        done = drain(stand.projector(record), tell=_tell)
        ours.append(done.sent / (time.monotonic() - started))
    told = Row(
        "rebuild of an empty cluster, from the record",
        f"{max(ours):,.0f} posts/s",
        ">= 0.7 x",
        f"`streaming_bulk`, the same documents ready in memory: {max(peer):,.0f} posts/s",
        f"{max(ours) / max(peer):.2f} x",
    )
    return stand, [told]


def _helper(stand: Stand, documents: Sequence[tuple[Document, str]]) -> float:
    import elasticsearch.helpers  # noqa: PLC0415 - the peer

    stand.set_up(invented.NOW)
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
    client = stand.cluster._client  # noqa: SLF001 - the same connection for both
    started = time.monotonic()
    count = sum(ok for ok, _ in elasticsearch.helpers.streaming_bulk(client, actions, chunk_size=500))
    rate = count / (time.monotonic() - started)
    for index in stand.cluster.ask("GET", f"/{stand.layout.prefix}-*/_alias"):
        stand.cluster.ask("DELETE", f"/{index}")
    return rate


def _verified(stand: Stand, record: SqliteStore) -> Row:
    started = time.monotonic()
    found = Verifier(record, stand.cluster, stand.layout).verify(1_000, Random(1), _tell)
    seconds = time.monotonic() - started
    return Row(
        "verify: counts, every document, 1,000 queries",
        f"{found.count} differences in {found.posts:,} posts, {seconds:.0f} s",
        "0",
    )


def _outage(stand: Stand, record: SqliteStore) -> Row:
    """The node is away while an hour's posts change; then it comes back."""
    stand.node.stop()
    changed = [
        replace(stored.post, metrics={"likes": 77})
        for stored, _ in zip(record.iterate(Query()), range(HOUR), strict=False)
    ]
    for start in range(0, len(changed), 5_000):
        record.save_posts(changed[start : start + 5_000], now=invented.NOW)
    waited = stand.projector(record).turn()
    queued, _ = record.index_lag()
    stand.node.start()
    started = time.monotonic()
    drain(stand.projector(record), tell=_tell)
    seconds = time.monotonic() - started
    found = Verifier(record, stand.cluster, stand.layout).verify(200, Random(2), _tell)
    return Row(
        f"node stopped while {queued:,} posts queue (told: {waited.words[:12]}), started again",
        f"drained in {seconds:.0f} s ({queued / seconds:,.0f} posts/s), {found.count} differences",
        "<= 600 s, 0",
    )


def _times_to_answer(stand: Stand, record: SqliteStore) -> list[Row]:
    """The same questions to both, by the clock; the cluster's caches are warm, as the record's."""
    stand.refresh()
    reader = stand.reader(record)
    random = Random(5)
    words = _sample(
        [search_key(one.post.text) for one, _ in zip(record.iterate(Query()), range(3_000), strict=False)], 2
    )
    month = Span(invented.NOW - timedelta(days=40), invented.NOW - timedelta(days=10))
    span = (month.start, month.end)

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

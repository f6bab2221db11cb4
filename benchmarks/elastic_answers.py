"""The search cluster's answers: those of the record and of loops over a list, and every word found.

Starts a real node of its own; needs what `make test-elastic` needs.
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random

from benchmarks import invented
from benchmarks.report import Row, Section
from minyi.models import Post, PostId, Precision, SourceId
from minyi.store import open_store, tokens
from minyi.store.query import NameBook, parse
from minyi.text import normalise, search_key
from tests.elastic.stand import Stand
from tests.servers.elastic import Node
from tests.store import invented as worlds
from tests.store.compare import Comparison, ids_of, ranks, walk
from tests.store.oracle import Oracle
from tests.store.world import World, shuffle

ROUNDS = int(os.environ.get("MINYI_BENCH_ROUNDS", "102"))
"""Of 120 new posts each, with edits, repeats and deletions between: some 10,000 posts."""

QUERIES = int(os.environ.get("MINYI_BENCH_QUERIES", "2000"))
SEED = os.environ.get("MINYI_BENCH_SEED", "elastic answers")
REAL_POSTS, WORDS = 30_000, 150


def run() -> Section:
    """Everything, on one node."""
    with tempfile.TemporaryDirectory() as folder, Node() as node:
        rows = [*_sameness(Path(folder), node), *_words_found(Path(folder), node)]
    return Section(
        "The search cluster's answers",
        "python -m benchmarks elastic_answers",
        "SQLite, a real Elasticsearch 9.5.2 node, and loops over a list of posts; every form of the grammar.",
        tuple(rows),
    )


def _sameness(folder: Path, node: Node) -> list[Row]:
    record, random = open_store(folder / "same.db"), worlds.seeded(SEED)
    record.save_policies(worlds.BOOK.policies, worlds.NOW)
    world = World(record, Oracle(), record)
    shuffle(record, world.oracle, random, ROUNDS)
    cluster = World(Stand(node).filled(record), world.oracle, record)
    different, pages = _pages_differ(world, cluster, random)
    comparison = Comparison(cluster)
    more = QUERIES // 4
    kinds = [one for _ in range(more) for one in comparison.differences(random)]
    for one in [*different, *kinds][:20]:
        print(f"differs: {one}")
    record.close()
    posts = f"{len(world.everything):,} posts"
    return [
        Row(
            f"{QUERIES:,} generated queries over {posts}, every page of each: {pages:,} pages",
            f"{len(different)} differences",
            "0",
            "order, totals, notes of SQLite, of Elasticsearch and of the loops",
        ),
        Row(
            f"{more:,} more: whole posts, marks, best-first, collapsed, facets, polarity, curves",
            f"{len(kinds)} differences",
            "0",
            "Elasticsearch and the loops",
        ),
    ]


def _pages_differ(record: World, cluster: World, random: Random) -> tuple[list[str], int]:
    """Queries whose pages are not those of the loops, a fifth of them collapsed; and how many pages."""
    places, found, count = ranks(record), list[str](), 0
    everything = record.everything
    for number in range(QUERIES):
        typed, meaning = worlds.query(random, everything)
        query = parse(typed, resolver=worlds.BOOK, collapse=number % 5 == 4)
        hits = record.oracle.hits(meaning, lambda post: places[post.id])
        shown = record.oracle.collapsed(hits) if query.collapse else hits
        for name, world in (("SQLite", record), ("Elasticsearch", cluster)):
            pages = list(walk(world.reader, query, 200))
            count += len(pages)
            same = ids_of(iter(pages)) == [post.id for post in shown]
            if not same or {(page.total, page.notes) for page in pages} != {
                (min(len(hits), 10_000), meaning.notes)
            }:
                found.append(f"{name} {typed!r}")
    return found, count


def _words_found(folder: Path, node: Node) -> list[Row]:
    """Recall and precision of words against plain substrings."""
    texts = list(_texts())[:REAL_POSTS]
    record = open_store(folder / "words.db")
    posts = [_post(number, text) for number, text in enumerate(texts)]
    for start in range(0, len(posts), 5_000):
        record.save_posts(posts[start : start + 5_000], now=invented.NOW)
    reader = Stand(node).filled(record)
    keys = {post.id: search_key(post.text) for post in posts}
    assert record.post_count() == len(keys)
    rows = []
    for length in (1, 2, 3, 4):
        right = found = wanted = 0
        for word in sample(list(keys.values()), length):
            truth = {post for post, key in keys.items() if word in key}
            hits = set(ids_of(walk(reader, parse(f'"{word}"', resolver=NameBook()), 200)))
            right, found, wanted = right + len(truth & hits), found + len(hits), wanted + len(truth)
        plural = "s" * (length > 1)
        name = f"{WORDS} words of {length} Han character{plural} in {len(keys):,} {_kind()} posts"
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
        yield from (post.text for post in invented.posts(REAL_POSTS))


def _post(number: int, text: str) -> Post:
    when = invented.START + timedelta(minutes=number)
    shown = normalise(text).text
    return Post(PostId(f"w{number}"), SourceId("s"), "forum", "post", shown, when, Precision.MINUTE, when)


def sample(keys: Sequence[str], length: int) -> list[str]:
    """Words cut from Han runs at random."""
    random = Random(length)
    made: set[str] = set()
    while len(made) < WORDS:
        runs = [run for run in tokens.runs(random.choice(keys)) if tokens.is_han(run) and len(run) >= length]
        if runs:
            run = random.choice(runs)
            at = random.randrange(len(run) - length + 1)
            made.add(run[at : at + length])
    return sorted(made)

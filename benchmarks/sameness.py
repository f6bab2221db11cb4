"""Whether the record answers as a plain reading of the posts does, and reads whatever is typed."""

from __future__ import annotations

import gc
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import Row, Section, percentile
from minyi.errors import QueryError
from minyi.store import open_store
from minyi.store.query import parse
from tests.store import invented
from tests.store.compare import Comparison
from tests.store.malformed import malformed
from tests.store.oracle import Oracle
from tests.store.world import World, erase_some, shuffle

ROUNDS = 95
"""Of 120 new posts each, with edits, repeats and deletions between: some 10,000 posts."""

QUERIES = 5_200
WORLDS = 2
MALFORMED = 100_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one world showed: posts, queries asked, and what differed."""

    posts: int
    queries: int
    different: tuple[str, ...]


def run() -> Section:
    """Two worlds at once, each asked before and after changes; then the malformed."""
    with ProcessPoolExecutor(WORLDS) as pool:
        outcomes = list(pool.map(compare, range(WORLDS)))
    different = [one for outcome in outcomes for one in outcome.different]
    for one in different[:20]:
        print(f"differs: {one}")
    return Section(
        "Sameness",
        "python -m benchmarks sameness",
        f"Each answer against loops over a list of posts: {WORLDS} worlds of "
        f"{min(outcome.posts for outcome in outcomes):,} posts, every form of the grammar; half of the "
        "queries asked after more edits, deletions and erasures. A query is compared by its pages (all of "
        "them, for broad ones mostly pages at random), totals, count, best-first order, notes, and one of "
        "collapsed pages, facet, polarity, curve.",
        (
            Row(
                "answers that differ",
                f"{len(different)} of {sum(outcome.queries for outcome in outcomes):,} queries",
                "0 of >= 5,000",
            ),
            *_malformed(),
        ),
    )


def compare(seed: int) -> Outcome:
    """Fill a world, ask, change it, ask again."""
    random = invented.seeded(f"sameness {seed}")
    with tempfile.TemporaryDirectory() as folder:
        record = open_store(Path(folder) / "minyi.db")
        record.save_policies(invented.BOOK.policies, invented.NOW)
        world = World(record, Oracle(), record)
        shuffle(record, world.oracle, random, ROUNDS)
        different, asked = _ask(world, QUERIES // WORLDS // 2, seed)
        posts = len(world.everything)
        shuffle(record, world.oracle, random, ROUNDS // 10)
        erase_some(record, world.oracle, random, 300)
        record.care.scrub()
        more, again = _ask(world, QUERIES // WORLDS // 2, seed + 100)
        unsound = record.verify()
        record.close()
    return Outcome(posts, asked + again, (*different, *more, *unsound))


def _ask(world: World, count: int, seed: int) -> tuple[list[str], int]:
    random = invented.seeded(seed)
    comparison = Comparison(world)
    return [one for _ in range(count) for one in comparison.differences(random)], count


def _malformed() -> list[Row]:
    """CPU of each, the parser warmed up and what stands in memory kept out of collections."""
    random = invented.seeded("malformed")
    typed = [malformed(random) for _ in range(MALFORMED)]
    read = Counter[str]()
    spent = []
    parse("专利㎏", resolver=invented.BOOK)
    gc.collect()
    gc.freeze()
    for one in typed:
        start = time.process_time_ns()
        try:
            parse(one, resolver=invented.BOOK)
        except QueryError:
            read["refused in words"] += 1
        else:
            read["understood"] += 1
        spent.append((time.process_time_ns() - start) / 1e6)
    gc.unfreeze()
    over = sum(one > 1 for one in spent)
    return [
        Row("malformed queries, other exceptions", f"0 of {MALFORMED:,} ({dict(read)})", "0"),
        Row(
            "malformed queries, CPU each",
            f"p50 {percentile(spent, 0.5):.2f} ms, p99.9 {percentile(spent, 0.999):.2f} ms, "
            f"slowest {max(spent):.2f} ms; {over} over 1 ms",
            "<= 1 ms",
        ),
    ]

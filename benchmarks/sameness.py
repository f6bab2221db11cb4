"""Whether the record answers as a plain reading of the posts does, and reads whatever is typed."""

from __future__ import annotations

import gc
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import Row, Section, percentile
from minyi.errors import QueryError
from minyi.store import fields, grammar, open_store
from minyi.store.query import parse
from minyi.text import normalise
from tests.store import invented
from tests.store.compare import Comparison, arriving
from tests.store.malformed import malformed
from tests.store.oracle import Oracle
from tests.store.windows import window_differences
from tests.store.world import World, erase_some, shuffle

ROUNDS = 108
"""Of 120 new posts each, with edits, repeats and deletions between: more than 10,000 posts."""

WORLDS = 4
QUERIES = 1_300
"""Asked of each world, half of them after its changes."""

WALKS = 10
"""Times that the pages of one query are turned while posts of a world arrive, change and go."""

BEYOND = 21_000
"""Posts of the world in which answers are computed on the newest 20,000 only."""

PROCESSES = 2
MALFORMED = 100_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one world showed: posts, queries asked, and what differed."""

    posts: int
    queries: int
    different: tuple[str, ...]


def run() -> Section:
    """The worlds, two at once; then one beyond the caps and the malformed, alone."""
    seed = time.strftime("%Y%m%d%H%M%S")
    with ProcessPoolExecutor(PROCESSES) as pool:
        outcomes = list(pool.map(compare, [f"{seed} {number}" for number in range(WORLDS)]))
    return section(seed, outcomes, compare_beyond(seed))


def section(seed: str, outcomes: Sequence[Outcome], capped: Outcome) -> Section:
    """What is written down; differences are printed."""
    different = [one for outcome in (*outcomes, capped) for one in outcome.different]
    for one in different[:20]:
        print(f"differs: {one}")
    least = min(outcome.posts for outcome in outcomes)
    return Section(
        "Sameness",
        "python -m benchmarks sameness",
        f"Each answer against loops over a list of posts, which share no code with the normaliser, the "
        f"tokens, the parser, the highlights or the engine: {len(outcomes)} worlds of at least {least:,} "
        "posts, every form of the grammar, dense and spaced; half of the queries asked after more edits, "
        "deletions and erasures. A query is compared by all its pages, order, whole posts, totals, count, "
        "marks, notes, best-first "
        f"order, and one of collapsed pages, facet, polarity, curve. Seed {seed}, another in each run.",
        (
            Row(
                "answers that differ",
                f"{len(different)} of {sum(outcome.queries for outcome in outcomes):,} queries",
                "0 of >= 5,000",
            ),
            Row(
                "of these: pages turned while posts arrive, change and go; answers on the newest 20,000",
                f"{WALKS * len(outcomes)} walks; {capped.queries} queries over {capped.posts:,} posts",
            ),
            *_malformed(seed),
        ),
    )


@contextmanager
def _world() -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        record = open_store(Path(folder) / "minyi.db")
        record.save_policies(invented.BOOK.policies, invented.NOW)
        yield World(record, Oracle(), record)
        record.close()


def compare(seed: str) -> Outcome:
    """Fill a world, ask, turn pages while it changes, change it more, ask again."""
    random = invented.seeded(seed)
    half = QUERIES // 2
    with _world() as world:
        shuffle(world.record, world.oracle, random, ROUNDS)
        posts = len(world.everything)
        different = _ask(world, half, f"{seed} before")
        different += [one for _ in range(WALKS) for one in arriving(world, random)]
        shuffle(world.record, world.oracle, random, ROUNDS // 10)
        erase_some(world.record, world.oracle, random, 300)
        world.record.care.scrub()
        different += _ask(world, half, f"{seed} after")
        different += world.record.verify()
    return Outcome(posts, half * 2, tuple(different))


def compare_beyond(seed: str) -> Outcome:
    """Ask a world of more posts than exact answers are computed on."""
    random = invented.seeded(f"{seed} beyond")
    with _world() as world:
        made = invented.posts(random, BEYOND)
        world.record.save_posts(made, now=invented.NOW)
        world.oracle.save(made)
        queries, different = window_differences(world)
    return Outcome(len(made), queries, tuple(different))


def _ask(world: World, count: int, seed: str) -> list[str]:
    random = invented.seeded(seed)
    comparison = Comparison(world, every_page=True)
    return comparison.disorder() + [one for _ in range(count) for one in comparison.differences(random)]


def _parsed(typed: str) -> tuple[float, str]:
    """Milliseconds of CPU that one query takes, and whether it was understood or refused."""
    for remembered in (normalise, grammar._runs, fields._fold):  # noqa: SLF001 - as if typed for the first time
        remembered.cache_clear()
    start = time.process_time_ns()
    try:
        parse(typed, resolver=invented.BOOK)
        outcome = "understood"
    except QueryError:
        outcome = "refused"
    return (time.process_time_ns() - start) / 1e6, outcome


def _malformed(seed: str) -> list[Row]:
    """CPU of each, the parser warmed up and what stands in memory kept out of collections."""
    random = invented.seeded(f"{seed} malformed")
    typed = [malformed(random) for _ in range(MALFORMED)]
    read = Counter[str]()
    spent = []
    parse("专利㎏", resolver=invented.BOOK)
    gc.collect()
    gc.freeze()
    for one in typed:
        took, outcome = _parsed(one)
        read[outcome] += 1
        spent.append(took)
    # An interrupt of the machine costs a millisecond: what took longer is asked again, the least counts.
    least = [
        min(_parsed(one)[0] for _ in range(10)) for one, took in zip(typed, spent, strict=True) if took > 1
    ]
    gc.unfreeze()
    return [
        Row(
            "malformed queries, other exceptions",
            f"0 of {MALFORMED:,} ({read['understood']:,} understood, {read['refused']:,} refused in words)",
            "0",
        ),
        Row(
            "malformed queries, CPU each",
            f"p50 {percentile(spent, 0.5):.2f} ms, p99.9 {percentile(spent, 0.999):.2f} ms, "
            f"slowest {max(spent):.2f} ms; {len(least)} over 1 ms at first, asked again "
            f"{sum(one > 1 for one in least)}, slowest {max(least, default=0.0):.2f} ms",
            "<= 1 ms",
        ),
    ]

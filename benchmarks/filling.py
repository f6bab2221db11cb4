"""Filling the record and its peers with the same posts, and what each of them takes for it."""

from __future__ import annotations

import gc
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import invented
from benchmarks.inverted import Cut, Inverted
from benchmarks.report import Row
from benchmarks.stock import Stock
from minyi.models import Post
from minyi.store import open_store
from minyi.store.sqlite import SqliteStore
from minyi.store.sqlite.changes import index_body

_BATCH = 5_000
_SAMPLE = 50_000
"""Posts kept in memory: so many of the whole year, and so many of its end."""

_TIMED = 200_000
"""Posts of tantivy's timed part, cut into words before the clock starts; the others follow untimed."""


@dataclass(slots=True)
class Spent:
    """Seconds for a number of posts."""

    posts: int = 0
    cpu: float = 0.0
    clock: float = 0.0

    def on(self, posts: int, job: Callable[[], object]) -> None:
        """Add a job that handles so many posts; the CPU seconds are those of all threads."""
        clock, cpu = time.perf_counter(), time.process_time()
        job()
        self.cpu += time.process_time() - cpu
        self.clock += time.perf_counter() - clock
        self.posts += posts

    @property
    def rate(self) -> float:
        """Posts a CPU second."""
        return self.posts / self.cpu

    @property
    def clock_rate(self) -> float:
        """Posts a second of the clock."""
        return self.posts / self.clock

    def __str__(self) -> str:
        """Both rates."""
        return f"{self.rate:,.0f} posts per CPU second ({self.clock_rate:,.0f} by the clock)"


@dataclass(frozen=True, slots=True)
class Filled:
    """The engines, filled alike, with posts of the whole year and of its end, and the rows of filling."""

    store: SqliteStore
    stock: Stock
    inverted: Inverted
    sample: Sequence[Post]
    rows: Sequence[Row]


def fill(folder: Path, count: int) -> Filled:
    """Save `count` posts in each engine, below an empty folder."""
    path = folder / "minyi.db"
    store, stock = open_store(path), Stock(folder / "stock.db")
    ours, theirs = Spent(), Spent()
    sample: list[Post] = []
    newest: list[Post] = []
    for batch in _batches(invented.posts(count)):
        ours.on(len(batch), lambda batch=batch: store.save_posts(batch, now=invented.NOW))  # type: ignore[misc]
        theirs.on(len(batch), lambda batch=batch: stock.insert_all(batch))  # type: ignore[misc]
        sample += batch[:: max(count // _SAMPLE, 1)]
        newest = [*newest, *batch][-_SAMPLE:]
        gc.freeze()  # what is kept here is the benchmark's own: nobody is to look for cycles in it
    again = [_again(store, posts) for posts in (newest, sample)]
    store.close()
    size = path.stat().st_size / count
    inverted, cut = _fill_inverted(folder / "inverted", count)
    rows = [*_ingest_rows(ours, theirs, cut), *_again_rows(ours, *again), _size_row(size)]
    return Filled(open_store(path), stock, inverted, sample, rows)


def _batches(posts: Iterator[Post]) -> Iterator[list[Post]]:
    while batch := list(itertools.islice(posts, _BATCH)):
        yield batch


def _again(store: SqliteStore, posts: Sequence[Post]) -> Spent:
    """Save posts that are already there."""
    spent = Spent()
    for start in range(0, len(posts), _BATCH):
        batch = posts[start : start + _BATCH]
        spent.on(len(batch), lambda batch=batch: store.save_posts(batch, now=invented.NOW))  # type: ignore[misc]
    return spent


def _fill_inverted(path: Path, count: int) -> tuple[Inverted, Spent]:
    inverted, spent = Inverted(path), Spent()
    cut = (Cut(post, index_body(post)) for post in invented.posts(count))
    first = list(itertools.islice(cut, min(_TIMED, count)))
    spent.on(len(first), lambda: inverted.insert_all(first))
    inverted.insert_all(cut)
    return inverted, spent


def _ingest_rows(ours: Spent, stock: Spent, cut: Spent) -> list[Row]:
    job = "ingest with text index, roll-ups, dedupe, durable every 500 posts"
    inverted = f"tantivy, words ready cut, one commit, {cut.posts:,} posts on two threads: {cut}"
    return [
        Row(job, str(ours), ">= 8,000 a second on a free core", inverted, _share(ours.rate, cut.rate)),
        Row(
            "ingest by the clock",
            f"{ours.clock_rate:,.0f} posts/s",
            ">= 0.5 x tantivy's",
            f"{cut.clock_rate:,.0f} posts/s",
            _share(ours.clock_rate, cut.clock_rate),
        ),
        Row(
            "ingest, words and matches only",
            "as above",
            "",
            f"stock FTS5 trigram, 5,000 posts a commit: {stock}",
            _share(ours.rate, stock.rate),
        ),
    ]


def _share(one: float, other: float) -> str:
    return f"{one / other:.2f} x"


def _again_rows(ours: Spent, newest: Spent, sample: Spent) -> list[Row]:
    return [
        Row(
            f"unchanged posts again: {name}",
            f"{spent.rate:,.0f} per CPU second",
            ">= 10 x new ones",
            "our new ones",
            f"{spent.rate / ours.rate:.1f} x",
        )
        for name, spent in (
            (f"the newest {newest.posts:,}, as a crawl shows them", newest),
            (f"{sample.posts:,} of the whole year", sample),
        )
    ]


def _size_row(size: float) -> Row:
    return Row("disk a post", f"{size / 1_000:.2f} KB", "<= 1.4 KB")

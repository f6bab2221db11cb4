"""The record: how fast posts go in and come out, beside stock SQLite doing the same."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from operator import add
from pathlib import Path
from random import Random

from benchmarks import invented, stock
from benchmarks.questions import Ask
from benchmarks.report import Row, Section, cpu_ms, percentile
from minyi.models import Post
from minyi.store import open_store
from minyi.store.query import NameBook, Query, parse
from minyi.store.sqlite import SqliteStore

POSTS = 100_000
_BATCH = 5_000
_CLASSES = (
    ("rare (< 0.1 % of posts)", 0.00002, 0.001),
    ("middle (0.3-5 %)", 0.003, 0.05),
    ("high (5-24 %)", 0.05, 0.24),
)
_WORDS = 60


def run() -> Section:
    """All rows, on one file in a temporary folder."""
    posts = list(invented.posts(POSTS))
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "minyi.db")
        peer = stock.Stock(Path(folder) / "stock.db")
        rows = [*_ingest(store, posts, peer), _size(Path(folder), store), *_searches(store, posts, peer)]
        broken = store.verify()
        store.close()
        peer.close()
    assert not broken, broken
    return Section(
        "The record (100,000 posts)",
        "python -m benchmarks store",
        f"Invented posts, mean {_mean(posts):.0f} characters, a year, 50 policies; CPU time of one process.",
        tuple(rows),
    )


def _mean(posts: Sequence[Post]) -> float:
    return sum(len(post.text) for post in posts) / len(posts)


def _rate(job: Callable[[], object], count: int) -> tuple[float, float]:
    """Posts a CPU second, and a second of the clock."""
    wall, cpu = time.perf_counter(), time.process_time()
    job()
    return count / (time.process_time() - cpu), count / (time.perf_counter() - wall)


def _ingest(store: SqliteStore, posts: Sequence[Post], peer: stock.Stock) -> list[Row]:
    def save() -> None:
        for start in range(0, len(posts), _BATCH):
            store.save_posts(posts[start : start + _BATCH], now=invented.NOW)

    new_cpu, new_wall = _rate(save, len(posts))
    same_cpu, _ = _rate(save, len(posts))
    plain = posts[: stock.SINGLE_ROWS]
    plain_cpu, plain_wall = _rate(lambda: peer.insert_singly(plain), len(plain))
    peer.insert_all(posts)
    return [
        Row(
            "ingest with text index, roll-ups, dedupe",
            f"{new_cpu:,.0f} posts per CPU second ({new_wall:,.0f} by the clock)",
            ">= 6,000 (next 8,000)",
            f"stock FTS5 trigram, one row a commit: {plain_cpu:,.0f} ({plain_wall:,.0f})",
            f"{new_wall / plain_wall:.0f} x by the clock",
        ),
        Row(
            "unchanged posts again",
            f"{same_cpu:,.0f} per CPU second",
            ">= 10 x new ones",
            "our new ones",
            f"{same_cpu / new_cpu:.1f} x",
        ),
    ]


def _size(folder: Path, store: SqliteStore) -> Row:
    copy = folder / "copy.db"
    store.backup(copy)
    return Row("disk a post", f"{copy.stat().st_size / POSTS / 1_000:.2f} KB", "<= 1.4 KB")


def _searches(store: SqliteStore, posts: Sequence[Post], peer: stock.Stock) -> list[Row]:
    rows = []
    for name, words in _words(posts).items():
        queries = [parse(word, resolver=NameBook()) for word in words]
        ours = _times(store, queries)
        like = [cpu_ms(lambda word=word: peer.like(Ask((word,)))) for word in words[:20]]  # type: ignore[misc]
        found = sum(peer.trigram(Ask((word,))) for word in words)
        rows.append(
            Row(
                f"newest 20 with total and highlights, 2-character words: {name}",
                f"p50 {percentile(ours, 0.5):.2f} ms, p95 {percentile(ours, 0.95):.2f} ms",
                "p95 <= 5 ms",
                f"LIKE p50 {percentile(like, 0.5):.1f} ms; stock trigram index finds {found} posts",
                f"{percentile(like, 0.5) / percentile(ours, 0.5):.0f} x faster than LIKE",
            )
        )
    return rows


def _times(store: SqliteStore, queries: Sequence[Query]) -> list[float]:
    store.search(queries[0])
    return [cpu_ms(lambda query=query: store.search(query)) for query in queries for _ in range(5)]  # type: ignore[misc]


def _words(posts: Sequence[Post]) -> dict[str, list[str]]:
    """Two-character words by class of frequency."""
    seen: Counter[str] = Counter()
    for post in posts:
        text = post.text
        seen.update(
            {pair for pair in map(add, text, text[1:]) if "一" <= pair[0] <= "鿿" and "一" <= pair[1] <= "鿿"}
        )
    random = Random(2)
    chosen = {}
    for name, low, high in _CLASSES:
        words = sorted(word for word, n in seen.items() if low * len(posts) <= n < high * len(posts))
        chosen[name] = random.sample(words, min(_WORDS, len(words)))
    return chosen

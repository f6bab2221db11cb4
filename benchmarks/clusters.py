"""Near-duplicates: copies found, look-alikes kept apart, and the speed with the state in the record."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from analysis.clusters import body_of
from analysis.copies import Copies, probe
from benchmarks.copying import COPIES, FACTS, edited, stories, variant
from benchmarks.report import Row, Section
from jobs.clusters import join_clusters
from minyi.models import Post, PostId, Precision, SourceId
from minyi.store import open_store

BASES, SPEED_POSTS, BATCH = 1_500, 12_000, 500
_NOW = datetime(2026, 3, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Judged:
    """Shares in [0, 1]: of copies found by kind, of variants kept apart by fact, of bases wrongly joined."""

    found: dict[str, float]
    apart: dict[str, float]
    wrong: float


class _Stream:
    """Posts placed one after another."""

    def __init__(self) -> None:
        self._copies, self._next = Copies(), 0

    def place(self, text: str) -> str:
        """Its cluster."""
        self._next += 1
        body = body_of("", text)
        name = str(self._next)
        return self._copies.place(probe(name, body)).known.cluster if body.telling else name


def judge(seed: int, bases: int = BASES) -> Judged:
    """Every base first, so that they may be confused; then a copy of each kind and a variant of each fact.

    A variant is placed as it is or, every second one, with 5 % of its characters edited as well.
    """
    random, stream = Random(seed), _Stream()
    told = list(stories(bases, seed))
    homes = [stream.place(one.text) for one in told]
    crowd = Counter(homes)
    found, apart = Counter[str](), Counter[str]()
    for story, home in zip(told, homes, strict=True):
        for kind, copy in COPIES.items():
            found[kind] += stream.place(copy(story.text, random)) == home
        for fact in FACTS:
            text = variant(story, fact, random).text
            text = text if random.random() < 0.5 else edited(text, random, 0.05)
            apart[fact] += stream.place(text) != home
    return Judged(
        {kind: found[kind] / bases for kind in COPIES},
        {fact: apart[fact] / bases for fact in FACTS},
        sum(count for count in crowd.values() if count > 1) / bases,
    )


def posts_per_cpu_second(seed: int, count: int = SPEED_POSTS) -> float:
    """Clustering alone, from texts to durable state, through a record in a file: half copies, half new."""
    random = Random(seed)
    texts = [one.text for one in stories(count // 2, seed)]
    texts += [edited(text, random) if random.random() < 0.5 else text for text in texts]
    random.shuffle(texts)
    made = [_post(number, text) for number, text in enumerate(texts)]
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "minyi.db")
        start = time.process_time()
        for first in range(0, len(made), BATCH):
            join_clusters(store, made[first : first + BATCH], _NOW)
        spent = time.process_time() - start
        store.close()
    return len(made) / spent


def _post(number: int, text: str) -> Post:
    name = PostId(f"{number:032x}")
    return Post(name, SourceId("s"), "web", "post", text, _NOW, Precision.MINUTE, _NOW)


def run() -> Section:
    """Measure; the seed is not the tests'."""
    judged = judge(seed=2026)
    rows = [Row(f"found: {kind}", f"{share:.4f}", ">= .98") for kind, share in judged.found.items()]
    rows += [
        Row(f"kept apart: another {fact}", f"{share:.4f}", ">= .95") for fact, share in judged.apart.items()
    ]
    rows.append(Row("different posts joined", f"{judged.wrong:.4f}", "<= .01"))
    rows.append(
        Row("posts per CPU second, state in the record", f"{posts_per_cpu_second(7):,.0f}", ">= 5,000")
    )
    about = (
        "Generated from our own sentences: a report with place, fee, date and document, its copies, and its "
        "variants with one fact changed."
    )
    return Section("Clusters of copies", "python -m benchmarks clusters", about, tuple(rows))

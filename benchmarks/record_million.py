"""The record at a million posts: going in and coming out, beside stock SQLite and tantivy."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

from benchmarks import invented
from benchmarks.filling import Filled, fill
from benchmarks.questions import BANDS, YEAR, Ask, Lexis
from benchmarks.report import Row, Section, cpu_ms, percentile
from minyi.models import PolicyId
from minyi.store.base import Order, Split, Step
from minyi.store.query import Query
from minyi.store.sqlite.search import EXACT_TOTAL

POSTS = int(os.environ.get("MINYI_BENCH_POSTS", "1000000"))
_WORDS = 60
_QUESTIONS = 120
_SLOW = 6
"""Questions put to a peer that reads every post."""

_RUNS = 3
_NEVER = "two characters: trigram finds none"

T = TypeVar("T")


def run() -> Section:
    """All rows, on files in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        filled = fill(Path(folder), POSTS)
        rows = [*filled.rows, *_answers(filled)]
        broken = [str(one) for one in filled.store.care.check(words=False) if one.broken]
        filled.store.close()
        filled.stock.close()
    assert not broken, broken
    about = (
        f"{POSTS:,} invented posts, a year, 50 policies, words by Zipf's law; CPU time of one process. "
        "Ours give 20 whole posts with total and highlights, the peers numbers of posts and the total; "
        "totals are compared with tantivy's and equal. "
        f"LIKE and GROUP BY answer {_SLOW} of the questions."
    )
    return Section("The record at a million posts", "python -m benchmarks record_million", about, tuple(rows))


def _answers(filled: Filled) -> Iterator[Row]:
    lexis = Lexis(filled.sample)
    bands = {name: lexis.pairs(low, high, _WORDS) for name, low, high in BANDS}
    for name, words in bands.items():
        yield _newest(
            filled, f"newest 20, 2-character words {name}", "<= 5 ms", [Ask((word,)) for word in words]
        )
    phrases = [Ask((phrase,)) for phrase in lexis.phrases(_QUESTIONS)]
    yield _newest(filled, "newest 20, phrases of 3-8 characters", "<= 10 ms", phrases, trigram=True)
    booleans = lexis.booleans(_QUESTIONS)
    yield _newest(filled, "boolean with filters, a third without match", "<= 25 ms", booleans)
    common = [word for name in list(bands)[2:] for word in bands[name]]
    yield from _curves(filled)
    yield _facet(filled, common)
    yield _best(filled, [Ask((word,)) for word in common])
    pairs = [Ask(pair) for pair in itertools.pairwise(common)]
    yield _best(filled, pairs, what="two words of 5 % and more")
    yield _single(filled, lexis)


@dataclass(frozen=True, slots=True)
class _Times:
    """CPU milliseconds of single answers."""

    values: Sequence[float]

    @property
    def p50(self) -> float:
        return percentile(self.values, 0.5)

    def __str__(self) -> str:
        return f"p50 {self.p50:.2f}, p95 {percentile(self.values, 0.95):.2f} ms"


def _times(job: Callable[[T], object], questions: Sequence[T], runs: int = _RUNS) -> _Times:
    job(questions[0])
    return _Times([cpu_ms(lambda one=one: job(one)) for one in questions for _ in range(runs)])  # type: ignore[misc]


def _row(measure: str, goal: str, ours: _Times, peers: dict[str, _Times | str]) -> Row:
    """One row; the ratios are of medians."""
    ratios = [
        f"{name.split()[0]} {times.p50 / ours.p50:.2g} x our time"
        for name, times in peers.items()
        if isinstance(times, _Times)
    ]
    told = "; ".join(f"{name}: {times}" for name, times in peers.items())
    return Row(measure, str(ours), f"p95 {goal}", told, "; ".join(ratios))


def _newest(filled: Filled, measure: str, goal: str, asks: Sequence[Ask], *, trigram: bool = False) -> Row:
    queries = [ask.query() for ask in asks]
    for ask, query in zip(asks, queries, strict=True):
        assert filled.store.search(query).total == min(filled.inverted.newest(ask), EXACT_TOTAL), ask
    ours = _times(filled.store.search, queries)
    peers: dict[str, _Times | str] = {
        "tantivy": _times(filled.inverted.newest, asks),
        "LIKE": _times(filled.stock.like, _spread(asks), runs=1),
        "FTS5": _times(filled.stock.trigram, asks, runs=1) if trigram else _NEVER,
    }
    return _row(measure, goal, ours, peers)


def _spread(asks: Sequence[Ask]) -> list[Ask]:
    return list(asks[:: max(len(asks) // _SLOW, 1)])[:_SLOW]


def _curves(filled: Filled) -> Iterator[Row]:
    random = Random(3)
    months = []
    for policy in random.sample(invented.POLICIES, 40):
        since = invented.START + timedelta(minutes=random.randrange(330 * 1_440))
        months.append(Ask(policy=policy, since=since, until=since + timedelta(days=30)))
    store, stock, inverted = filled.store, filled.stock, filled.inverted
    yield _row(
        "hour curve of one policy, 30 days, by label",
        "<= 5 ms",
        _times(lambda ask: store.timeline(ask.query(), Step.HOUR, Split.LABEL), months),
        {
            "tantivy": _times(lambda ask: inverted.curve(ask, 3_600), months),
            "GROUP BY": _times(lambda ask: stock.curve(ask, 3_600), _spread(months), runs=1),
        },
    )
    year = [Ask(since=YEAR[0], until=YEAR[1])]
    yield _row(
        "day curve of all policies, a year, by label",
        "<= 40 ms",
        _times(lambda ask: store.timeline(ask.query(), Step.DAY, Split.LABEL), year * 20),
        {
            "tantivy": _times(lambda ask: inverted.curve(ask, 86_400), year),
            "GROUP BY": _times(lambda ask: stock.curve(ask, 86_400), year, runs=1),
        },
    )
    for name, policies in (
        ("each of 50 policies", ()),
        ("three policies together, by label", _three(random)),
    ):
        query = Query(policies=policies, published=YEAR)
        split = Split.LABEL if policies else Split.POLICY
        ours = _times(lambda query, split=split: store.timeline(query, Step.DAY, split), [query] * 20)  # type: ignore[misc]
        yield Row(f"day curve of {name}, a year", str(ours))


def _three(random: Random) -> tuple[PolicyId, ...]:
    return tuple(random.sample(invented.POLICIES, 3))


def _facet(filled: Filled, words: Sequence[str]) -> Row:
    asks = [Ask((word,)) for word in words]
    return _row(
        "facet by policy, words of 5 % and more (ours: of the newest 20,000)",
        "<= 30 ms",
        _times(lambda ask: filled.store.facet(ask.query(), Split.POLICY), asks),
        {
            "tantivy, all hits": _times(filled.inverted.facet, asks, runs=1),
            "GROUP BY, all hits": _times(filled.stock.facet, words[:_SLOW], runs=1),
        },
    )


def _best(filled: Filled, asks: Sequence[Ask], what: str = "words of 5 % and more") -> Row:
    return _row(
        f"best 20 by bm25, {what} (ours: of the newest 20,000)",
        "<= 50 ms",
        _times(lambda ask: filled.store.search(ask.query(), Order.RELEVANCE), asks),
        {"tantivy, all hits": _times(filled.inverted.best, asks), "FTS5": _NEVER},
    )


def _single(filled: Filled, lexis: Lexis) -> Row:
    asks = [Ask((character,)) for character in lexis.characters(40)]
    ours = _times(lambda ask: filled.store.search(ask.query()), asks, runs=1)
    like = _times(filled.stock.like, _spread(asks), runs=1)
    return _row(
        "newest 20, one common character", "(no goal)", ours, {"LIKE": like, "FTS5, tantivy": "cannot"}
    )

"""Sentiment of the default model: on labelled sets of others, and on our own posts about policies.

The folder `MINYI_REAL_INPUT` must hold `sentiment/NAME.csv` (`text,label` with labels neg, neu, pos). Those
sets belong to their authors, and neither words nor weights are taken from them. Our own posts are invented;
the untouched ones were written after the words and rules they measure; their figures were seen since (the
least probability of a manner was chosen among three), none of their rows.
"""

from __future__ import annotations

import csv
import os
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import analysis
from analysis.learner_gate import figures
from benchmarks.report import Row, Section
from minyi.models import Label, Sentiment

UNTOUCHED = "sentiment_untouched"
PARTS = ("sentiment", UNTOUCHED)
"""Files of our own posts: those words and rules were written with, and those written afterwards."""
_FOLDER = Path(__file__).parent / "labelled"

GOALS = {
    "covid_3k": (0.80, 0.87, 0.63),
    "ewect_virus": (0.84, 0.90, 0.65),
    "ewect_usual": (0.80, 0.85, 0.62),
    "policy_2014": (None, 0.68, None),
}
"""Least accuracy and AUC of negative against positive, and macro-F1 of three labels, for each set."""

_LABELS = {"neg": Label.NEGATIVE, "neu": Label.NEUTRAL, "pos": Label.POSITIVE}
_STOCK_NEGATIVE, _STOCK_POSITIVE = 0.4, 0.6
"""Where SnowNLP's score is cut into three labels; two are cut in the middle."""

Rated = tuple[Label, Sentiment]


@dataclass(frozen=True, slots=True)
class Scores:
    """How well scores follow labels: two classes (neutral posts left out), then three."""

    accuracy: float
    auc: float
    macro_f1: float | None
    """None for a set without neutral posts."""


def own_posts(part: str) -> Iterator[tuple[Label, str]]:
    """Our own labelled posts of one of `PARTS`, in the order of their file."""
    for line in (_FOLDER / f"{part}.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            label, text = line.split("\t")
            yield _LABELS[label], text


def ours(rated: Sequence[Rated]) -> Scores:
    """By our polarity and label."""
    return _scores(
        [label for label, _ in rated],
        [one.polarity for _, one in rated],
        [one.label for _, one in rated],
        0.0,
    )


def stock(rated: Sequence[Rated]) -> Scores:
    """By SnowNLP's score alone."""
    scores = [0.5 if one.snownlp is None else one.snownlp for _, one in rated]
    cut = [
        Label.NEGATIVE
        if one < _STOCK_NEGATIVE
        else Label.POSITIVE
        if one > _STOCK_POSITIVE
        else Label.NEUTRAL
        for one in scores
    ]
    return _scores([label for label, _ in rated], scores, cut, 0.5)


def auc(negative: Sequence[float], positive: Sequence[float]) -> float:
    """Chance that a positive post scores above a negative one, ties half; neither may be empty."""
    ordered = sorted(negative)
    won = sum(bisect_left(ordered, one) + bisect_right(ordered, one) for one in positive)
    return won / 2 / len(negative) / len(positive)


def _scores(right: Sequence[Label], scores: Sequence[float], read: Sequence[Label], middle: float) -> Scores:
    pairs = list(zip(right, scores, strict=True))
    negative = [score for label, score in pairs if label is Label.NEGATIVE]
    positive = [score for label, score in pairs if label is Label.POSITIVE]
    hits = sum(score < middle for score in negative) + sum(score > middle for score in positive)
    hits_of_ties = sum(score == middle for score in (*negative, *positive)) / 2
    three = figures(right, read).macro_f1 if Label.NEUTRAL in right else None
    return Scores((hits + hits_of_ties) / (len(negative) + len(positive)), auc(negative, positive), three)


def run() -> Section:
    """Our own posts, then every set of others, or one row that says what is missing."""
    root = os.environ.get("MINYI_REAL_INPUT")
    with TemporaryDirectory() as cache:
        toolkit = analysis.load(Path(cache), ())
        rows = [*_own_rows(toolkit)]
        if root:
            for name, goals in GOALS.items():
                rated = [(label, toolkit.judge(text)) for label, text in _set(Path(root), name)]
                rows += _rows(name, rated, goals)
        else:
            rows.append(Row("sets of others: not measured", "MINYI_REAL_INPUT is not set"))
    return Section(
        "Sentiment",
        "MINYI_REAL_INPUT=FOLDER python -m benchmarks sentiment",
        "Accuracy (a tie counts half) and AUC tell negative from positive, neutral posts left out; macro-F1 "
        "is of three labels. Peer: SnowNLP's exact score, cut at .5, and at .4 and .6 for three labels.",
        tuple(rows),
    )


def _own_rows(toolkit: analysis.Toolkit) -> Iterator[Row]:
    for part in PARTS:
        name = "own posts, untouched" if part == UNTOUCHED else "own posts, tuned on"
        rated = [(label, toolkit.judge(text)) for label, text in own_posts(part)]
        yield Row(f"{name}: posts", str(len(rated)))
        yield from _rows(name, rated, (None, None, None))


def _set(root: Path, name: str) -> Iterator[tuple[Label, str]]:
    with (root / "sentiment" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield _LABELS[row["label"]], row["text"]


def _rows(name: str, rated: Sequence[Rated], goals: Sequence[float | None]) -> Iterator[Row]:
    mine, theirs = ours(rated), stock(rated)
    for what, one, other, goal in zip(
        ("accuracy", "AUC", "macro-F1"),
        (mine.accuracy, mine.auc, mine.macro_f1),
        (theirs.accuracy, theirs.auc, theirs.macro_f1),
        goals,
        strict=True,
    ):
        if one is not None and other is not None:
            wanted = "" if goal is None else f">= {goal:.2f}"
            yield Row(f"{name}: {what}", f"{one:.3f}", wanted, f"{other:.3f}", f"{one - other:+.3f}")

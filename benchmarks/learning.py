"""What 200 corrections are worth: a model learnt from them, against the lexicon alone, on posts neither saw.

The folder `MINYI_REAL_INPUT` must hold `sentiment/covid_3k.csv` and `sentiment/ewect_virus.csv` (`text,label`
with labels neg, neu, pos). Such sets belong to their authors, and nothing learnt from them is kept.
"""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import analysis
from analysis.learner import Opinion, judge_learnt, read
from analysis.learner_gate import figures, verdict
from analysis.learner_split import split
from analysis.learner_training import Example, train
from benchmarks.report import Row, Section
from minyi.models import Label

SETS = {"covid_3k": 0.02, "ewect_virus": 0.03}
"""Sets, and what macro-F1 must gain on each."""
CORRECTIONS = 200
DRAWS = 12
"""One draw of 200 gains a hundredth more or less than the next."""

_LABELS = {"neg": Label.NEGATIVE, "neu": Label.NEUTRAL, "pos": Label.POSITIVE}

Labelled = tuple[str, Opinion, Label]


def run() -> Section:
    """Every set, or one row that says what is missing."""
    root = os.environ.get("MINYI_REAL_INPUT")
    rows = [Row("not measured", "MINYI_REAL_INPUT is not set")]
    if root:
        with TemporaryDirectory() as cache:
            toolkit = analysis.load(Path(cache), ())
            rows = [row for name in SETS for row in measure(Path(root), name, toolkit)]
    return Section(
        "Learning from corrections",
        "MINYI_REAL_INPUT=FOLDER python -m benchmarks learning",
        f"{CORRECTIONS} corrections drawn at random, the gate's fifth of them not learnt from; "
        f"mean of {DRAWS} draws on all other posts of the set. Peer: the lexicon alone on the same posts.",
        tuple(rows),
    )


def measure(root: Path, name: str, toolkit: analysis.Toolkit) -> Iterator[Row]:
    """Rows of one set."""
    with (root / "sentiment" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [
            (row["text"], toolkit.opinion(row["text"]), _LABELS[row["label"]]) for row in csv.DictReader(file)
        ]
    draws = [_draw(rows, seed, toolkit) for seed in range(DRAWS)]
    ours = sum(draw.learnt for draw in draws) / DRAWS
    theirs = sum(draw.usual for draw in draws) / DRAWS
    gains = [draw.learnt - draw.usual for draw in draws]
    yield Row(
        f"{name}: macro-F1 of three labels, mean of {DRAWS} draws",
        f"{ours:.3f}",
        f">= {theirs + SETS[name]:.3f} (+{SETS[name]})",
        f"{theirs:.3f}",
        f"{ours - theirs:+.3f} ({min(gains):+.3f} to {max(gains):+.3f})",
    )
    yield Row(f"{name}: let through by the gate", f"{sum(draw.passed for draw in draws)} of {DRAWS}")
    refused = sum(not _draw(rows, seed, toolkit, shuffled=True).passed for seed in range(DRAWS))
    yield Row(f"{name}: refused when the labels were shuffled", f"{refused} of {DRAWS}", f"{DRAWS}")


@dataclass(frozen=True, slots=True)
class _Draw:
    """Macro-F1 of the learnt model and of the lexicon on the rest, and whether the gate let it through."""

    learnt: float
    usual: float
    passed: bool


def _draw(rows: Sequence[Labelled], seed: int, toolkit: analysis.Toolkit, *, shuffled: bool = False) -> _Draw:
    """Train on corrections drawn by this seed; `shuffled` gives each of them another one's label."""
    order = list(rows)
    chance = random.Random(seed)
    chance.shuffle(order)
    drawn, rest = order[:CORRECTIONS], order[CORRECTIONS:]
    if shuffled:
        labels = [label for _, _, label in drawn]
        chance.shuffle(labels)
        drawn = [(text, opinion, label) for (text, opinion, _), label in zip(drawn, labels, strict=True)]
        rest = []
    places = split([text for text, _, _ in drawn])
    model = train(
        [
            Example(read(opinion), label, opinion.judged.label, place.group)
            for (_, opinion, label), place in zip(drawn, places, strict=True)
            if not place.checks
        ],
        "m",
    )
    frozen = [one for one, place in zip(drawn, places, strict=True) if place.checks]
    passed = verdict(
        [label for _, _, label in frozen],
        [judge_learnt(opinion, model).label for _, opinion, _ in frozen],
        [opinion.judged.label for _, opinion, _ in frozen],
        lambda text: judge_learnt(toolkit.opinion(text), model).label,
    )
    right = [label for _, _, label in rest]
    learnt = figures(right, [judge_learnt(opinion, model).label for _, opinion, _ in rest])
    usual = figures(right, [opinion.judged.label for _, opinion, _ in rest])
    return _Draw(learnt.macro_f1, usual.macro_f1, not passed.reasons)

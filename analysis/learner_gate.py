"""The gate 准入: a learnt model takes over only if it holds on corrections it never saw.

The frozen fifth of the corrections is judged by the running model and by the new one; sentences that no
model may judge otherwise are judged too. Every number that decides is kept, so that it can be shown.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from analysis.learner import CLASSES
from minyi.models import Label

LEAST, LEAST_A_CLASS = 200, 30
"""Corrections needed, all and of each label."""
LOST_RECALL = 0.02
"""Share of the negative posts found so far that a new model may lose; one post of a few in any case."""
_CONFIDENCE = 0.9
_RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Figures:
    """How a model does on the frozen corrections; shares in [0, 1], 0 where there is nothing to find."""

    macro_f1: float
    negative_recall: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate found; `reasons` says in words why not, and is empty when the model may take over."""

    checked: int
    new: Figures
    running: Figures
    share_below: float
    """Share of resamples of the frozen corrections in which the new model's macro-F1 is the lower."""
    chance: float
    """Macro-F1 that answers without regard to the text reach in one of ten trials."""
    changed: tuple[str, ...]
    """Sentences that may not change, and did."""
    reasons: tuple[str, ...]


def too_few(labels: Sequence[Label]) -> tuple[str, ...]:
    """Why these corrections are not enough to train from, in words; empty when they are."""
    counts = Counter(labels)
    missing = [f"{label.chinese} {counts[label]} 条" for label in CLASSES if counts[label] < LEAST_A_CLASS]
    reasons = []
    if len(labels) < LEAST:
        reasons.append(f"更正只有 {len(labels)} 条，至少要 {LEAST} 条才能训练")
    if missing:
        reasons.append(f"每类至少要 {LEAST_A_CLASS} 条更正，现有{'、'.join(missing)}")
    return tuple(reasons)


def figures(right: Sequence[Label], found: Sequence[Label]) -> Figures:
    """Figures of answers against the corrections, position by position."""
    pairs = Counter(zip(right, found, strict=True))
    scores = [_f1(pairs, label) for label in CLASSES]
    negative = sum(n for (label, _), n in pairs.items() if label is Label.NEGATIVE)
    caught = pairs[Label.NEGATIVE, Label.NEGATIVE]
    same = sum(n for (label, answer), n in pairs.items() if label is answer)
    return Figures(
        sum(scores) / len(CLASSES),
        caught / negative if negative else 0.0,
        same / len(right) if right else 0.0,
    )


def _f1(pairs: Counter[tuple[Label, Label]], label: Label) -> float:
    hit = pairs[label, label]
    either = sum(n for pair, n in pairs.items() for one in pair if one is label)
    return 2 * hit / either if hit else 0.0


def verdict(
    right: Sequence[Label],
    new: Sequence[Label],
    running: Sequence[Label],
    judge: Callable[[str], Label],
) -> Verdict:
    """Judge the new model's answers to the frozen corrections against the running model's.

    1. Macro-F1: refused when nine of ten paired resamples put it below the running model's, or when
       answers at random do as well.
    2. Negative recall: at most two points lower, or by one post.
    3. `judge`, the new model, gives every sentence of `unchanging` its label.
    """
    ours, theirs = figures(right, new), figures(right, running)
    below, chance = _share_below(right, new, running), _chance(right, new)
    changed = tuple(text for text, label in unchanging() if judge(text) is not label)
    reasons = []
    if not right:
        reasons.append("检验用的更正一条也没有")
    if below >= _CONFIDENCE:
        reasons.append(f"宏 F1 从 {theirs.macro_f1:.3f} 降到 {ours.macro_f1:.3f}")
    if ours.macro_f1 <= chance:
        reasons.append(f"宏 F1 {ours.macro_f1:.3f}，不比乱猜（{chance:.3f}）好；请核对更正是否自相矛盾")
    negative = sum(label is Label.NEGATIVE for label in right)
    if ours.negative_recall < theirs.negative_recall - max(LOST_RECALL, 1.01 / max(negative, 1)):
        reasons.append(f"负面查全率从 {theirs.negative_recall:.1%} 降到 {ours.negative_recall:.1%}")
    if changed:
        reasons.append(f"不应改变的句子有 {len(changed)} 句判断变了，如“{changed[0]}”")
    return Verdict(len(right), ours, theirs, below, chance, changed, tuple(reasons))


def _share_below(right: Sequence[Label], new: Sequence[Label], running: Sequence[Label]) -> float:
    """By paired bootstrap: the same draw of corrections for both models (Efron, Tibshirani, 1993)."""
    rows = list(zip(right, new, running, strict=True))
    if not rows:
        return 0.0
    chance = random.Random(1)  # noqa: S311 - resampling, no secret
    below = 0
    for _ in range(_RESAMPLES):
        drawn = chance.choices(rows, k=len(rows))
        ours, theirs = (
            figures([row[0] for row in drawn], [row[n] for row in drawn]).macro_f1 for n in (1, 2)
        )
        below += ours < theirs
    return below / _RESAMPLES


def _chance(right: Sequence[Label], new: Sequence[Label]) -> float:
    """The macro-F1 that nine of ten shuffles of the answers stay below."""
    chance = random.Random(1)  # noqa: S311 - shuffling, no secret
    answers = list(new)
    reached = []
    for _ in range(_RESAMPLES // 5):
        chance.shuffle(answers)
        reached.append(figures(right, answers).macro_f1)
    return sorted(reached)[int(_CONFIDENCE * len(reached))]


@cache
def unchanging() -> tuple[tuple[str, Label], ...]:
    """Sentences that no model may judge otherwise, with their labels."""
    text = resources.files("analysis").joinpath("unchanging.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("# "))
    return tuple((sentence, Label(label)) for sentence, label in rows)

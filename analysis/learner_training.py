"""Training of the learnt judge from corrections, in plain Python; the same examples give the same model."""

from __future__ import annotations

import random
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from analysis.learner import CLASSES, SIZE, Model, Reading, lexicon_weights, softmax
from analysis.learner_gate import LOST_RECALL
from minyi.models import Label

_EPOCHS = 20
_RATE = 0.05
_SLOWING = 4.0
"""The step shrinks to 1 / (1 + this) of the first."""
_DENSE_PENALTY = 0.03
_GRAM_PENALTY = 1e-4
"""L2, on the cells of the example at hand."""
_BALANCE = 0.7
"""Power of the class weights n / (3 · n_class): 1 would make each class count the same."""
_FOLDS = 5
_NEGATIVE = CLASSES.index(Label.NEGATIVE)
_RAISES = tuple(n / 20 for n in range(21))
_TEMPERATURES = tuple(round(0.5 * 1.15**n, 3) for n in range(20))


@dataclass(frozen=True, slots=True)
class Example:
    """A corrected text: its features, the label a person gave, and the group of copies it belongs to."""

    reading: Reading
    label: Label
    running: Label
    """What was said of it before."""
    group: int


def train(examples: Sequence[Example], name: str) -> Model:
    """Multinomial logistic regression by stochastic gradient descent, class-balanced, with L2.

    1. Each of `_EPOCHS` passes goes over the examples in a shuffled order of its own, the step shrinking.
    2. Models of four fifths of the groups answer for the last fifth. On these answers the constant of
       `negative` is raised until hardly fewer negative posts are found than before, and the temperature is
       the one of the highest likelihood.
    `examples` must hold at least one.
    """
    weights = _descend(examples)
    held = _held_out(examples)
    raised = _raised(held)
    weights.dense[_NEGATIVE][0] += raised
    for one in held:
        one.logits[_NEGATIVE] += raised
    return _model(name, weights, _temperature(held))


def _model(name: str, weights: _Weights, temperature: float) -> Model:
    return Model(name, tuple(map(tuple, weights.dense)), array("f", weights.grams), temperature)


@dataclass(frozen=True, slots=True)
class _Weights:
    """Weights under way, and the dense ones they are pulled back to."""

    dense: list[list[float]]
    grams: array[float]
    usual: list[list[float]]


def _descend(examples: Sequence[Example]) -> _Weights:
    counts = Counter(example.label for example in examples)
    heed = {label: (len(examples) / (len(CLASSES) * count)) ** _BALANCE for label, count in counts.items()}
    usual = lexicon_weights(len(examples[0].reading.dense))
    weights = _Weights([list(row) for row in usual], array("d", bytes(8 * len(CLASSES) * SIZE)), usual)
    chance = random.Random(1)  # noqa: S311 - an order, no secret; the same each time
    order = list(examples)
    steps, step = _EPOCHS * len(order), 0
    for _ in range(_EPOCHS):
        chance.shuffle(order)
        for example in order:
            _step(example, weights, _RATE / (1 + _SLOWING * step / steps), heed[example.label])
            step += 1
    return weights


def _step(example: Example, weights: _Weights, rate: float, heed: float) -> None:
    """One example's gradient."""
    reading, dense, grams = example.reading, weights.dense, weights.grams
    cells = reading.grams.items()
    logits = []
    for number, row in enumerate(dense):
        at = number * SIZE
        logits.append(
            sum(map(float.__mul__, row, reading.dense)) + sum(grams[at + cell] * x for cell, x in cells)
        )
    for number, share in enumerate(softmax(logits)):
        slope = rate * heed * (share - (CLASSES[number] is example.label))
        pull = rate * _DENSE_PENALTY
        rows = zip(dense[number], weights.usual[number], reading.dense, strict=True)
        dense[number] = [weight - pull * (weight - usual) - slope * x for weight, usual, x in rows]
        at, kept = number * SIZE, 1 - rate * _GRAM_PENALTY
        for cell, x in cells:
            grams[at + cell] = kept * grams[at + cell] - slope * x


@dataclass(frozen=True, slots=True)
class _Answer:
    """A model's answer to an example it did not learn from."""

    logits: list[float]
    example: Example

    @property
    def right(self) -> int:
        """Number of the right class."""
        return CLASSES.index(self.example.label)


def _held_out(examples: Sequence[Example]) -> list[_Answer]:
    """Answers by cross-validation over groups; none when there is one group only."""
    held: list[_Answer] = []
    for fold in range(_FOLDS):
        rest = [one for one in examples if one.group % _FOLDS != fold]
        if rest:
            model = _model("", _descend(rest), 1.0)
            held += [
                _Answer(model.logits(one.reading), one) for one in examples if one.group % _FOLDS == fold
            ]
    return held


def _raised(held: Sequence[_Answer]) -> float:
    """What the negative class gains so that hardly fewer negative posts are found than before.

    As many may be lost as the gate lets pass: more would cost the other labels for nothing.
    """
    negative = [one for one in held if one.example.label is Label.NEGATIVE]
    before = sum(one.example.running is Label.NEGATIVE for one in negative)
    least = before - max(1.0, LOST_RECALL * len(negative))
    for raised in _RAISES:
        found = sum(one.logits[_NEGATIVE] + raised >= max(one.logits) for one in negative)
        if found >= least:
            return raised
    return _RAISES[-1]


def _temperature(held: Sequence[_Answer]) -> float:
    """By likelihood; 1 without answers."""
    if not held:
        return 1.0
    return min(_TEMPERATURES, key=lambda t: _surprise(held, t))


def _surprise(held: Sequence[_Answer], temperature: float) -> float:
    """Negative log likelihood."""
    return -sum(
        log(max(softmax([logit / temperature for logit in one.logits])[one.right], 1e-12)) for one in held
    )

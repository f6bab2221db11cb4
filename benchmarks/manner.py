"""Teaches `analysis.manner` from our own labelled posts about policies.

`python -m benchmarks.manner` writes `analysis/manner.tsv`; the same posts give the same table. Never learnt
from: the untouched posts of `benchmarks.sentiment`, and any set of others.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import analysis
from analysis.manner import runs
from benchmarks.sentiment import PARTS, UNTOUCHED, own_posts
from minyi.fold import table
from minyi.models import Label
from minyi.text import opinion_text

TABLE = Path(analysis.__file__).parent / "manner.tsv"
_HEAD = (
    "# How opinions and reports are written: what a run of characters adds to negative and to positive,\n"
    "# against neutral. Learnt from our own invented posts; python -m benchmarks.manner writes it.\n"
)
_ROUNDS, _STEP, _SHRINK, _SEED = 14, 0.3, 3e-4, 7
_LEAST_SEEN = 2
_LEAST_WEIGHT = 0.03
_LABELS = (Label.NEUTRAL, Label.NEGATIVE, Label.POSITIVE)

Lesson = tuple[Label, frozenset[str]]


def lessons() -> list[Lesson]:
    """Our own posts that are not set aside, in the order of their file."""
    return [
        (label, runs(opinion_text(text).translate(table().fold)))
        for part in PARTS
        if part != UNTOUCHED
        for label, text in own_posts(part)
    ]


def learn(known: Sequence[Lesson]) -> Mapping[str, Mapping[Label, float]]:
    """Weights by multinomial logistic regression, one lesson at a time, shrunk a little at each step."""
    seen = Counter(gram for _, found in known for gram in found)
    kept = [(label, [gram for gram in sorted(found) if seen[gram] >= _LEAST_SEEN]) for label, found in known]
    weights: defaultdict[str, dict[Label, float]] = defaultdict(lambda: dict.fromkeys(_LABELS, 0.0))
    order = random.Random(_SEED)
    for _ in range(_ROUNDS):
        order.shuffle(kept)
        for label, found in kept:
            scale = 1 / math.sqrt(len(found) + 1)
            shares = {one: math.exp(sum(weights[gram][one] for gram in found) * scale) for one in _LABELS}
            whole = sum(shares.values())
            for one in _LABELS:
                missed = (one is label) - shares[one] / whole
                for gram in found:
                    weights[gram][one] += _STEP * (missed * scale - _SHRINK * weights[gram][one])
    return weights


def written(weights: Mapping[str, Mapping[Label, float]]) -> str:
    """The table, by characters; what hardly weighs is left out."""
    lines = []
    for gram, one in sorted(weights.items()):
        negative = round(one[Label.NEGATIVE] - one[Label.NEUTRAL], 2)
        positive = round(one[Label.POSITIVE] - one[Label.NEUTRAL], 2)
        if max(abs(negative), abs(positive)) >= _LEAST_WEIGHT and "\t" not in gram and "\n" not in gram:
            lines.append(f"{negative:g}\t{positive:g}\t{gram}\n")
    return _HEAD + "".join(lines)


def main() -> None:
    """Write the table."""
    TABLE.write_text(written(learn(lessons())), "utf-8")


if __name__ == "__main__":
    main()

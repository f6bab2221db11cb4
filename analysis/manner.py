"""Manner 行文: how a post is written, for posts whose words leave the matter open.

News, notices, questions and figures are told otherwise than grievances and good tidings, even where no
word of praise or blame stands: 提交了三回，回回说还缺一页. Learnt from our own invented posts about
intellectual property, by logistic regression over runs of two and three characters; `manner.tsv` is written
by `python -m benchmarks.manner`. It is asked only when the lexicon's sum says neutral.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

from minyi.errors import ResourceError

SURE = 0.6
"""Least probability of a label other than neutral."""
SHOWN = 3
"""How many runs of characters are shown as what counted."""

_EDGE = "¶"
_LEAST = 10
"""A text of fewer characters tells nothing of how it is written."""
_SEEN = 160
"""Characters of a text that are read."""

Weights = Mapping[str, tuple[float, float]]
"""Runs of characters with what they add to negative and to positive, against neutral."""


def runs(folded: str) -> frozenset[str]:
    """What is read of a folded text: its runs of two and three characters, edges marked."""
    read = f"{_EDGE}{folded[:_SEEN].strip()}{_EDGE}"
    pairs = {read[at : at + 2] for at in range(len(read) - 1)}
    return frozenset(pairs.union(read[at : at + 3] for at in range(len(read) - 2)))


def leanings(folded: str) -> tuple[float, float]:
    """What the manner adds to negative and to positive, logits against neutral; zeros for a very short text.

    Raises:
        ResourceError: the table is damaged.
    """
    negative, positive, _ = _read(folded)
    return negative, positive


def manner(folded: str) -> tuple[float, tuple[str, ...]]:
    """Lean of a folded text in [-1, 1], and the runs that weighed most, heaviest first.

    The lean is the probability of negative (below 0) or positive (above 0), and 0 when neither reaches
    `SURE` or the text is very short.

    Raises:
        ResourceError: the table is damaged.
    """
    *logits, found = _read(folded)
    negative, positive = map(math.exp, logits)
    share = max(negative, positive) / (1 + negative + positive)
    if share < SURE or not found:
        return 0.0, ()
    side = 1 if positive > negative else 0
    shown = sorted(found, key=lambda one: (-one[1][side], one[0]))
    return (share if side else -share), tuple(gram for gram, _ in shown if _EDGE not in gram)[:SHOWN]


def _read(folded: str) -> tuple[float, float, list[tuple[str, tuple[float, float]]]]:
    """Logits of negative and positive, and the runs they come from."""
    if len(folded) < _LEAST:
        return 0.0, 0.0, []
    known = _weights()
    found = [(gram, known[gram]) for gram in runs(folded) if gram in known]
    scale = 1 / math.sqrt(len(found) + 1)
    negative, positive = (sum(weights[side] for _, weights in found) * scale for side in (0, 1))
    return negative, positive, found


def shipped() -> str:
    """The table as it ships with the program; part of what every judgement's version is made from."""
    return resources.files("analysis").joinpath("manner.tsv").read_text("utf-8")


@lru_cache(maxsize=1)
def _weights() -> Weights:
    return parse(shipped())


def parse(table: str) -> dict[str, tuple[float, float]]:
    """Read `negative TAB positive TAB characters` lines; `# ` starts a comment.

    Raises:
        ResourceError: a line has another shape.
    """
    weights: dict[str, tuple[float, float]] = {}
    for line in table.split("\n"):
        if not line or line.startswith("# "):
            continue
        try:
            negative, positive, gram = line.split("\t")
            weights[gram] = float(negative), float(positive)
        except ValueError as error:
            raise ResourceError(f"行文表损坏：{line!r}") from error
    return weights

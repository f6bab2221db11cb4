"""A second reader 复读 of posts that seem to repeat a claim: only what both readers hold for it counts.

The cues of `analysis.misreading` know many ways to deny a claim, and cannot know all. The second reader has
learnt what surrounds a claim, from our own invented posts and sentences, by logistic regression over pairs
and triples of characters and over the acts of speech found by wording; the claim itself is hidden from it, so
that it knows no policy. `stances.tsv` is
written by `python -m benchmarks.second_reader`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

from analysis import cues
from analysis.contradiction import acts
from minyi.errors import ResourceError

LEAST = 0.45
"""Share of belief in a repetition below which the second reader doubts a claim that is taken as true."""
PLAIN = 0.55
"""The same of a claim put without a word that says whether the writer believes it."""
SURE = 0.6
"""Share above which it is sure, even of words that may mean something else."""

_EDGE = "¶"
_VOUCHED = "§真"
"""Stands for a denial denied."""
_LONGEST = 3
_SEEN = 160
"""Characters before and behind the claim that are read."""


def grams(text: str, mark: str) -> frozenset[str]:
    """What is read of a text that holds the claim as `mark`: runs of characters and acts of speech."""
    first, last = text.find(mark), text.rfind(mark)
    seen = text[max(0, first - _SEEN) : last + _SEEN] if first >= 0 else text[:_SEEN]
    read = f"{_EDGE}{cues.UNDENIED.sub(_VOUCHED, seen).strip()}{_EDGE}"
    runs = (read[at : at + size] for size in range(1, _LONGEST + 1) for at in range(len(read) - size + 1))
    return acts(seen).union(runs)


def belief(text: str, mark: str) -> float:
    """Probability in [0, 1] that a text repeats the claim it holds as `mark`.

    Raises:
        ResourceError: the table is damaged.
    """
    found = grams(text, mark)
    weights = _weights()
    total = sum(weights.get(gram, 0.0) for gram in found) / math.sqrt(len(found) + 1)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@lru_cache(maxsize=1)
def _weights() -> Mapping[str, float]:
    return parse(resources.files("analysis").joinpath("stances.tsv").read_text("utf-8"))


def parse(table: str) -> dict[str, float]:
    """Read `weight TAB characters` lines; `# ` starts a comment.

    Raises:
        ResourceError: a line has another shape.
    """
    weights: dict[str, float] = {}
    for line in table.split("\n"):
        if not line or line.startswith("# "):
            continue
        try:
            weight, gram = line.split("\t")
            weights[gram] = float(weight)
        except ValueError as error:
            raise ResourceError(f"复读表损坏：{line!r}") from error
    return weights

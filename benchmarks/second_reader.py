"""Teaches the second reader of `analysis.second_reader` from our own labelled posts and sentences.

`python -m benchmarks.second_reader` writes `analysis/stances.tsv`; the same posts give the same table. Never
learnt from: the untouched posts of `benchmarks.misreading`, and any set of others.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import analysis
import sample
from analysis.contradiction import MARK
from analysis.misreading import Watchlist
from analysis.passages import plain_key
from analysis.second_reader import grams
from benchmarks.misreading import FOLDER, Labelled, labelled, policies
from minyi.models import Policy, PolicyId, Stance, WatchItem
from minyi.policyfile import load_policies
from sample.story import load_story

TABLE = Path(analysis.__file__).parent / "stances.tsv"
_HEAD = (
    "# Second reader of claims: what is said around a claim (it stands as █), and how much that\n"
    "# speaks for a repetition. Learnt from our own posts; python -m benchmarks.second_reader writes it.\n"
)
_ROUNDS, _STEP, _SHRINK, _SEED = 14, 0.3, 6e-3, 7
_LEAST_SEEN = 2
_LEAST_WEIGHT = 0.02

Lesson = tuple[bool, frozenset[str]]
"""Whether a text repeats its claim, and what is read of it."""


def lessons(posts: Sequence[Labelled]) -> Iterator[Lesson]:
    """Labelled posts with the claim hidden; those where it is not found teach nothing."""
    watchlist = Watchlist(policies())
    for one in posts:
        around = watchlist.around(one.policy, one.item, one.text)
        if around:
            yield one.meant == Stance.REPEAT, grams(around, MARK)


def sentences() -> Iterator[Lesson]:
    """Sentences about claims without a policy, then about any claim whatever."""
    for line in (FOLDER / "claims.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            meant, wording, text = line.split("\t")
            policy = Policy(
                PolicyId("p"), "", watch=(WatchItem("w", "", "", wording=tuple(wording.split("、"))),)
            )
            around = Watchlist([policy]).around(policy.id, "w", text)
            if around:
                yield meant == Stance.REPEAT, grams(around, MARK)
    for line in (FOLDER / "stances.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            meant, text = line.split("\t")
            yield meant == Stance.REPEAT, grams(plain_key(text), MARK)


def story() -> Iterator[Lesson]:
    """Posts of the sample affair that name a claim; the long and angry kind, with policy names in them."""
    told = policies_of_sample()
    watchlist, policy = Watchlist(told), next(policy for policy in told if policy.watch)
    for item in load_story().items:
        if item.stance and item.claim:
            around = watchlist.around(policy.id, item.claim, f"{item.title}\n{item.text}")
            if around:
                yield item.stance is Stance.REPEAT, grams(around, MARK)


def policies_of_sample() -> Sequence[Policy]:
    """The sample's policies."""
    return load_policies(Path(sample.__file__).parent / "policies.toml")


def taught() -> list[Lesson]:
    """All lessons, in order."""
    known = [one for one in labelled() if not one.untouched]
    return [*lessons(known), *sentences(), *story()]


def learn(known: Sequence[Lesson]) -> Mapping[str, float]:
    """Weights by logistic regression, one lesson at a time in random order, shrunk a little at each step."""
    seen = Counter(gram for _, found in known for gram in found)
    kept = [
        (repeats, [gram for gram in sorted(found) if seen[gram] >= _LEAST_SEEN]) for repeats, found in known
    ]
    weights: defaultdict[str, float] = defaultdict(float)
    order = random.Random(_SEED)
    for _ in range(_ROUNDS):
        order.shuffle(kept)
        for repeats, found in kept:
            scale = 1 / math.sqrt(len(found) + 1)
            total = sum(weights[gram] for gram in found) * scale
            missed = repeats - 1 / (1 + math.exp(-total))
            for gram in found:
                weights[gram] += _STEP * (missed * scale - _SHRINK * weights[gram])
    return weights


def written(weights: Mapping[str, float]) -> str:
    """The table: heaviest first, then by characters; what hardly weighs is left out."""
    rounded = sorted(
        (round(weight, 2), gram) for gram, weight in weights.items() if abs(weight) >= _LEAST_WEIGHT
    )
    rounded.sort(key=lambda one: (-abs(one[0]), one[1]))
    return _HEAD + "".join(
        f"{weight:g}\t{gram}\n" for weight, gram in rounded if "\t" not in gram and "\n" not in gram
    )


def main() -> None:
    """Write the table."""
    TABLE.write_text(written(learn(taught())), "utf-8")


if __name__ == "__main__":
    main()

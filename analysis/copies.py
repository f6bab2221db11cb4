"""Near-duplicates 转载群: a post joins the cluster of the earlier text it copies, cut, frames or retypes.

The index is incremental and deterministic: what was placed before decides where the next one goes. What
was placed earlier, in another process, is handed in with `recall`, and what must be kept is read from
`placed`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import nlargest

from analysis.clusters import Body
from analysis.facts import Fact, differ, facts
from analysis.minhash import BAND, EXACT, PREFIX, SUFFIX, exact, grams, meetings

SIMILAR = 0.45
"""Least Jaccard similarity of character pairs of two copies."""
CONTAINED = 0.8
"""Least share of a shorter text's pairs found in the longer one, when one is cut short or framed."""
FAR = 0.3
"""Least likeness to the founder of a cluster, so that no chain of copies leads from one report to another."""

VERIFIED = 5
"""Earlier texts that are compared word by word."""

LONGEST = 800
"""Characters of a text that are compared."""
CANDIDATES = 50
"""Earlier texts looked up in one band: the newest."""

_SHORT_TEXT, _STRICTER = 32, 0.01
_LEAST_CONTAINED = 20  # pairs; a shared title of a policy makes no copy
_LEAST_CUT, _LEAST_FRAMED = 0.2, 0.4
_NEAR = 0.85


@dataclass(frozen=True)
class Wording:
    """What of a text is compared, worked out when first asked for."""

    key: str
    words: str
    documents: tuple[str, ...] = ()

    @cached_property
    def pairs(self) -> frozenset[str]:
        """Neighbouring characters."""
        return grams(self.words)

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The facts told."""
        return facts(self.words, self.pairs, self.documents)

    @cached_property
    def meetings(self) -> tuple[int, ...]:
        """The numbers under which similar texts meet it, one a band."""
        return meetings(self.key, self.words, self.pairs)


@dataclass(frozen=True, slots=True)
class Known:
    """A text in a cluster; `id` names it. `near` its founder, it is found through that."""

    id: str
    cluster: str
    wording: Wording
    near: bool = False

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers it must be met under."""
        return (exact(self.wording.key),) if self.near else self.wording.meetings


@dataclass(frozen=True, slots=True)
class Placed:
    """A text in its place: `known` itself or the one with the very same words, `origin` the one it copies."""

    known: Known
    origin: Known | None = None


def probe(post_id: str, body: Body) -> Known:
    """A text about to be placed, in a cluster of its own."""
    return Known(post_id, body.key, Wording(body.key, body.words[:LONGEST], body.documents))


class Copies:
    """Clusters of a stream. Keeps the newest `capacity` distinct texts, some 3 KB each."""

    def __init__(self, capacity: int = 25_000) -> None:
        """An empty index."""
        self._capacity = capacity
        self._met: dict[int, Known | list[Known]] = {}
        self._kept: deque[Known] = deque()

    def recall(self, known: Known, numbers: Iterable[int]) -> None:
        """Take in a text placed earlier, to be met under these numbers."""
        met = self._met
        for number in numbers:
            before = met.get(number)
            if before is None:
                met[number] = known
            elif isinstance(before, list):
                before.append(known)
            else:
                met[number] = [before, known]

    def met(self, number: int) -> Sequence[Known]:
        """The newest texts met under a number, oldest first."""
        found = self._met.get(number)
        return () if found is None else found[-CANDIDATES:] if isinstance(found, list) else (found,)

    def place(self, new: Known) -> Placed:
        """Find the text's place.

               1. The very words of a known text: with that.
               2. Candidates share a number; those that share most are looked at, at most `VERIFIED`.
        XX
        """
        same = self.find(new)
        if same is not None:
            return Placed(same)
        origin = self._origin(new)
        if origin is not None:
            founder = self.founder(origin.cluster) or origin
            near = _likeness(new.wording, founder.wording)[0] >= _NEAR
            new = replace(new, cluster=origin.cluster, near=near)
        self._keep(new)
        return Placed(new, origin)

    def find(self, new: Known) -> Known | None:
        """The text known already with the very same words."""
        same = self.met(exact(new.wording.key))
        return next((one for one in reversed(same) if one.wording.key == new.wording.key), None)

    def founder(self, cluster: str) -> Known | None:
        """The first text of a cluster, if it is known."""
        return next((one for one in self.met(exact(cluster)) if one.wording.key == cluster), None)

    def _origin(self, new: Known) -> Known | None:
        """The text that `new` copies: the first to be like enough, of those met most often."""
        for other in self._candidates(new):
            likeness = max(_likeness(new.wording, other.wording))
            shorter = min(len(new.wording.pairs), len(other.wording.pairs))
            if likeness >= _least(shorter) and self._tells_the_same(new, other):
                return other
        return None

    def _tells_the_same(self, new: Known, other: Known) -> bool:
        founder = self.founder(other.cluster) or other
        if max(_likeness(new.wording, founder.wording)) < FAR or _differ(new.wording, founder.wording):
            return False
        return founder is other or not _differ(new.wording, other.wording)

    def _candidates(self, new: Known) -> list[Known]:
        """Those met most often."""
        numbers = new.wording.meetings[:EXACT]
        met = {number: self.met(number) for number in numbers if number in self._met}
        found = {other.id: other for others in met.values() for other in others}
        if len(found) <= 1:
            return list(found.values())
        names = {number: [one.id for one in others] for number, others in met.items()}
        return [found[name] for name in nearest(numbers, names)]

    def _keep(self, new: Known) -> None:
        """Keep the words alone; what was worked out from them takes twenty times their room."""
        bare = replace(new, wording=Wording(new.wording.key, new.wording.words, new.wording.documents))
        self.recall(bare, new.numbers)
        self._kept.append(bare)
        if len(self._kept) > self._capacity:
            self._drop(self._kept.popleft())

    def _drop(self, oldest: Known) -> None:
        for number in oldest.numbers:
            rest = [one for one in self.met(number) if one is not oldest]
            if rest:
                self._met[number] = rest
            else:
                self._met.pop(number, None)


def nearest(numbers: Sequence[int], met: Mapping[int, Sequence[str]]) -> list[str]:
    """Of the texts met under these numbers, those met most often, at most `VERIFIED`.

    An equal beginning or ending weighs as much as three other meetings: it alone finds a text cut short.
    """
    weights: dict[str, int] = {}
    for number in numbers[:EXACT]:
        weight = 3 if number & BAND in (PREFIX, SUFFIX) else 1
        for name in met.get(number, ()):
            weights[name] = weights.get(name, 0) + weight
    often = nlargest(VERIFIED, weights, key=weights.__getitem__)
    return [name for name in often if weights[name] > 1] or often[:2]


def _least(shorter: int) -> float:
    """The least likeness of copies, of which the shorter has so many pairs.

    In short posts a shared name of a policy is half of all pairs, and makes no copy of an own opinion.
    """
    return SIMILAR + max(0, _SHORT_TEXT - shorter) * _STRICTER


def _differ(ours: Wording, theirs: Wording) -> bool:
    return differ(ours.words, theirs.words, ours.facts, theirs.facts)


def _likeness(ours: Wording, theirs: Wording) -> tuple[float, float]:
    """Jaccard similarity, and how surely the shorter text is a part of the longer, 0 when that says little.

    A text cut to a fifth is still a copy; one that says more than half as much again in its own words,
    and came later, is not.
    """
    shared = len(ours.pairs & theirs.pairs)
    similar = shared / (len(ours.pairs) + len(theirs.pairs) - shared)
    shorter, longer = sorted((len(ours.pairs), len(theirs.pairs)))
    least = _LEAST_CUT if len(ours.pairs) < len(theirs.pairs) else _LEAST_FRAMED
    if shorter < _LEAST_CONTAINED or shorter < least * longer or shared < CONTAINED * shorter:
        return similar, 0.0
    return similar, 0.9 * shared / shorter

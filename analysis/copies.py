"""Near-duplicates 转载群: a post joins the cluster of the earlier text it copies, cut, frames or retypes.

The index is incremental and deterministic: what was placed before decides where the next one goes. What
was placed earlier, in another process, is handed in with `recall`, and what must be kept is read from
`placed`.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import chain
from typing import TypeVar

from analysis.clusters import Body
from analysis.facts import Fact, differ, facts
from analysis.minhash import EXACT, PREFIX, exact, grams, meetings, units

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

Name = TypeVar("Name", bound=Hashable)
"""What a text goes by: the id of its post, or the number the record gave it."""


class Wording:
    """What of a text is compared; what follows from its words is worked out when first asked for."""

    __slots__ = ("_facts", "_meetings", "_pairs", "documents", "key", "words")

    def __init__(self, key: str, words: str, documents: tuple[str, ...] = ()) -> None:
        """`key` names the words, `documents` are titles in them."""
        self.key, self.words, self.documents = key, words, documents
        self._pairs: frozenset[int] | None = None
        self._facts: tuple[Fact, ...] | None = None
        self._meetings: tuple[int, ...] | None = None

    @property
    def pairs(self) -> frozenset[int]:
        """Neighbouring characters."""
        if self._pairs is None:
            self._pairs = grams(self.words)
        return self._pairs

    def shared(self, other: Wording) -> int:
        """How many pairs stand in the other too; makes no set of the other's, which most often is far."""
        theirs = other._pairs
        return len(self.pairs.intersection(units(other.words) if theirs is None else theirs))

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts told."""
        if self._facts is None:
            self._facts = facts(self.words, self.pairs, self.documents)
        return self._facts

    @property
    def meetings(self) -> tuple[int, ...]:
        """The numbers under which similar texts meet it, one a band."""
        if self._meetings is None:
            self._meetings = meetings(self.key, self.words, self.pairs)
        return self._meetings

    def bare(self) -> Wording:
        """The words alone; what was worked out from them takes twenty times their room."""
        return Wording(self.key, self.words, self.documents)


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

    def place(self, new: Known, others: Sequence[Known] = ()) -> Placed:
        """Find the text's place; `others` are texts not in this index that it may copy, the nearest first.

        1. The very words of a known text: with that.
        2. Candidates share a number; of the `VERIFIED` that share most, the first that is like enough and
           tells the same, as does the founder of its cluster: in that cluster.
        3. Else a cluster of its own.
        """
        same = self.find(new)
        if same is not None:
            return Placed(same)
        for other in (*others, *self._candidates(new)):
            joined = self._joined(new, other)
            if joined is not None:
                self._keep(joined)
                return Placed(joined, other)
        self._keep(new)
        return Placed(new)

    def find(self, new: Known) -> Known | None:
        """The text known already with the very same words."""
        same = self.met(exact(new.wording.key))
        return next((one for one in reversed(same) if one.wording.key == new.wording.key), None)

    def founder(self, cluster: str) -> Known | None:
        """The first text of a cluster, if it is known."""
        return next((one for one in self.met(exact(cluster)) if one.wording.key == cluster), None)

    def _joined(self, new: Known, other: Known) -> Known | None:
        """The text in the other's cluster, None when it does not belong there."""
        ours, theirs = new.wording, other.wording
        shared = ours.shared(theirs)
        if shared < SIMILAR * len(ours.pairs) and shared < CONTAINED * _LEAST_CONTAINED:
            return None  # neither likeness can be reached, whatever else they say
        similar, part = _likeness(ours, theirs, shared)
        if max(similar, part) < _least(min(len(ours.pairs), len(theirs.pairs))):
            return None
        founder = self.founder(other.cluster)
        if founder is not None and founder is not other:
            similar, part = _likeness(ours, founder.wording, ours.shared(founder.wording))
            if max(similar, part) < FAR or _differ(ours, founder.wording):
                return None
        if _differ(ours, theirs):
            return None
        return Known(new.id, other.cluster, ours, similar >= _NEAR)

    def _candidates(self, new: Known) -> list[Known]:
        """Those met most often."""
        met = {number: self.met(number) for number in new.wording.meetings[:EXACT] if number in self._met}
        if not met:
            return []
        found = {other.id: other for others in met.values() for other in others}
        names = {number: [one.id for one in others] for number, others in met.items()}
        return [found[name] for name in nearest(new.wording.meetings, names)]

    def _keep(self, new: Known) -> None:
        bare = Known(new.id, new.cluster, new.wording.bare(), new.near)
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


def nearest(numbers: Sequence[int], met: Mapping[int, Sequence[Name]]) -> list[Name]:
    """Of the texts met under these numbers, those met most often, at most `VERIFIED`.

    An equal beginning or ending weighs as much as three other meetings: it alone finds a text cut short.
    """
    names = [met[number] for number in numbers[:EXACT] if number in met]
    edges = [met[number] for number in numbers[PREFIX:EXACT] if number in met]
    weights = Counter(chain.from_iterable((*names, *edges, *edges)))
    if len(weights) > VERIFIED:
        often = nlargest(VERIFIED, weights, key=weights.__getitem__)
    else:
        often = sorted(weights, key=weights.__getitem__, reverse=True)
    return [name for name in often if weights[name] > 1] or often[:2]


def _least(shorter: int) -> float:
    """The least likeness of copies, of which the shorter has so many pairs.

    In short posts a shared name of a policy is half of all pairs, and makes no copy of an own opinion.
    """
    return SIMILAR + max(0, _SHORT_TEXT - shorter) * _STRICTER


def _differ(ours: Wording, theirs: Wording) -> bool:
    return differ(ours.words, theirs.words, ours.facts, theirs.facts)


def _likeness(ours: Wording, theirs: Wording, shared: int) -> tuple[float, float]:
    """Jaccard similarity, and how surely the shorter text is a part of the longer, 0 when that says little.

    A text cut to a fifth is still a copy; one that says more than half as much again in its own words,
    and came later, is not.
    """
    our, their = len(ours.pairs), len(theirs.pairs)
    similar = shared / (our + their - shared)
    shorter, longer, least = (our, their, _LEAST_CUT) if our < their else (their, our, _LEAST_FRAMED)
    if shorter < _LEAST_CONTAINED or shorter < least * longer or shared < CONTAINED * shorter:
        return similar, 0.0
    return similar, 0.9 * shared / shorter

"""Clusters 转载群: each new post joins the recent post it copies, also one of an earlier run.

Done before the posts are saved. A crash in between leaves texts remembered under their posts' ids; the
same posts then find themselves and come to the same clusters.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain

from analysis.clusters import body_of
from analysis.copies import Copies, Known, Placed, Wording, nearest, probe
from analysis.minhash import exact
from minyi.models import Post, PostId
from minyi.store.base import Store
from minyi.store.clusters import CROWD, KEPT, ClusterState, RecentText, TextNumber

_RENEWED = timedelta(days=1)
"""A text that keeps coming is written again once a day."""

_JOB = "clusters"


def join_clusters(store: Store, posts: Sequence[Post], now: datetime) -> list[Post]:
    """The posts with their clusters, in the order given; what is needed to do so later is remembered.

    1. A post stored already, its words unchanged, stays where it is; one whose id was erased is left alone.
    2. The very words of a known text: its cluster. 3. Else the nearest text it copies, else its own cluster.
    A text too short to judge is its own voice.
    """
    state = store.clusters
    settled = state.settled(posts)
    new = [_probe(post) for post in posts if post.id not in settled]
    _forget_old(store, now)
    with _uncollected():
        placed = _place([one for one in new if one is not None], state, now)
    clusters = [settled.get(post.id) or placed.get(post.id, post.cluster) for post in posts]
    return [
        post if post.cluster == cluster else replace(post, cluster=cluster)
        for post, cluster in zip(posts, clusters, strict=True)
    ]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no reference cycles meanwhile.

    A batch makes some hundred thousand values and not one cycle; looking takes a tenth of its time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _probe(post: Post) -> Known | None:
    body = body_of(post.title, post.text)
    return probe(post.id, body) if body.telling else None


def _place(new: Sequence[Known], state: ClusterState, now: datetime) -> dict[PostId, str]:
    """The cluster of each new text."""
    memory = _Memory(state, now)
    memory.recall_same(new)
    memory.recall_nearest([one for one in new if memory.copies.find(one) is None])
    found = {}
    for one in new:
        placed = memory.copies.place(one, memory.nearest.get(one.id, ()))
        memory.note(placed)
        found[PostId(one.id)] = placed.known.cluster
    memory.keep()
    return found


class _Memory:
    """The part of the record's memory that one batch needs, and what the batch adds to it."""

    def __init__(self, state: ClusterState, now: datetime) -> None:
        self.copies = Copies()
        self.nearest: dict[str, list[Known]] = {}
        """Texts of the record that a new one may copy, by its id, those met most often first."""
        self._state, self._now = state, now
        self._seen: dict[PostId, datetime] = {}
        self._due: dict[PostId, Known] = {}
        self._under: dict[int, int] = {}

    def recall_same(self, new: Sequence[Known]) -> None:
        """Take in the texts with the very words of these."""
        met = self._state.met([exact(one.wording.key) for one in new])
        self._recall(list(chain.from_iterable(met.values())))

    def recall_nearest(self, new: Sequence[Known]) -> None:
        """Take in the texts that these may copy, and the founders of their clusters."""
        met = self._state.met(list({number for one in new for number in one.wording.meetings}))
        self._under.update((number, len(names)) for number, names in met.items())
        wanted = {one.id: nearest(one.wording.meetings, met) for one in new}
        known = self._recall(set(chain.from_iterable(wanted.values())))
        self.nearest = {
            text: [known[number] for number in numbers if number in known]
            for text, numbers in wanted.items()
            if numbers
        }
        clusters = {one.cluster for one in known.values() if self.copies.founder(one.cluster) is None}
        met = self._state.met([exact(cluster) for cluster in clusters])
        self._recall(list(chain.from_iterable(met.values())))

    def _recall(self, numbers: Collection[TextNumber]) -> dict[TextNumber, Known]:
        """Take in texts, to be met as exact copies and as founders."""
        known: dict[TextNumber, Known] = {}
        for number, one in self._state.texts(numbers).items():
            known[number] = text = Known(
                one.id, one.cluster, Wording(one.key, one.words, one.documents), one.near
            )
            self._seen[one.id] = one.seen
            self.copies.recall(text, (exact(one.key),))
        return known

    def note(self, placed: Placed) -> None:
        """Mark what must be written: new texts, and known ones not renewed for a day."""
        for known in (placed.known, placed.origin):
            if known is None:
                continue
            seen = self._seen.get(PostId(known.id))
            if seen is None or self._now - seen >= _RENEWED:
                self._due[PostId(known.id)] = known

    def keep(self) -> None:
        """Write it."""
        texts = [(self._text(post, one), one.numbers) for post, one in self._due.items()]
        under = self._under
        for _, numbers in texts:
            for number in numbers:
                under[number] = under.get(number, 0) + 1
        self._state.remember(texts, [number for number, count in under.items() if count > CROWD])

    def _text(self, post: PostId, one: Known) -> RecentText:
        said = one.wording
        return RecentText(post, one.cluster, said.key, said.words, said.documents, one.near, self._now)


def _forget_old(store: Store, now: datetime) -> None:
    """Once a day."""
    last = store.last_success(_JOB)
    if last is None or now - last >= _RENEWED:
        store.clusters.forget_before(now - KEPT)
        store.job_success(_JOB, now)

"""Clusters 转载群: each new post joins the recent post it copies, also one of an earlier run.

Done before the posts are saved. A crash in between leaves texts remembered under their posts' ids; the
same posts then find themselves and come to the same clusters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from analysis.clusters import body_of
from analysis.copies import Copies, Known, Placed, Wording, nearest, probe
from analysis.minhash import exact
from minyi.models import Post, PostId
from minyi.store.base import Store
from minyi.store.clusters import CROWD, KEPT, ClusterState, RecentText

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
    placed = _place([one for one in new if one is not None], state, now)
    return [
        replace(post, cluster=settled.get(post.id) or placed.get(post.id, post.cluster)) for post in posts
    ]


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
        placed = memory.copies.place(one)
        memory.note(placed)
        found[PostId(one.id)] = placed.known.cluster
    memory.keep()
    return found


class _Memory:
    """The part of the record's memory that one batch needs, and what the batch adds to it."""

    def __init__(self, state: ClusterState, now: datetime) -> None:
        self.copies = Copies()
        self._state, self._now = state, now
        self._seen: dict[PostId, datetime] = {}
        self._due: dict[PostId, Known] = {}
        self._under: dict[int, int] = {}

    def recall_same(self, new: Sequence[Known]) -> None:
        """Take in the texts with the very words of these."""
        self._recall(self._state.met([exact(one.wording.key) for one in new]))

    def recall_nearest(self, new: Sequence[Known]) -> None:
        """Take in the texts that these may copy, and the founders of their clusters."""
        met = self._state.met(sorted({number for one in new for number in one.wording.meetings}))
        self._under.update((number, len(names)) for number, names in met.items())
        wanted = {name for one in new for name in nearest(one.wording.meetings, met)}
        clusters = self._recall(
            {number: [name for name in names if name in wanted] for number, names in met.items()}
        )
        missing = [cluster for cluster in clusters if self.copies.founder(cluster) is None]
        self._recall(self._state.met([exact(cluster) for cluster in sorted(missing)]))

    def _recall(self, met: Mapping[int, Sequence[PostId]]) -> set[str]:
        """Take in texts under the numbers they were met by; the clusters they are in."""
        texts = self._state.texts({name for names in met.values() for name in names})
        known = {
            name: Known(name, one.cluster, Wording(one.key, one.words, one.documents), one.near)
            for name, one in texts.items()
        }
        self._seen.update((name, one.seen) for name, one in texts.items())
        for number, names in met.items():
            for name in names:
                if name in known:
                    self.copies.recall(known[name], (number,))
        return {one.cluster for one in texts.values()}

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

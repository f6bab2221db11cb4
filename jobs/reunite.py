"""A record restored from an older copy meets a cluster that is ahead of it: the cluster follows the record.

What the cluster got after the copy was made bears higher revisions than the record remembers, and a post
sent with a lower one is refused as older. So those posts get new revisions above all of the cluster's, and
what the record does not hold is deleted. A copied record does nothing before a person has confirmed it: the
cluster belongs to the one it was copied from.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from minyi.models import PostId
from minyi.store.base import Store
from minyi.store.care import Act
from minyi.store.elastic import ahead, setup
from minyi.store.elastic.client import Cluster
from minyi.store.elastic.layout import Layout
from minyi.store.projection import FILLING, GENERATION

log = logging.getLogger(__name__)

LINES = 10_000
"""Newest lines of the audit trail among which a restore is looked for."""

COPIED = (
    "这份记录库是从别处复制来的，还没有人确认；为免改动原来那份的索引，暂不写入检索集群。"
    "若由这里值守，请运行 minyi notify release"
)


STRANGE = (
    "检索集群里的内容不是这份记录库写的，或比它新，而它并没有用备份恢复过：请核对 [search] url 和数据目录。"
    "为免删错，暂不写入；确要以这份记录库为准，请先清空集群里的旧索引"
)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What of the cluster is newer than the record: posts it holds in an older form, posts it lacks."""

    old: tuple[PostId, ...] = ()
    lost: tuple[PostId, ...] = ()
    highest: int = 0

    def __add__(self, other: Ahead) -> Ahead:
        return Ahead(self.old + other.old, self.lost + other.lost, max(self.highest, other.highest))

    def __len__(self) -> int:
        return len(self.old) + len(self.lost)


def reunite(store: Store, cluster: Cluster, layout: Layout, now: datetime) -> str:
    """Queue what brings the cluster back to a restored record; nothing in an ordinary start.

    1. the generation that is read is the one to write, whatever the copy remembered;
    2. documents are looked at from the highest revision down, until a page holds none that is ahead;
    3. those the record holds are sent again above the highest revision, the others deleted.

    A record that was never restored changes nothing; when it knows less than half of the newest documents,
    it or the cluster is the wrong one, and the words to say so are returned.

    Raises:
        SearchUnavailable: the cluster is away or refuses.
    """
    follow_alias(store, cluster, layout)
    found = Ahead()
    for page in ahead.newest(cluster, layout):
        here = _compare(store, page)
        if here and not _was_restored(store):
            return STRANGE if len(here) > len(page) / 2 else ""
        found += here
        if not here:
            break
    if found:
        store.projection.reissue(found.old, found.highest, now)
        store.projection.delete(found.lost, now)
        counts = {"again": len(found.old), "deleted": len(found.lost)}
        store.care.audit(Act("minyi", "index.reunite", layout.posts), counts, now)
        log.warning("the cluster was ahead of the restored record: %s", counts)
    return ""


def _compare(store: Store, page: Mapping[PostId, int]) -> Ahead:
    """Those of a page that are ahead of the record."""
    known = {one.post.id: one.revision for one in store.get(list(page))}
    absent = [post for post in page if post not in known]
    waiting = store.projection.still_waiting(absent)
    old = (post for post, revision in page.items() if post in known and known[post] < revision)
    lost = (post for post in absent if post not in waiting)
    return Ahead(tuple(old), tuple(lost), max(page.values(), default=0))


def _was_restored(store: Store) -> bool:
    return any(line.action == "restore" for line in store.care.trail(LINES))


def follow_alias(store: Store, cluster: Cluster, layout: Layout) -> None:
    """A copy may remember a generation that was replaced since; the alias tells which one is read."""
    readable = setup.readable_generations(cluster, layout)
    notes = store.projection.notes()
    if readable and int(notes.get(GENERATION, "1")) not in readable:
        store.projection.note({GENERATION: str(max(readable)), FILLING: None})

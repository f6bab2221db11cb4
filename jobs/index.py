"""The index's life: set up, drain, rebuild, verify, dead letters, retire. Everything may be done twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from jobs.cluster import (
    LAYOUT,
    admin_login,
    opened_cluster,
    project_lock,
    retention_login,
    service_login,
)
from jobs.context import Context
from jobs.locks import hold
from jobs.project import Drained, Projector, drain, read_generations
from jobs.reunite import follow_alias
from minyi.errors import AlreadyRunning, StoreError
from minyi.models import PostId
from minyi.store.care import Act
from minyi.store.elastic import access, generations, setup
from minyi.store.elastic.client import Cluster
from minyi.store.elastic.generations import Doomed
from minyi.store.elastic.layout import Layout, month_of
from minyi.store.elastic.sink import Sink
from minyi.store.elastic.verify import Differences, Verifier
from minyi.store.projection import FILLING, GENERATION

Tell = Callable[[str], None]

_CHUNK = 5_000

FORGETS_SECONDS = 61.0
"""After this the cluster no longer holds a deletion against an older revision (`index.gc_deletes`: 60 s)."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Where the keys are written, and Kibana's own password; either may be left out."""

    folder: Path | None = None
    kibana_password: str | None = None


def set_up_index(context: Context, user: str, keys: Keys, tell: Tell) -> None:
    """Templates, indices and, when asked, keys and roles; then the record queues what it holds.

    The first time every stored post is queued; later times nothing but the template changes.
    """
    queue, search = context.store.projection, context.config.search
    with opened_cluster(search, admin_login(user), "setup") as cluster:
        follow_alias(context.store, cluster, LAYOUT)
        generation = read_generations(context.store)[0]
        setup.set_up(cluster, LAYOUT, generation, month_of(context.clock()), tell)
        if keys.kibana_password:
            access.set_kibana_password(cluster, keys.kibana_password)
            tell("已设置 kibana_system 的口令")
        if keys.folder:
            _make_keys(cluster, LAYOUT, keys.folder, tell)
    if not queue.enabled():
        queue.enable(enabled=True)
        tell(f"已排队 {queue.fill(context.clock()):,} 条帖文；值守服务会写入，也可运行 minyi index drain")


def _make_keys(cluster: Cluster, layout: Layout, folder: Path, tell: Tell) -> None:
    """One file a key, mode 0600; a key that still works is kept."""
    access.put_viewer_role(cluster, layout)
    tell(f"角色 {access.VIEWER_ROLE} 已就绪")
    folder.mkdir(parents=True, exist_ok=True)
    for name in access.descriptors(layout):
        path = folder / name
        if path.exists() and access.key_works(cluster, path.read_text("ascii").strip()):
            tell(f"凭据 {path} 仍然有效，未变")
            continue
        part = path.with_name(f".{name}.part")
        part.touch(mode=0o600)
        part.write_text(access.make_key(cluster, layout, name) + "\n", "ascii")
        part.replace(path)
        tell(f"凭据已写入 {path}")


@contextmanager
def projecting(context: Context, job: str = "project") -> Iterator[Projector]:
    """The one writer of this record.

    Raises:
        AlreadyRunning: another process is writing.
    """
    path, what = project_lock(context)
    with (
        hold(path, what),
        opened_cluster(context.config.search, service_login(), job) as cluster,
    ):
        yield Projector(context.store, Sink(cluster, LAYOUT), context.clock)


def drain_index(context: Context, tell: Tell) -> Drained:
    """Send all that is queued; beside a running service, wait until that has done so."""
    while True:
        try:
            with projecting(context) as projector:
                return drain(projector, tell=tell)
        except AlreadyRunning:
            left, _ = context.store.index_lag()
            if not left:
                return Drained()
            tell(f"值守服务正在写入，排队 {left:,}")
            time.sleep(2.0)


def rebuild_index(context: Context, tell: Tell) -> Drained:
    """Send every post again, and delete what the record does not hold.

    What somebody deleted in the cluster a moment ago is refused as older than its deletion until the
    cluster forgets that: then it is waited for, once.
    """
    queue = context.store.projection
    queue.enable(enabled=True)
    tell(f"已排队 {queue.fill(context.clock()):,} 条帖文")
    done = drain_index(context, tell)
    with opened_cluster(context.config.search, service_login(), "rebuild") as cluster:
        strays = _strays(context, cluster)
        if strays:
            tell(f"集群里多出 {len(strays):,} 条，将删除")
            for start in range(0, len(strays), _CHUNK):
                queue.delete(strays[start : start + _CHUNK], context.clock())
            done += drain_index(context, tell)
        if not queue.dead_count() and _lacks_posts(context, cluster):
            tell(f"有帖文刚在集群里被删除，{FORGETS_SECONDS:.0f} 秒后才能再写入，请稍候")
            time.sleep(FORGETS_SECONDS)
            queue.fill(context.clock())
            done += drain_index(context, tell)
    return done


def _lacks_posts(context: Context, cluster: Cluster) -> bool:
    """True when some month holds fewer posts than the record has of it, with nothing on its way."""
    found = generations.counts(cluster, LAYOUT, read_generations(context.store)[0])
    wanted = context.store.projection.months()
    return not context.store.index_lag()[0] and any(found.get(month, 0) < n for month, n in wanted.items())


def _strays(context: Context, cluster: Cluster) -> list[PostId]:
    """Ids in the cluster that the record does not hold."""
    found: list[PostId] = []
    cluster.ask("POST", f"/{LAYOUT.posts}/_refresh")
    body: dict[str, object] = {
        "size": _CHUNK,
        "sort": [{"rid": "desc"}, {"id": "desc"}],
        "_source": False,
        "track_total_hits": False,
    }
    while True:
        hits = cluster.ask("POST", f"/{LAYOUT.posts}/_search", body)["hits"]["hits"]
        ids = [PostId(hit["_id"]) for hit in hits]
        known = context.store.projection.known(ids)
        found += [one for one in ids if one not in known]
        if len(hits) < _CHUNK:
            return found
        body["search_after"] = hits[-1]["sort"]


def rebuild_fresh(context: Context, user: str, tell: Tell) -> int:
    """Fill a new generation beside the one in use, check it, and move the alias; returns its number.

    Stopped half-way, the same command goes on where it was.
    """
    queue = context.store.projection
    with opened_cluster(context.config.search, admin_login(user), "rebuild") as cluster:
        old, *filling = read_generations(context.store)
        taken = [parts[0] for one in setup.indices(cluster, LAYOUT) if (parts := LAYOUT.read_index(one))]
        new = filling[0] if filling else max([old, *taken]) + 1
        generations.begin(cluster, LAYOUT, new)
        queue.enable(enabled=True)
        queue.note({FILLING: str(new)})
        tell(f"填充第 {new} 代索引，已排队 {queue.fill(context.clock()):,} 条；检索和写入照常")
        drain_index(context, tell)
        if queue.dead_count():
            raise StoreError("有拒收的帖文，没有切换；请看 minyi index dead list，处理后重新运行同一命令")
        generations.check_full(cluster, LAYOUT, new, queue.months())
        generations.switch(cluster, LAYOUT, old, new, month_of(context.clock()))
        queue.note({GENERATION: str(new), FILLING: None})
    tell(f"检索已切换到第 {new} 代；旧索引由 minyi index retire 删除")
    return new


def verify_index(context: Context, queries: int, tell: Tell) -> Differences:
    """Compare the cluster with the record."""
    with opened_cluster(context.config.search, service_login(), "verify") as cluster:
        # Which words are asked need not be a secret, only different each time.
        return Verifier(context.store, cluster, LAYOUT).verify(queries, Random(), tell)  # noqa: S311


def retire_index(context: Context, who: str, *, really: bool) -> Sequence[Doomed]:
    """Delete indices that hold nothing of the record, each with an audit line; unless `really`, list them."""
    with opened_cluster(context.config.search, retention_login(), "retire") as cluster:
        now = context.clock()
        kept = set(read_generations(context.store))
        months = context.store.projection.months()
        found = list(generations.doomed(cluster, LAYOUT, kept, months, month_of(now)))
        for one in found if really else ():
            generations.drop(cluster, one.index)
            act = Act(who, "index.retire", one.index)
            context.store.care.audit(act, {"posts": one.posts, "reason": one.reason}, now)
    return found

"""The service's turn of projection: keeps one connection, and the waits that an unwilling cluster earns."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta

from jobs.boards import Boards
from jobs.cluster import LAYOUT, opened_cluster, project_lock, service_login
from jobs.context import Context
from jobs.locks import hold
from jobs.project import PAUSED, TROUBLE, Drained, Projector
from minyi.errors import AlreadyRunning, SearchUnavailable
from minyi.store.elastic.client import Cluster
from minyi.store.elastic.sink import Sink

log = logging.getLogger(__name__)

TURN_SECONDS = 20.0
"""Longest a turn sends before others may have the lock."""

BEHIND = timedelta(minutes=5)
"""Lag from which health speaks of it."""


class Indexing:
    """Drains the queue turn by turn, as long as a cluster is configured and set up."""

    def __init__(self, context: Context, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Connects with the first post to send."""
        self._context, self._monotonic = context, monotonic
        self._stack = ExitStack()
        self._projector: Projector | None = None
        self._boards: Boards | None = None
        self._not_before = 0.0
        self._said = ""

    def turn(self) -> Drained:
        """Send for a while; does nothing while a wait lasts, or while a command holds the lock."""
        context = self._context
        if not context.config.search.url or self._monotonic() < self._not_before:
            return Drained()
        if not context.store.projection.enabled():
            return Drained()
        path, what = project_lock(context)
        try:
            with hold(path, what):
                return self._send()
        except AlreadyRunning:
            return Drained()

    def _send(self) -> Drained:
        projector, boards = self._ready()
        until = self._monotonic() + TURN_SECONDS
        done = projector.turn(lambda: self._monotonic() > until)
        self._not_before = self._monotonic() + done.wait
        self._say(done.words)
        if not done.words:
            try:
                boards.turn(self._context.clock())
            except SearchUnavailable as error:
                self._say(str(error))
        return done

    def _ready(self) -> tuple[Projector, Boards]:
        if self._projector is None or self._boards is None:
            context = self._context
            cluster: Cluster = self._stack.enter_context(
                opened_cluster(context.config.search, service_login(), "project")
            )
            self._projector = Projector(context.store, Sink(cluster, LAYOUT), context.clock)
            self._boards = Boards(context.store, cluster, LAYOUT)
        return self._projector, self._boards

    def _say(self, words: str) -> None:
        """One line in the log when it stops and one when it goes on."""
        if words and not self._said:
            log.warning("projection waits: %s", words)
        elif self._said and not words:
            log.warning("projection goes on")
        self._said = words

    def close(self) -> None:
        """Close the connections."""
        self._stack.close()


def problems(context: Context, now: datetime) -> list[str]:
    """What health says of the projection, in words; empty when all is well or there is none."""
    queue = context.store.projection
    if not queue.enabled():
        return []
    posts, since = context.store.index_lag()
    if not context.config.search.url:
        words = f"没有配置检索集群（[search] url），却仍在为它排队（{posts:,} 条）"
        return [f"{words}；请写上地址，或运行 minyi index off"]
    notes = queue.notes()
    found = [f"检索集群暂停写入：{notes[PAUSED]}"] if PAUSED in notes else []
    if since is not None and now - since > BEHIND:
        why = f"（{notes[TROUBLE]}）" if TROUBLE in notes else ""
        found.append(f"检索集群落后 {posts:,} 条、{(now - since).total_seconds():.0f} 秒{why}；预警不受影响")
    dead = queue.dead_count()
    if dead:
        found.append(f"检索集群拒收 {dead:,} 条帖文；请看 minyi index dead list")
    return found

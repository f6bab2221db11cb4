"""The resident service 值守: what each turn of the scheduler does, and the outer edge of every job."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Self

from jobs.clocks import warn
from jobs.collect import Crawls
from jobs.context import Context, open_context
from jobs.digest import queue_digest
from jobs.due import due_sources
from jobs.edge import attempt
from jobs.heartbeat import beat
from jobs.indexing import Indexing
from jobs.ingest import ingest_spool
from jobs.locks import hold
from jobs.notify import deliver
from jobs.rescoring import heal
from jobs.upkeep import keep_up
from jobs.watch import watch
from minyi.errors import StoreFailed, StoreFull

log = logging.getLogger(__name__)


class Service:
    """One running office: holds the instance lock and, for each kind of job, its own opened record."""

    def __init__(self, config: Path, data: Path, give_up: Callable[[], None] = lambda: None) -> None:
        """Take the lock, open the office, check the record's file, set disk aside for bad times.

        `give_up` is called when going on would be unsafe; `failure` then says why.

        Raises:
            AlreadyRunning: another service holds the data folder.
            StoreCorrupt: the record's file is damaged.
            ConfigError, StoreError: as `open_context`.
        """
        self.failure: str | None = None
        self._give_up = give_up
        self._intake_open = True
        with ExitStack() as stack:
            data.mkdir(parents=True, exist_ok=True)
            stack.enter_context(hold(data / "locks" / "service.lock", "值守服务"))
            opened = [stack.enter_context(open_context(config, data)) for _ in range(7)]
            self._collecting, self._watching, self._notifying, *others = opened
            self._upkeeping, self._projecting, self._rescoring, self._beating = others
            self._started = self._beating.clock()
            self._collecting.store.care.quick_check()
            if not self._collecting.store.care.arm():
                log.warning("too little free disk to set any aside for mails and deletions")
            self._crawls = stack.enter_context(Crawls(self._collecting))
            self._indexing = stack.enter_context(closing(Indexing(self._projecting)))
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def collect(self) -> None:
        """Start what is due, ingest what crawls have left since, look for spikes in it at once."""
        self._guarded("collect", self._collecting, self._collect)

    def watch(self) -> None:
        """Look for spikes in what anyone stored since the last look."""
        self._guarded("watch", self._watching, self._watch)

    def notify(self) -> None:
        """Send what is due."""
        self._guarded("notify", self._notifying, self._notify)

    def keep_up(self) -> None:
        """Nightly care of the record."""
        self._guarded("upkeep", self._upkeeping, lambda context: keep_up(context, context.clock()))

    def rescore(self) -> None:
        """Bring what detection compares to today's judgement, after an upgrade, new words or a new model."""
        self._guarded("rescore", self._rescoring, lambda context: heal(context, context.clock()))

    def beat(self) -> None:
        """Tell the outside that every job is alive, or people that one is not."""
        attempt("job heartbeat", lambda: beat(self._beating, self._beating.clock(), self._started))

    def project(self) -> None:
        """Send what the search cluster has yet to get, if there is one."""
        self._guarded("project", self._projecting, lambda _: self._indexing.turn())

    def _guarded(self, name: str, context: Context, work: Callable[[Context], object]) -> None:
        """Run a job; whatever it raises is logged, and the missing success shows in health."""

        def run() -> None:
            work(context)
            context.store.job_success(name, context.clock())

        fault = attempt(f"job {name}", run)
        if isinstance(fault, StoreFailed):
            self.failure = str(fault)
            self._give_up()

    @staticmethod
    def _watch(context: Context) -> None:
        now = context.clock()
        watch(context, now)
        warn(context, now)

    @staticmethod
    def _notify(context: Context) -> None:
        now = context.clock()
        queue_digest(context, now)
        deliver(context, now)

    def _collect(self, context: Context) -> None:
        now = context.clock()
        self._crawls.finished()
        if not self._has_room(context):
            return
        if ingest_spool(context, now):
            watch(context, now)
        due = due_sources(context.config.source, context.store.source_health(), now)
        waiting = [card for card in due if card.id not in self._crawls.sources]
        for card in waiting[: self._crawls.free]:
            self._crawls.start(card, now, revisit_all=False)

    def _has_room(self, context: Context) -> bool:
        """False while the disk is full: nothing is crawled or saved; said once, and once when it is over."""
        told = ""
        try:
            context.store.care.ensure_room()
        except StoreFull as error:
            told = str(error)
        if self._intake_open and told:
            log.error("intake stops: %s", told)
        elif not self._intake_open and not told:
            log.warning("intake goes on: the disk has room again")
        self._intake_open = not told
        return self._intake_open

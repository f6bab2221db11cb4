"""Collect 采集: one limited child process per source; what it found waits in the spool."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

from crawlers.launch import CrawlOutcome, crawl
from jobs.context import Context
from jobs.locks import hold
from minyi import __version__
from minyi.cards import Source
from minyi.errors import AlreadyRunning
from minyi.models import SourceId

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Running:
    future: Future[CrawlOutcome]
    lock: ExitStack


class Crawls:
    """Crawls under way, at most `[crawl] parallel` at once; a slow source holds up no other.

    Only the children's supervision runs in threads: the record is read before and written after, by
    the caller's.
    """

    def __init__(self, context: Context) -> None:
        """Nothing runs yet."""
        self._context = context
        self._agent = f"Minyi/{__version__} (+{context.config.office.contact})"
        self._pool = ThreadPoolExecutor(context.config.crawl.parallel, thread_name_prefix="crawl")
        self._running: dict[SourceId, _Running] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=kind is None, cancel_futures=True)
        for one in self._running.values():
            one.lock.close()

    @property
    def free(self) -> int:
        """How many more may start now."""
        return max(0, self._context.config.crawl.parallel - len(self._running))

    @property
    def sources(self) -> set[SourceId]:
        """Sources being crawled."""
        return set(self._running)

    def start(self, card: Source, now: datetime, *, revisit_all: bool) -> bool:
        """Start a crawl; False when this or another process is crawling the source."""
        if card.id in self._running:
            return False
        with ExitStack() as lock:
            try:
                lock.enter_context(
                    hold(self._context.locks / f"crawl-{card.id}.lock", f"信源 {card.id} 的采集")
                )
            except AlreadyRunning as error:
                log.warning("%s", error)
                return False
            future = self._pool.submit(
                crawl,
                card,
                self._context.store.cursor(card.id),
                spool=self._context.spool,
                agent=self._agent,
                limits=self._context.config.crawl,
                now=now,
                revisit_all=revisit_all,
            )
            self._running[card.id] = _Running(future, lock.pop_all())
        return True

    def finished(self, *, wait_for_all: bool = False) -> list[CrawlOutcome]:
        """Outcomes of crawls that ended since the last call, in the order they were started.

        A crawl that left no spool file is recorded as a failed run, so that its source's silence is
        not taken for calm; it is no error here.
        """
        if wait_for_all:
            wait([one.future for one in self._running.values()])
        outcomes = []
        for source in [source for source, one in self._running.items() if one.future.done()]:
            one = self._running.pop(source)
            with one.lock:
                outcome = one.future.result()
                if outcome.file is None:
                    self._context.store.record_run(outcome.run)
            log.info("crawled %s: %s, %d items", source, outcome.run.state, outcome.run.items)
            outcomes.append(outcome)
        return outcomes


def collect(
    context: Context, sources: Sequence[Source], now: datetime, *, revisit_all: bool
) -> list[CrawlOutcome]:
    """Crawl the sources and wait for them; outcomes in the order given.

    A source that another process is crawling is left out.
    """
    with Crawls(context) as crawls:
        for card in sources:
            crawls.start(card, now, revisit_all=revisit_all)
        return crawls.finished(wait_for_all=True)

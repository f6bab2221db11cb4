"""Collect 采集: one limited child process per source; what it found waits in the spool."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime

from crawlers.launch import CrawlOutcome, crawl
from jobs.context import Context
from jobs.locks import hold
from minyi import __version__
from minyi.config import Source
from minyi.errors import AlreadyRunning

log = logging.getLogger(__name__)


def collect(
    context: Context, sources: Sequence[Source], now: datetime, *, revisit_all: bool
) -> list[CrawlOutcome]:
    """Crawl the sources, at most `[crawl] parallel` at once; outcomes in the order given.

    A source that another process is crawling is left out. A failed crawl is recorded as a failed run,
    so that its source's silence is not taken for calm; it is no error here. Only the children's
    supervision runs in threads: the record is read before and written after.
    """
    agent = f"Minyi/{__version__} (+{context.config.office.contact})"
    futures: list[Future[CrawlOutcome]] = []
    with ExitStack() as locks, ThreadPoolExecutor(max_workers=context.config.crawl.parallel) as pool:
        for card in sources:
            try:
                locks.enter_context(hold(context.locks / f"crawl-{card.id}.lock", f"信源 {card.id} 的采集"))
            except AlreadyRunning as error:
                log.warning("%s", error)
                continue
            cursor = context.store.cursor(card.id)
            futures.append(
                pool.submit(
                    crawl,
                    card,
                    cursor,
                    spool=context.spool,
                    agent=agent,
                    limits=context.config.crawl,
                    now=now,
                    revisit_all=revisit_all,
                )
            )
        outcomes = [future.result() for future in futures]
    for outcome in outcomes:
        if outcome.file is None:
            context.store.record_run(outcome.run)
        log.info("crawled %s: %s, %d items", outcome.run.source, outcome.run.state, outcome.run.items)
    return outcomes

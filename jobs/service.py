"""The resident service 值守: what each turn of the scheduler does, and the outer edge of every job."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from jobs.collect import Crawls
from jobs.context import Context, open_context
from jobs.due import due_sources
from jobs.edge import attempt
from jobs.ingest import ingest_spool
from jobs.locks import hold
from jobs.notify import deliver
from jobs.watch import watch


class Service:
    """One running office: holds the instance lock and, for each kind of job, its own opened record."""

    def __init__(self, config: Path, data: Path) -> None:
        """Take the lock and open the office.

        Raises:
            AlreadyRunning: another service holds the data folder.
            ConfigError, StoreError: as `open_context`.
        """
        with ExitStack() as stack:
            data.mkdir(parents=True, exist_ok=True)
            stack.enter_context(hold(data / "locks" / "service.lock", "值守服务"))
            self._collecting, self._watching, self._notifying = (
                stack.enter_context(open_context(config, data)) for _ in range(3)
            )
            self._crawls = stack.enter_context(Crawls(self._collecting))
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
        self._guarded("watch", self._watching, lambda context: watch(context, context.clock()))

    def notify(self) -> None:
        """Send what is due."""
        self._guarded("notify", self._notifying, lambda context: deliver(context, context.clock()))

    def _guarded(self, name: str, context: Context, work: Callable[[Context], object]) -> None:
        """Run a job; whatever it raises is logged, and the missing success shows in health."""
        if attempt(f"job {name}", lambda: work(context)) is None:
            context.store.job_success(name, context.clock())

    def _collect(self, context: Context) -> None:
        now = context.clock()
        self._crawls.finished()
        if ingest_spool(context, now):
            watch(context, now)
        due = due_sources(context.config.source, context.store.source_health(), now)
        waiting = [card for card in due if card.id not in self._crawls.sources]
        for card in waiting[: self._crawls.free]:
            self._crawls.start(card, now, revisit_all=False)

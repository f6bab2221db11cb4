"""What a run finds out as it goes: statistics, failures in words, and the source's new cursor."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crawlers.visits import gone, missed, pruned, visited
from minyi.models import CrawlRun, SourceId, SourceState, UrlCursor

MAX_REASONS = 8
_REASON_CHARS = 200
_STARVED = 3  # one article that fails is its own matter, several are the source's


@dataclass(slots=True)
class Record:
    """The running account of one run over one source. Mutable, used by the child's one thread only.

    `roots_read` counts the card's own addresses that were read (not modified is read).
    """

    source: SourceId
    now: datetime
    cursor: dict[str, UrlCursor]
    pages: int = 0
    items: int = 0
    not_modified: int = 0
    errors: int = 0
    blocked: int = 0
    removed: int = 0
    roots_read: int = 0
    articles_read: int = 0
    articles_failed: int = 0
    broken: int = 0
    """Answers whose reading failed in our own code."""
    keeps_unlisted: bool = True
    reasons: dict[str, int] = field(default_factory=dict)
    _started: float = field(default_factory=time.monotonic)

    def clock(self) -> datetime:
        """The run's own time: its start plus what has passed since, to the second."""
        return self.now + timedelta(seconds=int(time.monotonic() - self._started))

    def seconds(self) -> float:
        """The same as unix seconds."""
        return self.clock().timestamp()

    def note(self, reason: str) -> None:
        """Remember a failure in words; equal ones are counted."""
        text = reason[:_REASON_CHARS]
        if text in self.reasons or len(self.reasons) < MAX_REASONS:
            self.reasons[text] = self.reasons.get(text, 0) + 1

    def read(self, url: str, *, etag: str | None, last_modified: str | None, body_hash: str | None) -> None:
        """An article was read, or is not modified."""
        self.articles_read += 1
        self.cursor[url] = visited(
            self.cursor.get(url), self.seconds(), etag=etag, last_modified=last_modified, body_hash=body_hash
        )

    def failed(self, url: str, reason: str, *, root: bool, blocked: bool = False) -> None:
        """An address could not be read; `blocked` when the site refused us."""
        self.note(reason)
        if blocked:
            self.blocked += 1
        else:
            self.errors += 1
        if not root:
            self.articles_failed += 1
            self.cursor[url] = missed(self.cursor.get(url), self.seconds())

    def vanished(self, url: str) -> None:
        """An article was answered 404 or 410; the second time it counts as removed."""
        self.articles_read += 1
        old = self.cursor.get(url)
        self.cursor[url] = gone(old, self.seconds())
        if self.cursor[url].next_due is None and old is not None and old.body_hash:
            self.removed += 1
            self.note("原文已在来源处删除")

    def finish(self) -> tuple[CrawlRun, Mapping[str, UrlCursor]]:
        """The statistics and the new cursor, at the end of the run."""
        reasons = tuple(
            text if count == 1 else f"{text}（{count} 次）" for text, count in self.reasons.items()
        )
        run = CrawlRun(
            source=self.source,
            started=self.now,
            finished=self.clock(),
            state=self._state(),
            pages=self.pages,
            items=self.items,
            not_modified=self.not_modified,
            errors=self.errors,
            blocked=self.blocked,
            reasons=reasons,
        )
        return run, pruned(self.cursor, unlisted=self.keeps_unlisted)

    def _state(self) -> SourceState:
        """Blind when no own address was read, no article of several answered, or our reading broke."""
        starved = self.articles_failed >= _STARVED and not self.articles_read and not self.items
        if not self.roots_read or starved:
            return SourceState.BLOCKED if self.blocked else SourceState.DOWN
        if self.items:
            return SourceState.OK
        return SourceState.BROKEN if self.broken else SourceState.QUIET

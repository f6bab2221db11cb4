"""How a source is read and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from minyi.models.ids import SourceId


class SourceState(StrEnum):
    """Health of a source; anything but `OK` and `QUIET` makes its buckets blind."""

    OK = "ok"
    QUIET = "quiet"
    BLOCKED = "blocked"
    DOWN = "down"
    BROKEN = "broken"
    PAUSED = "paused"

    @property
    def blind(self) -> bool:
        """True when the source's silence says nothing about the public."""
        return self not in (SourceState.OK, SourceState.QUIET)

    @property
    def chinese(self) -> str:
        """The word users see."""
        return {
            "ok": "正常",
            "quiet": "安静",
            "blocked": "被拦截",
            "down": "中断",
            "broken": "失效",
            "paused": "暂停",
        }[self.value]


@dataclass(frozen=True, slots=True)
class UrlCursor:
    """What the last visit of one address left: validators for a conditional GET, and when to come back."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    first_seen: float | None = None
    """UTC seconds of the first visit; the re-visit ladder counts from it."""
    next_due: float | None = None
    """UTC seconds; None = never again."""
    fails: int = 0
    links: tuple[str, ...] = ()
    """Article addresses a list page showed, so that a 304 does not hide them."""


@dataclass(frozen=True, slots=True)
class CrawlRun:
    """Statistics of one run over one source; `ok` is False when the source could not be read."""

    source: SourceId
    started: datetime
    finished: datetime
    state: SourceState
    pages: int = 0
    items: int = 0
    not_modified: int = 0
    errors: int = 0
    blocked: int = 0
    reasons: tuple[str, ...] = ()
    """First few failures in words, Chinese, for health."""

    @property
    def ok(self) -> bool:
        """True when silence in this run means silence at the source."""
        return not self.state.blind


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How a source stands: last good run, newest post, and since when it is blind (None = it is not)."""

    source: SourceId
    state: SourceState
    last_success: datetime | None
    newest_item: datetime | None
    blind_since: datetime | None
    last_run: CrawlRun | None = None

"""What a search projection is fed from: the record's queue of changed posts, its dead letters, its notes.

The record queues one row a changed post, in the transaction that changes it; whoever projects reads them
in the order of their revisions and settles what the cluster has acknowledged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from minyi.models import CrawlRun, PostId, Span

GENERATION, FILLING = "generation", "filling"
"""Notes: the generation of indices that is read, and the one that is being filled, if any."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A post the projection has yet to get; `gone` when it is to be deleted there."""

    post: PostId
    revision: int
    gone: bool


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A post the cluster refused for good 拒收, with the cluster's own reason."""

    post: PostId
    revision: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """Posts of one policy ("" = every post), day in Asia/Shanghai (days since 1970) and label."""

    policy: str
    day: int
    label: str

    @property
    def date(self) -> date:
        """The day by its date."""
        return date(1970, 1, 1) + timedelta(days=self.day)


class Queue(Protocol):
    """The record's side of a projection. All methods are durable when they return."""

    def enabled(self) -> bool:
        """True while changes are queued."""

    def enable(self, *, enabled: bool) -> None:
        """Start or stop queueing; stopping empties the queue."""

    def waiting(self, limit: int) -> list[Queued]:
        """The oldest rows, by revision."""

    def still_waiting(self, posts: Sequence[PostId]) -> set[PostId]:
        """Those of these posts that are in the queue or among the dead letters."""

    def settle(self, done: Sequence[Queued], dead: Sequence[DeadLetter] = ()) -> None:
        """Take rows out, unless a newer revision came meanwhile, and keep the dead letters; one transaction.

        A post that was taken loses an older dead letter.
        """

    def fill(self, now: datetime) -> int:
        """Queue every stored post, in short transactions; returns how many. Rows already there stand."""

    def delete(self, posts: Sequence[PostId], now: datetime) -> None:
        """Queue the deletion of posts that the record does not hold."""

    def reissue(self, posts: Sequence[PostId], above: int, now: datetime) -> None:
        """Give stored posts, and every later change, revisions higher than `above`, and queue these posts."""

    def dead(self, limit: int = 100) -> list[DeadLetter]:
        """Dead letters, oldest revision first."""

    def dead_count(self) -> int:
        """How many there are."""

    def retry(self, posts: Sequence[PostId], now: datetime) -> int:
        """Queue dead letters again (all when empty); returns how many."""

    def notes(self) -> Mapping[str, str]:
        """What the projection remembers between runs, by key."""

    def note(self, values: Mapping[str, str | None]) -> None:
        """Write notes in one transaction; None forgets a key."""

    def known(self, posts: Sequence[PostId]) -> set[PostId]:
        """Those of these posts that the record holds."""

    def months(self) -> Mapping[str, int]:
        """Stored posts by month of their first-seen time, `2026.11`, Asia/Shanghai."""

    def runs(self, span: Span) -> list[CrawlRun]:
        """Crawls that began in the span, by source and time."""

    def cells(self) -> Iterator[tuple[Cell, int]]:
        """Counts of posts by policy, day and label, ordered; posts of unknown time are in none."""

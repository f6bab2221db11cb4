"""The contract of care for the record: check, copy, forget, and the trail of who did it.

`Care` belongs to the system of record alone. Times are aware UTC; every method may raise `StoreBusy`,
`StoreFull`, `StoreFailed` and `StoreCorrupt`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from minyi.models import Alert, PostId, Quarantined, SourceId

Progress = Callable[[str], None]
"""Called with a line about each step, Chinese."""


def silent(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant by name, in words, and how often it is broken (0 = it holds), with a few examples."""

    name: str
    sentence: str
    broken: int
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The sentence with its count and examples."""
        told = f"：{'、'.join(self.examples)}" if self.examples else ""
        return f"{self.name} {self.sentence}（{self.broken} 处）{told}"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Who did what to the record, when; `digest` (hexadecimal) covers this line and every earlier one.

    `subject` and `detail` never hold a post's words or an author's name.
    """

    seq: int
    at: datetime
    who: str
    action: str
    subject: str
    detail: Mapping[str, str | int]
    digest: str


@dataclass(frozen=True, slots=True)
class Act:
    """What an audit line is made of."""

    who: str
    action: str
    subject: str


@dataclass(frozen=True, slots=True)
class Retain:
    """Posts first seen before `before` go; `own` are the edges of sources with a rule of their own.

    None = kept for ever.
    """

    before: datetime | None
    own: Mapping[SourceId, datetime | None]


@dataclass(frozen=True, slots=True)
class Fate:
    """Why a post is no longer there (`erased` or `retention`), and since when."""

    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands, by marks that a copy of its folder cannot carry along.

    `files` are the file system's numbers of the record and of the mark beside it, `changed` when the mark
    was last touched (nanoseconds, kept by the kernel), `machine` the machine's id, empty when unknown, as
    in a container.
    """

    files: str
    changed: int
    machine: str

    def is_elsewhere(self, noted: Place) -> bool:
        """True when a record noted there and found here was copied.

        Each of the two marks on files may change without a copy, as after a change of owner or on a file
        system that numbers its files anew, but not both. On another machine the same disk is a copy too.
        """
        moved = self.files != noted.files and self.changed != noted.changed
        return moved or bool(self.machine and noted.machine and self.machine != noted.machine)


@dataclass(frozen=True, slots=True)
class Wording:
    """What a post said before its source changed it, from `since` (None = older ones went) to `until`."""

    since: datetime | None
    until: datetime
    title: str
    text: str


class Care(Protocol):
    """Upkeep of the system of record."""

    # soundness
    def check(self, *, words: bool = True, progress: Progress = silent) -> list[Finding]:
        """Every invariant, the sound ones too, in a fixed order.

        With `words` each post is compared with the hash it was saved under, and the text index with the
        posts' words, one by one: about 12 CPU seconds per 100,000 posts, against 1.5 without.
        """

    def quick_check(self) -> None:
        """Read the file's structure once.

        Raises:
            StoreCorrupt: naming the file and the command to run.
        """

    # room
    def arm(self) -> bool:
        """Set 16 MiB of disk aside, for mails and deletions when the disk is full; False without room."""

    def ensure_room(self) -> None:
        """Return when posts may be saved.

        Raises:
            StoreFull: the reserve was spent and the disk has no room for it yet.
        """

    # trail
    def audit(self, act: Act, detail: Mapping[str, str | int], now: datetime) -> AuditLine:
        """Append a line to the audit trail, which nothing changes or deletes."""

    def trail(self, limit: int = 100) -> list[AuditLine]:
        """The newest lines, newest first."""

    # forgetting
    def authored(self, author: str) -> list[PostId]:
        """Posts of one pseudonym, in the order of their ids."""

    def erase(
        self, ids: Sequence[PostId], act: Act, detail: Mapping[str, str | int], now: datetime
    ) -> AuditLine:
        """Delete posts from tables, counts and index, and bury their ids: they are never stored again.

        The audit line goes with the last transaction; its detail holds `posts`, those that were there.
        Traces stay in the file until `scrub`.
        """

    def forget_name(self, name: str) -> int:
        """Take a person's name out of the notes on crawls: addresses, reasons; returns how many rows."""

    def telling(self, name: str) -> list[tuple[str, int]]:
        """(table, rows) that still hold the name: what people of the office wrote, by table."""

    def scrub(self, progress: Progress = silent) -> bool:
        """Rewrite the file so that no byte of a deleted post is left in it; False = others kept it busy.

        Needs free space of about twice the file. Writers wait while it runs (about 20 s a gigabyte).

        Raises:
            StoreFull: there is not enough free space; nothing was changed.
        """

    def scrub_pending(self) -> bool:
        """True while something was erased that `scrub` has not yet cleaned."""

    def expirable(self, retain: Retain) -> dict[SourceId, int]:
        """How many posts `expire` would delete, by source; sources without any are left out."""

    def expire(self, retain: Retain, act: Act, now: datetime, progress: Progress = silent) -> AuditLine:
        """Delete old posts 留存, 1,000 a transaction; curves go on counting them, their ids are buried."""

    def fate(self, post: PostId) -> Fate | None:
        """What became of a post that is no longer there; None when it was never there, or still is."""

    # quarantine
    def quarantine_count(self) -> int:
        """Items in quarantine."""

    def quarantined(self, ids: Sequence[str]) -> list[Quarantined]:
        """Items whose id begins with one of these, newest first."""

    def every_quarantined(self) -> list[Quarantined]:
        """All items, newest first."""

    def drop_quarantined(self, ids: Sequence[str]) -> int:
        """Delete items by their whole ids; returns how many there were."""

    # messages
    def arrive(self, place: Place, act: Act, now: datetime) -> bool:
        """Note where the record stands; True when it was copied here and nobody has confirmed it yet.

        A copied record mails nothing until `release`: the one it was copied from may go on mailing.
        """

    def copied(self) -> bool:
        """True while the record is an unconfirmed copy."""

    def release(self, act: Act, now: datetime, *, drop: bool = False) -> int:
        """Let messages held since a restore or a copying go, or give them up; returns how many."""

    # looking
    def find(self, reference: str) -> list[PostId]:
        """Ids of the posts meant: by id, by its beginning (6 characters or more), by native id or address.

        At most 10.
        """

    def siblings(self, post: PostId, limit: int = 20) -> tuple[list[PostId], int]:
        """Other posts of its cluster, newest first, and how many there are in all."""

    def naming(self, post: PostId) -> list[Alert]:
        """Alerts that name it among their posts, newest first."""

    def wordings(self, post: PostId) -> list[Wording]:
        """Earlier titles and texts of a stored post, at most 20, oldest first."""

    def worded(self, name: str, limit: int = 20) -> list[PostId]:
        """Posts of which an earlier wording holds the name, folded as search folds it, by id."""

    # copies
    def backup(self, path: Path, progress: Progress = silent) -> None:
        """Write a consistent copy, live: checked, made durable, then renamed; its checksum beside it.

        Killed at any moment, the place holds the old copy or the new one, each with its checksum.

        Raises:
            StoreError: the place cannot be written, or the copy did not pass its check.
        """

    def created(self) -> datetime:
        """When the record was made (or first opened by a program that notes it)."""

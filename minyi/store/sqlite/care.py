"""Upkeep of the embedded record: every method of `minyi.store.care` over one SQLite file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from minyi.models import Alert, PostId, Quarantined, SourceId
from minyi.store.care import Act, AuditLine, Fate, Finding, Place, Progress, Retain, Wording, silent
from minyi.store.sqlite import (
    audit,
    backup,
    erasure,
    invariants,
    lookup,
    meta,
    quarantine,
    restoring,
    retention,
    traces,
    wordings,
)
from minyi.store.sqlite.connection import Database
from minyi.store.sqlite.facts import from_seconds


class SqliteCare:
    """`minyi.store.care.Care` states what each method promises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def check(self, *, words: bool = True, progress: Progress = silent) -> list[Finding]:
        """See `Care.check`."""
        with self._database.read() as connection:
            return invariants.check(connection, words=words, progress=progress)

    def quick_check(self) -> None:
        """See `Care.quick_check`."""
        self._database.quick_check()

    def arm(self) -> bool:
        """See `Care.arm`."""
        return self._database.reserve.arm()

    def ensure_room(self) -> None:
        """See `Care.ensure_room`."""
        self._database.ensure_room()

    def audit(self, act: Act, detail: Mapping[str, str | int], now: datetime) -> AuditLine:
        """See `Care.audit`."""
        return self._database.write_small(lambda connection: audit.append(connection, act, detail, now))

    def trail(self, limit: int = 100) -> list[AuditLine]:
        """See `Care.trail`."""
        with self._database.read() as connection:
            return audit.newest(connection, limit)

    def authored(self, author: str) -> list[PostId]:
        """See `Care.authored`."""
        with self._database.read() as connection:
            return erasure.authored(connection, author)

    def erase(
        self, ids: Sequence[PostId], act: Act, detail: Mapping[str, str | int], now: datetime
    ) -> AuditLine:
        """See `Care.erase`."""
        return erasure.erase(self._database, ids, act, detail, now)

    def forget_name(self, name: str) -> int:
        """See `Care.forget_name`."""
        with self._database.write() as connection:
            return traces.forget(connection, name)

    def telling(self, name: str) -> list[tuple[str, int]]:
        """See `Care.telling`."""
        with self._database.read() as connection:
            return list(traces.telling(connection, name))

    def scrub(self, progress: Progress = silent) -> bool:
        """See `Care.scrub`."""
        return erasure.scrub(self._database, progress)

    def scrub_pending(self) -> bool:
        """See `Care.scrub_pending`."""
        with self._database.read() as connection:
            return bool(meta.get_int(connection, meta.SCRUB))

    def expirable(self, retain: Retain) -> dict[SourceId, int]:
        """See `Care.expirable`."""
        return retention.expirable(self._database, retain)

    def expire(self, retain: Retain, act: Act, now: datetime, progress: Progress = silent) -> AuditLine:
        """See `Care.expire`."""
        return retention.expire(self._database, retain, act, now, progress)

    def fate(self, post: PostId) -> Fate | None:
        """See `Care.fate`."""
        with self._database.read() as connection:
            return erasure.fate(connection, post)

    def quarantine_count(self) -> int:
        """See `Care.quarantine_count`."""
        with self._database.read() as connection:
            return quarantine.count(connection)

    def quarantined(self, ids: Sequence[str]) -> list[Quarantined]:
        """See `Care.quarantined`."""
        with self._database.read() as connection:
            return quarantine.beginning(connection, ids)

    def every_quarantined(self) -> list[Quarantined]:
        """See `Care.every_quarantined`."""
        with self._database.read() as connection:
            return quarantine.newest(connection, -1)

    def drop_quarantined(self, ids: Sequence[str]) -> int:
        """See `Care.drop_quarantined`."""
        with self._database.write() as connection:
            return quarantine.drop(connection, ids)

    def arrive(self, place: Place, act: Act, now: datetime) -> bool:
        """See `Care.arrive`."""
        return restoring.arrive(self._database, place, act, now)

    def copied(self) -> bool:
        """See `Care.copied`."""
        with self._database.read() as connection:
            return restoring.is_copied(connection)

    def release(self, act: Act, now: datetime, *, drop: bool = False) -> int:
        """See `Care.release`."""
        with self._database.write() as connection:
            return restoring.release(connection, act, now, drop=drop)

    def find(self, reference: str) -> list[PostId]:
        """See `Care.find`."""
        with self._database.read() as connection:
            return lookup.find(connection, reference)

    def siblings(self, post: PostId, limit: int = 20) -> tuple[list[PostId], int]:
        """See `Care.siblings`."""
        with self._database.read() as connection:
            return lookup.siblings(connection, post, limit)

    def naming(self, post: PostId) -> list[Alert]:
        """See `Care.naming`."""
        with self._database.read() as connection:
            return lookup.naming(connection, post)

    def wordings(self, post: PostId) -> list[Wording]:
        """See `Care.wordings`."""
        with self._database.read() as connection:
            return wordings.load(connection, post)

    def worded(self, name: str, limit: int = 20) -> list[PostId]:
        """See `Care.worded`."""
        with self._database.read() as connection:
            return wordings.holding(connection, name, limit)

    def backup(self, path: Path, progress: Progress = silent) -> None:
        """See `Care.backup`."""
        backup.backup(self._database, path, progress)

    def created(self) -> datetime:
        """See `Care.created`."""
        with self._database.read() as connection:
            return from_seconds(meta.get_int(connection, meta.CREATED))

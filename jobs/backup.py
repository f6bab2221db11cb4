"""Backup 备份: a copy of the record on demand, and one every night, of which the newest few are kept.

The office's author key is never part of a copy: whoever finds one cannot tell who wrote what.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from jobs.context import Context
from minyi.clock import LOCAL
from minyi.config import Backup
from minyi.errors import InputError, StoreError
from minyi.spool import sync_folder
from minyi.store.care import Act, Progress, silent

log = logging.getLogger(__name__)

JOB, TRIED = "backup", "backup-tried"
"""Names under which the record remembers the last success and the last try."""

STALE = timedelta(hours=36)
"""A night's copy is at most this old; older means that nights were missed."""

AGAIN = timedelta(hours=1)
"""How soon a failed copy is tried again."""

_NIGHTLY = re.compile(r"minyi-\d{8}T\d{4}\.db")


@dataclass(frozen=True, slots=True)
class Copied:
    """A finished copy; `size` in bytes."""

    path: Path
    size: int
    posts: int


def back_up(
    context: Context, target: Path, *, who: str, now: datetime, progress: Progress = silent
) -> Copied:
    """Copy the record to a file, or into a folder under a name that tells the time.

    Raises:
        InputError: the place is the record's own.
        StoreError: the copy cannot be written, or did not pass its check.
    """
    if target.is_dir():
        target /= f"minyi-{now.astimezone(LOCAL):%Y%m%dT%H%M}.db"
    if target.resolve() in {path.resolve() for path in context.data.glob("minyi.db*")} | {
        (context.data / "minyi.db").resolve()
    }:
        raise InputError(f"{target} 是记录库自己的文件；请把备份写到别处")
    context.store.care.backup(target, progress)
    copied = Copied(target, target.stat().st_size, context.store.post_count())
    context.store.care.audit(Act(who, "backup", target.name), {"bytes": copied.size}, now)
    context.store.job_success(JOB, now)
    return copied


def is_due(settings: Backup, now: datetime, *, last: datetime, tried: datetime | None) -> bool:
    """True when a night's hour has passed since the last copy, and a failed try is an hour old.

    `last` is the last success, or when the record was made.
    """
    if not settings.folder or (tried is not None and now - tried < AGAIN and tried > last):
        return False
    hour = now.astimezone(LOCAL).replace(hour=settings.hour, minute=0, second=0, microsecond=0)
    latest = hour if hour <= now else hour - timedelta(days=1)
    return last < latest


def last_copy(context: Context) -> datetime:
    """When the record was last copied, or else made."""
    return context.store.last_success(JOB) or context.store.care.created()


def is_stale(context: Context, now: datetime) -> bool:
    """True when nights were missed; never without a folder for copies."""
    return bool(context.config.backup.folder) and now - last_copy(context) > STALE


def nightly(context: Context, now: datetime) -> Copied | None:
    """Make the night's copy if it is due, then delete the oldest beyond those kept."""
    settings = context.config.backup
    if not is_due(settings, now, last=last_copy(context), tried=context.store.last_success(TRIED)):
        return None
    context.store.job_success(TRIED, now)
    folder = Path(settings.folder)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(f"无法建立备份目录 {folder}：{error.strerror}") from error
    copied = back_up(context, folder, who="service", now=now)
    for name in _rotate(folder, settings.keep):
        log.info("deleted the old copy %s", name)
    return copied


def _rotate(folder: Path, keep: int) -> list[str]:
    copies = sorted(path for path in folder.iterdir() if _NIGHTLY.fullmatch(path.name))
    old = copies[:-keep]
    for path in old:
        path.with_name(f"{path.name}.sha256").unlink(missing_ok=True)
        path.unlink(missing_ok=True)
    for left in folder.glob("minyi-*.db.*.part"):  # of a copy that was killed; one at a time is made here
        left.unlink(missing_ok=True)
    sync_folder(folder)
    return [path.name for path in old]

"""Restore 恢复: a copy becomes the record again. The one job beside the service that needs it stopped."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from jobs.ledger import read_ledger
from jobs.locks import hold
from jobs.record import RECORD, mark
from minyi.clock import LOCAL
from minyi.errors import InputError, StoreCorrupt, StoreError
from minyi.spool import sync_folder
from minyi.store.care import Act, Progress, silent
from minyi.store.sqlite.backup import read_sums, sum_file
from minyi.store.sqlite.restoring import Prepared, prepare, retire

_BLOCK = 1 << 20
_MAGIC = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    `aside` is where the record in use before now stands, None without one; `remembered` is False when
    that record could not be read, so that only erasures noted beside it were applied again.
    """

    prepared: Prepared
    aside: Path | None
    remembered: bool
    had_record: bool


@dataclass(frozen=True, slots=True)
class Wishes:
    """How to restore: `unchecked` takes a copy without a checksum, `replace` keeps no old record."""

    unchecked: bool = False
    replace: bool = False


def restore(
    data: Path, copy: Path, wishes: Wishes, *, who: str, now: datetime, progress: Progress = silent
) -> Restored:
    """Put the copy in the record's place.

    1. take the service's lock; 2. copy it beside the record and compare its checksum; 3. close the record
    in use and read what must not be forgotten: erasures, sent mails, the audit trail; 4. check the copy,
    bring its tables up to date, erase again, hold its mail; 5. set the old record aside and rename.
    Killed at any moment, the old record or the new one stands in its place.

    Raises:
        AlreadyRunning: the service, or another command, uses the record.
        InputError: there is no such copy, or no checksum beside it.
        StoreCorrupt, StoreTooNew: the copy is damaged, or by a newer program.
    """
    record = data / RECORD
    _check_place(record, copy, wishes)
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o700)
    with hold(data / "locks" / "service.lock", "值守服务"):
        new = data / f"{RECORD}.restoring"
        _remove(new)
        try:
            progress(f"复制并核对 {copy}")
            _copy(copy, new, wishes)
            had = record.exists()
            memory = retire(record) if had else None
            act = Act(who, "restore", copy.name)
            erased = [*read_ledger(data), *read_ledger(copy.parent)]
            prepared = prepare(new, memory, erased, act=act, now=now, progress=progress)
            aside = _set_aside(record, now) if had and not wishes.replace else None
            _swap(new, record)
        except StoreCorrupt as error:
            raise StoreCorrupt(_damaged(copy, str(error))) from error
        finally:
            _remove(new)
        mark(data)
        sync_folder(data)
    return Restored(prepared, aside, memory is not None, had)


def _check_place(record: Path, copy: Path, wishes: Wishes) -> None:
    if not copy.is_file():
        raise InputError(f"没有备份文件 {copy}")
    if copy.resolve() == record.resolve():
        raise InputError(f"{copy} 就是正在使用的记录库；请指定一份备份")
    with copy.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise StoreCorrupt(_damaged(copy, "不是数据库文件"))
    if not read_sums(copy) and not wishes.unchecked:
        raise InputError(
            f"{copy} 旁没有校验文件 {sum_file(copy).name}，无法证明它完好；确要使用请加 --unchecked"
        )


def _copy(copy: Path, new: Path, wishes: Wishes) -> None:
    """Copy and hash in one reading.

    Raises:
        StoreCorrupt: the checksum differs.
        StoreError: there is no room.
    """
    try:
        with copy.open("rb") as source, new.open("wb") as target:
            os.fchmod(target.fileno(), 0o600)
            digest = _copy_hashed(source, target)
            target.flush()
            os.fsync(target.fileno())
    except OSError as error:
        raise StoreError(f"无法把 {copy} 复制到 {new.parent}：{error.strerror}") from error
    sums = read_sums(copy)
    if digest not in sums and not (wishes.unchecked and not sums):
        raise StoreCorrupt(f"校验和不符：应为 {'或'.join(sums)}，实为 {digest}")


def _copy_hashed(source: IO[bytes], target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := source.read(_BLOCK):
        digest.update(block)
        target.write(block)
    return digest.hexdigest()


def _damaged(copy: Path, fault: str) -> str:
    others = ", ".join(str(path) for path in _others(copy)) or "无"
    return (
        f"备份 {copy} 已损坏（{fault}）；记录库未动。"
        f"请换一份：minyi restore 另一份备份（同一目录的：{others}）"
    )


def _others(copy: Path) -> Sequence[Path]:
    """Other copies in its folder, newest name first, at most three."""
    found = sorted((path for path in copy.parent.glob("*.db") if path.name != copy.name), reverse=True)
    return [path for path in found if read_sums(path)][:3]


def _set_aside(record: Path, now: datetime) -> Path:
    """Give the old record a second name; its log too, if it could not be closed."""
    stem = f"{RECORD}.before-{now.astimezone(LOCAL):%Y%m%dT%H%M%S}"
    names = (stem if n == 0 else f"{stem}-{n}" for n in range(1_000))
    aside = next(path for path in map(record.with_name, names) if not path.exists())
    log = record.with_name(f"{RECORD}-wal")
    if log.exists():
        _link(log, aside.with_name(f"{aside.name}-wal"))
    _link(record, aside)
    sync_folder(record.parent)
    return aside


def _link(path: Path, name: Path) -> None:
    try:
        name.hardlink_to(path)
    except OSError:  # a file system without hard links
        shutil.copyfile(path, name)


def _swap(new: Path, record: Path) -> None:
    """A log left over from a damaged record must not be taken for the new one's."""
    for ending in ("-wal", "-shm"):
        record.with_name(f"{RECORD}{ending}").unlink(missing_ok=True)
    new.replace(record)


def _remove(new: Path) -> None:
    for path in (new, *new.parent.glob(f"{new.name}-*")):
        with suppress(FileNotFoundError):
            path.unlink()

"""Copies of the record: made live and whole, each with its checksum beside it."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

import apsw

from minyi.errors import StoreCorrupt, StoreError
from minyi.spool import sync_folder
from minyi.store.care import Progress, silent
from minyi.store.sqlite import ask, checksums
from minyi.store.sqlite.connection import Database

_PAGES_A_STEP = 8_000
_SHOWN_SHARE = 4
_BLOCK = 1 << 20


def sum_file(path: Path) -> Path:
    """Where the checksum of a copy stands, in the form of `sha256sum`."""
    return path.with_name(f"{path.name}.sha256")


def backup(database: Database, path: Path, progress: Progress = silent) -> None:
    """Copy, check, sync, rename.

    One snapshot is held for the whole copy: it is of one moment, and writers do not make it start again.
    The checksum file names the new sum beside the old one before the rename and alone after it.

    Raises:
        StoreCorrupt: a page of the record is not as it was written; every page is read.
        StoreError: the place cannot be written, or the copy did not pass its check.
    """
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        _copy(database, part, progress)
        progress("核对副本")
        _check(part, database.path)
        digest = sync_and_hash(part)
        old = _old_sums(path)
        _write_sums(path, [digest, *old])
        part.replace(path)
        sync_folder(path.parent)
        if old:
            _write_sums(path, [digest])
    except OSError as error:
        raise StoreError(f"无法写备份 {path}：{error.strerror}") from error
    finally:
        for left in (part, part.with_name(f"{part.name}-journal")):
            with suppress(OSError):
                left.unlink()


def read_sums(path: Path) -> list[str]:
    """SHA-256 sums that the copy may have; empty when no checksum file stands beside it."""
    try:
        lines = sum_file(path).read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    return [line.split()[0].lower() for line in lines if line.strip()]


def sync_and_hash(path: Path) -> str:
    """Make a file durable; its SHA-256, hexadecimal."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def _old_sums(path: Path) -> list[str]:
    return read_sums(path) if path.exists() else []


def _write_sums(path: Path, digests: list[str]) -> None:
    target = sum_file(path)
    part = target.with_name(f"{target.name}.part")
    with part.open("w", encoding="utf-8") as file:
        file.writelines(f"{digest}  {path.name}\n" for digest in dict.fromkeys(digests))
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
    sync_folder(target.parent)


def _copy(database: Database, part: Path, progress: Progress) -> None:
    with database.read() as source:
        ask.value(source, "SELECT count(*) FROM meta")  # the snapshot begins with the first look
        try:
            target = checksums.connect(part)
        except apsw.CantOpenError as error:
            raise StoreError(f"无法写备份 {part.parent}；请检查目录是否存在、是否可写") from error
        try:
            target.pragma("page_size", source.pragma("page_size"))
            checksums.begin(target)
            target.pragma("user_version", 1)  # the first page: from now on every page gets its checksum
            with target.backup("main", source, "main") as copying:
                _go_on(copying, progress)
            target.pragma("journal_mode", "delete")
        except (apsw.FullError, apsw.IOError) as error:
            if checksums.tells(error):
                raise StoreCorrupt(
                    f"数据文件 {database.path} 已损坏，没有备份；哪里损坏见 minyi verify，"
                    "请用以前的备份恢复：minyi restore 备份文件"
                ) from error
            raise StoreError(f"无法写备份 {part.parent}：空间不足或磁盘出错（{error}）") from error
        finally:
            target.close()


def _go_on(copying: apsw.Backup, progress: Progress) -> None:
    shown = 0
    while not copying.done:
        copying.step(_PAGES_A_STEP)
        share = 100 - 100 * copying.remaining // max(copying.page_count, 1)
        if share >= shown + 100 // _SHOWN_SHARE:
            shown = share
            progress(f"已复制 {share}%")


def _check(part: Path, origin: Path) -> None:
    copy = checksums.connect(part, apsw.SQLITE_OPEN_READONLY)
    try:
        found = ask.value(copy, "PRAGMA quick_check(1)")
    except apsw.Error as error:
        found = error
    finally:
        copy.close()
    if found != "ok":
        raise StoreError(
            f"副本没有通过检查（{str(found)[:200]}），未保留；请运行 minyi verify 检查 {origin}，旧备份未动"
        )

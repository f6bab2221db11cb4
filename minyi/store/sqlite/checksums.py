"""Every page of the file carries a checksum: a byte that flips anywhere is found when the page is read.

SQLite itself keeps none. Its checksum VFS (sqlite.org/cksumvfs.html), which comes with apsw, writes eight
bytes at the end of each page and compares them at every reading; a page that does not fit cannot be read.
About 1 % of the time of saving, nothing to be measured in reading, a thousandth of the file.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import apsw
from apsw import sqlite_extra

from minyi.errors import StoreTooOld
from minyi.store.sqlite import ask

RESERVED = 8
"""Bytes at the end of a page; the mark in the file's header by which the VFS knows such a file."""

_VFS = "cksmvfs"
_LOADING = threading.Lock()
_TRIES, _PAUSE_SECONDS = 5, 0.02
"""A page that another process is just writing is read again."""

_MARK = 20
"""Byte of the file's header that holds how much of each page is reserved (sqlite.org/fileformat.html)."""

_UNKNOWN = "未知"


def connect(
    path: Path,
    flags: int = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE,
    *,
    statements: int = 100,
) -> apsw.Connection:
    """A connection that writes and compares checksums; the only way in which the file is opened.

    Raises:
        StoreTooOld: the checksum VFS is not there.
    """
    _load()
    return apsw.Connection(str(path), flags=flags, vfs=_VFS, statementcachesize=statements)


def _load() -> None:
    """Load the VFS, once a process."""
    with _LOADING:
        if _VFS in apsw.vfs_names():
            return
        try:
            sqlite_extra.load(apsw.Connection(":memory:"), "cksumvfs")
        except (sqlite_extra.NotAvailable, apsw.Error) as error:
            raise StoreTooOld(
                f"这份 apsw 缺少校验模块 cksumvfs，不能可靠地打开数据文件（{error}）；"
                "请重新安装：pip install --force-reinstall apsw"
            ) from error


def begin(connection: apsw.Connection) -> None:
    """Let a file that is still empty carry checksums from its first page on."""
    if not connection.pragma("page_count"):
        connection.reserve_bytes("main", RESERVED)


def vacuum(connection: apsw.Connection) -> None:
    """Rewrite the file without free pages; afterwards its pages carry checksums, if they did not before."""
    connection.reserve_bytes("main", RESERVED)
    connection.execute("PRAGMA temp_store=FILE")  # a copy of the file would not fit into memory
    try:
        connection.execute("VACUUM")
    finally:
        connection.execute("PRAGMA temp_store=MEMORY")


def are_kept(connection: apsw.Connection) -> bool:
    """False for a file of an older release that was not yet rewritten."""
    return connection.reserve_bytes("main") == RESERVED


def tells(error: apsw.Error) -> bool:
    """True when a page could not be read because its checksum does not fit."""
    return getattr(error, "extendedresult", 0) == apsw.SQLITE_IOERR_DATA


def misfits(connection: apsw.Connection) -> Iterator[str]:
    """Pages of the file that are not as they were written, each with what it belongs to.

    All pages are read, free ones too, from the file itself; what is still in the log has checksums there.
    """
    size = int(ask.value(connection, "PRAGMA page_size"))
    file = os.open(connection.db_filename("main"), os.O_RDONLY)
    try:
        if os.pread(file, 1, _MARK) != bytes([RESERVED]):  # not rewritten yet, or all of it still in the log
            return
        number = 0
        while (page := os.pread(file, size, number * size)) and len(page) == size:
            if not (_fits(connection, page) or _fits_later(connection, file, size, number)):
                start = number * size
                owner = _owner(connection, number + 1)
                yield f"第 {number + 1} 页（字节 {start}-{start + size - 1}，{owner}）"
            number += 1
    finally:
        os.close(file)


def _fits(connection: apsw.Connection, page: bytes) -> bool:
    return bool(ask.value(connection, "SELECT verify_checksum(?)", (page,)))


def _fits_later(connection: apsw.Connection, file: int, size: int, number: int) -> bool:
    for _ in range(_TRIES):
        time.sleep(_PAUSE_SECONDS)
        if _fits(connection, os.pread(file, size, number * size)):
            return True
    return False


def _owner(connection: apsw.Connection, page: int) -> str:
    """The table or index of a page, as far as the file can still be read."""
    connection.execute("PRAGMA checksum_verification=OFF")
    try:
        with suppress(apsw.Error):
            return str(ask.value(connection, "SELECT name FROM dbstat WHERE pageno=?", (page,)) or "空闲页")
    finally:
        connection.execute("PRAGMA checksum_verification=ON")
    return _UNKNOWN

"""Connections to the file: safe settings, transactions, and errors in our own words."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw

from minyi.errors import StoreBusy, StoreCorrupt, StoreError, StoreFull
from minyi.store.sqlite import ask, schema

BUSY_MILLISECONDS = 20_000
"""How long a writer waits for the lock before `StoreBusy`."""

_PRAGMAS = (
    "PRAGMA page_size=8192",  # of a new file: rows of a kilobyte waste less of it
    "PRAGMA synchronous=FULL",  # NORMAL may lose the last commits at power loss, after their spool file went
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-65536",
    "PRAGMA journal_size_limit=67108864",
)  # mmap_size stays unset: it made a known corruption worse


class Database:
    """The file, with one connection a thread, so that threads share no transaction."""

    def __init__(self, path: Path, *, check: bool = False) -> None:
        """Open or create. With `check` the whole file is read once and refused when damaged."""
        schema.check_library(apsw.sqlite_lib_version())
        self.path = path
        self._local = threading.local()
        self._all: list[apsw.Connection] = []
        self._lock = threading.Lock()
        self._closed = False
        with self._translated():
            connection = self._connection()
            schema.prepare(connection, str(path))
        if check:
            self.quick_check()

    def quick_check(self) -> None:
        """Read the whole file.

        Raises:
            StoreCorrupt: with SQLite's first finding.
        """
        with self._translated():
            found = ask.value(self._connection(), "PRAGMA quick_check(1)")
        if found != "ok":
            raise StoreCorrupt(f"{_damaged(self.path)}（{str(found)[:200]}）")

    def _connection(self) -> apsw.Connection:
        known: apsw.Connection | None = getattr(self._local, "connection", None)
        if known is not None:
            return known
        if self._closed:
            raise StoreError(f"{self.path} 已经关闭")
        connection = apsw.Connection(str(self.path), statementcachesize=200)
        with self._lock:
            self._all.append(connection)
        connection.set_busy_timeout(BUSY_MILLISECONDS)
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        _use_write_ahead_log(connection)
        self._local.connection = connection
        return connection

    @contextmanager
    def read(self) -> Iterator[apsw.Connection]:
        """One snapshot; keep it no longer than one page of an answer, or the log file grows."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[apsw.Connection]:
        """One durable transaction; rolled back when the block raises.

        Raises:
            StoreBusy: another writer held the lock for 20 s.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def bare(self) -> Iterator[apsw.Connection]:
        """Outside any transaction, for the statements that refuse one."""
        with self._translated():
            yield self._connection()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[apsw.Connection]:
        with self._translated():
            connection = self._connection()
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # SQLite itself rolls back after some errors
                    with suppress(apsw.Error):
                        connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except apsw.Error as error:
            connection: apsw.Connection | None = getattr(self._local, "connection", None)
            full = connection is not None and connection.system_errno == errno.ENOSPC
            raise translate(error, self.path, full=full) from error

    def close(self) -> None:
        """Close every thread's connection; afterwards nothing works."""
        self._closed = True
        with self._lock, self._translated():
            for connection in self._all:
                connection.close()
            self._all.clear()
        self._local = threading.local()


def _use_write_ahead_log(connection: apsw.Connection) -> None:
    """Switch a new file to WAL; SQLite does not wait when another process switches it at the same time."""
    deadline = time.monotonic() + BUSY_MILLISECONDS / 1_000
    while True:
        try:
            connection.pragma("journal_mode", "wal")
        except apsw.BusyError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _damaged(path: Path) -> str:
    return f"数据文件 {path} 已损坏；请用备份恢复：minyi restore 备份文件"


def translate(error: apsw.Error, path: Path, *, full: bool) -> StoreError:
    """Our error for one of SQLite's, in Chinese, with what to do next; `full` = the system said no space."""
    if isinstance(error, (apsw.BusyError, apsw.LockedError)):
        return StoreBusy(f"另一个进程正在写 {path}；请稍后再试")
    if isinstance(error, apsw.FullError) or (full and isinstance(error, apsw.IOError)):
        return StoreFull(f"磁盘已满，无法写入 {path}；请腾出空间，之后会自动继续")
    if isinstance(error, (apsw.CorruptError, apsw.NotADBError)):
        return StoreCorrupt(_damaged(path))
    if isinstance(error, apsw.CantOpenError):
        return StoreError(f"无法打开 {path}；请检查目录是否存在、是否可写")
    return StoreError(f"读写 {path} 失败：{error}")

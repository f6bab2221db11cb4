"""Connections to the file: safe settings, transactions, and errors in our own words."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import apsw

from minyi.errors import StoreBusy, StoreCorrupt, StoreError, StoreFailed, StoreFull
from minyi.store.care import Progress, silent
from minyi.store.sqlite import ask, checksums, migrations, schema
from minyi.store.sqlite.reserve import SIZE, Reserve
from minyi.store.sqlite.turns import PATIENCE_SECONDS, Turns

T = TypeVar("T")

BUSY_MILLISECONDS = 20_000
"""How long a writer waits for the lock before `StoreBusy`."""

_PRAGMAS = (
    "PRAGMA page_size=8192",  # of a new file: rows of a kilobyte waste less of it
    "PRAGMA synchronous=FULL",  # NORMAL may lose the last commits at power loss, after their spool file went
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-65536",
    "PRAGMA wal_autocheckpoint=4000",  # 32 MiB: the index of ids, a page a post, goes to its place less often
    "PRAGMA journal_size_limit=67108864",
)  # mmap_size stays unset: it made a known corruption worse

_NOT_DURABLE = {
    apsw.SQLITE_IOERR_FSYNC,
    apsw.SQLITE_IOERR_DIR_FSYNC,
    apsw.SQLITE_IOERR_WRITE,
    apsw.SQLITE_IOERR_TRUNCATE,
}
"""The system could not write what it was given; what it holds in memory is no longer to be trusted."""


class Database:
    """The file, with one connection a thread, so that threads share no transaction."""

    def __init__(self, path: Path, *, check: bool = False, progress: Progress = silent) -> None:
        """Open or create. With `check` the whole file is read once and refused when damaged.

        `progress` hears of the minutes in which an older release's file is brought up to date.
        """
        schema.check_library(apsw.sqlite_lib_version())
        self.path = path
        self.reserve = Reserve(path)
        self._turns = Turns(path.with_name(f"{path.name}-turns"))
        self._failed: str | None = None
        self._local = threading.local()
        self._all: list[apsw.Connection] = []
        self._lock = threading.Lock()
        self._closed = False
        try:
            self._prepare(progress)
        except StoreFull:  # the reserve, if there was one, has just been given up
            self._prepare(progress)
        if check:
            self.quick_check()

    def _prepare(self, progress: Progress) -> None:
        with self._translated():
            migrations.prepare(self._connection(), self.path, progress)

    def quick_check(self) -> None:
        """Read the whole file.

        Raises:
            StoreCorrupt: with the first page that is not as it was written, or SQLite's first finding.
        """
        with self._translated():
            connection = self._connection()
            unfit = next(checksums.misfits(connection), None)
            found = f"{unfit} 校验和不符" if unfit else ask.value(connection, "PRAGMA quick_check(1)")
        if found != "ok":
            raise StoreCorrupt(f"{_damaged(self.path)}（{str(found)[:200]}）")

    def _connection(self) -> apsw.Connection:
        known: apsw.Connection | None = getattr(self._local, "connection", None)
        if known is not None:
            return known
        if self._closed:
            raise StoreError(f"{self.path} 已经关闭")
        connection = checksums.connect(self.path, statements=200)
        with self._lock:
            self._all.append(connection)
        self._local.unready = connection  # `_translated` asks it for the system's error
        connection.set_busy_timeout(BUSY_MILLISECONDS)
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        checksums.begin(connection)
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
        """One durable transaction, when its turn comes; rolled back when the block raises.

        Raises:
            StoreBusy: another writer held the lock for 20 s.
            StoreFailed: now or earlier, the disk could not make a write durable.
        """
        if self._failed:
            raise StoreFailed(self._failed)
        patience = min(PATIENCE_SECONDS, BUSY_MILLISECONDS / 1_000)
        with self._turns.mine(patience), self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def write_small(self, work: Callable[[apsw.Connection], T]) -> T:
        """One durable transaction of a few rows; on a full disk once more, in the reserve's place."""
        try:
            with self.write() as connection:
                return work(connection)
        except StoreFull:
            with self.write() as connection:
                return work(connection)

    def ensure_room(self) -> None:
        """Return when posts may be saved.

        Raises:
            StoreFull: the reserve was spent, and the disk has no room for it yet.
        """
        if not self.reserve.ready():
            raise StoreFull(
                f"磁盘已满，已停止采集和入库；检索、识别和发信照常。请在 {self.path.parent} 所在磁盘"
                f"腾出至少 {2 * SIZE >> 20} MiB，之后自动继续"
            )

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
            finally:
                if connection.in_transaction:  # something was raised, and SQLite did not roll back itself
                    with suppress(apsw.Error):
                        connection.execute("ROLLBACK")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except apsw.Error as error:
            told = translate(error, self.path, full=self._system_says_full())
            if isinstance(told, StoreFull):
                self.reserve.spend()
            if isinstance(told, StoreFailed):
                self._failed = str(told)
            raise told from error
        except UnicodeDecodeError as error:  # every text was written as UTF-8
            raise StoreCorrupt(f"{_damaged(self.path)}（文字无法解码）") from error

    def _system_says_full(self) -> bool:
        connection: apsw.Connection | None = getattr(self._local, "connection", None)
        connection = connection or getattr(self._local, "unready", None)
        return connection is not None and connection.system_errno == errno.ENOSPC

    def close(self) -> None:
        """Close every thread's connection; afterwards nothing works."""
        self._closed = True
        with self._lock, self._translated():
            for connection in self._all:
                connection.close()
            self._all.clear()
        self._turns.close()
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
    if isinstance(error, apsw.FullError) or (full and isinstance(error, apsw.IOError | apsw.CantOpenError)):
        return StoreFull(f"磁盘已满，无法写入 {path}；请腾出空间，之后会自动继续")
    if isinstance(error, apsw.IOError) and getattr(error, "extendedresult", 0) in _NOT_DURABLE:
        return StoreFailed(
            f"磁盘未能可靠写入 {path}（{error}），本进程不再写入；"
            "请检查磁盘，然后重新启动，启动时会自动恢复到最后一次确认的内容"
        )
    if checksums.tells(error) or isinstance(error, (apsw.CorruptError, apsw.NotADBError)):
        return StoreCorrupt(_damaged(path))
    if isinstance(error, apsw.CantOpenError):
        return StoreError(f"无法打开 {path}；请检查目录是否存在、是否可写")
    return StoreError(f"读写 {path} 失败：{error}")

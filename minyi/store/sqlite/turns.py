"""Turns: writers of all processes and threads go in the order they came.

SQLite's own lock is no queue: whoever asks at the right moment gets it, and a writer that commits batch
after batch can keep another one waiting for seconds. So a writer first takes a place in a line, then
waits for those before it. The line is only a courtesy: SQLite's lock still decides, so a writer that
cannot queue (another system, a full disk), or has queued for `PATIENCE_SECONDS`, goes ahead without.

A place is a locked byte of a file beside the record: the kernel frees it when its process dies, however
it dies. The file stays empty. Its locks are those of open files (`F_OFD_SETLK`, Linux 3.15), which two
threads of one process do not share.
"""

from __future__ import annotations

import fcntl
import os
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE_SECONDS = 5.0
"""Longest time in the line; then something is wrong with it."""

_FLOCK = struct.Struct("hhqqi4x")
"""`struct flock` of 64-bit Linux: type, whence, start, length (0 = to the end), process."""

_DOOR, _FIRST = 0, 1
"""The byte that is held while a place is chosen, and the first place."""

_SHORTEST, _LONGEST = 0.0005, 0.004
"""Seconds between two looks whether it is our turn."""


class Turns:
    """The line of the writers of one record."""

    def __init__(self, path: Path) -> None:
        """`path` is the file whose bytes are locked; it is made when first needed."""
        self._path = path
        self._local = threading.local()
        self._files: list[int] = []
        self._lock = threading.Lock()

    @contextmanager
    def mine(self, patience: float = PATIENCE_SECONDS) -> Iterator[None]:
        """Wait for the turn, at most `patience` seconds; it ends with the block."""
        place = self._queue(patience)
        try:
            yield
        finally:
            if place is not None:
                with suppress(OSError):
                    _set(self._file(), fcntl.F_UNLCK, place)

    def _queue(self, patience: float) -> int | None:
        """Our place, once all before it are free or patience is at its end; None when there is no line."""
        if sys.platform != "linux" or sys.maxsize < 1 << 32:
            return None
        deadline = time.monotonic() + patience
        try:
            place = _take_place(self._file(), deadline)
            if place is not None:
                _wait_for_those_before(self._file(), place, deadline)
        except OSError:
            return None
        return place

    def _file(self) -> int:
        """This thread's own opening of the file: the owner of its locks."""
        known: int | None = getattr(self._local, "file", None)
        if known is None:
            known = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._local.file = known
            with self._lock:
                self._files.append(known)
        return known

    def close(self) -> None:
        """Give up every place."""
        with self._lock:
            for file in self._files:
                os.close(file)
            self._files.clear()
        self._local = threading.local()


def _take_place(file: int, deadline: float) -> int | None:
    """The place behind the last one taken; None when the door stays shut."""
    while not _set(file, fcntl.F_WRLCK, _DOOR):
        if time.monotonic() > deadline:
            return None
        time.sleep(_SHORTEST)
    try:
        place = _FIRST
        while (end := _taken(file, place, 0)) is not None:
            place = end
        return place if _set(file, fcntl.F_WRLCK, place) else None
    finally:
        _set(file, fcntl.F_UNLCK, _DOOR)


def _wait_for_those_before(file: int, place: int, deadline: float) -> None:
    pause = _SHORTEST
    while place > _FIRST and _taken(file, _FIRST, place - _FIRST) and time.monotonic() < deadline:
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST)


def _set(file: int, kind: int, byte: int) -> bool:
    """Lock or free one byte; False when another one holds it."""
    try:
        fcntl.fcntl(file, fcntl.F_OFD_SETLK, _FLOCK.pack(kind, os.SEEK_SET, byte, 1, 0))
    except (BlockingIOError, PermissionError):
        return False
    return True


def _taken(file: int, start: int, length: int) -> int | None:
    """The byte after some place that others hold in this range, None when all are free; length 0 = no end."""
    asked = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, start, length, 0)
    kind, _, begin, size, _ = _FLOCK.unpack(fcntl.fcntl(file, fcntl.F_OFD_GETLK, asked))
    return None if kind == fcntl.F_UNLCK else begin + size

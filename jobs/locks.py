"""Locks on files: one service per data folder, one crawl per source. The kernel frees them at death."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from minyi.errors import AlreadyRunning


@contextmanager
def hold(path: Path, what: str) -> Iterator[None]:
    """Hold the lock file for the length of the block; it names the holder's process.

    Raises:
        AlreadyRunning: another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "未知"
            raise AlreadyRunning(f"{what}已在运行（进程 {holder}）") from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode("ascii"), 0)
        yield
    finally:
        os.close(handle)

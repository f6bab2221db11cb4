"""A reserve of disk space beside the record: on a full disk mails and deletions need room to be written.

The file is absent (nobody asked for a reserve), full (armed) or empty (spent). When the disk is full the
reserve is emptied: posts are refused from then on, small writes go on in the room that became free.
As soon as the disk has room for the reserve and as much again, it is filled and posts are taken.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

SIZE = 16 * 1024 * 1024
"""Bytes set aside."""


def free_bytes(folder: Path) -> int:
    """Bytes a program without privileges may still write."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


class Reserve:
    """The reserve of one record."""

    def __init__(self, record: Path) -> None:
        """`record` is the record's own file."""
        self.path = record.with_name(f"{record.name}.reserve")

    def arm(self) -> bool:
        """Fill the reserve; False when the disk has not twice its size free."""
        if self._size() >= SIZE:
            return True
        if free_bytes(self.path.parent) < 2 * SIZE:
            return False
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(handle, 0, SIZE)
        except OSError:
            with suppress(OSError):
                os.ftruncate(handle, 0)
            return False
        finally:
            os.close(handle)
        return True

    def spend(self) -> bool:
        """Give the space back to the disk; False when there was none."""
        if self._size() <= 0:
            return False
        os.truncate(self.path, 0)
        return True

    def ready(self) -> bool:
        """True when posts may be saved: no reserve is kept, or it is full, or can be filled again."""
        return self._size() < 0 or self.arm()

    def _size(self) -> int:
        """Bytes, -1 when there is no such file."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return -1

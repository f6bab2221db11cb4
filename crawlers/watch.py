"""Ends the child when its parent is gone or its memory grows too far: nothing else could."""

from __future__ import annotations

import os
import resource
import select
import threading
from pathlib import Path
from typing import BinaryIO

PARENT_GONE = 70
OUT_OF_MEMORY = 71
"""Exit codes the parent can tell apart."""

_POLL_SECONDS = 0.1
_RESIDENT_SHARE = 0.45  # of the address space allowed; the rest is mapped, not used


def limit_memory(memory_mb: int) -> None:
    """Bound the address space: what a hostile page asks beyond it fails at once."""
    size = memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def start_watch(order_pipe: BinaryIO, parent: int, memory_mb: int) -> None:
    """Watch from a thread of its own.

    The parent holds the pipe open as long as it lives, also when it is killed: an end of file there
    means nobody will take our file. Resident memory is watched because response headers have no limit
    in Scrapy, and they fill memory faster than its own check runs.
    """
    limit = int(memory_mb * 1024 * 1024 * _RESIDENT_SHARE)
    threading.Thread(target=_watch, args=(order_pipe, parent, limit), daemon=True, name="watch").start()


def _watch(order_pipe: BinaryIO, parent: int, limit: int) -> None:
    while True:
        ready, _, _ = select.select([order_pipe], [], [], _POLL_SECONDS)
        if (ready and not order_pipe.read(1)) or os.getppid() != parent:
            os._exit(PARENT_GONE)
        if resident_bytes() > limit:
            os._exit(OUT_OF_MEMORY)


def resident_bytes() -> int:
    """Memory this process holds."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize()

"""The store 存储: what is kept, and the questions it answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from minyi.store.care import Progress, silent

if TYPE_CHECKING:
    from minyi.store.sqlite import SqliteStore

__all__ = ["open_store"]


def open_store(path: Path, *, check: bool = False, progress: Progress = silent) -> SqliteStore:
    """Open the record, or create it; `check` reads the whole file first.

    `progress` hears how a file of an older release is brought up to date: minutes for a million posts.

    Raises:
        StoreTooOld: the SQLite library may corrupt the file.
        StoreTooNew: a newer program wrote it.
        StoreCorrupt: it is damaged or no record of ours; a new one is never made in its place.
    """
    from minyi.store.sqlite import SqliteStore  # noqa: PLC0415 - the contract must load without the engine

    return SqliteStore(path, check=check, progress=progress)

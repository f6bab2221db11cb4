"""The record's place in the data folder: a record that was there once is never silently begun anew.

Nor does a copied folder take itself for the first one.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from minyi.errors import StoreCorrupt
from minyi.store.care import Place

RECORD = "minyi.db"
_MARK = "minyi.db.made"
_MACHINE = Path("/etc/machine-id")
_MACHINE_ID = re.compile(r"[0-9a-f]{32}\s*")


def guard(data: Path) -> None:
    """Refuse to go on when the record's file vanished or was emptied.

    Raises:
        StoreCorrupt: naming the file, and what to run.
    """
    record, mark = data / RECORD, data / _MARK
    there = record.exists() and record.stat().st_size > 0
    if not there and (mark.exists() or record.with_name(f"{RECORD}-wal").exists()):
        raise StoreCorrupt(
            f"数据文件 {record} 不见了或已清空，而这里曾有记录库；请用备份恢复：minyi restore 备份文件。"
            f"若确要从头开始，请先把 {data} 移到别处"
        )


def mark(data: Path) -> None:
    """Remember that there is a record now."""
    path = data / _MARK
    if not path.exists():
        path.touch(mode=0o600)


def place(data: Path) -> Place:
    """Where the record stands; both files are there."""
    record, made = (data / RECORD).stat(), (data / _MARK).stat()
    machine = ""
    with suppress(OSError, UnicodeDecodeError):
        machine = _MACHINE.read_text("ascii")
    known = machine.strip() if _MACHINE_ID.fullmatch(machine) else ""
    return Place(f"{record.st_ino} {made.st_ino}", made.st_ctime_ns, known)

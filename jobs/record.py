"""The record's place in the data folder: a record that was there once is never silently begun anew."""

from __future__ import annotations

from pathlib import Path

from minyi.errors import StoreCorrupt

RECORD = "minyi.db"
_MARK = "minyi.db.made"


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

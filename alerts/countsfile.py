"""Files of counts: `timestamp,value` in, alert times out. Times are copied verbatim, never reformatted."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from pathlib import Path

from minyi.clock import parse_time
from minyi.errors import InputError


@dataclass(frozen=True, slots=True)
class Count:
    """One row: the time as written, as an instant (zoneless = Asia/Shanghai), and the posts counted."""

    stamp: str
    when: datetime
    value: float


def read_counts(path: Path) -> list[Count]:
    """Rows in the file's order; possibly none.

    Raises:
        InputError: no such file, no columns `timestamp` and `value`, or a row that cannot be read (with its
        line).
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = {"timestamp", "value"} - set(reader.fieldnames or ())
            if missing:
                raise InputError(
                    f"{path}：第 1 行：缺少列 {'、'.join(sorted(missing))}；表头应为 timestamp,value"
                )
            return [_row(path, reader.line_num, row) for row in reader]
    except OSError as error:
        raise InputError(f"{path}：无法读取：{error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}：不是 UTF-8 编码的 CSV 文件：{error}") from error


def write_alerts(path: Path, stamps: Iterable[str]) -> None:
    """Write one column `timestamp`; a series without alerts leaves the header alone.

    Raises:
        InputError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["timestamp"])
            writer.writerows([stamp] for stamp in stamps)
    except OSError as error:
        raise InputError(f"{path}：无法写入：{error.strerror}") from error


def _row(path: Path, line: int, row: dict[str, str | None]) -> Count:
    stamp, value = row["timestamp"] or "", row["value"] or ""
    try:
        count = float(value)
    except ValueError:
        raise InputError(f"{path}：第 {line} 行：value 应为帖数，而不是 {value[:40]!r}") from None
    if not isfinite(count) or count < 0:
        raise InputError(f"{path}：第 {line} 行：帖数不能为 {value[:40]}")
    try:
        return Count(stamp, parse_time(stamp), count)
    except (ValueError, OverflowError):
        raise InputError(f"{path}：第 {line} 行：无法读懂时间 {stamp[:40]!r}") from None

"""Reads posts an office holds lawfully, from JSON lines or CSV, row by row; nothing is lost.

Only `text` is required. A row that cannot be read is yielded as a `BadLine` with its line number and
the reason, for quarantine. Files are UTF-8 (with or without BOM), UTF-16 with BOM, or GB18030 as
spreadsheet programs write it.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal

from minyi.clock import LOCAL
from minyi.errors import InputError
from minyi.models import RawPost, SourceId
from minyi.spool import BadLine
from minyi.when import parse_when

Format = Literal["jsonl", "csv"]

TEXTS = {
    "id",
    "url",
    "title",
    "parent_title",
    "author",
    "published_at",
    "first_seen",
    "source",
    "kind",
    "text",
}
METRICS = ("reposts", "comments", "likes", "views")
COLUMNS = (*sorted(TEXTS), *METRICS)

MAX_ROW = 1 << 20
"""Longest row, code points; a longer one is quarantined."""

_SAMPLE_LINES = 2_000
_UNDECODABLE = re.compile("[\udc80-\udcff]")  # what surrogateescape makes of bytes
_CONTENT = {"policy", "interpretation", "consultation", "news", "post", "letter"}


@dataclass(frozen=True, slots=True)
class Notice:
    """Something said once about the whole file: columns that are not ours, or the encoding read."""

    text: str


def guess_format(path: Path) -> Format:
    """By the name's ending, else by the first character."""
    ending = path.suffix.lower()
    if ending in (".csv", ".jsonl", ".ndjson", ".json"):
        return "csv" if ending == ".csv" else "jsonl"
    with _open(path, detect_encoding(path)) as file:
        return "jsonl" if file.read(4096).lstrip().startswith("{") else "csv"


def read_posts(
    path: Path, kind: Format | None, *, source: str | None, now: datetime
) -> Iterator[RawPost | BadLine | Notice]:
    """Yield the file's rows in order. `source` names rows without their own; default the file's stem.

    Raises:
        InputError: the file cannot be opened, or a CSV has no column `text`.
    """
    default = source or path.stem
    try:
        encoding = detect_encoding(path)
        rows = _csv_rows if (kind or guess_format(path)) == "csv" else _json_rows
        with _open(path, encoding) as file:
            if encoding == "gb18030":
                yield Notice("文件不是 UTF-8，已按 GB18030 读取")
            yield from _posts(rows(file), default, now)
    except OSError as error:
        raise InputError(f"无法读取 {path}：{error.strerror}") from error


def read_line(line: str, source: str, now: datetime) -> RawPost:
    """Read one JSON line of an import again.

    Raises:
        InputError: it is none, with the reason.
    """
    values = _json_values(line)
    if isinstance(values, str):
        raise InputError(values)
    return _post(values, source, now)


def detect_encoding(path: Path) -> str:
    """Name of the file's encoding: by its mark, else UTF-8 unless most lines with non-ASCII bytes deny it.

    One damaged line must not turn a whole UTF-8 file into mojibake, so the lines vote.
    """
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        file.seek(0)
        valid = votes = 0
        for line in iter(lambda: file.readline(MAX_ROW), b""):
            if not line.isascii():
                votes += 1
                valid += _is_utf8(line)
            if votes >= _SAMPLE_LINES:
                break
    return "utf-8-sig" if valid * 2 >= votes else "gb18030"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _open(path: Path, encoding: str) -> IO[str]:
    # Undecodable bytes become lone surrogates, which _row_fault() finds.
    return path.open(encoding=encoding, errors="surrogateescape", newline="")


Row = tuple[int, str, Mapping[str, Any] | str]
"""Line number from 1, the row as text, and its values or, as a string, why there are none."""


def _json_rows(file: IO[str]) -> Iterator[Row]:
    lines = iter(lambda: file.readline(MAX_ROW), "")
    number = 0
    for line in lines:
        number += 1
        if not line.strip():
            continue
        if len(line) == MAX_ROW:
            for rest in lines:  # the remainder of the same line
                if rest.endswith("\n"):
                    break
            yield number, line[:200], f"一行超过 {MAX_ROW} 字"
            continue
        yield number, line, _json_values(line)


def _json_values(line: str) -> Mapping[str, Any] | str:
    try:
        values = json.loads(line)
    except RecursionError:
        return "JSON 嵌套过深"
    except ValueError as error:
        return f"不是 JSON：{error}"
    return values if isinstance(values, dict) else "不是 JSON 对象 {...}"


def _csv_rows(file: IO[str]) -> Iterator[Row]:
    csv.field_size_limit(MAX_ROW)
    reader = csv.reader(file)
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise InputError(f"CSV 第 1 行无法读取：{error}") from error
    if "text" not in header:
        raise InputError(f"CSV 首行没有 text 列；有的列是：{_column_names(header) or '（空）'}")
    while True:
        start = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield start, "", f"CSV 无法读取：{error}"
            continue
        if cells:
            fault = f"有 {len(cells)} 列，首行有 {len(header)} 列" if len(cells) > len(header) else ""
            values = {name: cell for name, cell in zip(header, cells, strict=False) if cell != ""}
            yield start, ",".join(cells), fault or values


def _posts(rows: Iterator[Row], default: str, now: datetime) -> Iterator[RawPost | BadLine | Notice]:
    told: set[str] = set()
    for number, text, values in rows:
        if isinstance(values, str):
            yield BadLine(number, _printable(text), values)
            continue
        unknown = [name for name in values if name not in COLUMNS and name not in told]
        if unknown:
            told.update(unknown)
            yield Notice(f"不认识的列已忽略：{_column_names(unknown)}")
        try:
            yield _post(values, default, now)
        except InputError as error:
            yield BadLine(number, _printable(text), str(error))


def _column_names(names: Sequence[str]) -> str:
    """The file's own words, made harmless for a terminal."""
    shown = ("".join(c if c.isprintable() else "\ufffd" for c in name[:40]) for name in names[:20])
    return "、".join(shown)


def _printable(text: str) -> str:
    return text[:20_000].encode("utf-8", "replace").decode("utf-8")


def _post(values: Mapping[str, Any], default: str, now: datetime) -> RawPost:
    texts = {name: _text(name, values.get(name)) for name in TEXTS}
    if not (texts["text"] or "").strip():
        raise InputError("缺少 text，或为空")
    if texts["kind"] is not None and texts["kind"] not in _CONTENT:
        raise InputError(f"kind 应为 {'、'.join(sorted(_CONTENT))} 之一，而不是 {texts['kind'][:40]!r}")
    for name in ("published_at", "first_seen"):
        raw = texts[name]
        if raw is not None and parse_when(raw, now, LOCAL).value is None:
            raise InputError(f"{name} 不是时间：{raw[:40]!r}")
    return RawPost(
        source=SourceId((texts["source"] or default)[:64]),
        fetched_at=now,
        native_id=texts["id"],
        url=texts["url"],
        title=texts["title"],
        parent_title=texts["parent_title"],
        body_text=texts["text"],
        author=texts["author"],
        published_raw=texts["published_at"],
        first_seen_raw=texts["first_seen"],
        content=texts["kind"],
        metrics={name: _count(name, values[name]) for name in METRICS if not _absent(values.get(name))},
    )


def _text(name: str, value: object) -> str | None:
    """A string or number as text; anything else is refused. Blank strings are absent."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InputError(f"{name} 应为文字，而不是 {type(value).__name__}")
    text = str(value)
    if _UNDECODABLE.search(text):
        raise InputError(f"{name} 含有无法解码的字节")
    return text if text.strip() else None


def _absent(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _count(name: str, value: object) -> int:
    """A whole number >= 0, also written as text; at most 10**12."""
    digits = str(value).strip()
    if isinstance(value, bool) or not digits.isascii() or not digits.isdigit() or len(digits) > 12:
        raise InputError(f"{name} 应为非负整数，而不是 {str(value)[:40]!r}")
    return int(digits)

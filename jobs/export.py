"""Export 导出: all hits of a query in a file that is complete or absent.

The file grows in a hidden folder beside its place, in constant memory and without holding a snapshot of
the record, so writers go on and the log file stays small; then it is made durable and renamed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from jobs.rowfiles import Write, csv_file, json_lines_file
from jobs.search import post_values
from minyi.clock import local_iso
from minyi.errors import OutputError
from minyi.models import StoredPost
from minyi.store.base import Store
from minyi.store.query import Query

FIELDS = {
    "id": "帖文编号，不变",
    "native_id": "信源自己的编号",
    "title": "标题",
    "text": "正文",
    "url": "网址",
    "source": "信源编号",
    "published_at": "发表时间（北京时间）；空 = 不详",
    "policies": "明确匹配的政策编号，多个以 ; 分开",
    "polarity": "情感分，-1 最负面，1 最正面；空 = 未分析",
    "label": "倾向：negative 负面，neutral 中性，positive 正面",
    "snownlp": "SnowNLP 0.12.3 的分，0 至 1",
    "cluster": "转载群编号，同群为同文",
}
"""Fields of an exported post, as in `query --json`, and what they hold."""

KINDS = (".csv", ".jsonl", ".xlsx")

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the rows written and the rows expected: at the start, now and then, and at the end."""

_EVERY = 1_000
"""Rows between two calls of progress."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote."""

    path: Path
    rows: int


def export_posts(
    store: Store,
    query: Query,
    path: Path,
    *,
    typed: str,
    now: datetime,
    limit: int | None = None,
    overwrite: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> Exported:
    """Write the hits, newest first, at most `limit`; the ending of `path` says the format, one of `KINDS`.

    Posts that arrive meanwhile may be missing; none is written twice, unless its source moves its time
    back meanwhile. `typed` is the query as a person
    typed it, for the workbook's notes.

    Raises:
        OutputError: the file is there already and is not to be overwritten, or cannot be written.
    """
    if path.exists() and not overwrite:
        raise OutputError(f"{path} 已存在；换一个文件名，或加上 --force 覆盖")
    total = store.count(query)
    expected = total if limit is None else min(limit, total)
    hits = islice(store.iterate(query), limit)
    try:
        with TemporaryDirectory(prefix=".minyi-export-", dir=path.parent) as folder:
            growing = Path(folder, path.name)
            with _opened(growing, typed, now) as write:
                rows = _write_all(write, hits, expected, progress)
            growing.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise OutputError(f"无法写 {path}：{error.strerror or error}") from error
    return Exported(path, rows)


def _opened(path: Path, typed: str, now: datetime) -> AbstractContextManager[Write]:
    """The file of the format that its name says."""
    fields = tuple(FIELDS)
    if path.suffix.lower() == ".csv":
        return csv_file(path, fields)
    if path.suffix.lower() == ".jsonl":
        return json_lines_file(path, fields)
    from jobs.xlsxfile import xlsx_file  # noqa: PLC0415 - xlsxwriter is loaded only for a workbook

    return xlsx_file(path, fields, partial(_about, typed, now))


def _write_all(write: Write, hits: Iterator[StoredPost], expected: int, progress: Progress) -> int:
    rows = 0
    progress(rows, expected)
    for rows, stored in enumerate(hits, start=1):
        write(post_values(stored.post))
        if rows % _EVERY == 0:
            progress(rows, max(rows, expected))
    progress(rows, rows)
    return rows


def _about(typed: str, now: datetime, rows: int, cut: int) -> Sequence[tuple[str, str]]:
    """The workbook's last sheet: where its rows come from and what its columns hold."""
    lines = [
        ("检索式", typed or "（空：全部帖文）"),
        ("导出时间", local_iso(now) or ""),
        ("条数", f"{rows:,}"),
    ]
    if cut:
        lines.append(("截断", f"{cut} 格超过 Excel 的 32,767 字，末尾已截去；全文见 .csv 或 .jsonl"))
    return [*lines, ("", ""), *FIELDS.items()]


def _sync_folder(folder: Path) -> None:
    """Make the rename durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

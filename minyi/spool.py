"""Hand-over 交接 from crawl to ingest: JSON lines in a file that is complete or absent.

A file is written under a temporary name, fsynced, renamed, and its folder fsynced. Its last line
holds the run's statistics and the source's new cursor. The reader removes it after its last commit,
so a crash on either side only means doing the work again.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from minyi.errors import InputError
from minyi.models import CrawlRun, RawPost, SourceId, SourceState, UrlCursor
from minyi.naming import holds

MAX_LINE = 32 * 1024 * 1024
"""Longest line read, bytes; a longer one is quarantined."""

_TRAILER = '{"trailer":'


def encode_raw(post: RawPost) -> str:
    """One JSON line of a raw post, absent fields left out."""
    values = {k: v for k, v in asdict(post).items() if v not in (None, {}, False)}
    return json.dumps(values, ensure_ascii=True, default=_default)


def decode_raw(line: str) -> RawPost:
    """Read one line back.

    Raises:
        InputError: the line is no raw post.
    """
    try:
        values = json.loads(line)
        values["fetched_at"] = datetime.fromisoformat(values["fetched_at"])
        return RawPost(**values)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError(f"交接文件中的一行不是帖文：{error}") from error


def _default(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


@dataclass(frozen=True, slots=True)
class Trailer:
    """Last line of a spool file: how the run went, and what the next one must know."""

    run: CrawlRun
    cursor: Mapping[str, UrlCursor]

    def encode(self) -> str:
        """One JSON line."""
        run = {f.name: getattr(self.run, f.name) for f in fields(self.run)}
        cursor = {url: _slim(one) for url, one in self.cursor.items()}
        return json.dumps({"trailer": {"run": run, "cursor": cursor}}, ensure_ascii=True, default=_default)


def _slim(cursor: UrlCursor) -> dict[str, Any]:
    return {k: v for k, v in asdict(cursor).items() if v not in (None, 0, (), [])}


def encode_cursor(cursor: Mapping[str, UrlCursor]) -> str:
    """JSON of a source's cursor, for the store and for the child's standard input."""
    return json.dumps({url: _slim(one) for url, one in cursor.items()}, ensure_ascii=True)


def decode_cursor(text: str) -> dict[str, UrlCursor]:
    """Read `encode_cursor` back.

    Raises:
        InputError: the text is no cursor.
    """
    try:
        return _cursor(json.loads(text))
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(f"信源游标损坏：{error}") from error


def _cursor(raw: Mapping[str, Any]) -> dict[str, UrlCursor]:
    return {url: UrlCursor(**{**one, "links": tuple(one.get("links", ()))}) for url, one in raw.items()}


def _decode_trailer(values: Mapping[str, Any]) -> Trailer:
    run = dict(values["run"])
    run["source"] = SourceId(run["source"])
    run["state"] = SourceState(run["state"])
    run["started"], run["finished"] = (datetime.fromisoformat(run[k]) for k in ("started", "finished"))
    run["reasons"] = tuple(run.get("reasons", ()))
    return Trailer(CrawlRun(**run), _cursor(values["cursor"]))


class SpoolWriter:
    """Writes one run's file; leaving the block without `finish` leaves nothing behind."""

    def __init__(self, folder: Path, source: SourceId, now: datetime) -> None:
        """`now` orders files by name."""
        folder.mkdir(parents=True, exist_ok=True)
        stamp = now.strftime("%Y%m%dT%H%M%S")
        self.path = folder / f"{stamp}-{source}-{secrets.token_hex(4)}.jsonl"
        self._temporary = self.path.with_suffix(".part")
        self._file = self._temporary.open("w", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def write(self, post: RawPost) -> None:
        """Append one raw post."""
        self._file.write(encode_raw(post) + "\n")

    def finish(self, trailer: Trailer) -> Path:
        """Append the trailer, make the file durable and visible, return its path."""
        self._file.write(trailer.encode() + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._temporary.rename(self.path)
        sync_folder(self.path.parent)
        return self.path

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make renames and removals in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def run_without(run: CrawlRun, name: str) -> CrawlRun:
    """A run without the reasons that hold a person's name."""
    return replace(run, reasons=tuple(one for one in run.reasons if not holds(one, name)))


def cursor_without(cursor: Mapping[str, UrlCursor], name: str) -> dict[str, UrlCursor]:
    """A cursor without the addresses that hold a person's name; their pages are read again."""
    return {
        url: replace(one, links=tuple(link for link in one.links if not holds(link, name)))
        for url, one in cursor.items()
        if not holds(url, name)
    }


def rewrite(path: Path, keep: Callable[[str], bool], name: str | None = None) -> int:
    """Leave out the lines that `keep` refuses; returns how many were left out.

    The trailer stands, without reasons and addresses that hold the person's `name`. The file is whole or
    the old one at any moment; one that is gone meanwhile stays gone.
    """
    part = path.with_suffix(".rewritten")
    dropped, changed = 0, False
    with (
        path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as lines,
        part.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as kept,
    ):
        for line in lines:
            if line.startswith(_TRAILER):
                told = _trailer_without(line, name)
                changed |= told != line
                kept.write(told)
            elif keep(line):
                kept.write(line)
            else:
                dropped += 1
        kept.flush()
        os.fsync(kept.fileno())
    if (dropped or changed) and path.exists():
        part.replace(path)
        sync_folder(path.parent)
    part.unlink(missing_ok=True)
    return dropped


def _trailer_without(line: str, name: str | None) -> str:
    if name is None or not holds(line, name):
        return line
    trailer = _decode_trailer(json.loads(line)["trailer"])
    return Trailer(run_without(trailer.run, name), cursor_without(trailer.cursor, name)).encode() + "\n"


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no raw post: its number from 1, as text capped at 20,000 characters, and why."""

    number: int
    raw: str
    reason: str


def pending(folder: Path) -> list[Path]:
    """Complete files waiting, oldest first."""
    return sorted(folder.glob("*.jsonl")) if folder.is_dir() else []


def read(path: Path) -> Iterator[RawPost | BadLine | Trailer]:
    """Yield a file's lines in order; the trailer comes last (a complete file always has one)."""
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_LINE), b""), start=1):
            text = line.decode("utf-8", "replace")
            try:
                if text.startswith(_TRAILER):
                    yield _decode_trailer(json.loads(text)["trailer"])
                else:
                    yield decode_raw(text)
            except (InputError, ValueError, TypeError, KeyError) as error:
                yield BadLine(number, text[:20_000], str(error))

"""The parent's side of a run: starts the child, bounds its time, and always brings back an account.

Imports no Scrapy. A child that fails, hangs, is killed or runs out of memory is a run with state `DOWN`,
never an exception; it leaves nothing behind in the spool.
"""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import IO

from crawlers.order import Order, encode_order
from crawlers.patterns import any_of
from crawlers.watch import OUT_OF_MEMORY
from minyi.cards import Source
from minyi.config import Crawl
from minyi.errors import ConfigError
from minyi.models import CrawlRun, SourceId, SourceState, UrlCursor

log = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parent.parent
_LOG_BYTES = 4_000


@dataclass(frozen=True, slots=True)
class CrawlOutcome:
    """What a run brought: its spool file (None when the child died), statistics, articles found removed."""

    file: Path | None
    run: CrawlRun
    removed: int = 0


def crawl(
    card: Source,
    cursor: Mapping[str, UrlCursor],
    *,
    spool: Path,
    agent: str,
    limits: Crawl,
    now: datetime,
    revisit_all: bool,
) -> CrawlOutcome:
    """Crawl one source in a child process and wait for it, at most `limits.wall_seconds`.

    `agent` is the User-Agent; `revisit_all` asks every known article again, conditionally. `now` is the
    run's start: every time the child writes is `now` plus what has passed. Blocks.

    Raises:
        OSError: the child cannot be started, or the spool folder not be written.
    """
    try:
        any_of(card.allow, key=f"{card.id}.allow")
    except ConfigError as error:
        return CrawlOutcome(None, _dead(card.id, now, now, str(error)))
    spool.mkdir(parents=True, exist_ok=True)
    _sweep(spool, card.id)
    order = Order(card, cursor, spool, agent, limits, now, revisit_all, os.getpid())
    started = monotonic()
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", "crawlers"],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=errors,
            env=_environment(),
            start_new_session=True,
        )
        reason = _wait(child, encode_order(order), limits.wall_seconds)
        output.seek(0)
        outcome = _outcome(output.read(), card.id) if reason is None else None
        _log(errors, card.id)
    if outcome is not None:
        return outcome
    _sweep(spool, card.id)
    finished = now + timedelta(seconds=int(monotonic() - started))
    return CrawlOutcome(None, _dead(card.id, now, finished, reason or "采集进程没有交回结果"))


def _environment() -> dict[str, str]:
    """The parent's, without its secrets and proxies; two malloc arenas keep the address space small."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy") and not name.startswith(("MINYI_", "PYTHON"))
    }
    return kept | {"PYTHONPATH": str(_ROOT), "MALLOC_ARENA_MAX": "2"}


def _wait(child: subprocess.Popen[bytes], order: bytes, wall_seconds: int) -> str | None:
    """Hand over the order and wait; None when the child ended well, else why not. The pipe stays open."""
    assert child.stdin is not None  # noqa: S101 - opened as a pipe
    try:
        child.stdin.write(order)
        child.stdin.flush()
        code = child.wait(wall_seconds)
    except subprocess.TimeoutExpired:
        return f"采集超过 {wall_seconds} 秒，已终止"
    except BrokenPipeError:
        return "采集进程没有启动"
    finally:
        _end(child)
    return None if code == 0 else _death(code)


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of the child's process group and reap it."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    assert child.stdin is not None  # noqa: S101 - opened as a pipe
    try:
        child.stdin.close()
    except BrokenPipeError:
        log.debug("the child was gone before its order was written")


def _death(code: int) -> str:
    if code == OUT_OF_MEMORY:
        return "采集进程内存超过上限，已终止"
    if code < 0:
        return f"采集进程被信号 {-code} 终止"
    return f"采集进程异常退出（代码 {code}）"


def _outcome(output: bytes, source: SourceId) -> CrawlOutcome | None:
    """The child's last line, or None when it is not what a child says."""
    try:
        values = json.loads(output.splitlines()[-1])
        run = values["run"]
        for name in ("started", "finished"):
            run[name] = datetime.fromisoformat(run[name])
        run["state"], run["reasons"] = SourceState(run["state"]), tuple(run["reasons"])
        return CrawlOutcome(Path(values["file"]), CrawlRun(source=source, **run), int(values["removed"]))
    except (ValueError, KeyError, IndexError, TypeError):
        return None


def _dead(source: SourceId, started: datetime, finished: datetime, reason: str) -> CrawlRun:
    return CrawlRun(source, started, finished, SourceState.DOWN, errors=1, reasons=(reason,))


def _sweep(spool: Path, source: SourceId) -> None:
    """Remove the unfinished files of dead children of this source; a source is crawled by one at a time."""
    own = re.compile(rf"\d{{8}}T\d{{6}}-{re.escape(source)}-[0-9a-f]{{8}}\.part")
    for path in spool.glob("*.part"):
        if own.fullmatch(path.name):
            path.unlink(missing_ok=True)


def _log(errors: IO[bytes], source: SourceId) -> None:
    errors.seek(0, os.SEEK_END)
    errors.seek(max(0, errors.tell() - _LOG_BYTES))
    text = errors.read().decode("utf-8", "replace").strip()
    if text:
        log.warning("crawl of %s said: %s", source, text)

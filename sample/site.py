"""Serves the sample site on loopback, as of a moment that the demo moves.

A post's identity is its address, port included: the port is chosen once and remembered, so that a
second run finds the same posts.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections import deque
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from minyi.errors import ConfigError
from sample.routes import Answer, answer
from sample.story import schedule

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
PORT = 8765
"""Taken when it is free at the first run."""


class SampleSite:
    """The running site; a context manager. `now` may be set from any thread.

    `requests` keeps the newest (path, status) pairs, in order of answering.

    Raises:
        ConfigError: on entering, when the port is taken.
    """

    def __init__(self, port: int = 0, now: datetime | None = None) -> None:
        """`port` 0 takes any free one; `now` starts at the first crawl round."""
        self._lock = threading.Lock()
        self._now = now or schedule()[0]
        self._wanted = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self.requests: deque[tuple[str, int]] = deque(maxlen=20_000)

    @property
    def now(self) -> datetime:
        """The moment the site shows."""
        with self._lock:
            return self._now

    @now.setter
    def now(self, moment: datetime) -> None:
        with self._lock:
            self._now = moment

    @property
    def port(self) -> int:
        """The port served."""
        if self._server is None:
            raise RuntimeError("the site is not running")
        return int(self._server.server_address[1])

    @property
    def base(self) -> str:
        """Address of the site without a trailing slash."""
        return f"http://{HOST}:{self.port}"

    def __enter__(self) -> Self:
        try:
            self._server = _Server(self._wanted, self)
        except OSError as error:
            raise ConfigError(
                f"本机端口 {self._wanted} 已被占用，示例网站无法启动；"
                "请结束占用它的程序，或删除 data-demo 文件夹后重新运行 minyi demo"
            ) from error
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = None


def choose_port(record: Path, preferred: int = PORT) -> int:
    """The port of earlier runs, read from `record`; at the first run a free one, written there.

    Raises:
        ConfigError: the record holds no port.
    """
    try:
        text = record.read_text("ascii").strip()
    except FileNotFoundError:
        port = _free_port(preferred)
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(f"{port}\n", "ascii")
        return port
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ConfigError("不是端口号；请删除 data-demo 文件夹后重新运行 minyi demo", file=str(record))
    return int(text)


def _free_port(preferred: int) -> int:
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ConfigError("本机没有空闲端口，示例网站无法启动")


class _Server(ThreadingHTTPServer):
    """Carries the site to its handlers."""

    daemon_threads = True

    def __init__(self, port: int, site: SampleSite) -> None:
        self.site = site
        super().__init__((HOST, port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    """One connection to the site."""

    protocol_version = "HTTP/1.1"
    server_version = "SampleSite"
    sys_version = ""
    timeout = 30
    server: _Server

    def do_GET(self) -> None:
        """Answer, or say that nothing changed."""
        site, path = self.server.site, urlsplit(self.path).path
        found = answer(path, site.now, site.base)
        tag = f'"{blake2b(found.body, digest_size=12).hexdigest()}"'
        if found.status == 200 and self._unchanged(tag, found.modified):
            found = Answer(304, b"", found.kind, found.modified)
        site.requests.append((path, found.status))
        self._send(found, tag)

    def _unchanged(self, tag: str, modified: datetime | None) -> bool:
        """RFC 9110 section 13.2.2: the entity tag decides; the date only where no tag was sent."""
        asked = self.headers.get("If-None-Match")
        if asked is not None:
            return tag in (part.strip() for part in asked.split(","))
        since = self.headers.get("If-Modified-Since")
        return modified is not None and since == _http_date(modified)

    def _send(self, found: Answer, tag: str) -> None:
        self.send_response(found.status)
        self.send_header("Content-Type", found.kind)
        if found.status in (200, 304):
            self.send_header("ETag", tag)
            if found.modified is not None:
                self.send_header("Last-Modified", _http_date(found.modified))
        self.send_header("Content-Length", str(len(found.body)))
        self.end_headers()
        self.wfile.write(found.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Keep the terminal for the demo's own lines."""
        log.debug(format, *args)


def _http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)

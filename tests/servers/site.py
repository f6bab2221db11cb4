"""A programmable web site on loopback: routes with status, headers, bytes, validators, and a request log."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. With `etag` a matching If-None-Match is answered 304 without a body."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as the site saw it; `at` is seconds of a monotonic clock."""

    path: str
    headers: Mapping[str, str]
    at: float


Route = Reply | Callable[[Seen], Reply]


class Site:
    """Routes by path with query; change them between requests. Unknown paths are 404, robots.txt too."""

    def __init__(self, host: str, port: int) -> None:
        """Made by `serve`."""
        self.host, self.port = host, port
        self.routes: dict[str, Route] = {}
        self.seen: list[Seen] = []

    @property
    def netloc(self) -> str:
        """`host:port`, as `allow_hosts` wants it."""
        return f"{self.host}:{self.port}"

    def url(self, path: str) -> str:
        """Absolute address of a path."""
        return f"http://{self.netloc}{path}"

    def page(
        self, path: str, text: str, *, charset: str = "utf-8", header: bool = True, etag: bool = False
    ) -> None:
        """Serve HTML; `header` says whether the Content-Type names the charset."""
        kind = f"text/html; charset={charset}" if header else "text/html"
        self.routes[path] = Reply(text.encode(charset), headers={"Content-Type": kind}, etag=etag)

    def feed(self, path: str, text: str, *, etag: bool = False) -> None:
        """Serve an XML or JSON feed."""
        kind = "application/json" if text.startswith("{") else "application/xml"
        self.routes[path] = Reply(text.encode(), headers={"Content-Type": kind}, etag=etag)

    def paths(self) -> list[str]:
        """Paths asked for so far, in order, robots.txt left out."""
        return [seen.path for seen in self.seen if seen.path != "/robots.txt"]

    def forget(self) -> None:
        """Empty the request log."""
        self.seen.clear()

    def answer(self, seen: Seen) -> Reply:
        """The reply to one request."""
        self.seen.append(seen)
        route = self.routes.get(seen.path, Reply(b"not found", 404))
        reply = route(seen) if callable(route) else route
        if not reply.etag or reply.status != 200:
            return reply
        tag = f'"{hashlib.sha256(reply.body).hexdigest()[:16]}"'
        headers = {**reply.headers, "ETag": tag}
        if seen.headers.get("if-none-match") == tag:
            return Reply(b"", 304, headers)
        return Reply(reply.body, reply.status, headers)


class _Handler(BaseHTTPRequestHandler):
    site: ClassVar[Site]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.site.answer(Seen(self.path, headers, monotonic()))
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up on us is a test's business, not the server's."""


@contextmanager
def serve() -> Iterator[Site]:
    """A site on a free port of 127.0.0.1, in a thread, until the block ends."""
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    site = Site("127.0.0.1", server.server_address[1])
    handler.site = site  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

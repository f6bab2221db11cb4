"""A small loopback Elasticsearch that misbehaves as told: what a real node cannot be made to do at will."""

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from minyi.store.elastic.template import SCHEMA

Answer = tuple[int, Any]
"""HTTP status and body; status 0 = close the connection without a word, -1 = cut the answer half-way."""


@dataclass
class Action:
    """One action of a bulk request."""

    kind: str
    post: str
    version: int
    body: dict[str, Any] | None


Script = Callable[[list[Action]], Answer | None]
"""Decides the answer to one bulk request; None = the usual."""


def refuse_items(status: int, kind: str, reason: str, doomed: Callable[[Action], bool]) -> Script:
    """Refuse some actions of a request and take the others."""

    def decide(actions: list[Action]) -> Answer:
        error = {"type": kind, "reason": reason}
        items = [
            {one.kind: {"status": status, "error": error} if doomed(one) else {"status": 201}}
            for one in actions
        ]
        return 200, {"errors": any(map(doomed, actions)), "items": items}

    return decide


def refuse(status: int, kind: str = "", reason: str = "") -> Script:
    """Refuse the whole request."""
    return lambda _: (status, {"error": {"type": kind, "reason": reason}, "status": status})


@dataclass
class FakeElastic:
    """What it was sent, what it keeps, and what it will do with the next bulk requests."""

    url: str = ""
    scripts: list[Script] = field(default_factory=list)
    requests: list[tuple[float, list[Action]]] = field(default_factory=list)
    kept: dict[str, Action] = field(default_factory=dict)

    def bulk(self, actions: list[Action]) -> Answer:
        """Answer one bulk request, keeping what was taken."""
        self.requests.append((time.monotonic(), actions))
        told = self.scripts.pop(0)(actions) if self.scripts else None
        status, body = told or self._usual(actions)
        if status in {0, -1}:
            self._usual(actions)
        elif status == 200 and told:
            for one, item in zip(actions, body["items"], strict=True):
                if item[one.kind]["status"] < 300:
                    self._keep(one)
        return status, body

    def _usual(self, actions: list[Action]) -> Answer:
        items = []
        for one in actions:
            old = self.kept.get(one.post)
            newer = old is not None and old.version > one.version
            items.append(
                {
                    one.kind: {"status": 409, "error": {"type": "version_conflict_engine_exception"}}
                    if newer
                    else {"status": 201}
                }
            )
            if not newer:
                self._keep(one)
        return 200, {
            "errors": any("error" in answer for item in items for answer in item.values()),
            "items": items,
        }

    def _keep(self, one: Action) -> None:
        self.kept[one.post] = one

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """Answer any request."""
        path = path.partition("?")[0]
        if path == "/_bulk":
            return self.bulk(list(_read(body)))
        if path.endswith("/_mapping"):
            return 200, {path.split("/", 2)[1]: {"mappings": {"_meta": {"schema": SCHEMA}}}}
        if path.endswith("/_alias"):
            return 200, {}
        if path.endswith("/_search"):
            wanted = json.loads(body)["query"].get("ids", {}).get("values", [])
            hits = [{"_id": one, "_index": "minyi-posts-v1-2026.03"} for one in wanted if one in self.kept]
            return 200, {"hits": {"hits": hits}}
        return 200, {"acknowledged": True, "method": method}


def _read(body: bytes) -> Iterator[Action]:
    lines = iter(body.splitlines())
    for line in lines:
        [(kind, meta)] = json.loads(line).items()
        document = None if kind == "delete" else json.loads(next(lines))
        yield Action(kind, meta["_id"], meta.get("version", 0), document)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: ClassVar[FakeElastic]

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        status, value = self.fake.answer(self.command, self.path, body)
        if status == 0:
            self.close_connection = True
            return
        answer = json.dumps(value).encode()
        self.send_response(abs(status) if status > 0 else 200)
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer if status > 0 else answer[: len(answer) // 2])
        self.close_connection = status < 0

    do_GET = do_PUT = do_POST = do_DELETE = _serve  # noqa: N815 - names the library asks for

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@contextmanager
def fake_elastic() -> Iterator[FakeElastic]:
    """A fake on a loopback port of its own."""
    fake = FakeElastic()
    handler = type("Handler", (_Handler,), {"fake": fake})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

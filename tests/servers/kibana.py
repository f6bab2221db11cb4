"""A stand-in for Kibana on loopback: refuses wrong methods, paths, headers, logins and shapes, keeps the rest.

What it answers follows Kibana 9.5's documented behaviour (docs/kibana.md); it draws nothing. Faults are
planted by a test: `script` holds answers to give instead, first come, first served.
"""

import base64
import json
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from tests.kibana.shapes import faults

Json = dict[str, Any]

CUT = 0
"""Status of a reply that never comes: the connection closes."""


@dataclass(frozen=True)
class Reply:
    """Status and JSON of an answer; a string goes out as it is."""

    status: int
    body: Json | str = field(default_factory=dict)


@dataclass
class FakeKibana:
    """What it holds, what it was asked, and how it should misbehave."""

    url: str
    version: str = "9.5.0"
    password: str = "right"
    boards: dict[str, Json] = field(default_factory=dict)
    views: dict[str, Json] = field(default_factory=dict)
    roles: dict[str, Json] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    script: dict[tuple[str, str], list[Reply]] = field(default_factory=dict)
    """By method and path."""
    fails_on_annotations: bool = False
    drops: set[str] = field(default_factory=set)
    """Ids of panels it cannot express when asked."""
    rewrites: dict[str, object] = field(default_factory=dict)
    """Top values of a board that it keeps otherwise than sent."""

    def answer(self, method: str, path: str, headers: dict[str, str], body: Json | None) -> Reply:
        """The reply to one request."""
        self.asked.append((method, path))
        planted = self.script.get((method, path))
        if planted:
            return planted.pop(0)
        signed = headers.get("authorization") in (
            "Basic " + base64.b64encode(f"elastic:{self.password}".encode()).decode(),
            "ApiKey good",
        )
        if (method, path) == ("GET", "/api/status"):
            return self._status(signed=signed)
        if not signed:
            return Reply(401, {"statusCode": 401, "message": "[security_exception]: unable to authenticate"})
        if method != "GET" and "kbn-xsrf" not in headers:
            return Reply(400, {"statusCode": 400, "message": "Request must contain a kbn-xsrf header."})
        if headers.get("elastic-api-version") != "2023-10-31":
            return Reply(400, {"statusCode": 400, "message": "wrong Elastic-Api-Version"})
        return self._route(method, path, body)

    def _status(self, *, signed: bool) -> Reply:
        overall = {"status": {"overall": {"level": "available"}}}
        return Reply(200, overall | ({"version": {"number": self.version}} if signed else {}))

    def _route(self, method: str, path: str, body: Json | None) -> Reply:
        board = re.fullmatch(r"/api/dashboards/([^/]+)", path)
        role = re.fullmatch(r"/api/security/role/([^/]+)", path)
        if board and method == "PUT":
            return self._put_board(board[1], body or {})
        if board and method in ("GET", "DELETE"):
            return self._get_board(board[1]) if method == "GET" else self._delete_board(board[1])
        if role and method == "PUT":
            self.roles[role[1]] = body or {}
            return Reply(204, "") if not faults("role", body) else _bad(faults("role", body))
        if (method, path) == ("POST", "/api/data_views/data_view"):
            return self._put_view(body or {})
        return Reply(404, {"statusCode": 404, "error": "Not Found", "message": "Not Found"})

    def _put_view(self, body: Json) -> Reply:
        wrong = faults("data_view", body)
        if wrong:
            return _bad(wrong)
        view = body["data_view"]
        self.views = {name: one for name, one in self.views.items() if one["name"] != view["name"]}
        self.views[view["id"]] = view
        return Reply(200, {"data_view": {**view, "namespaces": ["default"]}})

    def _put_board(self, name: str, body: Json) -> Reply:
        if not re.fullmatch(r"[a-z0-9_-]{1,250}", name):
            return _bad(["ID must contain only lowercase letters, numbers, hyphens, and underscores."])
        wrong = faults("dashboard", body)
        if wrong:
            return _bad(wrong)
        created = name not in self.boards
        self.boards[name] = body
        return Reply(201 if created else 200, self._shown(name))

    def _get_board(self, name: str) -> Reply:
        if name not in self.boards:
            return Reply(404, {"statusCode": 404, "message": "not found"})
        if self.fails_on_annotations and '"annotations"' in json.dumps(self.boards[name]):
            return Reply(500, {"statusCode": 500, "message": "An internal server error occurred."})
        return Reply(200, self._shown(name))

    def _delete_board(self, name: str) -> Reply:
        return Reply(204, "") if self.boards.pop(name, None) else Reply(404)

    def _shown(self, name: str) -> Json:
        """As read back: with defaults filled in, without what it cannot express."""
        kept = {**self.boards[name], **self.rewrites}
        panels = [{**one, "version": "9.5"} for one in kept["panels"] if one["id"] not in self.drops]
        lost = [one for one in kept["panels"] if one["id"] in self.drops]
        warnings = [{"type": "dropped_panel", "message": "no", "panel_type": one["type"]} for one in lost]
        answer = {"id": name, "data": {"filters": [], **kept, "panels": panels}, "meta": {"version": "1"}}
        return answer | ({"warnings": warnings} if warnings else {})


def _bad(wrong: list[str]) -> Reply:
    return Reply(400, {"statusCode": 400, "error": "Bad Request", "message": "; ".join(wrong)})


class _Handler(BaseHTTPRequestHandler):
    kibana: ClassVar[FakeKibana]
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        raw = self.rfile.read(int(headers.get("content-length", "0")))
        reply = self.kibana.answer(self.command, self.path, headers, json.loads(raw) if raw else None)
        if reply.status == CUT:
            self.close_connection = True
            return
        body = reply.body if isinstance(reply.body, str) else json.dumps(reply.body, ensure_ascii=False)
        self.send_response(reply.status)
        if reply.status in (301, 302):
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_PUT = do_POST = do_DELETE = _serve  # noqa: N815 - the base class calls them so

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up on us, or does not trust us, is a test's business."""


@contextmanager
def serve(context: ssl.SSLContext | None = None) -> Iterator[FakeKibana]:
    """A fake Kibana on a free port of 127.0.0.1, in a thread, until the block ends; https with a context."""
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    fake = FakeKibana(f"http{'s' if context else ''}://127.0.0.1:{server.server_address[1]}")
    handler.kibana = fake  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

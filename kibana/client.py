"""Talks to one Kibana over HTTP: signs in, sends JSON, waits while Kibana starts, follows no redirect."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kibana.operations import Json
from minyi.errors import ConfigError, KibanaError

API_VERSION = "2023-10-31"
"""Version of Kibana's public API that the bodies follow."""

_TIMEOUT_SECONDS = 60.0
_MOST_BYTES = 20 * 1024 * 1024
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 1.0, 10.0
_NOT_NOW = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Login:
    """Who signs in: an API key, or a name with its password."""

    user: str = ""
    password: str = ""
    api_key: str = ""

    @property
    def header(self) -> str:
        """Value of the Authorization header."""
        if self.api_key:
            return f"ApiKey {self.api_key}"
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of one answer, the body as it came."""

    status: int
    text: str

    def values(self) -> Json:
        """The body as a JSON object; empty when it is none."""
        try:
            read = json.loads(self.text)
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}


class Kibana:
    """One Kibana. Each request is tried anew while Kibana cannot be reached or says 503, up to `patience`."""

    def __init__(
        self,
        url: str,
        login: Login,
        *,
        ca: Path | None = None,
        patience_seconds: float = 120.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`ca` is the certificate authority of an https address, when the system does not know it.

        Raises:
            ConfigError: the address or the authority's file is wrong.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not host or parts.scheme not in ("http", "https") or parts.username is not None:
            raise ConfigError(f"{url!r} 应写作 http://127.0.0.1:5601 或 https://…", key="--url")
        self.url = url.rstrip("/")
        self._host, self._port, self._prefix = host, port, parts.path.rstrip("/")
        self._context = _trust(ca) if parts.scheme == "https" else None
        self._login, self._patience = login, patience_seconds
        self._sleep, self._clock = sleep, clock

    def ask(self, method: str, path: str, body: Json | None = None) -> Answer:
        """Send one request and return whatever Kibana finally answers, errors too.

        Every request here may be sent twice: each replaces what it names.

        Raises:
            KibanaError: no answer within the patience.
        """
        until = self._clock() + self._patience
        pause = _FIRST_PAUSE_SECONDS
        while True:
            answer, fault = self._try(method, path, body)
            if answer is not None and answer.status not in _NOT_NOW:
                return answer
            if self._clock() + pause > until:
                raise KibanaError(self._no_answer(answer, fault))
            self._sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _try(self, method: str, path: str, body: Json | None) -> tuple[Answer | None, str]:
        try:
            return self._send(method, path, body), ""
        except ssl.SSLCertVerificationError as error:
            raise KibanaError(
                f"{self.url} 的证书不可信：{error.verify_message}；用 --ca 指明发证机构"
            ) from error
        except (OSError, http.client.HTTPException) as error:
            return None, str(error) or type(error).__name__

    def _send(self, method: str, path: str, body: Json | None) -> Answer:
        if self._context is None:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=_TIMEOUT_SECONDS)
        else:
            connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=_TIMEOUT_SECONDS, context=self._context
            )
        headers = {
            "Authorization": self._login.header,
            "Content-Type": "application/json",
            "kbn-xsrf": "true",
            "Elastic-Api-Version": API_VERSION,
        }
        sent = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            connection.request(method, self._prefix + path, sent, headers)
            response = connection.getresponse()
            return Answer(response.status, response.read(_MOST_BYTES).decode("utf-8", "replace"))
        finally:
            connection.close()

    def _no_answer(self, answer: Answer | None, fault: str) -> str:
        said = fault if answer is None else f"{answer.status} {answer.text[:500]}"
        return f"{self.url} 等了 {self._patience:.0f} 秒仍不可用：{said}。Kibana 启动要一两分钟，请稍后再试"


def _trust(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise ConfigError(f"无法读取证书 {ca}：{error}", key="--ca") from error

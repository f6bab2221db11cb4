"""The cluster's client: the one module that speaks to the library, with its errors in our own words.

No call retries by itself: the library would repeat a refused request four times within 0.2 s. Whoever
writes decides when to try again; whoever reads falls back to the record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from minyi.errors import ConfigError, SearchUnavailable

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

WRITE_SECONDS = 30.0
READ_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Login:
    """An API key (`id:key` in base 64, as the cluster prints it), or a user with a password."""

    api_key: str | None = None
    user: str | None = None
    password: str | None = None


class Away(SearchUnavailable):
    """The cluster did not answer, or its answer was cut; what was asked may or may not have been done."""


class Refused(SearchUnavailable):
    """The cluster answered with an error; `kind` is its type, `reason` its own words."""

    def __init__(self, status: int, kind: str, reason: str) -> None:
        """Keep the cluster's own words."""
        self.status, self.kind, self.reason = status, kind, reason
        super().__init__(f"检索集群拒绝了请求（{status} {kind}）：{reason}")


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: object
    params: Mapping[str, Any] | None


class Cluster:
    """One cluster; safe to share between threads. Connects with the first question, not before."""

    def __init__(
        self,
        urls: Sequence[str],
        login: Login,
        *,
        ca_file: str = "",
        timeout: float = READ_SECONDS,
        job: str = "",
    ) -> None:
        """`job` names the asker in the cluster's own logs."""
        self._urls, self._login, self._ca_file, self._job = tuple(urls), login, ca_file, job
        self.timeout = timeout
        self._made: Elasticsearch | None = None

    def with_login(self, login: Login) -> Cluster:
        """The same cluster, seen by somebody else."""
        return Cluster(self._urls, login, ca_file=self._ca_file, timeout=self.timeout, job=self._job)

    @property
    def _client(self) -> Elasticsearch:
        if self._made is None:
            self._made = _make(self._urls, self._login, self._ca_file, self._job)
        return self._made

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: Mapping[str, Any] | None = None,
        timeout: float | None = None,
    ) -> Any:
        """The parsed answer of one request.

        Raises:
            Away: no answer within `timeout` seconds, or a cut one.
            Refused: an error of the cluster.
        """
        headers = {"accept": "application/json"} | (
            {"content-type": "application/json"} if body is not None else {}
        )
        asked = _Request(method, path, headers, body, params)
        return self._call(asked, timeout or self.timeout)

    def bulk(self, lines: Sequence[bytes]) -> Any:
        """One bulk request of ready lines; the answer keeps only the items' status and error, in order.

        Raises:
            Away, Refused: as `ask`; nothing is known of any line then.
        """
        headers = {"accept": "application/json", "content-type": "application/x-ndjson"}
        params = {"filter_path": "errors,items.*.status,items.*.error", "include_source_on_error": "false"}
        return self._call(
            _Request("POST", "/_bulk", headers, b"\n".join(lines) + b"\n", params), WRITE_SECONDS
        )

    def _call(self, asked: _Request, timeout: float) -> Any:
        from elasticsearch import ApiError, TransportError, UnsupportedProductError  # noqa: PLC0415 - dear

        once = self._client.options(max_retries=0, retry_on_timeout=False, request_timeout=timeout)
        try:
            return once.perform_request(
                asked.method, asked.path, params=asked.params, headers=dict(asked.headers), body=asked.body
            ).body
        except ApiError as error:
            raise _refused(error.meta.status, error.body) from error
        except (TransportError, UnsupportedProductError) as error:
            raise Away(f"检索集群没有应答（{_short(error)}）") from error

    def exists(self, path: str) -> bool:
        """True when the cluster knows the path."""
        try:
            self.ask("GET", path)
        except Refused as error:
            if error.status == 404:
                return False
            raise
        return True

    def close(self) -> None:
        """Close the connections."""
        if self._made is not None:
            self._made.close()
            self._made = None


def _make(urls: Sequence[str], login: Login, ca_file: str, job: str) -> Elasticsearch:
    from elasticsearch import Elasticsearch  # noqa: PLC0415 - 0.2 s that offices without a cluster do not pay

    options: dict[str, Any] = {}
    if login.api_key:
        options["api_key"] = login.api_key
    elif login.user:
        options["basic_auth"] = (login.user, login.password or "")
    if ca_file:
        options["ca_certs"] = ca_file
    try:
        return Elasticsearch(
            list(urls), http_compress=not all(map(_is_here, urls)), opaque_id=f"minyi-{job}", **options
        )
    except (ValueError, OSError) as error:
        raise ConfigError(f"无法使用：{error}", key="search") from error


def _is_here(url: str) -> bool:
    """True for this machine, where compressing costs more than it saves."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refused(status: int, body: object) -> Refused:
    error = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(error, Mapping):
        return Refused(status, str(error.get("type", "")), str(error.get("reason", "")))
    return Refused(status, "", str(error or body or "")[:500])


def _short(error: Exception) -> str:
    return str(error).split("\n", maxsplit=1)[0][:200]


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


def to_line(value: object) -> bytes:
    """One line of a bulk request."""
    return _ENCODER.encode(value).encode("utf-8", "replace")

"""The office's search cluster: opened with the login that the work needs, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobs.context import Context
from minyi.config import Search, secret
from minyi.errors import ConfigError
from minyi.store.elastic.client import Cluster, Login
from minyi.store.elastic.layout import Layout

SERVICE_KEY = "MINYI_ELASTIC_API_KEY"
RETENTION_KEY = "MINYI_ELASTIC_RETENTION_KEY"
ADMIN_PASSWORD = "MINYI_ELASTIC_PASSWORD"  # noqa: S105 - the variable's name

LAYOUT = Layout()
"""What Kibana's boards and the office's keys name."""


def service_login() -> Login:
    """The service's key; none when security is off in the cluster."""
    return Login(api_key=secret(SERVICE_KEY))


def retention_login() -> Login:
    """The key that may delete whole indices.

    Raises:
        ConfigError: it is not set.
    """
    return Login(api_key=_wanted(RETENTION_KEY))


def admin_login(user: str) -> Login:
    """The cluster's administrator, for setting up.

    Raises:
        ConfigError: the password is not set.
    """
    return Login(user=user, password=_wanted(ADMIN_PASSWORD))


def _wanted(name: str) -> str:
    found = secret(name)
    if not found:
        raise ConfigError(f"请设置环境变量 {name}（或 {name}_FILE）", key=name)
    return found


@contextmanager
def opened_cluster(search: Search, login: Login, job: str) -> Iterator[Cluster]:
    """The configured cluster for the length of the block; `job` names us in its logs.

    Raises:
        ConfigError: none is configured.
    """
    if not search.url:
        raise ConfigError("没有检索集群；请在 [search] 写明 url", key="search.url")
    cluster = Cluster(search.url, login, ca_file=search.ca_file, timeout=search.timeout_seconds, job=job)
    try:
        yield cluster
    finally:
        cluster.close()


def project_lock(context: Context) -> tuple[Path, str]:
    """Lock file and its name in words: one writer to the cluster per record."""
    return context.locks / "project.lock", "索引写入"

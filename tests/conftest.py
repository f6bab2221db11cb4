"""Rules every test obeys: no network but loopback, and no silent skips where continuous integration runs."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from analysis.snow import load_engine
from tests.servers.elastic import Node

_NEEDS_NODE = "needs a real Elasticsearch, so a JDK of 21 or newer and Maven: make test-elastic"
_LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse any connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(_LOOPBACK):
            raise AssertionError(f"a test tried to reach {address!r}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def elastic_node() -> Iterator[Node]:
    """A real Elasticsearch, started once a session; stopped by its own process id."""
    with Node() as node:
        yield node


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the real node run in `make test-elastic`; elsewhere they are skipped and say so."""
    if not os.environ.get("MINYI_ELASTIC"):
        for item in items:
            if item.get_closest_marker("elastic"):
                item.add_marker(pytest.mark.skip(reason=_NEEDS_NODE))


@pytest.fixture(scope="session")
def _model_cache(pytestconfig: pytest.Config) -> Path:
    """SnowNLP's table, built once and kept between runs: building it takes seconds."""
    assert pytestconfig.cache is not None
    folder = pytestconfig.cache.mkdir("model")
    load_engine(folder)
    return folder


@pytest.fixture
def warmed(_model_cache: Path) -> Callable[[Path], Path]:
    """`warmed(data)` gives a data folder the built table, and the folder back."""

    def warm(data: Path) -> Path:
        data.mkdir(parents=True, exist_ok=True)
        (data / "cache").symlink_to(_model_cache)
        return data

    return warm


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """With MINYI_NO_SKIPS set, a skipped test fails the run: nothing may be missed unseen.

    Tests of the real node have a run of their own, in which they may not be skipped either.
    """
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = [
        one
        for one in (reporter.stats.get("skipped", []) if reporter else [])
        if _NEEDS_NODE not in str(one.longrepr)
    ]
    if reporter and skipped and os.environ.get("MINYI_NO_SKIPS") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"{len(skipped)} tests were skipped where all must run", red=True)

"""The resident service: one a data folder, stopped in seconds, and silent about nothing."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jobs.service import Service
from tests.servers import paper
from tests.servers.site import Reply, Site, serve

ROOT = Path(__file__).parents[2]
OFFICE = '[office]\nname = "示例局"\ncontact = "press@office.example"\n'


def two_feeds(folder: Path, site: Site) -> Path:
    """A configuration with the feeds `slow` and `quick` of the site."""
    cards = [paper.card(site.url(f"/{one}.xml"), one) for one in ("slow", "quick")]
    (folder / "office.toml").write_text(OFFICE + "".join(cards), "utf-8")
    return folder / "office.toml"


@contextmanager
def running(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """`minyi run` in a folder, ready."""
    (folder / "office.toml").write_text(OFFICE, "utf-8")
    command = [sys.executable, "-m", "cli", "run", "--config", "office.toml"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    service = subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield service
    finally:
        service.kill()
        service.communicate()


def first_line(service: subprocess.Popen[str]) -> str:
    """Its first words."""
    assert service.stdout is not None
    return service.stdout.readline()


def test_a_second_service_exits_75_and_names_the_first(tmp_path: Path) -> None:
    """Two services on one folder would mail everything twice."""
    with running(tmp_path) as first:
        assert "值守中" in first_line(first)
        with running(tmp_path) as second:
            _, told = second.communicate(timeout=30)
            assert second.returncode == 75
            assert str(first.pid) in told


def test_sigterm_stops_it_at_once(tmp_path: Path) -> None:
    """A stop is not an error, and the next service starts at once."""
    for _ in range(2):
        with running(tmp_path) as service:
            first_line(service)
            service.send_signal(signal.SIGTERM)
            assert service.wait(10) == 0


def test_after_kill_9_the_folder_is_free(tmp_path: Path) -> None:
    """The kernel frees the lock of a dead service."""
    with running(tmp_path) as service:
        first_line(service)
        service.kill()
        service.wait(10)
    with running(tmp_path) as service:
        assert "值守中" in first_line(service)


def test_a_hanging_source_holds_up_no_other(tmp_path: Path, warmed: Callable[[Path], Path]) -> None:
    """While one site does not answer, another's posts are crawled, stored and seen."""
    release = threading.Event()
    with serve() as site, Service(two_feeds(tmp_path, site), warmed(tmp_path / "data")) as service:
        site.routes["/slow.xml"] = lambda _: (release.wait(60), Reply(b"", 503))[1]
        site.feed("/quick.xml", paper.FEED)
        try:
            service.collect()
            while service._collecting.store.post_count() == 0:
                service.collect()
                release.wait(0.05)
            assert "slow" in service._crawls.sources
        finally:
            release.set()

"""The child process: bounded, killable, and never leaving half a file behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from crawlers.launch import crawl
from minyi.config import Crawl
from minyi.models import SourceState
from tests.crawlers.conftest import NOW, OfficeMaker, card
from tests.servers.site import Reply, Seen, Site

PAGE = f"<title>第1篇样例文章</title><p>{'样例正文，' * 8}。</p>"


@pytest.fixture
def stuck(site: Site) -> threading.Event:
    """A site whose second article never answers; the event is set when it is asked for."""
    asked, release = threading.Event(), threading.Event()

    def hang(_seen: Seen) -> Reply:
        asked.set()
        release.wait(20)
        return Reply(b"")

    site.page("/", "<a href='/art/1.html'>一</a><a href='/art/2.html'>二</a>")
    site.page("/art/1.html", PAGE)
    site.routes["/art/2.html"] = hang
    return asked


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent and fields[0] != "Z":
            found.append(int(entry.parent.name))
    return found


@pytest.mark.usefixtures("stuck")
def test_a_run_that_takes_too_long_is_killed(office: OfficeMaker, tmp_path: Path) -> None:
    """The wall limit ends the child; what it had read is read again next time."""
    work = office(allow=("/art/",))
    work.limits = Crawl(wall_seconds=2)
    result = work.crawl()
    assert (result.run.state, result.outcome.file) == (SourceState.DOWN, None)
    assert "超过 2 秒" in result.run.reasons[0]
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_killed_child_is_a_run_that_failed(
    stuck: threading.Event, office: OfficeMaker, tmp_path: Path
) -> None:
    """Killed from outside: state down, the signal named, nothing in the spool."""

    def kill() -> None:
        stuck.wait(20)
        for child in _children(os.getpid()):
            if b"crawlers" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(child, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    result = office(allow=("/art/",)).crawl()
    killer.join()
    assert (result.run.state, result.outcome.file) == (SourceState.DOWN, None)
    assert "信号 9" in result.run.reasons[0]
    assert list((tmp_path / "spool").iterdir()) == []


PARENT = """
import sys
from pathlib import Path
from tests.crawlers.conftest import NOW, card
from tests.servers.site import Site
from crawlers.launch import crawl
from minyi.config import Crawl
site = Site("127.0.0.1", int(sys.argv[1]))
crawl(card(site, allow=("/art/",)), {}, spool=Path(sys.argv[2]), agent="Minyi/0.1", limits=Crawl(), now=NOW,
      revisit_all=True)
"""


def test_the_child_dies_with_its_parent(stuck: threading.Event, site: Site, tmp_path: Path) -> None:
    """Kill -9 of the parent leaves no orphan and no finished file."""
    spool = tmp_path / "spool"
    command = [sys.executable, "-c", PARENT, str(site.port), str(spool)]
    parent = subprocess.Popen(command)  # noqa: S603 - our own interpreter and text
    assert stuck.wait(20)
    (child,) = _children(parent.pid)
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        os.sched_yield()
    assert not Path(f"/proc/{child}").exists()
    assert [path.suffix for path in spool.iterdir()] == [".part"]
    assert site.netloc


def test_half_files_of_dead_children_are_swept(site: Site, office: OfficeMaker, tmp_path: Path) -> None:
    """The next run of the same source removes them, and no one else's."""
    spool = tmp_path / "spool"
    spool.mkdir()
    own, other = "20220605T023000-sample-0a1b2c3d.part", "20220605T023000-other-sample-0a1b2c3d.part"
    for name in (own, other):
        (spool / name).write_text("{}", "utf-8")
    site.page("/", PAGE)
    office().crawl()
    assert not (spool / own).exists()
    assert (spool / other).exists()


def test_a_child_out_of_memory_is_a_run_that_failed(site: Site, tmp_path: Path) -> None:
    """Too little memory to work in ends in words, not in an exception."""
    site.page("/", PAGE)
    outcome = crawl(
        card(site),
        {},
        spool=tmp_path,
        agent="Minyi/0.1",
        limits=Crawl(memory_mb=100),
        now=NOW,
        revisit_all=True,
    )
    assert (outcome.run.state, outcome.file) == (SourceState.DOWN, None)
    assert outcome.run.reasons
    assert list(tmp_path.iterdir()) == []


def test_the_child_opens_no_port(stuck: threading.Event, office: OfficeMaker) -> None:
    """No console and no remote control listens while a crawl runs."""
    listening: list[str] = []

    def look() -> None:
        stuck.wait(20)
        for child in _children(os.getpid()):
            if b"crawlers" in Path(f"/proc/{child}/cmdline").read_bytes():
                sockets = {str(link.readlink()) for link in Path(f"/proc/{child}/fd").iterdir()}
                listening.extend(inode for inode in _listeners() if f"socket:[{inode}]" in sockets)
                listening.append("seen")
                os.kill(child, signal.SIGKILL)

    looker = threading.Thread(target=look)
    looker.start()
    office(allow=("/art/",)).crawl()
    looker.join()
    assert listening == ["seen"]


def _listeners() -> list[str]:
    rows = [
        line.split()
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{name}").read_text().splitlines()
    ]
    return [row[9] for row in rows if len(row) > 9 and row[3] == "0A"]


def test_a_page_our_own_code_fails_on_is_no_calm(site: Site, office: OfficeMaker) -> None:
    """A fault of ours leaves the source blind, with a reason, and the page is asked for again."""
    site.feed("/feed.xml", "<rss version='2.0'><channel><item><title>甲</title></item></channel></rss>")
    faulty = office(kind="feed", url=(site.url("/feed.xml"),), zone="Mars/Base")
    for _ in range(2):
        run = faulty.crawl().run
        assert (run.state, run.errors, run.not_modified) == (SourceState.BROKEN, 1, 0)
        assert run.reasons == ("有页面解析时出错",)
        assert not run.ok

"""`kill -9` at the writing and sending system calls of ingest, detection and notification, one after the other.

Every point is a run of its own: the office as it stood before the step, the step killed at its N-th such call,
then all steps to their end. Posts, alerts and messages must be those of an untroubled run; a mail may come a
second time, once a crash, under the same Message-ID.
"""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from jobs.context import open_context
from jobs.importing import import_file
from jobs.policies import import_policies
from minyi import spool
from minyi.models import CrawlRun, Policy, PolicyId, RawPost, SourceId, SourceState
from minyi.store.care import Act
from minyi.store.query import Query
from tests.servers.smtp import Catcher, serve_smtp

pytestmark = pytest.mark.chaos

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 4, 6, 5, tzinfo=UTC)
STEPS = ("ingest", "watch", "notify")
CALLS = "pwrite64,write,fdatasync,fsync,ftruncate,unlink,rename,sendto"
POSTS = 240
POINTS = int(os.environ.get("MINYI_KILL_POINTS", "1000"))
"""Most points a step; there are some 230 calls in ingest, 55 in each of the others."""


@dataclass(frozen=True)
class Outcome:
    """What stands in the record."""

    posts: frozenset[str]
    alerts: frozenset[tuple[str, str]]
    messages: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Office:
    """A small office whose data folder can be put back to how it stood before each step."""

    folder: Path
    catcher: Catcher

    @property
    def config(self) -> Path:
        """Its configuration."""
        return self.folder / "config" / "office.toml"

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.folder / "data"

    def kept(self, step: str) -> Path:
        """The data folder as it stood before a step."""
        return self.folder / f"before-{step}"

    def keep(self, step: str) -> None:
        """Keep the data folder as it stands now."""
        shutil.copytree(self.data, self.kept(step))

    def put_back(self, step: str) -> None:
        """The data folder as before the step; the copy is confirmed, so that it mails."""
        shutil.rmtree(self.data)
        shutil.copytree(self.kept(step), self.data)
        with open_context(self.config, self.data, now=lambda: NOW) as context:
            context.store.care.release(Act("test", "release", "copy"), NOW)

    def command(self, step: str) -> list[str]:
        """What runs a step in a process of its own."""
        words = ("-m", "tests.chaos.step", str(self.config), str(self.data), step, NOW.isoformat())
        return [sys.executable, *words]

    def outcome(self) -> Outcome:
        """What stands in the record, which must be sound."""
        with open_context(self.config, self.data, now=lambda: NOW) as context:
            assert context.store.verify() == []
            return Outcome(
                frozenset(stored.post.id for stored in context.store.iterate(Query())),
                frozenset((one.id, one.state.value) for one in context.store.alerts()),
                frozenset((one.key, one.state.value) for one in context.store.outbox()),
            )

    def mails(self) -> Counter[str]:
        """Mails caught since the last look, by Message-ID."""
        caught = Counter(str(message_from_bytes(one.raw)["Message-ID"]) for one in self.catcher.caught)
        self.catcher.caught.clear()
        return caught


def build(folder: Path, catcher: Catcher, warmed: Callable[[Path], Path]) -> Office:
    """An office with a month of history, and a crawl of angry posts that waits in the spool."""
    office = Office(folder, catcher)
    office.config.parent.mkdir()
    people = "".join(
        f'[[recipient]]\nname = "{name}"\naddress = "{name}@qingxi.example"\n' for name in ("a", "b", "c")
    )
    office.config.write_text(
        '[office]\nname = "青溪县知识产权局"\ncontact = "a@qingxi.example"\n'
        f'[mail]\nhost = "127.0.0.1"\nport = {catcher.port}\nsecurity = "none"\nsender = "m@qingxi.example"\n'
        + people,
        "utf-8",
    )
    warmed(office.data)
    source = SourceId("bbs")
    lines = [
        f"青溪油糕商标使用办法第 {day} 天的闲谈,2026-02-{day:02}T10:{minute:02}:00+08:00"
        for day in range(2, 29)
        for minute in (5, 35)
    ]
    history = folder / "history.csv"
    history.write_text(
        "text,published_at,first_seen\n" + "".join(f"{one},{one.split(',')[1]}\n" for one in lines), "utf-8"
    )
    with open_context(office.config, office.data, now=lambda: NOW) as context:
        policy = Policy(PolicyId("qingxi"), "青溪油糕商标使用办法", released_at=NOW - timedelta(days=40))
        import_policies(context, [policy], NOW)
        import_file(context, history, "csv", source=source, now=NOW)
        with spool.SpoolWriter(context.spool, source, NOW) as writer:
            for number in range(POSTS):
                when = NOW - timedelta(seconds=20 * number)
                writer.write(
                    RawPost(
                        source=source,
                        fetched_at=NOW,
                        url=f"http://bbs.example/{number}",
                        body_text=f"青溪油糕商标使用办法乱收费，第{number}家店主气愤：不合理，坚决反对{'！' * (number % 7)}{number * 37}",
                        author=f"店主{number}",
                        published_raw=when.isoformat(),
                    )
                )
            run = CrawlRun(source, NOW, NOW, SourceState.OK, items=POSTS)
            writer.finish(spool.Trailer(run, {}))
    return office


def run(words: list[str]) -> None:
    """Run to the end."""
    done = subprocess.run(words, cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603 - ours
    assert done.returncode == 0, done.stderr


def count(strace: str, words: list[str], log: Path) -> int:
    """How many of the calls an untroubled run makes."""
    run([strace, "-f", "-qq", "--seccomp-bpf", "-o", str(log), "-e", f"trace={CALLS}", *words])
    return len(re.findall(r"^\d+ +\w+\(", log.read_text("utf-8", "replace"), flags=re.MULTILINE))


def test_killed_at_any_write_or_send_nothing_is_lost_and_nothing_told_twice_but_one_copy(
    strace: str,
    tmp_path: Path,
    warmed: Callable[[Path], Path],
    record_property: Callable[[str, object], None],
) -> None:
    """Points spread over all calls of each step; every one of them when there are fewer."""
    with serve_smtp(tmp_path, security="none") as catcher:
        office = build(tmp_path, catcher, warmed)
        calls = {}
        for step in STEPS:
            office.keep(step)
            calls[step] = count(strace, office.command(step), tmp_path / "calls")
        expected, told = office.outcome(), office.mails()
        assert len(expected.posts) == 54 + POSTS
        assert expected.alerts
        assert sum(told.values()) == 3
        points = copies = 0
        for place, step in enumerate(STEPS):
            for number in _spread(calls[step], POINTS):
                office.put_back(step)
                inject = f"inject={CALLS}:signal=SIGKILL:when={number}"
                words = [strace, "-f", "-qq", "-o", "/dev/null", "-e", inject, *office.command(step)]
                subprocess.run(words, cwd=ROOT, check=False, capture_output=True)  # noqa: S603 - ours
                run(office.command(",".join(STEPS[place:])))
                assert office.outcome() == expected, f"killed at call {number} of {step}"
                mails = office.mails()
                assert mails.keys() == told.keys(), f"killed at call {number} of {step}"
                assert mails.total() <= told.total() + 1, f"killed at call {number} of {step}"
                points, copies = points + 1, copies + mails.total() - told.total()
    record_property("points", points)
    record_property("calls", str(calls))
    record_property("second copies", copies)
    assert points >= min(300, 3 * POINTS)


def _spread(most: int, wanted: int) -> list[int]:
    """Numbers of calls, evenly over all of them."""
    step = max(1.0, most / wanted)
    return sorted(
        {round(1 + number * step) for number in range(min(wanted, most)) if 1 + number * step <= most}
    )

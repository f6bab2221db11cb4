"""`kill -9` at random moments of every step loses nothing and repeats nothing."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from jobs.context import open_context
from jobs.importing import import_file
from jobs.policies import import_policies
from minyi.policyfile import load_policies
from minyi.store.query import Query
from sample.history import history_lines
from sample.mailbox import Mailbox
from sample.office import office_toml, policies_toml
from sample.site import SampleSite
from sample.story import schedule

STEPS = ("collect", "ingest", "watch", "notify")
LIMIT_SECONDS = 120


@dataclass(frozen=True)
class Outcome:
    """What a run left behind: posts, alerts, and each mail's Message-ID with how often it came."""

    posts: frozenset[tuple[str, str, str]]
    alerts: frozenset[str]
    mails: Counter[str]


class Office:
    """An office on the sample site whose steps run as processes."""

    def __init__(self, folder: Path, site: SampleSite, mailbox: Mailbox) -> None:
        self.config, self.data = folder / "office.toml", folder / "data"
        self._site, self._mailbox = site, mailbox
        self.config.write_text(office_toml(site.port, mailbox.port), "utf-8")
        (folder / "policies.toml").write_text(policies_toml(), "utf-8")
        (folder / "history.jsonl").write_text("\n".join(history_lines(site.base)), "utf-8")
        start = schedule()[0]
        with open_context(self.config, self.data, now=lambda: start) as context:
            import_policies(context, load_policies(folder / "policies.toml"), start)
            import_file(context, folder / "history.jsonl", "jsonl", source=None, now=start)

    def step(self, name: str, at: datetime, kill_after: float | None) -> float:
        """Run one step, killed after that many seconds if it still runs; seconds it took."""
        self._site.now = at
        started = time.monotonic()
        command = [
            sys.executable,
            "-m",
            "tests.chaos.step",
            str(self.config),
            str(self.data),
            name,
            at.isoformat(),
        ]
        child = subprocess.Popen(command)  # noqa: S603 - our own module
        try:
            code = child.wait(LIMIT_SECONDS if kill_after is None else kill_after)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            assert kill_after is not None, f"{name} did not end"
        else:
            assert code == 0
        return time.monotonic() - started

    def outcome(self) -> Outcome:
        """What stands in the record and the mailbox; the record must be sound."""
        with open_context(self.config, self.data) as context:
            assert context.store.verify() == []
            posts = (stored.post for stored in context.store.iterate(Query()))
            return Outcome(
                frozenset((p.id, p.title, p.text) for p in posts),
                frozenset(alert.id for alert in context.store.alerts()),
                Counter(_message_id(path.read_bytes()) for path in self._mailbox.received),
            )


def _message_id(raw: bytes) -> str:
    return str(message_from_bytes(raw)["Message-ID"]).split("@")[0]


@contextmanager
def office(folder: Path, port: int) -> Iterator[Office]:
    """An office in its own folder; `port` 0 takes any for the site."""
    folder.mkdir()
    with SampleSite(port, schedule()[0]) as site, Mailbox(folder / "mail") as mailbox:
        yield Office(folder, site, mailbox)


@pytest.mark.chaos
def test_killing_every_step_at_random_moments_changes_nothing(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """32 kills, one in each step of each round, end in the posts, alerts and mails of an untroubled run."""
    seconds: dict[str, float] = {}
    with office(tmp_path / "calm", 0) as calm:
        port = calm._site.port
        for at in schedule():
            for name in STEPS:
                seconds[name] = max(seconds.get(name, 0.0), calm.step(name, at, None))
        expected = calm.outcome()
    chance = random.Random(20260302)
    with office(tmp_path / "troubled", port) as troubled:
        for at in schedule():
            for name in STEPS:
                troubled.step(name, at, chance.uniform(0.05, 1.0) * seconds[name])
                troubled.step(name, at, None)
        found = troubled.outcome()
    assert found.posts == expected.posts
    assert found.alerts == expected.alerts
    assert found.mails.keys() == expected.mails.keys()
    assert max(found.mails.values()) <= 2
    record_property("kills", len(STEPS) * len(schedule()))
    record_property("posts", len(found.posts))
    record_property("second copies", sum(count - 1 for count in found.mails.values()))

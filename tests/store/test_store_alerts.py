"""Alerts with compare-and-set, and messages that go out once."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from minyi.errors import Conflict
from minyi.models import (
    Alert,
    AlertId,
    AlertState,
    Level,
    Notification,
    OutboxState,
    PolicyId,
    PostId,
    RuleName,
    Scope,
    Span,
    Spike,
)
from minyi.store.base import AlertChange
from minyi.store.sqlite import SqliteStore, claimer
from minyi.store.sqlite.codec import decode_alert, encode
from tests.store.invented import NOW, START

ROOT = Path(__file__).parents[2]
POLICY = PolicyId("p-0")


def alert(name: str = "a1", minutes: int = 0) -> Alert:
    """An invented alert."""
    at = START + timedelta(minutes=minutes, microseconds=7)
    spike = Spike(
        policy=POLICY,
        rule=RuleName.VOLUME,
        scope=Scope.ALL,
        window=Span(START, at),
        observed=12,
        expected=1.5,
        score=4.25,
        threshold=3.75,
        level=Level.III,
        late=False,
        posts=(PostId("x"), PostId("y")),
        arithmetic={"observed": 12, "note": "十二", "none": None},
    )
    return Alert(AlertId(name), POLICY, RuleName.VOLUME, Level.III, AlertState.FIRING, at, at, spike, NOW, 12)


def message(key: str, name: str = "a1") -> Notification:
    """A message about an alert."""
    return Notification(key, AlertId(name), "email", "duty@office.example", "firing")


def new(name: str = "a1", *keys: str, minutes: int = 0) -> AlertChange:
    """A new alert with messages."""
    return AlertChange(alert(name, minutes), None, tuple(message(key, name) for key in keys))


def test_an_alert_comes_back_whole(store: SqliteStore) -> None:
    """Alert, messages and detector state are stored together."""
    store.commit_alerts([new("a1", "k1"), new("a2", minutes=5)], {"p-0": "fold"}, NOW)
    assert store.alert(AlertId("a1")) == alert("a1")
    assert store.alert(AlertId("a9")) is None
    assert [one.id for one in store.alerts()] == ["a2", "a1"]
    assert [one.id for one in store.alerts(limit=1)] == ["a2"]
    assert store.detector_state() == {"p-0": "fold"}
    assert store.outbox() == [replace(message("k1"), created=NOW)]


def test_alerts_as_earlier_releases_wrote_them_are_read() -> None:
    """With a case that repeats its title, and from before there were cases."""
    written = json.loads(encode(alert()))
    written["case"]["title"] = "商户来电"
    assert decode_alert(json.dumps(written)) == alert()
    del written["case"]
    assert [run.due for run in decode_alert(json.dumps(written)).case.clocks] == [NOW]


def test_a_known_alert_or_message_changes_nothing(store: SqliteStore) -> None:
    """A decision made again after a crash writes nothing twice."""
    store.commit_alerts([new("a1", "k1")], {}, NOW)
    store.commit_alerts([new("a1", "k1", "k2", minutes=9)], {"p-0": "again"}, NOW)
    assert store.alert(AlertId("a1")) == alert("a1")
    assert [one.key for one in store.outbox()] == ["k1"]
    assert store.add_notifications([message("k1"), message("k2")], NOW) == 1


def test_a_change_needs_the_version_it_was_read_at(store: SqliteStore) -> None:
    """The second of two writers loses, and nothing of its decision is written."""
    store.commit_alerts([new()], {"state": "old"}, NOW)
    taken = replace(alert(), state=AlertState.ACKNOWLEDGED)
    store.commit_alerts([AlertChange(taken, 1, ())], {}, NOW)
    assert store.alert(AlertId("a1")) == replace(taken, version=2)
    late = AlertChange(replace(alert(), state=AlertState.RESOLVED), 1, (message("k9"),))
    with pytest.raises(Conflict, match="a1"):
        store.commit_alerts([new("a2", "k2"), late], {"state": "new"}, NOW)
    assert store.alert(AlertId("a2")) is None
    assert store.outbox() == []
    assert store.detector_state() == {"state": "old"}


def test_due_messages_are_claimed_oldest_first_and_once(store: SqliteStore) -> None:
    """New and due retries are taken; while this process lives nobody gets them again."""
    store.add_notifications([message(f"k{n}") for n in range(4)], NOW)
    first = store.claim(NOW, limit=3)
    assert [(one.key, one.state, one.attempts) for one in first] == [
        (f"k{n}", OutboxState.SENDING, 1) for n in range(3)
    ]
    assert [one.key for one in store.claim(NOW + timedelta(days=9))] == ["k3"]
    later = NOW + timedelta(minutes=5)
    store.settle("k0", OutboxState.SENT, now=NOW)
    store.settle("k1", OutboxState.RETRY, now=NOW, error="451 稍后", next_try=later)
    store.settle("k2", OutboxState.FAILED, now=NOW, error="550")
    assert store.claim(NOW) == []
    assert [(one.key, one.attempts, one.error) for one in store.claim(later)] == [("k1", 2, "451 稍后")]
    assert [one.key for one in store.outbox([OutboxState.SENT, OutboxState.FAILED])] == ["k0", "k2"]
    assert store.outbox([OutboxState.SENT])[0].sent == NOW


def test_what_was_sent_stays_sent(store: SqliteStore) -> None:
    """A slower second sender cannot turn it back."""
    store.add_notifications([message("k1")], NOW)
    store.claim(NOW)
    store.settle("k1", OutboxState.SENT, now=NOW)
    store.settle("k1", OutboxState.RETRY, now=NOW, next_try=NOW)
    assert store.claim(NOW) == []


_CLAIM = """
import sys
from pathlib import Path
from minyi.store import open_store
from tests.store.invented import NOW
print([one.key for one in open_store(Path(sys.argv[1])).claim(NOW)], flush=True)
sys.stdin.read()
"""


def test_a_claim_of_a_dead_process_is_taken_over_a_living_ones_is_not(
    store: SqliteStore, tmp_path: Path
) -> None:
    """While the sender lives its message is its own; after `kill -9` the message goes out again."""
    store.add_notifications([message("k1")], NOW)
    command = [sys.executable, "-c", _CLAIM, str(tmp_path / "minyi.db")]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as sender:
        assert sender.stdout is not None
        assert sender.stdout.readline() == "['k1']\n"
        assert store.claim(NOW + timedelta(days=1)) == []
        sender.kill()
    assert [(one.key, one.attempts) for one in store.claim(NOW)] == [("k1", 2)]


def test_a_claimer_out_of_reach_keeps_its_claim_for_the_lease() -> None:
    """Another container cannot be asked: only time frees its message; another boot frees it at once."""
    boot = claimer.token().split("/")[0]
    there = f"{boot}/pid:[1]|17|99"
    assert claimer.may_live(there, claimer.LEASE_SECONDS - 1)
    assert not claimer.may_live(there, claimer.LEASE_SECONDS)
    assert not claimer.may_live("another-boot/pid:[1]|17|99", 0)
    assert claimer.may_live(claimer.token(), 10**9)
    assert not claimer.may_live(claimer.token() + "0", 0), "a process number used again is another process"


def test_jobs_remember_their_last_success(store: SqliteStore) -> None:
    """By name; None before the first."""
    assert store.last_success("brief") is None
    store.job_success("brief", NOW)
    store.job_success("brief", NOW + timedelta(microseconds=1))
    assert store.last_success("brief") == NOW + timedelta(microseconds=1)

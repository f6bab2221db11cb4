"""Messages over real SMTP and HTTP on loopback: gathered, capped, threaded, digested, complained of."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts import cases
from alerts.deadlines import PLAIN_CLOCKS
from alerts.lifecycle import FIRING, message
from alerts.notify.parcels import Parcel, Waiting, pack, wait_until
from alerts.routing import Told
from jobs.cases import take
from jobs.clocks import warn
from jobs.context import Context, open_context
from jobs.digest import JOB, digest_view, queue_digest
from jobs.heartbeat import beat
from jobs.notify import deliver
from minyi.clock import LOCAL
from minyi.errors import SendError
from minyi.models import (
    Alert,
    AlertId,
    AlertState,
    Level,
    Notification,
    OutboxState,
    Policy,
    PolicyId,
    RuleName,
    Scope,
    Span,
    Spike,
)
from minyi.people import Recipient
from minyi.store.base import AlertChange
from tests.servers.smtp import Catcher, serve_smtp

NOW = datetime(2026, 3, 4, 14, 5, tzinfo=LOCAL)
HOUR = timedelta(hours=1)
DUTY = "duty@qingxi.example"


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[Catcher]:
    """A mail server without encryption."""
    with serve_smtp(tmp_path, security="none") as running:
        yield running


@contextmanager
def office(tmp_path: Path, catcher: Catcher, more: str = "") -> Iterator[Context]:
    """An office with one duty officer; `clock` stands still."""
    config = tmp_path / "config" / "office.toml"
    config.parent.mkdir(exist_ok=True)
    config.write_text(
        f'[office]\nname = "青溪县知识产权局"\ncontact = "{DUTY}"\n'
        f'[mail]\nhost = "127.0.0.1"\nport = {catcher.port}\nsecurity = "none"\nsender = "minyi@qingxi.example"\n'
        f'[[recipient]]\nname = "值班员"\naddress = "{DUTY}"\n{more}',
        "utf-8",
    )
    with open_context(config, tmp_path / "data", now=lambda: NOW) as context:
        yield context


def alert(number: int, level: Level = Level.III, *, late: bool = False, at: datetime = NOW) -> Alert:
    """An invented spike's alert on policy `number`."""
    policy = PolicyId(f"p{number:03}")
    spike = Spike(
        policy=policy,
        rule=RuleName.BY_HAND,
        scope=Scope.ALL,
        window=Span(at - HOUR, at),
        observed=0,
        expected=0.0,
        score=0.0,
        threshold=0.0,
        level=level,
        late=late,
        posts=(),
        arithmetic={"title": f"第 {number} 件", "onset": at.isoformat(), "hour_posts": 0},
    )
    return Alert(
        id=AlertId(f"{number:032x}"),
        policy=policy,
        rule=RuleName.BY_HAND,
        level=level,
        state=AlertState.FIRING,
        detected_at=at,
        updated_at=at,
        spike=spike,
        due_at=None,
        notified_count=0,
    )


def fire(context: Context, alerts: list[Alert], at: datetime = NOW) -> None:
    """Commit alerts with a message to the duty officer each."""
    person = Told(Recipient("值班员", DUTY))
    context.store.save_policies([Policy(one.policy, f"第 {one.policy} 号办法") for one in alerts], at)
    changes = [AlertChange(one, None, (message(one, FIRING, person, at),)) for one in alerts]
    context.store.commit_alerts(changes, {}, at)


def body(catcher: Catcher, number: int = -1) -> str:
    """The plain text of a caught mail."""
    part = catcher.caught[number].message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_two_hundred_spikes_at_once_are_one_mail_and_nothing_is_dropped(
    tmp_path: Path, catcher: Catcher
) -> None:
    """Every alert stands in it, gravest first, and every message is marked sent."""
    with office(tmp_path, catcher) as context:
        fire(context, [alert(n, Level.II if n % 5 == 0 else Level.III) for n in range(200)])
        assert deliver(context, NOW) == 1
        assert deliver(context, NOW) == 0
        assert len(context.store.outbox([OutboxState.SENT])) == 200
    (caught,) = catcher.caught
    assert caught.message["Subject"].startswith("[民意合并通知] 200 起预警：II级 40 起，III级 160 起")
    text = body(catcher)
    assert all(f"第 {n} 件" in text for n in range(200))
    assert text.index("第 5 件") < text.index("第 1 件")


def test_a_group_that_was_refused_comes_again_under_the_same_id(tmp_path: Path, catcher: Catcher) -> None:
    """Also with alerts that joined meanwhile; nobody is told of one of them twice."""
    catcher.script["data"] = ["451 later"]
    with office(tmp_path, catcher) as context:
        fire(context, [alert(n) for n in range(5)])
        assert deliver(context, NOW) == 0
        first = context.store.outbox()[0].key
        fire(context, [alert(n) for n in range(5, 9)], NOW + timedelta(minutes=2))
        assert deliver(context, NOW + timedelta(minutes=2)) == 1
    (caught,) = catcher.caught
    assert caught.message["Message-ID"].startswith(f"<{first}@")
    assert caught.message["Subject"].startswith("[民意合并通知] 9 起预警")


def test_beyond_the_hourly_cap_messages_wait_and_are_gathered(tmp_path: Path, catcher: Catcher) -> None:
    """Two an hour: the third waits, level I does not, and when the hour is over what waited is one mail."""
    with office(tmp_path, catcher, "[notify]\nper_hour = 2\ngroup_from = 2\n") as context:
        for minute in range(3):
            at = NOW + timedelta(minutes=minute)
            fire(context, [alert(minute, at=at)], at)
            deliver(context, at)
        assert len(catcher.caught) == 2
        at = NOW + timedelta(minutes=5)
        fire(context, [alert(9, Level.I, at=at)], at)
        assert deliver(context, at) == 1
        fire(context, [alert(4, at=at)], at)
        assert deliver(context, at) == 0
        assert deliver(context, NOW + timedelta(minutes=66)) == 1
        assert {one.state for one in context.store.outbox()} == {OutboxState.SENT}
    assert "2 起预警" in catcher.caught[-1].message["Subject"]


def test_after_downtime_the_live_spike_comes_alone_and_the_past_ones_in_one_mail(
    tmp_path: Path, catcher: Catcher
) -> None:
    """Three spikes, one still on: two mails."""
    with office(tmp_path, catcher) as context:
        fire(context, [alert(1, late=True), alert(2, late=True), alert(3)])
        assert deliver(context, NOW) == 2
    subjects = [one.message["Subject"] for one in catcher.caught]
    assert sum(one.startswith("[民意合并补报] 2 起") for one in subjects) == 1


def test_later_mails_on_an_alert_are_filed_under_the_first(tmp_path: Path, catcher: Catcher) -> None:
    """In-Reply-To and References name the first mail's id; the first has neither."""
    with office(tmp_path, catcher) as context:
        fire(context, [alert(1)])
        deliver(context, NOW)
        told = message(alert(1), "grown", Told(Recipient("值班员", DUTY)), NOW, stage="60")
        context.store.add_notifications([told], NOW)
        deliver(context, NOW + HOUR)
    first, second = (one.message for one in catcher.caught)
    assert first["References"] is None
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]


def test_clocks_warn_at_half_at_four_fifths_and_at_the_end_each_once(
    tmp_path: Path, catcher: Catcher
) -> None:
    """At the end everybody is told, whatever their level; after the answer nobody."""
    more = '[[recipient]]\nname = "局长"\naddress = "head@qingxi.example"\nlevel = 1\n'
    with office(tmp_path, catcher, more) as context:
        fire(context, [PLAIN_CLOCKS.begin(alert(1))])
        deliver(context, NOW)
        told = [warn(context, NOW + hours * HOUR) for hours in (20, 24, 25, 39, 40, 48, 49)]
        assert told == [0, 1, 0, 1, 0, 2, 0]
        taken = take(context, "0", lambda one: cases.false_alarm(one, now=NOW), who="陈", why="")
        assert taken.state is AlertState.RESOLVED
        assert warn(context, NOW + 50 * HOUR) == 0


def test_the_digest_comes_once_a_morning_also_after_a_pause(tmp_path: Path, catcher: Catcher) -> None:
    """What is open, what was only noticed; a level IV alert is never mailed by itself."""
    more = "[notify]\ndigest_hour = 8\n"
    with office(tmp_path, catcher, more) as context:
        evening = NOW.replace(hour=20)
        assert queue_digest(context, evening) == 0
        fire(context, [alert(1, Level.II, at=evening)], evening)
        deliver(context, evening)
        quiet = alert(2, Level.IV, at=evening)
        context.store.commit_alerts([AlertChange(quiet, None, ())], {}, evening)
        assert [queue_digest(context, evening + hours * HOUR) for hours in (11, 12, 13, 40, 41)] == [
            0,
            1,
            0,
            1,
            0,
        ]
        deliver(context, evening + 12 * HOUR)
        assert context.store.last_success(JOB) is not None
    mail = next(one.message for one in catcher.caught if "早报" in one.message["Subject"])
    assert mail["Subject"].startswith("[民意早报]")
    text = next(body(catcher, n) for n, one in enumerate(catcher.caught) if "早报" in one.message["Subject"])
    assert "第 1 件" in text.split("提示（IV 级")[0]
    assert "第 2 件" in text.split("提示（IV 级")[1]


def test_the_digest_tells_of_a_policys_alerts_due_together_once(tmp_path: Path, catcher: Catcher) -> None:
    """Three alerts of one policy, one answer: one line, with their number."""
    with office(tmp_path, catcher) as context:
        same = [replace(alert(n), policy=PolicyId("p001")) for n in (1, 2, 3)]
        fire(context, [PLAIN_CLOCKS.begin(one) for one in same])
        told = Notification("k", AlertId(""), "email", DUTY, "digest", created=NOW + 30 * HOUR)
        (line,) = digest_view(context, told, NOW + 30 * HOUR).due
    assert (line.what, line.clock) == ("《第 p001 号办法》3 起预警", "回应 48 小时")
    assert line.standing == "还有 18 小时"


class _Site(http.server.BaseHTTPRequestHandler):
    """Answers 200 and counts."""

    asked: list[tuple[str, bytes]] = []  # noqa: RUF012 - one list a test, set there

    def do_GET(self) -> None:
        """Count a heartbeat."""
        self.asked.append((self.path, b""))
        self.send_response(200 if "down" not in self.path else 500)
        self.end_headers()

    def do_POST(self) -> None:
        """Keep what a channel sent."""
        length = int(self.headers.get("Content-Length", 0))
        self.asked.append((self.path, self.rfile.read(length)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[http.server.ThreadingHTTPServer]:
    """A web address on loopback."""
    _Site.asked = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_heartbeat_beats_while_every_job_succeeds_and_people_hear_when_one_does_not(
    tmp_path: Path, catcher: Catcher, site: http.server.ThreadingHTTPServer
) -> None:
    """Every five minutes; silent as soon as a job is late, and one mail a day about it."""
    url = f"http://127.0.0.1:{site.server_port}/ping/1?x=2"
    with office(tmp_path, catcher, f'[notify]\nheartbeat_url = "{url}"\n') as context:
        jobs = ("collect", "watch", "notify", "upkeep")
        for minute in range(0, 20, 2):
            for job in jobs:
                context.store.job_success(job, NOW + timedelta(minutes=minute))
            beat(context, NOW + timedelta(minutes=minute), NOW)
        assert [path for path, _ in _Site.asked] == ["/ping/1?x=2"] * 4
        for minute in (30, 31, 60):
            for job in ("collect", "notify", "upkeep"):
                context.store.job_success(job, NOW + timedelta(minutes=minute))
            beat(context, NOW + timedelta(minutes=minute), NOW)
        assert len(_Site.asked) == 4
        assert deliver(context, NOW + HOUR) == 1
    assert catcher.caught[-1].message["Subject"] == "[民意值守] 识别没有按时完成"


def test_a_heartbeat_that_is_not_heard_is_an_error(
    tmp_path: Path, catcher: Catcher, site: http.server.ThreadingHTTPServer
) -> None:
    """A refusing address counts as none."""
    url = f"http://127.0.0.1:{site.server_port}/down"
    with (
        office(tmp_path, catcher, f'[notify]\nheartbeat_url = "{url}"\n') as context,
        pytest.raises(SendError),
    ):
        beat(context, NOW, NOW)


def test_other_ways_get_the_alert_too(
    tmp_path: Path, catcher: Catcher, site: http.server.ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A webhook through Apprise; its address is a secret, and without one its messages wait."""
    person = Told(Recipient("robot", "robot", channel="apprise:robot"))
    with office(tmp_path, catcher, '[[channel]]\nid = "robot"\n') as context:
        fire(context, [alert(1, Level.II)])
        context.store.add_notifications([message(alert(1, Level.II), FIRING, person, NOW)], NOW)
        assert deliver(context, NOW) == 1
        assert context.store.outbox([OutboxState.RETRY])[0].error == "没有设置这条通知途径"
        monkeypatch.setenv("MINYI_CHANNEL_ROBOT", f"json://127.0.0.1:{site.server_port}/hook")
        assert deliver(context, NOW + HOUR) == 1
    ((path, sent),) = _Site.asked
    assert path.startswith("/hook")
    assert "第 1 件".encode() in sent or b"\\u7b2c 1" in sent


def test_few_alerts_go_one_by_one() -> None:
    """So that each can be answered and threaded."""
    person = Told(Recipient("值班员", DUTY))
    waiting = [Waiting(message(one, FIRING, person, NOW), one) for one in (alert(1), alert(2), alert(3))]
    assert [len(parcel.items) for parcel in pack(waiting, 4)] == [1, 1, 1]
    assert [len(parcel.items) for parcel in pack(waiting, 3)] == [3]


def test_the_cap_counts_the_last_hour_and_lets_level_one_pass() -> None:
    """The next may go an hour after the oldest of the last `per_hour`."""
    person = Told(Recipient("值班员", DUTY))
    parcel = Parcel((Waiting(message(alert(1), FIRING, person, NOW), alert(1)),))
    sent = [NOW - timedelta(minutes=90), NOW - timedelta(minutes=40), NOW - timedelta(minutes=10)]
    assert wait_until(parcel, sent, 3, NOW) is None
    assert wait_until(parcel, sent, 2, NOW) == NOW + timedelta(minutes=20)
    gravest = replace(alert(1), level=Level.I)
    assert wait_until(Parcel((Waiting(parcel.items[0].message, gravest),)), sent, 1, NOW) is None

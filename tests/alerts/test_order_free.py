"""However posts arrive, the same alerts stand in the end, and nobody is told twice of one."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from alerts.lifecycle import decide
from alerts.onsets import OPEN, onset_of, settled_onsets
from alerts.routing import Directory
from alerts.rules import policy_spikes
from minyi.models import Alert, AlertId, Notification, Sighting
from minyi.people import Recipient
from minyi.rules import Rules
from tests.alerts.watching import NOW, POLICY, burst, everyday, watch

HOUR = timedelta(hours=1)
DUTY = Recipient("值班", "duty@qingxi.example")


@dataclass
class Service:
    """The smallest service: what is known, what stands, who was told."""

    posts: dict[str, Sighting] = field(default_factory=dict)
    alerts: dict[AlertId, Alert] = field(default_factory=dict)
    outbox: dict[str, Notification] = field(default_factory=dict)

    def take(self, batch: Sequence[Sighting], now: datetime) -> None:
        """Posts arrive, possibly again; the first sight counts."""
        for one in batch:
            self.posts.setdefault(one.post, replace(one, first_seen=now))

    def tick(self, now: datetime) -> None:
        """Detect, decide, commit."""
        known = list(self.alerts.values())
        last = settled_onsets(known, now - OPEN).get(POLICY)
        found = policy_spikes(watch(self.posts.values(), now, last_onsets=last), Rules(), now)
        changes = decide(found, known, policies={}, directory=Directory([DUTY]), rules=Rules(), now=now)
        for change in changes:
            self.alerts[change.alert.id] = change.alert
            for message in change.notifications:
                self.outbox.setdefault(message.key, message)

    def onsets(self) -> set[tuple[str, datetime]]:
        """Rule and onset of every alert."""
        return {(a.rule.value, onset_of(a.spike)) for a in self.alerts.values()}

    def first_mails(self) -> Counter[str]:
        """First mails by alert."""
        return Counter(n.alert for n in self.outbox.values() if n.reason == "firing")


def affair(chance: random.Random) -> list[Sighting]:
    """A month of talk, and in its last three days two bursts, one of them resentful."""
    posts = everyday(chance)
    for start, count, negative in ((NOW - 60 * HOUR, 45, 0.1), (NOW - 20 * HOUR, 70, 0.8)):
        posts += burst(chance, count, start, chance.uniform(1, 4), negative=negative)
    return sorted(posts, key=lambda p: p.published)


def run(posts: Sequence[Sighting], arrivals: Sequence[datetime], ticks: Sequence[datetime]) -> Service:
    """Feed the posts at their arrival times, in a service that ticks at those instants."""
    service = Service()
    queue = sorted(zip(arrivals, posts, strict=True), key=lambda pair: pair[0])
    place = 0
    for now in sorted(ticks):
        batch = []
        while place < len(queue) and queue[place][0] <= now:
            batch.append(queue[place])
            place += 1
        for at, one in batch:
            service.take([one], at)
        service.tick(now)
    return service


def in_order(posts: Sequence[Sighting]) -> Service:
    """Every post a minute after publishing, a tick every three hours and one at the end."""
    ticks = [NOW - h * HOUR for h in range(72, 0, -3)] + [NOW]
    return run(posts, [p.published + timedelta(minutes=1) for p in posts], ticks)


@pytest.mark.parametrize("seed", range(3))
def test_any_arrival_order_ends_with_the_same_alerts(seed: int) -> None:
    """Delays of up to 20 hours, odd ticks, posts delivered twice: equal onsets, one first mail an alert."""
    chance = random.Random(seed)
    posts = affair(chance)
    wanted = in_order(posts)
    assert len(wanted.alerts) >= 3
    late = [p.published + chance.choice((0.02, 1, 8, 20)) * HOUR * chance.random() for p in posts]
    ticks = [NOW - chance.uniform(0, 72) * HOUR for _ in range(6)]
    ticks += [NOW - h * HOUR for h in range(72, 0, -3)] + [NOW]
    again = list(zip(posts, late, strict=True)) + [
        (p, at + 2 * HOUR) for p, at in zip(posts[::7], late[::7], strict=True)
    ]
    chance.shuffle(again)
    found = run([p for p, _ in again], [min(at, NOW) for _, at in again], ticks)
    assert found.onsets() == wanted.onsets()
    assert max(found.first_mails().values()) == 1
    assert len(found.first_mails()) <= len(found.alerts)


def test_a_restart_that_forgets_everything_but_the_record_mails_nothing_new() -> None:
    """A second service on the same posts and alerts changes and sends nothing."""
    posts = affair(random.Random(3))
    service = in_order(posts)
    before = (dict(service.alerts), set(service.outbox))
    restarted = Service(dict(service.posts), dict(service.alerts), dict(service.outbox))
    restarted.tick(NOW)
    assert (restarted.alerts, set(restarted.outbox)) == before

"""One stream of posts, delivered in a thousand ways: the same alerts must stand, and nobody is told twice.

A month of talk about one policy ends in three lively days: a burst, a resentful burst, copies of one text on
two sources, a watch-list claim repeated. Each run delivers the posts of those days in its own order, late by
up to a day, some of them again, some before the service was stopped and started, to a record of its own;
looks fall at random times. What must stand is set by the run that delivers each post a minute old.

`python -m benchmarks.interleavings FIRST COUNT` runs a part by itself.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from alerts.onsets import onset_of
from benchmarks.report import Row, Section
from jobs.context import Context, open_context
from jobs.watch import watch
from minyi.models import (
    AlertId,
    Claim,
    Evidence,
    Label,
    Match,
    Policy,
    PolicyId,
    Post,
    PostId,
    Precision,
    Sentiment,
    SourceId,
    Stance,
    WatchItem,
)

RUNS = 1_000
A_STORY = 100
"""Runs on the same story."""
END = datetime(2026, 3, 6, 3, 0, tzinfo=UTC)
"""The last look of every run."""
LIVELY = timedelta(days=3)
HOUR = timedelta(hours=1)
POLICY = Policy(
    PolicyId("qingxi"), "青溪油糕地理标志办法", watch=(WatchItem("fee", "都要交会费", "无须交纳会费"),)
)
OFFICE = """
[office]
name = "示例局"
contact = "press@office.example"
[[recipient]]
name = "值班"
address = "duty@office.example"
level = 4
"""
SOURCES = (SourceId("bbs"), SourceId("news"))
LATEST = timedelta(hours=23)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A post and when it arrives."""

    at: datetime
    post: Post


@dataclass(frozen=True, slots=True)
class Outcome:
    """What stands after the last look: (rule, subject, onset) of every alert, and first mails by alert."""

    onsets: frozenset[tuple[str, str, str]]
    first_mails: Mapping[AlertId, int]
    twins: int
    """Alerts whose policy, rule, subject and onset another one has."""

    @property
    def told_twice(self) -> int:
        """Alerts with more than one first mail, and twins."""
        return self.twins + sum(count > 1 for count in self.first_mails.values())


def story(seed: int) -> tuple[list[Post], list[Post]]:
    """Posts of the quiet weeks, and of the lively days, each in order of publishing."""
    chance = random.Random(seed)
    lively = END - LIVELY
    posts, when = [], END - timedelta(days=36)
    while (when := when + chance.expovariate(0.4) * HOUR) < END - HOUR:
        posts.append(_post(chance, when, negative=chance.random() < 1 / 6))
    for start, count, negative in ((lively + 5 * HOUR, 45, 0.1), (lively + 47 * HOUR, 70, 0.8)):
        span = chance.uniform(1, 4)
        posts += [
            _post(chance, start + chance.uniform(0, span) * HOUR, negative=chance.random() < negative)
            for _ in range(count)
        ]
    posts += [_post(chance, lively + (30 + i / 3) * HOUR, cluster="copied") for i in range(9)]
    posts += [_post(chance, lively + (20 + 2 * i) * HOUR, claims=True) for i in range(5)]
    posts.sort(key=lambda post: (post.published, post.id))
    split = sum(post.published < lively for post in posts)
    return posts[:split], posts[split:]


def _post(
    chance: random.Random, when: datetime, *, negative: bool = False, cluster: str = "", claims: bool = False
) -> Post:
    when = when.replace(microsecond=0)
    name = PostId(f"{chance.getrandbits(64):016x}")
    word = Evidence("贵", 0, 1, -1.0, "词典")
    feeling = (
        Sentiment(-0.6, Label.NEGATIVE, (word,), 0.1, "v1")
        if negative
        else Sentiment(0.0, Label.NEUTRAL, (), 0.5, "v1")
    )
    return Post(
        id=name,
        source=chance.choice(SOURCES),
        platform="forum",
        content="post",
        text=f"虚构的帖文 {name}",
        published=when,
        precision=Precision.MINUTE,
        first_seen=when + timedelta(minutes=1),
        author=name,
        sentiment=feeling,
        matches=(Match(POLICY.id, "title", sure=True),),
        claims=(Claim(POLICY.id, "fee", Stance.REPEAT, "会费"),) if claims else (),
        cluster=cluster or name,
    )


class Stage:
    """An office and its story; every run has a record of its own, which begins with the quiet weeks."""

    def __init__(self, folder: Path, seed: int) -> None:
        """Keep records under `folder`."""
        self.quiet, self.posts = story(seed)
        self._folder = folder
        self._config = folder / "office.toml"
        folder.mkdir(parents=True, exist_ok=True)
        self._config.write_text(OFFICE, "utf-8")

    def in_order(self) -> Outcome:
        """Each post a minute after publishing, a look every two hours."""
        deliveries = [Delivery(post.published + timedelta(minutes=1), post) for post in self.posts]
        looks = [END - LIVELY + 2 * n * HOUR for n in range(1, 36)]
        return self.run(deliveries, looks, restarts=())

    def shuffled(self, seed: int) -> Outcome:
        """Random delays, orders within a moment, repetitions, looks and restarts."""
        chance = random.Random(f"{seed} of the thousand")
        usual = chance.choice((0.02, 1.0, 6.0, 23.0))
        deliveries = []
        for post in self.posts:
            late = min(LATEST, chance.expovariate(1 / usual) * HOUR + timedelta(minutes=1))
            deliveries.append(Delivery(min(post.published + late, END - timedelta(minutes=1)), post))
            if chance.random() < 0.15:
                again = deliveries[-1].at + chance.uniform(0, 10) * HOUR
                deliveries.append(Delivery(min(again, END - timedelta(minutes=1)), post))
        chance.shuffle(deliveries)
        looks = [END - chance.uniform(0, 1) * LIVELY for _ in range(chance.randrange(1, 10))]
        restarts = [chance.randrange(len(looks) + 1) for _ in range(chance.randrange(4))]
        return self.run(deliveries, looks, restarts)

    def run(
        self, deliveries: Sequence[Delivery], looks: Sequence[datetime], restarts: Sequence[int]
    ) -> Outcome:
        """Deliver and look; before each look counted in `restarts` the record is closed and opened again."""
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            data = Path(folder) / "data"
            with open_context(self._config, data) as context:
                context.store.save_policies([POLICY], END)
                context.store.save_posts(self.quiet, now=END)
                watch(context, END - LIVELY)
            waiting = sorted(deliveries, key=lambda one: one.at)
            times = [*sorted(looks), END]
            for part in _parts(times, restarts):
                with open_context(self._config, data) as context:
                    for now in part:
                        waiting = _arrive(context, waiting, now)
                        watch(context, now)
            with open_context(self._config, data) as context:
                return _outcome(context)


def _parts(times: Sequence[datetime], restarts: Sequence[int]) -> Iterator[Sequence[datetime]]:
    cuts = sorted({0, len(times), *restarts})
    return (times[a:b] for a, b in pairwise(cuts))


def _arrive(context: Context, waiting: Sequence[Delivery], now: datetime) -> list[Delivery]:
    """Save what has arrived by now, each with its own time of arrival; return the rest."""
    arrived = [one for one in waiting if one.at <= now]
    context.store.save_posts([replace(one.post, first_seen=one.at) for one in arrived], now=now)
    return list(waiting[len(arrived) :])


def _outcome(context: Context) -> Outcome:
    alerts = context.store.alerts(1_000)
    keys = Counter((a.rule.value, a.spike.subject, onset_of(a.spike).isoformat()) for a in alerts)
    firsts = Counter(n.alert for n in context.store.outbox() if n.reason == "firing")
    return Outcome(frozenset(keys), firsts, sum(count - 1 for count in keys.values()))


@contextmanager
def stage(seed: int = 1) -> Iterator[Stage]:
    """A stage in a folder of its own, removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield Stage(Path(folder), seed)


def differences(first: int, count: int) -> tuple[int, int, int]:
    """Of these runs: how many end with other alerts, how many told twice; and alerts that had to stand.

    Stories are told side by side, one to a core.
    """
    stories = range(first // A_STORY, -(-(first + count) // A_STORY))
    runs = [
        range(max(first, story * A_STORY), min(first + count, (story + 1) * A_STORY)) for story in stories
    ]
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(_story_differences, stories, runs))
    other, twice, standing = (sum(column) for column in zip(*found, strict=True))
    return other, twice, standing


def _story_differences(story_seed: int, runs: Sequence[int]) -> tuple[int, int, int]:
    """As `differences`, of one story."""
    other = twice = 0
    with stage(story_seed) as here:
        wanted = here.in_order()
        for seed in runs:
            found = here.shuffled(seed)
            if found.onsets != wanted.onsets:
                other += 1
                print(f"run {seed}: {sorted(found.onsets ^ wanted.onsets)}", file=sys.stderr)
            twice += found.told_twice > 0
    return other, twice, len(wanted.onsets)


def run() -> Section:
    """All runs."""
    return section(*differences(0, RUNS))


def section(other: int, twice: int, standing: int) -> Section:
    """What `differences` found in all runs, as a table."""
    rows = (
        Row(f"alerts that must stand, {RUNS // A_STORY} stories", str(standing)),
        Row(f"of {RUNS:,} deliveries, runs that end with other alerts", str(other), "0"),
        Row(f"of {RUNS:,} deliveries, runs in which somebody was told twice", str(twice), "0"),
    )
    about = (
        "Three lively days of one policy's posts, delivered in random order, up to 23 hours late, partly "
        "twice, with random looks and restarts, to a record of their own; compared by policy, rule, subject "
        "and onset with delivery in order."
    )
    return Section("Order of arrival", "python -m benchmarks interleavings", about, rows)


if __name__ == "__main__":
    print(differences(int(sys.argv[1]), int(sys.argv[2])))

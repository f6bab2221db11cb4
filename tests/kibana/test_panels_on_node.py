"""Every panel, asked of a real Elasticsearch as Kibana asks it, shows the numbers the record has."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from typing import Any

import pytest

from jobs.boards import HEALTH_UNTIL
from jobs.boards import Boards as SideIndices
from kibana import bodies
from minyi.clock import LOCAL
from minyi.models import (
    Alert,
    AlertId,
    AlertState,
    Case,
    CrawlRun,
    Level,
    Policy,
    Post,
    PostId,
    Precision,
    RuleName,
    Scope,
    SourceId,
    SourceState,
    Span,
    Spike,
    Stance,
)
from minyi.panelfile import load_boards
from minyi.store import open_store
from minyi.store.base import AlertChange, Split, Step
from minyi.store.query import Query
from minyi.store.sqlite import SqliteStore
from tests.elastic.stand import Stand
from tests.kibana.lens import Json, Lens, Rows
from tests.store import invented

pytestmark = pytest.mark.elastic

BOARDS = load_boards()
PANELS = [(board, panel) for board in BOARDS.board for panel in board.panel]
NOW = invented.START + timedelta(days=9, hours=7, minutes=20)
HOUR = timedelta(hours=1)
RULES = (RuleName.VOLUME, RuleName.NEGATIVE_VOLUME, RuleName.SOURCE_SILENT)


@dataclass
class Office:
    """A record and the cluster's copy of it."""

    record: SqliteStore
    stand: Stand

    def lens(self, days: int) -> Lens:
        """Kibana's eyes on the copy."""

        def ask(index: str, body: Json) -> Json:
            answer: Json = self.stand.cluster.ask("POST", f"/{index}/_search", body)
            return answer

        return Lens(ask, self.stand.layout.prefix, BOARDS, NOW, days)

    def posts(self, start: datetime, end: datetime = NOW) -> list[Post]:
        """What the record has in a range both ends of which count, as Kibana's do."""
        query = Query(published=(start, end + timedelta(seconds=1)))
        return [one.post for one in self.record.iterate(query)]

    def week(self) -> list[Post]:
        """The overview's range."""
        return self.posts(NOW - timedelta(days=7))


def post(random: Random, number: int) -> Post:
    """An invented post with everything the boards count."""
    made = invented.post(random, number)
    claims = tuple(replace(one, stance=random.choice(list(Stance))) for one in made.claims)
    words = tuple(random.sample(("商标", "会费", "专利", "补贴"), random.randrange(4)))
    more = {"reposts": random.randrange(50)} if random.random() < 0.6 else {}
    title = made.title or f"示例标题{number}"
    platform = random.choice(("论坛", "新闻", "微博"))
    return replace(made, claims=claims, keywords=words, metrics=more, title=title, platform=platform)


def alert(random: Random, number: int) -> Alert:
    """An invented alert."""
    at = NOW - timedelta(hours=random.randrange(1, 40 * 24))
    policy, rule, level = random.choice(invented.POLICIES), random.choice(RULES), random.choice(list(Level))
    numbers = {"voices": random.randrange(9)}
    spike = Spike(
        policy, rule, Scope.ALL, Span(at - HOUR, at), random.randrange(5, 90), 1.5, 4.0, 3.75, level,
        late=False, posts=(PostId("x"),), arithmetic=numbers,
    )  # fmt: skip
    state = random.choice(list(AlertState))
    taken = at + timedelta(minutes=random.randrange(1, 300)) if state is not AlertState.FIRING else None
    answered = at + timedelta(minutes=random.randrange(-60, 900)) if number % 3 else None
    case = Case(acknowledged_at=taken, responded_at=answered)
    return Alert(
        AlertId(f"a{number}"), policy, rule, level, state, at, at, spike, at + 5 * HOUR, 1, case=case
    )


def run(random: Random, source: str, at: datetime) -> CrawlRun:
    """An invented crawl."""
    state = random.choices(
        (SourceState.OK, SourceState.QUIET, SourceState.BLOCKED, SourceState.DOWN), (6, 2, 1, 1)
    )[0]
    numbers = [random.randrange(20) for _ in range(4)]
    return CrawlRun(SourceId(source), at, at + timedelta(minutes=2), state, numbers[0], numbers[1], 0, numbers[2], numbers[3])  # fmt: skip


@pytest.fixture(scope="module")
def office(elastic_node: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """1,500 posts, 60 alerts, 20 hours of crawls, all in both places."""
    random = invented.seeded("boards")
    record = open_store(tmp_path_factory.mktemp("boards") / "minyi.db")
    released = [
        Policy(one, f"示例办法之{n}", f"示知发〔2026〕{n}号", released_at=NOW - n * 24 * HOUR)
        for n, one in enumerate(invented.POLICIES)
    ]
    record.save_policies(released, NOW)
    record.save_posts([post(random, n) for n in range(1_500)], now=NOW)
    record.commit_alerts([AlertChange(alert(random, n), None, ()) for n in range(60)], {}, NOW)
    start = NOW.replace(minute=0) - 20 * HOUR
    for hour in range(20):
        for source in invented.SOURCES:
            record.record_run(run(random, source, start + hour * HOUR + timedelta(minutes=9)))
    stand = Stand(elastic_node)
    stand.filled(record)
    record.projection.note({HEALTH_UNTIL: start.isoformat()})
    SideIndices(record, stand.cluster, stand.layout).turn(NOW)
    stand.refresh()
    yield Office(record, stand)
    record.close()


# --- what the record says, panel by panel ---------------------------------------------------------------

Truth = Callable[[Office], Rows]


def label_of(one: Post) -> str | None:
    """The stored word."""
    return one.sentiment.label.chinese if one.sentiment else None


def cluster_of(one: Post) -> str:
    """A post without copies is a voice of its own."""
    return one.cluster or one.id


def policies_of(one: Post) -> list[str]:
    """Sure ones."""
    return sorted({match.policy for match in one.matches if match.sure})


def midnight() -> datetime:
    """Today's 00:00, +08:00."""
    return NOW.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)


def today_and_yesterday(office: Office) -> tuple[list[Post], list[Post]]:
    """Posts since midnight, and those of the same hours a day before."""
    day = timedelta(days=1)
    return office.posts(midnight()), office.posts(midnight() - day, NOW - day)


def share(posts: list[Post]) -> float:
    """Of negative ones."""
    return sum(label_of(one) == "负面" for one in posts) / len(posts)


def curve(office: Office, split: Split | None) -> Rows:
    """The record's own hour curve."""
    query = Query(published=(NOW - timedelta(days=7), NOW + timedelta(seconds=1)))
    named = {"negative": "负面", "neutral": "中性", "positive": "正面"}
    return {
        (_hour(one.start), *([named[one.key]] if split else [])): [one.count]
        for one in office.record.timeline(query, Step.HOUR, split)
        if one.count and (not split or one.key in named)
    }


def _hour(at: datetime) -> str:
    return at.astimezone(LOCAL).isoformat(timespec="milliseconds")


def policy_rows(office: Office) -> Rows:
    """Count and mean by the record's own facet, voices by its posts."""
    week = office.week()
    rows: Rows = {}
    for name in invented.POLICIES:
        mine = [one for one in week if name in policies_of(one)]
        scored = [one.sentiment.polarity for one in mine if one.sentiment]
        rows[(name,)] = [len(mine), len({cluster_of(one) for one in mine}), sum(scored) / len(scored)]
    query = Query(published=(NOW - timedelta(days=7), NOW + timedelta(seconds=1)))
    counted = {(row.value,): row.count for row in office.record.facet(query, Split.POLICY).rows}
    assert {name: row[0] for name, row in rows.items()} == counted
    return rows


def repost_rows(office: Office) -> Rows:
    """By cluster: posts, title of the newest, sum of reposts."""
    week = sorted(office.week(), key=cluster_of)
    rows: Rows = {}
    for name, group in groupby(week, key=cluster_of):
        mine = list(group)
        newest = max(mine, key=lambda one: one.published)
        rows[(name,)] = [len(mine), newest.title, sum(one.metrics.get("reposts", 0) for one in mine)]
    return rows


def counted(keys: Iterator[tuple[str, ...]]) -> Rows:
    """How often each key comes."""
    return {key: [times] for key, times in Counter(keys).items()}


def alerts(office: Office, days: float = 30, shift: float = 0) -> list[Alert]:
    """The record's alerts of the board's range."""
    end = NOW - timedelta(days=shift)
    return [
        one for one in office.record.alerts(1_000) if end - timedelta(days=days) <= one.detected_at <= end
    ]


def mean_minutes(office: Office, times: Callable[[Case], datetime | None]) -> float:
    """From detection on; an answer before it took none."""
    spans = [
        (at - one.detected_at) / timedelta(minutes=1) for one in alerts(office) if (at := times(one.case))
    ]
    return sum(max(one, 0.0) for one in spans) / len(spans)


def alert_rows(office: Office) -> Rows:
    """By policy: how many, the most posts, the newest."""
    by_policy: dict[str, list[Alert]] = defaultdict(list)
    for one in alerts(office):
        by_policy[one.policy].append(one)
    return {
        (name,): [
            len(mine),
            max(one.spike.observed for one in mine),
            max(one.detected_at for one in mine).isoformat(),
        ]
        for name, mine in by_policy.items()
    }


def runs(office: Office) -> list[CrawlRun]:
    """Crawls whose hour was written."""
    return office.record.projection.runs(Span(NOW - timedelta(days=3), NOW.replace(minute=0)))


def fresh(office: Office) -> Rows:
    """New posts by hour and source, of the hours written."""
    start, end = NOW.replace(minute=0) - 20 * HOUR, NOW.replace(minute=0)
    seen: Counter[tuple[str, str]] = Counter()
    for one in office.record.iterate(Query()):
        if start <= one.post.first_seen < end:
            seen[_hour(one.post.first_seen.replace(minute=0, second=0)), one.post.source] += 1
    hours = [_hour(start + n * HOUR) for n in range(20)]
    return {(hour, source): [seen[hour, source]] for hour in hours for source in invented.SOURCES}


def blind(office: Office) -> Rows:
    """Hours that ended blind, by source."""
    return counted(
        (_hour(one.started.replace(minute=0)), str(one.source)) for one in runs(office) if one.state.blind
    )


def source_rows(office: Office) -> Rows:
    """By source: new posts, last state, last success, sums of the crawls."""
    health = office.record.source_health()
    new: Counter[str] = Counter()
    for (_, source), (count,) in fresh(office).items():
        new[source] += count
    rows: Rows = {}
    for source in invented.SOURCES:
        mine = [one for one in runs(office) if one.source == source]
        last = health[source].last_success
        assert last is not None
        sums = [sum(getattr(one, name) for one in mine) for name in ("pages", "errors", "blocked")]
        rows[(source,)] = [new[source], mine[-1].state.value, last.isoformat(), *sums]
    return rows


TRUTH: dict[str, Truth] = {
    "today-volume": lambda office: {(): [len(one) for one in today_and_yesterday(office)]},
    "today-voices": lambda office: {(): [len({cluster_of(p) for p in one}) for one in today_and_yesterday(office)]},
    "negative-share": lambda office: {
        (): [share(office.week()), share(office.posts(NOW - timedelta(days=14), NOW - timedelta(days=7)))]
    },
    "open-alerts": lambda office: {(): [sum(one.state is AlertState.FIRING for one in office.record.alerts(1_000))]},
    "trend": lambda office: curve(office, Split.LABEL),
    "releases": lambda office: curve(office, None),
    "platforms": lambda office: counted((p.platform, label) for p in office.week() if (label := label_of(p))),
    "policies": policy_rows,
    "policy-names": lambda office: counted((one.id, one.title) for one in office.record.policies()),
    "misread": lambda office: counted(
        (f"{one.policy}/{one.item}:{one.stance.value}",)
        for p in office.week() for one in p.claims if one.stance is not Stance.UNCLEAR
    ),
    "hours": lambda office: counted(
        (f"{p.published.astimezone(LOCAL):%H}", p.platform)
        for p in office.week() if p.precision in (Precision.MINUTE, Precision.HOUR)
    ),
    "open": lambda office: {(): [sum(one.state is AlertState.FIRING for one in office.record.alerts(1_000))]},
    "raised": lambda office: {(): [len(alerts(office)), len(alerts(office, shift=7))]},
    "answered": lambda office: {
        (): [sum(one.state in (AlertState.RESPONDED, AlertState.RESOLVED) for one in alerts(office)) / len(alerts(office))]
    },
    "acknowledge-time": lambda office: {(): [mean_minutes(office, lambda case: case.acknowledged_at)]},
    "respond-time": lambda office: {(): [mean_minutes(office, lambda case: case.responded_at)]},
    "days": lambda office: counted(
        (_hour(one.detected_at.astimezone(LOCAL).replace(hour=0, minute=0)), one.level.name) for one in alerts(office)
    ),
    "rules": lambda office: counted((one.rule.value, one.state.value) for one in alerts(office)),
    "alert-policies": alert_rows,
    "lag": lambda office: {(): [round((NOW - at).total_seconds()) if (at := office.record.index_lag()[1]) else 0]},
    "dead-letters": lambda office: {(): [office.record.projection.dead_count()]},
    "fresh": lambda office: {(): [sum(row[0] for row in fresh(office).values()), 0]},
    "faults": lambda office: {(): [sum(one.errors for one in runs(office))]},
    "walls": lambda office: {(): [sum(one.blocked for one in runs(office))]},
    "source-hours": fresh,
    "blind-hours": blind,
    "sources": source_rows,
}  # fmt: skip

ELSEWHERE = {"hot-words", "reposts", "posts", "ledger"}
"""Panels that show a part or an order, each with a test of its own below."""


def config(name: str) -> tuple[Json, int]:
    """A panel's configuration as sent, and the days of its board."""
    for board in BOARDS.board:
        sent: Any = bodies.board(board, BOARDS)["panels"]
        for one in sent:
            if one["id"] == name:
                return one["config"], board.days
    raise KeyError(name)


def test_every_panel_is_asked_for() -> None:
    """A new panel needs its truth here."""
    assert {panel.id for _, panel in PANELS} == set(TRUTH) | ELSEWHERE


@pytest.mark.parametrize("name", TRUTH)
def test_a_panel_shows_the_records_numbers(office: Office, name: str) -> None:
    """Each row, each number; nothing more and nothing less."""
    asked, days = config(name)
    shown = office.lens(days).rows(asked)
    true = TRUTH[name](office)
    assert set(shown) == set(true)
    for key, numbers in true.items():
        assert shown[key] == pytest.approx(numbers, abs=1e-9) if _numeric(numbers) else shown[key] == numbers


def _numeric(numbers: list[Any]) -> bool:
    return all(isinstance(one, int | float) for one in numbers)


def test_the_truth_is_not_empty(office: Office) -> None:
    """Equal nothings would prove nothing: most panels have many rows, and no number is always 0."""
    rows = {name: TRUTH[name](office) for name in TRUTH}
    assert all(rows.values())
    zero = {name for name, one in rows.items() if not any(value for row in one.values() for value in row)}
    assert zero <= {"lag", "dead-letters"}


def test_the_largest_clusters_are_shown_with_their_newest_title(office: Office) -> None:
    """Ties at the edge may fall either way; what is shown is true, and nothing larger is missing."""
    asked, days = config("reposts")
    shown, true = office.lens(days).rows(asked), repost_rows(office)
    assert len(shown) == 20
    assert shown == {key: true[key] for key in shown}
    assert min(row[0] for row in shown.values()) >= max(
        row[0] for key, row in true.items() if key not in shown
    )


def test_hot_words_are_words_of_the_range(office: Office) -> None:
    """Kibana compares with the whole index, so only this can be said: no word is made up, counts are true."""
    asked, days = config("hot-words")
    true = counted((word,) for one in office.week() for word in one.keywords)
    shown = office.lens(days).rows(asked)
    assert all(shown[key] == true[key] for key in shown)


def test_posts_are_listed_newest_first(office: Office) -> None:
    """With title, platform, sentiment and address as stored."""
    asked, days = config("posts")
    shown = office.lens(days).newest(asked)
    week = sorted(office.week(), key=lambda one: one.published, reverse=True)
    titles = Counter(one.title for one in week)
    assert len(shown) == min(500, len(week))
    assert not Counter(one["title_raw"] for one in shown) - titles
    assert shown[0]["title_raw"] in {one.title for one in week if one.published == week[0].published}


def test_the_ledger_lists_every_alert_of_the_range(office: Office) -> None:
    """Newest first, with due times."""
    asked, days = config("ledger")
    true = sorted(alerts(office), key=lambda one: one.detected_at, reverse=True)
    shown = office.lens(days).newest(asked)
    assert [one["observed"] for one in shown][:1] == [true[0].spike.observed]
    assert Counter(one["level"] for one in shown) == Counter(one.level.name for one in true)
    assert all("due_at" in one for one in shown)


def test_releases_are_marked(office: Office) -> None:
    """Each policy's release, with its title."""
    asked, days = config("releases")
    (layer,) = (one for one in asked["layers"] if one["type"] == "annotations")
    assert [title for _, title in office.lens(days).marks(layer)] == [
        f"示例办法之{n}" for n in reversed(range(len(invented.POLICIES)))
    ]

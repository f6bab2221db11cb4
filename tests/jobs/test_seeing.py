"""What the live watch sees of sources: which are key, which refuse us, which have fallen silent."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts.explain import explain
from jobs.context import Context, open_context
from jobs.letters import names_of
from jobs.recheck import recheck
from jobs.watch import watch
from minyi.models import (
    AlertState,
    CrawlRun,
    Level,
    Match,
    Policy,
    PolicyId,
    Post,
    PostId,
    Precision,
    RuleName,
    SourceId,
    SourceState,
)
from minyi.store.base import SpoolCommit

NOW = datetime(2026, 3, 5, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = Policy(PolicyId("qingxi"), "青溪油糕地理标志办法")
PAPER = SourceId("paper")


@contextmanager
def office(folder: Path, extra: str = "") -> Iterator[Context]:
    """An office that reads one source every half hour."""
    (folder / "office.toml").write_text(
        f"""
[office]
name = "示例局"
contact = "press@office.example"
[[source]]
id = "paper"
name = "青溪日报"
kind = "feed"
url = ["https://paper.example/rss"]
legal_basis = "虚构"
robots = {{ checked = 2026-01-05, result = "none" }}
assessed = 2026-01-05
every = "30m"
{extra}
""",
        "utf-8",
    )
    with open_context(folder / "office.toml", folder / "data", now=lambda: NOW) as context:
        context.store.save_policies([POLICY], NOW)
        yield context


def post(when: datetime, number: int = 0, *, about: bool = True) -> Post:
    """A post of the paper."""
    name = PostId(f"{when.isoformat()}-{number}")
    return Post(
        id=name,
        source=PAPER,
        platform="web",
        content="news",
        text=f"虚构的报道 {name}",
        published=when,
        precision=Precision.MINUTE,
        first_seen=when + timedelta(minutes=1),
        author=name,
        matches=(Match(POLICY.id, "title", sure=True),) if about else (),
        cluster=name,
    )


def read(
    context: Context, at: datetime, posts: Sequence[Post] = (), state: SourceState = SourceState.OK
) -> None:
    """A run of the source."""
    run = CrawlRun(PAPER, at, at, state, reasons=() if not state.blind else ("对方返回状态码 403",))
    if state.blind:
        context.store.record_run(run)
    else:
        context.store.save_posts(posts, now=at, commit=SpoolCommit(run, {}))


def alert_texts(context: Context, rule: RuleName) -> list[str]:
    """What the alerts of a rule say."""
    names = names_of(context)
    return [explain(a.spike, names) for a in context.store.alerts() if a.rule is rule]


def test_a_mention_by_a_key_source_is_told_and_by_another_not(tmp_path: Path) -> None:
    """The card's `key` decides; the numbers are those of the record."""
    for name, extra, told in (("key", "key = true", 1), ("plain", "", 0)):
        folder = tmp_path / name
        folder.mkdir()
        with office(folder, extra) as context:
            read(context, NOW - timedelta(days=9))
            read(context, NOW, [post(NOW - HOUR)])
            watch(context, NOW)
            texts = alert_texts(context, RuleName.KEY_SOURCE)
            assert len(texts) == told
            assert all("被重点信源提及 1 帖（1 个来源）" in text for text in texts)
            for alert in context.store.alerts():
                assert [row for row in recheck(context, alert) if not row.same] == []


def test_a_site_that_refuses_us_is_one_alert_however_it_goes_on(tmp_path: Path) -> None:
    """Blocked, told after two intervals; then down: the same outage, nothing new; read again: closed."""
    with office(tmp_path) as context:
        read(context, NOW - 2 * HOUR)
        for minutes in (90, 60, 45):
            at = NOW - timedelta(minutes=minutes)
            read(context, at, state=SourceState.BLOCKED)
            watch(context, at)
        (alert,) = context.store.alerts()
        assert (alert.rule, alert.level) == (RuleName.SOURCE_BLOCKED, Level.III)
        assert [row for row in recheck(context, alert) if not row.same] == []
        read(context, NOW, state=SourceState.DOWN)
        watch(context, NOW)
        assert [one.id for one in context.store.alerts()] == [alert.id]
        read(context, NOW + HOUR, [post(NOW)])
        watch(context, NOW + HOUR)
        (closed,) = context.store.alerts()
        assert closed.state is AlertState.RESOLVED


def test_a_source_that_is_read_and_brings_nothing_is_told_and_its_return_closes_it(tmp_path: Path) -> None:
    """Forty posts an hour for four weeks, then none for two days, every read a success."""
    stop = NOW - timedelta(days=2)
    with office(tmp_path) as context:
        begin = stop - timedelta(days=28)
        read(context, begin - HOUR)
        every = [post(begin + timedelta(minutes=1.5 * n), n, about=False) for n in range(28 * 24 * 40)][
            : 28 * 24 * 40
        ]
        read(context, stop, every)
        watch(context, stop)
        assert context.store.alerts() == []
        read(context, NOW, state=SourceState.QUIET)
        watch(context, NOW)
        (alert,) = context.store.alerts()
        assert (alert.rule, alert.spike.arithmetic["kind"]) == (RuleName.SOURCE_SILENT, "quiet")
        assert "青溪日报能够读取，但自" in alert_texts(context, RuleName.SOURCE_SILENT)[0]
        assert [row for row in recheck(context, alert) if not row.same] == []
        watch(context, NOW + timedelta(minutes=1))
        assert len(context.store.alerts()) == 1
        later = NOW + HOUR
        read(context, later, [post(later - timedelta(minutes=5), about=False)])
        watch(context, later)
        assert context.store.alerts()[0].state is AlertState.RESOLVED

"""The situation says what the values say, and nothing when there is nothing."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from minyi.cards import RobotsCheck, RobotsResult, Source
from minyi.clock import LOCAL, span_text
from minyi.models import (
    Alert,
    AlertId,
    AlertState,
    Bucket,
    Label,
    Level,
    Policy,
    PolicyId,
    Post,
    PostId,
    Precision,
    RuleName,
    Scope,
    Sentiment,
    SourceHealth,
    SourceId,
    SourceState,
    Span,
    Spike,
)
from reports.compose import compose, gaps, share
from reports.situation import Command, Given, Situation
from reports.terminal import render, sparkline
from reports.width import cells

NOW = datetime(2026, 6, 11, 8, 0, tzinfo=UTC)
TODAY = datetime(2026, 6, 11, tzinfo=LOCAL).astimezone(UTC)
DAY = timedelta(days=1)
POLICY = Policy(PolicyId("p"), "示例办法", released_at=TODAY - 50 * DAY)
SITE, FORUM = SourceId("site"), SourceId("forum")


def _card(name: SourceId, title: str) -> Source:
    return Source(
        id=name,
        name=title,
        kind="article",
        url=("http://127.0.0.1:1/",),
        legal_basis="虚构",
        robots=RobotsCheck(date(2026, 5, 8), RobotsResult.ALLOWED),
        assessed=date(2026, 5, 8),
        sample=True,
    )


def _days(*counts: tuple[int, int] | None) -> list[Bucket]:
    """Buckets by label for the days up to today: (all, negative), None = blind."""
    found = []
    for back, pair in zip(range(len(counts) - 1, -1, -1), counts, strict=True):
        start = TODAY - back * DAY
        total, negative = pair or (0, 0)
        for label, count in ((Label.NEGATIVE, negative), (Label.NEUTRAL, total - negative)):
            found.append(Bucket(start, start + DAY, count, key=label.value, blind=pair is None))
    return found


def _alert(due: datetime | None = None, state: AlertState = AlertState.FIRING) -> Alert:
    spike = Spike(
        policy=POLICY.id,
        rule=RuleName.NEGATIVE_VOLUME,
        scope=Scope.NEGATIVE,
        window=Span(NOW - timedelta(hours=1), NOW),
        observed=18,
        expected=0.4,
        score=9.1,
        threshold=3.75,
        level=Level.II,
        late=False,
        posts=(PostId("a"), PostId("gone")),
        arithmetic={},
    )
    return Alert(
        AlertId("abc"), POLICY.id, RuleName.NEGATIVE_VOLUME, Level.II, state, NOW, NOW, spike, due, 18
    )


def _post(title: str = "", text: str = "凭什么收费") -> Post:
    return Post(
        PostId("a"),
        FORUM,
        "forum",
        "post",
        text,
        NOW,
        Precision.MINUTE,
        NOW,
        title=title,
        url="http://127.0.0.1:1/a.html",
        sentiment=Sentiment(-0.9, Label.NEGATIVE, (), 0.1, "1"),
    )


def _given(**changes: object) -> Given:
    whole = Span(NOW - 3 * timedelta(days=1), NOW)
    health = {
        name: SourceHealth(name, SourceState.OK, NOW, NOW - timedelta(hours=1), None)
        for name in (SITE, FORUM)
    }
    base = Given(
        now=NOW,
        span=whole,
        stored=1234,
        policies=[POLICY],
        buckets={POLICY.id: _days((2, 0), (30, 20), (4, 1))},
        alerts=[_alert(NOW + timedelta(hours=48))],
        explained={AlertId("abc"): "近 1 小时负面 18 帖，平时约 0.4 帖。"},
        posts={PostId("a"): _post()},
        cards=[_card(SITE, "青溪生活网"), _card(FORUM, "青溪论坛")],
        health=health,
        covered={SITE: [whole], FORUM: [whole]},
        mails=["data-demo/mail/x.eml"],
        commands=[Command("minyi init", "换成自己的单位")],
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def test_volume_negatives_and_trend_are_sums_of_the_buckets() -> None:
    """Totals, the highest day with its share, and the newest day against the mean before it."""
    (line,) = compose(_given()).policies
    assert (line.volume, line.negative) == (36, 21)
    assert line.trend == "最高 06-10：30 帖，负面 20（67%）；06-11：4 帖，此前日均 16.0"


def test_a_blind_day_is_unknown_and_not_zero() -> None:
    """It is left out of the mean and drawn as its own mark."""
    (line,) = compose(_given(buckets={POLICY.id: _days((2, 0), None, (4, 1))})).policies
    assert [day.blind for day in line.days] == [False, True, False]
    assert line.trend.endswith("此前日均 2.0")
    assert sparkline(line.days, 10) == "▄x█"


def test_posts_of_a_blind_day_are_counted_but_not_compared() -> None:
    """What was seen before the source died is a fact; the day's volume is still unknown."""
    days = _days((2, 0), (7, 7), (4, 1))
    days[2:4] = [replace(one, blind=True) for one in days[2:4]]
    (line,) = compose(_given(buckets={POLICY.id: days})).policies
    assert line.volume == 13
    assert line.trend.endswith("此前日均 2.0")
    assert sparkline(line.days, 10)[1] == "x"


def test_days_on_which_nobody_could_look_are_no_data() -> None:
    """A blind day without posts is not a day without posts."""
    (line,) = compose(_given(buckets={POLICY.id: _days(None, None)})).policies
    assert (line.volume, line.trend) == (None, "无数据")


def test_sparkline_keeps_zero_apart_from_little() -> None:
    """Zero is a dot; one of a thousand is still a bar; the newest days are kept."""
    days = compose(_given(buckets={POLICY.id: _days((9, 0), (0, 0), (1, 0), (1000, 0))})).policies[0].days
    assert sparkline(days, 3) == ".▁█"


def test_no_data_is_said_and_not_invented() -> None:
    """Without buckets, alerts, cards, mails or policies nothing is computed."""
    empty = _given(buckets={}, alerts=[], cards=[], mails=[], health={}, covered={})
    assert compose(empty).policies[0].volume is None
    assert compose(empty).coverage == "无数据"
    text = render(compose(empty))
    assert "声量 无数据" in text
    assert "没有预警" in text
    assert "没有发出邮件" in text
    assert "示例数据" not in text
    assert "无数据" in render(compose(replace(empty, policies=[])))


def test_days_without_posts_have_no_share() -> None:
    """0 of 0 is no percentage."""
    assert compose(_given(buckets={POLICY.id: _days((0, 0), (0, 0))})).policies[0].trend == "无数据"
    assert share(0, 0) == "无数据"
    assert share(1, 3) == "33%"


@pytest.mark.parametrize(
    ("due", "state", "told"),
    [
        (None, AlertState.FIRING, "无时限"),
        (NOW + timedelta(hours=47, minutes=5), AlertState.FIRING, "还剩 1 天 23 小时"),
        (NOW - timedelta(minutes=90), AlertState.FIRING, "已超时 1 小时 30 分钟"),
        (NOW - timedelta(minutes=90), AlertState.RESPONDED, "已回应"),
    ],
)
def test_the_deadline_is_told_in_words(due: datetime | None, state: AlertState, told: str) -> None:
    """What is left, what is overdue, or that the clock was stopped."""
    (line,) = compose(_given(alerts=[_alert(due, state)])).alerts
    assert line.due.endswith(told)


def test_alerts_stand_gravest_first() -> None:
    """Level before time, newest first within a level."""
    older = replace(_alert(), id=AlertId("older"), detected_at=NOW - DAY)
    mild = replace(_alert(), id=AlertId("mild"), level=Level.IV)
    told = compose(_given(alerts=[mild, older, _alert()])).alerts
    assert [line.id for line in told] == ["abc", "older", "mild"]


def test_of_alerts_found_together_the_negative_ones_stand_first() -> None:
    """Though the volume of all posts is larger; of the same kind the larger stands first."""
    spike = _alert().spike
    made = [("all", Scope.ALL, 50), ("few", Scope.NEGATIVE, 9), ("many", Scope.NEGATIVE, 30)]
    alerts = [
        replace(_alert(), id=AlertId(name), spike=replace(spike, scope=scope, observed=posts))
        for name, scope, posts in made
    ]
    assert [line.id for line in compose(_given(alerts=alerts)).alerts] == ["many", "few", "all"]


def test_alerts_that_are_not_shown_are_counted() -> None:
    """Five in full, the closed one last of its level; the numbers are of all."""
    closed = replace(_alert(state=AlertState.RESOLVED), id=AlertId("0"))
    waiting = [replace(_alert(), id=AlertId(f"{number}")) for number in range(1, 7)]
    found = compose(_given(alerts=[closed, *waiting]))
    assert [line.id for line in found.alerts] == ["1", "2", "3", "4", "5"]
    text = render(found, 80)
    assert "预警 7 起，待受理 6 起" in text
    assert "一、预警（7）" in text
    assert "另有 2 起，见 minyi alerts list" in text
    assert "另有" not in render(compose(_given()), 80)


def test_an_alert_shows_its_arithmetic_and_links() -> None:
    """Its own text, rule and state, and the posts that speak for it; forgotten posts are left out."""
    text = render(compose(_given()), 100)
    assert "近 1 小时负面 18 帖，平时约 0.4 帖。" in text
    assert "负面声量突增 · 待受理" in text
    assert "[负面] 凭什么收费" in text
    assert "http://127.0.0.1:1/a.html" in text


def test_a_silent_source_is_named() -> None:
    """An alert about a source names the source, not a policy."""
    alert = _alert()
    silent = replace(alert, rule=RuleName.SOURCE_SILENT, spike=replace(alert.spike, source=SITE))
    (line,) = compose(_given(alerts=[silent])).alerts
    assert (line.subject, line.rule) == ("信源 青溪生活网", "信源静默")


def test_blind_times_are_told_with_their_length() -> None:
    """A gap between successful runs, closed or still open, stands in the coverage line."""
    start = NOW - timedelta(hours=10)
    covered = [Span(start, NOW - timedelta(hours=8)), Span(NOW - timedelta(hours=2), NOW)]
    down = SourceHealth(FORUM, SourceState.DOWN, start, None, NOW - timedelta(hours=3))
    given = _given(covered={SITE: covered})
    situation = compose(replace(given, health={**given.health, FORUM: down}))
    assert "青溪生活网 06-11 08:00 至 06-11 14:00（6 小时）" in situation.coverage
    assert "青溪论坛 自 06-11 13:00 起" in situation.coverage
    assert situation.coverage.startswith("1/2 个信源正常")
    assert [line.state for line in situation.sources] == ["正常", "中断"]


def test_gaps_need_no_order() -> None:
    """Touching spans leave no gap; order does not matter."""
    spans = [Span(NOW, NOW + DAY), Span(NOW - DAY, NOW), Span(NOW + 2 * DAY, NOW + 3 * DAY)]
    assert gaps(spans) == (Span(NOW + DAY, NOW + 2 * DAY),)
    assert gaps([]) == ()


def test_a_source_never_read_is_not_called_healthy() -> None:
    """No run yet is its own state."""
    (site, _) = compose(_given(health={})).sources
    assert (site.state, site.healthy) == ("未采集", False)


@pytest.mark.parametrize("width", [60, 80, 101])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Long Chinese titles, hostile names and arithmetic are wrapped or cut at every width."""
    long = "关于进一步加强和规范地理标志商标使用管理工作若干问题的指导意见" * 3
    given = _given(
        policies=[replace(POLICY, title=long)],
        posts={PostId("a"): _post(title="<b>标题</b>\x1b[2J", text=long)},
        explained={AlertId("abc"): long + "。" + "负面 18/24（75%），" * 9},
        cards=[_card(SITE, long), _card(FORUM, "青溪论坛")],
    )
    lines = render(compose(given), width).splitlines()
    assert max(map(cells, lines)) <= width
    assert not any("\x1b" in line for line in lines)


def _columns(situation: Situation, name: str) -> Sequence[int]:
    """Cell position of the last-success time in each source's row."""
    rows = [line for line in render(situation).splitlines() if line.startswith("  ") and name in line]
    return [cells(line.partition(name)[0]) for line in rows]


def test_columns_of_mixed_names_align() -> None:
    """Chinese and Latin names leave the next column where it was."""
    situation = compose(_given(cards=[_card(SITE, "青溪生活网（示例）"), _card(FORUM, "RSS feed 3")]))
    assert len(set(_columns(situation, "2026-06-11 16:00"))) == 1


def test_colour_adds_nothing_but_colour() -> None:
    """Without its escapes the coloured text equals the plain one."""
    situation = compose(_given())
    coloured = render(situation, colour=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == render(situation)


@pytest.mark.parametrize(
    ("length", "told"),
    [
        (timedelta(0), "不到 1 分钟"),
        (timedelta(minutes=59), "59 分钟"),
        (timedelta(hours=24), "1 天"),
        (timedelta(days=2, minutes=3), "2 天 3 分钟"),
        (timedelta(days=1, hours=2, minutes=3), "1 天 2 小时"),
    ],
)
def test_lengths_are_told_in_two_units(length: timedelta, told: str) -> None:
    """The two largest units that are not zero."""
    assert span_text(length) == told

"""When a source counts as silent, and when it does not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import log10

import pytest

from alerts.explain import Names, explain, headline
from alerts.figures import figures
from alerts.silence import SourceCurve, may_be_quiet, quiet_source, silent_sources
from minyi.cards import RobotsCheck, RobotsResult, Source
from minyi.models import (
    ALL_POLICIES,
    CrawlRun,
    Level,
    RuleName,
    SourceHealth,
    SourceId,
    SourceState,
    Spike,
)
from minyi.rules import BlockedRule, Rules, SilentRule

NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)
CARD = Source(
    id=SourceId("bbs"),
    name="青溪论坛",
    kind="feed",
    url=("https://bbs.example/rss",),
    legal_basis="公开信息",
    robots=RobotsCheck(date(2026, 1, 1), RobotsResult.ALLOWED),
    assessed=date(2026, 1, 1),
    every="30m",
)


def health(
    hours: float, state: SourceState = SourceState.DOWN, *, failed: bool = True
) -> dict[SourceId, SourceHealth]:
    """Last good read `hours` ago, and, if `failed`, a failed run since."""
    good = NOW - timedelta(hours=hours)
    run = (
        CrawlRun(CARD.id, NOW - timedelta(minutes=5), NOW, state, reasons=("连接被拒绝",)) if failed else None
    )
    return {CARD.id: SourceHealth(CARD.id, state, good, None, good, run)}


def silent(
    standing: dict[SourceId, SourceHealth], card: Source = CARD, watching_since: datetime = LONG_AGO
) -> list[Spike]:
    """Outages found."""
    return silent_sources([card], standing, Rules(), now=NOW, watching_since=watching_since)


@pytest.mark.parametrize(("hours", "found"), [(1.4, 0), (1.5, 1), (40, 1)])
def test_three_missed_intervals_make_a_silent_source(hours: float, found: int) -> None:
    """At 30 minutes an interval it takes an hour and a half."""
    assert len(silent(health(hours))) == found


def test_an_outage_is_known_by_its_start_and_explained() -> None:
    """The same outage later has the same onset; the text says since when, how many, why."""
    (spike,) = silent(health(6))
    assert (spike.policy, spike.source, spike.level) == (ALL_POLICIES, CARD.id, Level.III)
    assert spike.arithmetic["onset"] == (NOW - timedelta(hours=6)).isoformat()
    names = Names({}, {CARD.id: CARD.name})
    assert "青溪论坛自 2026-03-04 08:00 起未能成功读取" in explain(spike, names)
    assert "约 12 次" in explain(spike, names)
    assert "连接被拒绝" in explain(spike, names)
    assert headline(spike, names) == "青溪论坛已 6 小时未能读取"


def test_a_paused_source_and_one_never_run_are_not_silent() -> None:
    """Somebody decided so, or nobody expected anything."""
    assert silent(health(40), replace(CARD, paused=True)) == []
    assert silent(health(40, SourceState.PAUSED)) == []
    assert silent({}) == []
    assert silent({CARD.id: SourceHealth(CARD.id, SourceState.OK, None, None, None)}) == []


def test_a_service_that_was_down_itself_does_not_call_its_sources_silent() -> None:
    """Just started after 12 hours: nothing failed yet; an hour and a half later without a read it did."""
    standing = health(12, SourceState.OK, failed=False)
    assert silent(standing, watching_since=NOW - timedelta(minutes=1)) == []
    assert len(silent(standing, watching_since=NOW - timedelta(hours=2))) == 1
    assert len(silent(health(12), watching_since=NOW - timedelta(minutes=1))) == 1


def test_hours_in_which_nobody_crawls_do_not_count() -> None:
    """A source crawled from 8 to 20 local is not silent in the morning after a quiet night."""
    card = replace(CARD, hours="8-20")
    assert silent(health(18.25), card) != []
    at_nine = NOW - timedelta(hours=5)
    last_night = at_nine - timedelta(hours=13, minutes=15)
    run = CrawlRun(CARD.id, at_nine, at_nine, SourceState.DOWN)
    standing = {CARD.id: SourceHealth(CARD.id, SourceState.DOWN, last_night, None, last_night, run)}
    found = silent_sources([card], standing, Rules(), now=at_nine, watching_since=LONG_AGO)
    assert found == []


def test_the_rule_can_be_switched_off() -> None:
    """Then nothing is silent."""
    rules = Rules(source_silent=SilentRule(enabled=False))
    assert silent_sources([CARD], health(40), rules, now=NOW, watching_since=LONG_AGO) == []


def test_a_site_that_refuses_us_is_told_sooner_and_as_such() -> None:
    """Blocked runs count by a clock of their own, two intervals; the same outage by another cause is silence."""
    (spike,) = silent(health(1.1, SourceState.BLOCKED))
    assert spike.rule is RuleName.SOURCE_BLOCKED
    text = explain(spike, Names({}, {CARD.id: CARD.name}))
    assert "起拒绝读取，已错过约 2.2 次（每 30 分钟一次，满 2 次即提示）" in text
    assert "请与其联系或暂停该信源" in text
    assert headline(spike, Names({}, {CARD.id: CARD.name})) == "青溪论坛已 1.1 小时拒绝读取"
    assert silent(health(1.1, SourceState.DOWN)) == []
    (down,) = silent(health(1.6, SourceState.DOWN))
    assert down.rule is RuleName.SOURCE_SILENT
    off = Rules(source_blocked=BlockedRule(enabled=False))
    standing = health(5, SourceState.BLOCKED)
    assert silent_sources([CARD], standing, off, now=NOW, watching_since=LONG_AGO) == []


def curve(
    since_newest: int, *, a_day: int = 2400, blind: frozenset[datetime] = frozenset(), now: datetime = NOW
) -> SourceCurve:
    """A source that posts from 8 to 20 local, `a_day` posts each, and stopped `since_newest` hours ago."""
    newest = now - timedelta(hours=since_newest)
    hours = [now - timedelta(hours=h) for h in range(28 * 24 + since_newest, 0, -1)]
    posts = [(h, a_day // 12 if 0 <= h.hour < 12 and h < newest else 0) for h in hours]
    return SourceCurve(CARD.id, newest, posts, blind)


def test_a_lively_source_that_brings_nothing_is_quiet_by_its_own_habits() -> None:
    """Six silent hours of its day are chance once in ten thousand; a night it never writes in is not."""
    spike = quiet_source(curve(6), SilentRule(), NOW)
    assert spike is not None
    assert (spike.rule, spike.source, spike.observed) == (RuleName.SOURCE_SILENT, CARD.id, 0)
    assert spike.arithmetic["kind"] == "quiet"
    assert spike.arithmetic["onset"] == (NOW - timedelta(hours=6)).isoformat()
    assert spike.expected > 417
    phi = spike.arithmetic["phi"]
    assert isinstance(phi, float)
    assert spike.score == pytest.approx(log10(1 + phi * spike.expected) / phi)
    text = explain(spike, Names({}, {CARD.id: CARD.name}))
    assert "能够读取，但自 2026-03-04 08:00 起没有新帖" in text
    assert ("最近一帖", "2026-03-04 08:00") in figures(spike)
    night = NOW.replace(hour=22)
    assert quiet_source(curve(10, now=night), SilentRule(), night) is None
    noon = night + timedelta(hours=8)
    assert quiet_source(curve(18, now=noon), SilentRule(), noon) is not None


def test_a_small_source_and_a_blind_one_are_never_quiet() -> None:
    """A few posts a day may well pause; hours it could not be read in say nothing."""
    assert quiet_source(curve(10, a_day=12), SilentRule(), NOW) is None
    unread = frozenset(NOW - timedelta(hours=h) for h in range(1, 7))
    assert quiet_source(curve(6, blind=unread), SilentRule(), NOW) is None


def test_only_a_source_that_is_read_well_can_be_quiet() -> None:
    """One that is down, paused, unread for long or has just posted is not looked at."""
    good = SourceHealth(CARD.id, SourceState.QUIET, NOW, NOW - timedelta(hours=5), None)
    assert may_be_quiet(CARD, good, NOW)
    assert not may_be_quiet(replace(CARD, paused=True), good, NOW)
    assert not may_be_quiet(CARD, replace(good, state=SourceState.DOWN), NOW)
    assert not may_be_quiet(CARD, replace(good, last_success=NOW - timedelta(hours=2)), NOW)
    assert not may_be_quiet(CARD, replace(good, newest_item=NOW - timedelta(hours=1)), NOW)
    assert not may_be_quiet(CARD, None, NOW)

"""When a source counts as silent, and when it does not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from alerts.explain import Names, explain, headline
from alerts.silence import silent_sources
from minyi.config import RobotsCheck, RobotsResult, SilentRule, Source
from minyi.models import ALL_POLICIES, CrawlRun, Level, SourceHealth, SourceId, SourceState, Spike

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
    return silent_sources([card], standing, SilentRule(), now=NOW, watching_since=watching_since)


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
    found = silent_sources([card], standing, SilentRule(), now=at_nine, watching_since=LONG_AGO)
    assert found == []


def test_the_rule_can_be_switched_off() -> None:
    """Then nothing is silent."""
    rule = SilentRule(enabled=False)
    assert silent_sources([CARD], health(40), rule, now=NOW, watching_since=LONG_AGO) == []

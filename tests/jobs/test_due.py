"""Which sources are due is computed from the record."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from jobs.due import due_sources
from minyi.cards import RobotsCheck, RobotsResult, Source
from minyi.models import CrawlRun, SourceHealth, SourceId, SourceState

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
CARD = Source(
    id=SourceId("paper"),
    name="示例日报",
    kind="feed",
    url=("https://paper.example/feed",),
    legal_basis="公开信息",
    robots=RobotsCheck(date(2026, 1, 5), RobotsResult.ALLOWED),
    assessed=date(2026, 1, 5),
    every="30m",
)


def ran(card: Source, minutes_ago: float) -> SourceHealth:
    """The card's health with its last run that long ago."""
    start = NOON - timedelta(minutes=minutes_ago)
    run = CrawlRun(card.id, start, start, SourceState.DOWN)
    return SourceHealth(card.id, run.state, None, None, None, run)


def test_a_source_is_due_when_its_interval_has_passed_or_it_never_ran() -> None:
    """A failed run counts as a run: a dead site is not asked more often than a healthy one."""
    assert due_sources([CARD], {}, NOON) == [CARD]
    assert due_sources([CARD], {CARD.id: ran(CARD, 29)}, NOON) == []
    assert due_sources([CARD], {CARD.id: ran(CARD, 30)}, NOON) == [CARD]


def test_many_missed_turns_are_due_once_and_the_longest_overdue_comes_first() -> None:
    """After downtime each source runs once; one never read comes before all."""
    other, new = replace(CARD, id=SourceId("forum")), replace(CARD, id=SourceId("new"))
    health = {CARD.id: ran(CARD, 60), other.id: ran(other, 6000)}
    assert due_sources([CARD, other, new], health, NOON) == [new, other, CARD]


def test_a_paused_source_and_one_outside_its_hours_wait() -> None:
    """Hours are local and end before the last one named."""
    assert due_sources([replace(CARD, paused=True)], {}, NOON) == []
    assert due_sources([replace(CARD, hours="6-12")], {}, NOON) == []
    assert due_sources([replace(CARD, hours="12-13")], {}, NOON) != []

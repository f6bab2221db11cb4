"""Clocks in natural hours, and when a message is tried again."""

from datetime import datetime, timedelta

import pytest

from alerts.deadlines import Clock, due, reply_due
from alerts.notify.backoff import next_try
from minyi.clock import LOCAL
from minyi.models import Level, RuleName
from tests.alerts.watching import NOW


@pytest.mark.parametrize(
    ("clock", "wanted"),
    [
        (Clock.AUTHORITATIVE_5H, datetime(2022, 10, 1, 3, 30, tzinfo=LOCAL)),
        (Clock.PRESS_24H, datetime(2022, 10, 1, 22, 30, tzinfo=LOCAL)),
        (Clock.REPLY_48H, datetime(2022, 10, 2, 22, 30, tzinfo=LOCAL)),
    ],
)
def test_nights_and_holidays_count(clock: Clock, wanted: datetime) -> None:
    """From the evening before the National Day holidays."""
    assert due(clock, datetime(2022, 9, 30, 22, 30, tzinfo=LOCAL)) == wanted


def test_only_alerts_about_the_public_from_level_three_up_are_due() -> None:
    """48 hours at I to III, whatever the level; none for a notice or a silent source."""
    for level in (Level.I, Level.II, Level.III):
        assert reply_due(RuleName.VOLUME, level, NOW) == NOW + timedelta(hours=48)
    assert reply_due(RuleName.VOLUME, Level.IV, NOW) is None
    assert reply_due(RuleName.SOURCE_SILENT, Level.III, NOW) is None


def test_waits_double_to_half_an_hour_and_go_on_for_two_days() -> None:
    """1, 2, 4, 8, 16, 30, 30 ...; the last try lies 48 hours or more after the first."""
    now = NOW
    waits: list[int] = []
    while (later := next_try(len(waits) + 1, NOW, now)) is not None:
        waits.append(round((later - now).total_seconds() / 60))
        now = later
    assert waits[:7] == [1, 2, 4, 8, 16, 30, 30]
    assert set(waits[5:]) == {30}
    assert now - NOW >= timedelta(hours=48)

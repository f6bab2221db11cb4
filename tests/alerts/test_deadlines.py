"""Clocks: natural hours, working days, what stops them, and when a message is tried again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from alerts.deadlines import (
    Clock,
    ClockRules,
    due,
    interpretation,
    on_time,
    stop,
    waive,
    warned_at,
    warning,
)
from alerts.notify.backoff import next_try
from minyi.clock import LOCAL
from minyi.config import Deadlines, OwnDeadline
from minyi.errors import ConfigError
from minyi.models import (
    Case,
    ClockRun,
    Concern,
    Level,
    Policy,
    PolicyId,
    PolicyKind,
    PolicyStatus,
    RuleName,
    Stop,
)
from minyi.workdays import load_calendar
from tests.alerts.watching import NOW

CALENDAR = load_calendar()
RULES = ClockRules(Deadlines(), CALENDAR)


def local(text: str) -> datetime:
    """A time in Asia/Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("clock", "start", "wanted"),
    [
        (Clock.AUTHORITATIVE_5H, "2022-09-30T22:30", "2022-10-01T03:30"),
        (Clock.PRESS_24H, "2022-09-30T22:30", "2022-10-01T22:30"),
        (Clock.REPLY_48H, "2022-09-30T22:30", "2022-10-02T22:30"),
        (Clock.AUTHORITATIVE_5H, "2026-12-31T23:00", "2027-01-01T04:00"),
        (Clock.REPLY_48H, "2028-02-28T12:00", "2028-03-01T12:00"),
    ],
)
def test_nights_and_holidays_count(clock: Clock, start: str, wanted: str) -> None:
    """Over midnight, the National Day holidays, the year's end, a leap day."""
    assert due(clock, local(start)) == local(wanted)


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (local("2022-09-30T22:30"), 3, "2022-10-10"),  # Saturday 8 and Sunday 9 are make-up days
        (local("2026-02-13T10:00"), 3, "2026-02-25"),  # Saturday 14 is worked, 15 to 23 are Spring Festival
        (datetime(2026, 3, 4, 16, 30, tzinfo=UTC), 3, "2026-03-10"),  # Thursday 00:30 here, Wednesday there
        (local("2022-05-26T15:00"), 5, "2022-06-02"),
        (local("2026-04-30T23:59"), 1, "2026-05-06"),  # Labour Day
        (local("2026-09-24T09:00"), 2, "2026-09-29"),  # Mid-Autumn, then a weekend
        (local("2027-02-05T09:00"), 3, "2027-02-10"),  # a year not listed: weekends alone
    ],
)
def test_working_days_end_at_24_00_of_the_last(start: datetime, days: int, last: str) -> None:
    """The day of the start is not counted; the end is the next local midnight, exclusive."""
    end = CALENDAR.end_of(days, start)
    assert end == local(f"{last}T00:00") + timedelta(days=1)
    assert CALENDAR.nth_workday(days, start) == date.fromisoformat(last)


def test_a_year_without_arrangement_is_told() -> None:
    """Beside the date stands 未核节假日."""
    assert CALENDAR.unverified(local("2026-12-30T09:00"), local("2027-01-05T00:00")) == [2027]
    assert CALENDAR.unverified(local("2022-09-30T22:30"), local("2022-10-11T00:00")) == []


def test_the_shipped_years_agree_with_a_kept_calendar() -> None:
    """Day by day against the package chinesecalendar, which is never asked when the program runs."""
    kept: Any = import_module("chinese_calendar")  # it has no types
    for year in range(2022, 2027):
        day = date(year, 1, 1)
        while day.year == year:
            assert CALENDAR.is_workday(day) == kept.is_workday(day), day
            day += timedelta(days=1)


def test_the_offices_own_years_replace_the_shipped_ones(tmp_path: Path) -> None:
    """Also a year that comes with the program."""
    own = tmp_path / "holidays.toml"
    own.write_text(
        '[[year]]\nyear = 2027\nsource = "示例"\nholidays = ["02-05..02-11"]\n[[year]]\nyear = 2026\nsource = ""\n'
    )
    calendar = load_calendar(tmp_path)
    assert calendar.knows(2027)
    assert not calendar.is_workday(date(2027, 2, 8))
    assert calendar.is_workday(date(2026, 10, 1))
    own.write_text('[[year]]\nyear = 2027\nsource = "示例"\nholidays = ["02-30"]\n')
    with pytest.raises(ConfigError, match=r"year\[0\].holidays.*'02-30' 应写作"):
        load_calendar(tmp_path)


def names(level: Level, concern: Concern | None = None, rule: RuleName = RuleName.VOLUME) -> list[str]:
    """Clocks that apply."""
    return [run.name for run in RULES.runs(rule, level, concern, NOW, 1)]


def test_the_short_clocks_belong_to_a_confirmed_emergency_at_one_and_two() -> None:
    """48 hours for everything else at I to III; none for a notice or a silent source."""
    for level in (Level.I, Level.II):
        assert names(level) == names(level, Concern.MISREADING) == ["reply_48h"]
        assert names(level, Concern.EMERGENCY) == ["authoritative_5h", "press_24h"]
    assert names(Level.III, Concern.EMERGENCY) == ["reply_48h"]
    assert names(Level.IV) == names(Level.IV, Concern.EMERGENCY) == []
    assert names(Level.I, None, RuleName.SOURCE_SILENT) == []


def test_the_offices_own_clocks_run_beside() -> None:
    """Hours or working days, for a level and graver, stopped by what the office says."""
    own = (
        OwnDeadline("上报", level=2, hours=2, stop="acknowledge"),
        OwnDeadline("核实", level=3, working_days=2),
    )
    rules = ClockRules(Deadlines(own=own), CALENDAR)
    start = local("2022-09-30T22:30")
    runs = {run.name: run for run in rules.runs(RuleName.VOLUME, Level.II, None, start, 1)}
    assert runs["上报"].due == start + timedelta(hours=2)
    assert runs["上报"].stop is Stop.ACKNOWLEDGE
    assert runs["核实"].due == local("2022-10-10T00:00")
    assert [run.name for run in rules.runs(RuleName.VOLUME, Level.III, None, start, 1)] == [
        "reply_48h",
        "核实",
    ]


def test_on_time_is_up_to_the_instant_for_hours_and_before_midnight_for_days() -> None:
    """The two kinds of end differ by their last instant."""
    hours = ClockRun("reply_48h", NOW, NOW + timedelta(hours=48))
    days = replace(hours, working_days=3)
    for run, in_time in ((hours, True), (days, False)):
        met = replace(run, stopped=run.due)
        assert met.kept is in_time
        assert met.overdue(run.due) is not in_time
        assert replace(run, stopped=run.due - timedelta(seconds=1)).kept
        assert run.overdue(run.due) is not in_time
        assert run.overdue(run.due + timedelta(seconds=1))


def test_the_rate_counts_what_was_stopped_or_is_overdue() -> None:
    """Running in time is not judged yet, waived stands apart, nothing is 无数据."""
    start = NOW - timedelta(hours=72)
    late = ClockRun("reply_48h", start, start + timedelta(hours=48))
    kept = replace(late, stopped=start + timedelta(hours=1))
    running = replace(late, due=NOW + timedelta(hours=1))
    rate = on_time([late, kept, running, replace(late, waived="误报")], NOW)
    assert (rate.kept, rate.judged, rate.waived) == (1, 2, 1)
    assert str(on_time([running], NOW)) == "无数据"


def test_people_are_warned_at_half_at_four_fifths_and_when_it_is_due() -> None:
    """Working-day clocks at 09:00 of the last day; nobody is warned of a stopped clock."""
    run = ClockRun("reply_48h", NOW, NOW + timedelta(hours=50))
    assert [(p, at - NOW) for p, at in warned_at(run)] == [
        (50, timedelta(hours=25)),
        (80, timedelta(hours=40)),
        (100, timedelta(hours=50)),
    ]
    assert warning(run, NOW + timedelta(hours=24)) is None
    assert warning(run, NOW + timedelta(hours=41)) == 80
    assert warning(replace(run, stopped=NOW), NOW + timedelta(hours=60)) is None
    days = ClockRun("own", NOW, local("2022-10-11T00:00"), working_days=3)
    assert [at for _, at in warned_at(days)] == [local("2022-10-10T09:00"), local("2022-10-11T00:00")]


def test_a_released_document_owes_an_interpretation_in_three_working_days() -> None:
    """Not a draft, not with a reason for having none, not when repealed."""
    released = Policy(PolicyId("p"), "青溪油糕管理办法", released_at=local("2026-02-13T10:00"))
    run = interpretation(released, CALENDAR)
    assert run is not None
    assert run.due == local("2026-02-26T00:00")
    assert interpretation(replace(released, kind=PolicyKind.DRAFT), CALENDAR) is None
    assert interpretation(replace(released, status=PolicyStatus.REPEALED), CALENDAR) is None
    assert interpretation(replace(released, no_interpretation_reason="内容简明"), CALENDAR) is None
    answered = interpretation(replace(released, interpretation_at=local("2026-02-25T23:59")), CALENDAR)
    assert answered is not None
    assert answered.kept


def test_stopping_and_waiving_touch_only_what_runs() -> None:
    """An answer stops answers' clocks, an acknowledgement the others; a stopped one keeps its result."""
    reply = ClockRun("reply_48h", NOW, NOW + timedelta(hours=48))
    report = replace(reply, name="上报", stop=Stop.ACKNOWLEDGE)
    case = stop(Case(clocks=(reply, report)), Stop.RESPOND, NOW, "https://office.example/1")
    assert [run.stopped for run in case.clocks] == [NOW, None]
    done = waive(case, "误报")
    assert [run.waived for run in done.clocks] == ["", "误报"]
    assert done.due_at is None


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

"""Who is told of an alert, and not before when: departments, duty, absence, quiet hours, weekends."""

from datetime import date, datetime

import pytest

from alerts.routing import Directory
from minyi.clock import LOCAL
from minyi.models import Level, Policy, PolicyId
from minyi.people import Channel, Duty, Recipient, faults
from minyi.workdays import load_calendar

LAW = Policy(PolicyId("p"), "青溪油糕商标使用办法", department="法规科")
WEDNESDAY = datetime(2026, 3, 4, 10, 0, tzinfo=LOCAL)


def local(text: str) -> datetime:
    """A time in Asia/Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def person(name: str, **values: object) -> Recipient:
    """A recipient with an address of that name."""
    return Recipient(name, f"{name}@qingxi.example", **values)  # type: ignore[arg-type]


def told(people: list[Recipient], level: Level, at: datetime = WEDNESDAY, **values: object) -> list[str]:
    """Names told of an alert on the law section's policy."""
    directory = Directory(people, **values)  # type: ignore[arg-type]
    return [one.person.name for one in directory.told(level, LAW, at)]


def test_a_department_gets_its_own_and_everybody_the_grave_ones() -> None:
    """谁制作、谁负责; I and II concern the whole office, IV waits for the digest."""
    people = [person("all"), person("law", departments=("法规科",)), person("fees", departments=("收费科",))]
    assert told(people, Level.III) == ["all", "law"]
    assert told(people, Level.II) == ["all", "law", "fees"]
    assert told(people, Level.IV) == []
    directory = Directory(people)
    handed = [one.person.name for one in directory.told(Level.III, LAW, WEDNESDAY, department="收费科")]
    assert handed == ["all", "fees"]


@pytest.mark.parametrize(
    ("quiet", "at", "until"),
    [
        ("22-7", "2026-03-04T23:15", "2026-03-05T07:00"),
        ("22-7", "2026-03-05T06:59", "2026-03-05T07:00"),
        ("22-7", "2026-03-05T07:00", None),
        ("12-14", "2026-03-05T12:30", "2026-03-05T14:00"),
        ("0-6", "2026-12-31T23:59", None),
        ("18-24", "2026-12-31T23:59", "2027-01-01T00:00"),
    ],
)
def test_quiet_hours_hold_back_level_three_alone(quiet: str, at: str, until: str | None) -> None:
    """Until the hour they end, also over midnight and the year's end."""
    directory = Directory([person("duty", quiet=quiet)])
    (one,) = directory.told(Level.III, LAW, local(at))
    assert one.not_before == (local(until) if until else None)
    for grave in (Level.I, Level.II):
        assert directory.told(grave, LAW, local(at))[0].not_before is None


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-03-07T10:00", "2026-03-09T00:00"),  # a Saturday
        ("2026-02-14T10:00", None),  # a Saturday that is worked
        ("2026-02-16T10:00", "2026-02-24T00:00"),  # Spring Festival
    ],
)
def test_weekends_follow_the_calendar_of_workdays(at: str, until: str | None) -> None:
    """Holidays are weekends, make-up days are not."""
    directory = Directory([person("desk", weekends=False)], calendar=load_calendar())
    (one,) = directory.told(Level.III, LAW, local(at))
    assert one.not_before == (local(until) if until else None)


def test_a_weekend_and_a_quiet_morning_add_up() -> None:
    """Monday 00:00 lies in the quiet hours: the message waits for their end."""
    directory = Directory([person("desk", weekends=False, quiet="22-8")], calendar=load_calendar())
    (one,) = directory.told(Level.III, LAW, local("2026-03-07T10:00"))
    assert one.not_before == local("2026-03-09T08:00")


def test_the_roster_names_who_is_told_and_a_gap_in_it_silences_nobody() -> None:
    """On duty = named for that local day; on a day without names everybody is."""
    people = [person("chen", on_duty=True), person("li", on_duty=True), person("head")]
    roster = [
        Duty(date(2026, 3, 2), date(2026, 3, 4), ("chen",)),
        Duty(date(2026, 3, 5), date(2026, 3, 6), ("li",)),
    ]
    assert told(people, Level.III, WEDNESDAY, roster=roster) == ["chen", "head"]
    assert told(people, Level.III, local("2026-03-05T00:00"), roster=roster) == ["li", "head"]
    assert told(people, Level.III, local("2026-03-07T00:00"), roster=roster) == ["chen", "li", "head"]


def test_a_deputy_stands_in_once() -> None:
    """While away; one message a person, also for somebody who is a recipient anyway."""
    people = [person("chen", away=("2026-03-01..2026-03-05",), deputy="li"), person("li", level=1)]
    assert told(people, Level.III) == ["li"]
    assert told(people, Level.I) == ["li"]
    assert told(people, Level.III, local("2026-03-06T09:00")) == ["chen"]


def test_other_ways_come_after_the_people() -> None:
    """With their own level."""
    ways = [Channel("dingtalk", level=2)]
    assert told([person("chen")], Level.II, channels=ways) == ["chen", "dingtalk"]
    assert told([person("chen")], Level.III, channels=ways) == ["chen"]


@pytest.mark.parametrize(
    ("people", "roster", "channels", "key"),
    [
        ([Recipient("a", "no address")], [], [], "recipient[0].address"),
        ([person("a", quiet="22")], [], [], "recipient[0].quiet"),
        ([person("a", quiet="7-7")], [], [], "recipient[0].quiet"),
        ([person("a", deputy="b")], [], [], "recipient[0].deputy"),
        ([person("a", away=("soon",))], [], [], "recipient[0].away"),
        ([person("a")], [Duty(date(2026, 3, 4), date(2026, 3, 1), ("a",))], [], "roster[0].end"),
        ([person("a")], [Duty(date(2026, 3, 1), date(2026, 3, 4), ("b",))], [], "roster[0].names"),
        ([], [], [Channel("Ding Talk")], "channel[0].id"),
        ([], [], [Channel("sms"), Channel("sms")], "channel[1].id"),
    ],
)
def test_what_could_not_work_is_named(
    people: list[Recipient], roster: list[Duty], channels: list[Channel], key: str
) -> None:
    """By its key; a misspelt name must not mean silence."""
    assert [found for found, _ in faults(people, roster, channels)] == [key]

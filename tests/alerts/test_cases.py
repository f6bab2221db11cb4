"""The steps of a case: which are allowed when, what they do to the clocks, what the ledger is told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from alerts import cases
from alerts.deadlines import ClockRules
from minyi.config import Deadlines, OwnDeadline
from minyi.errors import CaseError
from minyi.models import Alert, AlertState, Concern, Level, OfficialResponse, PolicyId, RuleName
from minyi.workdays import WorkCalendar
from tests.alerts.watching import NOW

HOUR = timedelta(hours=1)
CLOCKS = ClockRules(Deadlines(own=(OwnDeadline("上报", level=2, hours=2, stop="acknowledge"),)))


def opened(level: Level = Level.II, **values: datetime) -> Alert:
    """A case opened by hand; every other alert goes through the same steps."""
    times = {"happened_at": None, "told_at": None} | values
    step = cases.open_by_hand(
        PolicyId("qingxi"), "电话反映收费", level=level, concern=None, clocks=CLOCKS, now=NOW, **times
    )
    return step.alert


def answer(at: datetime) -> OfficialResponse:
    """A published answer."""
    return OfficialResponse("r1", "a", "qingxi", "https://office.example/1", "答复", at, at, "陈")


def clocks(alert: Alert) -> dict[str, tuple[int, bool]]:
    """Episode and whether it runs, by name."""
    return {f"{run.name}#{run.episode}": (run.episode, run.running) for run in alert.case.clocks}


def test_a_case_runs_from_collected_to_assessed() -> None:
    """收集, 研判, 回应, 评估: every step has its time, and each clock its own stop."""
    alert = opened()
    assert (alert.rule, alert.state, alert.due_at) == (RuleName.BY_HAND, AlertState.FIRING, NOW + 2 * HOUR)
    taken = cases.acknowledge(alert, clocks=CLOCKS, now=NOW + HOUR).alert
    assert (taken.state, taken.due_at) == (AlertState.ACKNOWLEDGED, NOW + 48 * HOUR)
    said = cases.respond(taken, answer(NOW + 5 * HOUR), now=NOW + 6 * HOUR)
    assert said.response is not None
    assert (said.alert.state, said.alert.due_at) == (AlertState.RESPONDED, None)
    assert all(run.kept for run in said.alert.case.clocks)
    closed = cases.close(said.alert, now=NOW + 9 * HOUR).alert
    assert (closed.state, closed.case.resolved_at) == (AlertState.RESOLVED, NOW + 9 * HOUR)
    assert closed.case.responded_at == NOW + 5 * HOUR


def test_a_confirmed_emergency_swaps_the_clock_from_the_same_start() -> None:
    """5 and 24 hours from detection, not from when a person confirmed; undone, the 48 hours are back."""
    urgent = cases.classify(
        opened(Level.III), level=Level.I, concern=Concern.EMERGENCY, clocks=CLOCKS, now=NOW + 3 * HOUR
    ).alert
    due = {run.name: run.due - NOW for run in urgent.case.clocks}
    assert due == {"authoritative_5h": 5 * HOUR, "press_24h": 24 * HOUR, "上报": 2 * HOUR}
    calm = cases.classify(
        urgent, level=Level.III, concern=Concern.HOT_TOPIC, clocks=CLOCKS, now=NOW + 4 * HOUR
    ).alert
    assert {run.name: run.due - NOW for run in calm.case.clocks} == {"reply_48h": 48 * HOUR}


def test_the_clock_starts_at_what_the_office_chose() -> None:
    """Detection by default; the event or the call where the settings say so and it is known."""
    told = ClockRules(Deadlines(start="told"), WorkCalendar({}, {}))
    step = cases.open_by_hand(
        PolicyId("qingxi"),
        "上级来电",
        level=Level.III,
        concern=Concern.SUPERIOR_REQUEST,
        happened_at=None,
        told_at=NOW - 5 * HOUR,
        clocks=told,
        now=NOW,
    )
    assert step.alert.due_at == NOW + 43 * HOUR
    assert opened(Level.III, told_at=NOW - 5 * HOUR).due_at == NOW + 48 * HOUR


def test_an_earlier_statement_stops_the_clock_at_its_own_time() -> None:
    """早于预警: published before detection, linked afterwards, on time."""
    said = cases.respond(opened(), answer(NOW - 20 * HOUR), now=NOW + 60 * HOUR).alert
    reply = next(run for run in said.case.clocks if run.name == "reply_48h")
    assert (reply.stopped, reply.kept) == (NOW - 20 * HOUR, True)


def test_closing_without_an_answer_needs_a_reason_that_is_kept() -> None:
    """Nothing stops a clock but an answer; a reason waives it, visibly."""
    with pytest.raises(CaseError, match="登记回应"):
        cases.close(opened(), now=NOW)
    step = cases.close(opened(), now=NOW, no_answer="与本局无关")
    assert {run.waived for run in step.alert.case.clocks} == {"与本局无关"}
    assert step.detail["no_response"] == "与本局无关"


def test_reopening_starts_new_clocks_and_keeps_the_old_results() -> None:
    """The first episode's answer stays on record; the second has to be answered again."""
    said = cases.respond(opened(Level.III), answer(NOW + HOUR), now=NOW + HOUR).alert
    again = cases.reopen(said, clocks=CLOCKS, now=NOW + 30 * HOUR).alert
    assert (again.state, again.due_at) == (AlertState.FIRING, NOW + 78 * HOUR)
    assert clocks(again) == {"reply_48h#1": (1, False), "reply_48h#2": (2, True)}
    assert again.case.responded_at is None


def test_a_false_alarm_closes_and_waives() -> None:
    """It counts in the precision, not in the on-time rate."""
    alert = cases.false_alarm(opened(), now=NOW).alert
    assert alert.case.false_alarm
    assert alert.state is AlertState.RESOLVED
    assert not any(run.running for run in alert.case.clocks)


def test_level_four_has_a_clock_only_when_a_person_starts_it() -> None:
    """48 hours from that moment, once."""
    quiet = opened(Level.IV)
    assert quiet.due_at is None
    assert cases.acknowledge(quiet, clocks=CLOCKS, now=NOW).alert.due_at is None
    started = cases.acknowledge(quiet, clocks=CLOCKS, now=NOW + HOUR, start_clock=True).alert
    assert started.due_at == NOW + 49 * HOUR


@pytest.mark.parametrize(
    ("do", "words"),
    [
        (lambda a: cases.acknowledge(a, clocks=CLOCKS, now=NOW), "已办结"),
        (lambda a: cases.assign(a, "法规处", now=NOW), "先重开"),
        (lambda a: cases.classify(a, level=Level.I, concern=None, clocks=CLOCKS, now=NOW), "先重开"),
        (lambda a: cases.respond(a, answer(NOW), now=NOW), "先重开"),
        (lambda a: cases.close(a, now=NOW), "先重开"),
        (lambda a: cases.false_alarm(a, now=NOW), "已记为误报"),
    ],
)
def test_a_closed_case_takes_no_step_but_reopening(do: Callable[[Alert], object], words: str) -> None:
    """The refusal says what to do."""
    closed = cases.false_alarm(opened(), now=NOW).alert
    with pytest.raises(CaseError, match=words):
        do(closed)


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (replace(answer(NOW), url="javascript:alert(1)"), "网址"),
        (answer(NOW + HOUR), "晚于现在"),
        (answer(NOW - timedelta(days=40)), "早于预警 30 天"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(response: OfficialResponse, words: str) -> None:
    """An address people can open, a time that can be."""
    with pytest.raises(CaseError, match=words):
        cases.respond(opened(), response, now=NOW)

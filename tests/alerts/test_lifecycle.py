"""What becomes of spikes, and who is told when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts import cases
from alerts.lifecycle import alert_id, decide
from alerts.onsets import settled_onsets
from alerts.routing import Directory
from minyi.models import (
    ALL_POLICIES,
    Alert,
    AlertState,
    Level,
    OfficialResponse,
    Policy,
    PolicyId,
    RuleName,
    Scope,
    SourceId,
    Span,
    Spike,
)
from minyi.people import Recipient
from minyi.rules import Rules
from minyi.store.base import AlertChange
from tests.alerts.watching import NOW

HOUR = timedelta(hours=1)
POLICY = Policy(PolicyId("qingxi"), "青溪油糕商标使用管理办法", department="商标处")
DUTY = Recipient("值班", "duty@qingxi.example")


def spike(
    *,
    onset: datetime = NOW,
    rule: RuleName = RuleName.VOLUME,
    level: Level = Level.III,
    hour_posts: int = 20,
    policy: PolicyId = POLICY.id,
    source: SourceId | None = None,
) -> Spike:
    """A spike whose onset, level and hourly volume matter."""
    return Spike(
        policy=policy,
        rule=rule,
        scope=Scope.ALL,
        window=Span(onset - HOUR, onset),
        observed=hour_posts,
        expected=1.0,
        score=5.0,
        threshold=3.75,
        level=level,
        late=False,
        posts=(),
        arithmetic={"onset": onset.isoformat(), "hour_posts": hour_posts},
        source=source,
    )


def tick(
    spikes: Sequence[Spike],
    known: Sequence[Alert] = (),
    *,
    now: datetime = NOW,
    recipients: Sequence[Recipient] = (DUTY,),
    last_success: dict[SourceId, datetime] | None = None,
    blind: bool = False,
) -> list[AlertChange]:
    """One decision."""
    return decide(
        spikes,
        known,
        policies={POLICY.id: POLICY},
        directory=Directory(recipients),
        rules=Rules(),
        now=now,
        last_success=last_success,
        blind=blind,
    )


def mails(changes: Sequence[AlertChange]) -> list[tuple[str, str]]:
    """(recipient, reason) of every message."""
    return [(n.recipient, n.reason) for c in changes for n in c.notifications]


def fired(**values: object) -> Alert:
    """The alert a spike fires."""
    (change,) = tick([spike(**values)])  # type: ignore[arg-type]
    return change.alert


def test_a_new_spike_fires_one_alert_and_starts_the_clock() -> None:
    """Keyed by its onset, told once, due in 48 natural hours."""
    (change,) = tick([spike(onset=NOW - HOUR)])
    assert change.expected_version is None
    assert change.alert.id == alert_id(spike(onset=NOW - HOUR)) != alert_id(spike())
    assert change.alert.state is AlertState.FIRING
    assert change.alert.due_at == NOW + 48 * HOUR
    assert mails([change]) == [("duty@qingxi.example", "firing")]


def test_the_same_spike_again_changes_nothing() -> None:
    """A restart or another tick neither writes nor mails."""
    alert = fired()
    assert tick([alert.spike], [alert], now=NOW + HOUR) == []


def test_an_earlier_onset_found_late_merges_without_a_second_mail() -> None:
    """The alert keeps its id and takes the true onset."""
    alert = fired()
    (change,) = tick([spike(onset=NOW - 3 * HOUR)], [alert])
    assert change.alert.id == alert.id
    assert change.alert.spike.arithmetic["onset"] == (NOW - 3 * HOUR).isoformat()
    assert change.expected_version == alert.version
    assert mails([change]) == []


def test_a_crossing_after_the_refractory_is_a_new_alert() -> None:
    """Twenty-four hours later it fires anew, even though the first is still open."""
    alert = fired()
    later = spike(onset=NOW + 24 * HOUR)
    (change,) = tick([later], [alert], now=NOW + 24 * HOUR)
    assert change.alert.id != alert.id
    assert mails([change]) == [("duty@qingxi.example", "firing")]


def test_two_onsets_find_each_its_own_alert() -> None:
    """Neither takes the other's place."""
    first, second = fired(), fired(onset=NOW + 24 * HOUR)
    spikes = [
        replace(second.spike, observed=21),
        replace(first.spike, observed=22),
    ]
    changes = tick(spikes, [first, second], now=NOW + 25 * HOUR)
    assert {c.alert.id: c.alert.spike.observed for c in changes} == {first.id: 22, second.id: 21}


def test_three_times_the_volume_is_told_again_and_less_is_not() -> None:
    """59 posts an hour after 20 are silent, 60 are told, and then it takes 180."""
    alert = fired(hour_posts=20)
    (quiet,) = tick([spike(hour_posts=59)], [alert])
    assert mails([quiet]) == []
    assert quiet.alert.notified_count == 20
    (loud,) = tick([spike(hour_posts=60)], [quiet.alert])
    assert mails([loud]) == [("duty@qingxi.example", "grown")]
    (again,) = tick([spike(hour_posts=179)], [loud.alert])
    assert mails([again]) == []
    (third,) = tick([spike(hour_posts=180)], [again.alert])
    assert mails([third]) == [("duty@qingxi.example", "grown")]
    keys = [n.key for c in (loud, third) for n in c.notifications]
    assert len(set(keys)) == 2


def test_a_risen_level_is_told_and_never_falls_back() -> None:
    """III to II is told; back at III the alert stays II."""
    alert = fired()
    (risen,) = tick([spike(level=Level.II)], [alert])
    assert mails([risen]) == [("duty@qingxi.example", "level")]
    (later,) = tick([spike(level=Level.III, hour_posts=21)], [risen.alert])
    assert later.alert.level is Level.II
    assert mails([later]) == []


def test_a_notice_has_no_clock_until_it_rises() -> None:
    """Level IV is not due and not mailed to a III recipient; risen to III it is both."""
    (notice,) = tick([spike(level=Level.IV)])
    assert notice.alert.due_at is None
    assert mails([notice]) == []
    (risen,) = tick([spike(level=Level.III)], [notice.alert], now=NOW + HOUR)
    assert risen.alert.due_at == NOW + 49 * HOUR
    assert mails([risen]) == [("duty@qingxi.example", "level")]


def test_one_mail_a_policy_a_tick_for_the_gravest_rule() -> None:
    """Two rules, one mail: the graver; at equal level the negative one."""
    changes = tick([spike(level=Level.II), spike(rule=RuleName.NEGATIVE_VOLUME, level=Level.III)])
    assert [(c.alert.rule, len(c.notifications)) for c in changes] == [
        (RuleName.NEGATIVE_VOLUME, 0),
        (RuleName.VOLUME, 1),
    ]
    equal = tick([spike(), spike(rule=RuleName.NEGATIVE_VOLUME)])
    assert [c.alert.rule for c in equal if c.notifications] == [RuleName.NEGATIVE_VOLUME]


def test_an_acknowledged_alert_stays_acknowledged_as_it_grows() -> None:
    """Somebody has taken it; they are told, and it does not go back."""
    taken = replace(fired(), state=AlertState.ACKNOWLEDGED)
    (change,) = tick([spike(hour_posts=100)], [taken])
    assert change.alert.state is AlertState.ACKNOWLEDGED
    assert mails([change]) == [("duty@qingxi.example", "grown")]


def test_an_answered_alert_closes_when_it_was_calm_for_three_hours() -> None:
    """Not before, not while something is blind, and never one that waits for its answer."""
    waiting = fired()
    answer = OfficialResponse("r", waiting.id, waiting.policy, "https://x.example/1", "", NOW, NOW, "陈")
    answered = cases.respond(waiting, answer, now=NOW + HOUR).alert
    assert tick([], [answered], now=NOW + 3.9 * HOUR) == []
    (change,) = tick([], [answered], now=NOW + 4 * HOUR)
    assert change.alert.state is AlertState.RESOLVED
    assert change.alert.case.resolved_at == NOW + 4 * HOUR
    assert change.act is not None
    assert change.act.action == "alert.calmed"
    assert tick([], [answered], now=NOW + 9 * HOUR, blind=True) == []
    assert tick([], [waiting], now=NOW + 90 * HOUR) == []


def test_a_closed_alert_reopens_with_a_new_clock_when_it_grows() -> None:
    """Resolved, then three times the volume within the refractory: firing again, 48 hours from now."""
    closed = replace(fired(), state=AlertState.RESOLVED)
    (change,) = tick([spike(hour_posts=100)], [closed], now=NOW + 5 * HOUR)
    assert change.alert.state is AlertState.FIRING
    assert change.alert.case.episode == 2
    assert change.alert.due_at == NOW + 53 * HOUR
    assert not any(
        c.alert.state is AlertState.FIRING for c in tick([spike(hour_posts=30)], [closed], now=NOW + 5 * HOUR)
    )


def test_late_once_is_late_for_good_and_prompt_stays_prompt() -> None:
    """The mark tells how the alert was found, not how old it is by now."""
    alert = fired()
    assert tick([replace(alert.spike, late=True)], [alert], now=NOW + 5 * HOUR) == []


def test_an_outage_is_told_once_and_closed_when_the_source_is_read_again() -> None:
    """Silence grows longer without a second mail; the first good read closes it."""
    began = NOW - 6 * HOUR
    silent = spike(onset=began, rule=RuleName.SOURCE_SILENT, policy=ALL_POLICIES, source=SourceId("bbs"))
    (change,) = tick([silent])
    assert change.alert.due_at is None
    assert mails([change]) == [("duty@qingxi.example", "firing")]
    longer = replace(silent, score=9.0, window=Span(began, NOW + HOUR))
    assert tick([longer], [change.alert], now=NOW + HOUR) == []
    (closed,) = tick([], [change.alert], last_success={SourceId("bbs"): NOW + HOUR})
    assert closed.alert.state is AlertState.RESOLVED
    assert mails([closed]) == []
    assert tick([], [closed.alert], last_success={SourceId("bbs"): NOW + 2 * HOUR}) == []


def test_two_silent_sources_are_two_alerts_in_one_mail() -> None:
    """Equal start, different sources."""
    silent = [
        spike(rule=RuleName.SOURCE_SILENT, policy=ALL_POLICIES, source=SourceId(s)) for s in ("bbs", "news")
    ]
    changes = tick(silent)
    assert len({c.alert.id for c in changes}) == 2
    assert len(mails(changes)) == 1


def test_everybody_gets_what_their_level_and_department_ask_for() -> None:
    """Departments get their own policies, and I and II of all; nobody gets milder than they asked for."""
    people = [
        Recipient("值班", "duty@x.cn"),
        Recipient("处长", "head@x.cn", level=2),
        Recipient("只看一级", "chief@x.cn", level=1),
        Recipient("商标处", "tm@x.cn", departments=("商标处",)),
        Recipient("专利处", "patent@x.cn", departments=("专利处",)),
        Recipient("值班", "Duty@x.cn"),
    ]

    def told(level: Level) -> list[str]:
        return [name for name, _ in mails(tick([spike(level=level)], recipients=people))]

    assert told(Level.IV) == []
    assert told(Level.III) == ["duty@x.cn", "tm@x.cn"]
    assert told(Level.II) == ["duty@x.cn", "head@x.cn", "tm@x.cn", "patent@x.cn"]
    assert told(Level.I) == ["duty@x.cn", "head@x.cn", "chief@x.cn", "tm@x.cn", "patent@x.cn"]


def test_a_key_tells_alert_reason_level_recipient_and_channel_apart() -> None:
    """Equal decisions give equal keys, others different ones."""
    people = [DUTY, Recipient("b", "b@x.cn")]
    first = [n.key for c in tick([spike()], recipients=people) for n in c.notifications]
    assert first == [n.key for c in tick([spike()], recipients=people) for n in c.notifications]
    alert = fired()
    risen = [
        n.key for c in tick([spike(level=Level.II)], [alert], recipients=people) for n in c.notifications
    ]
    assert len({*first, *risen}) == 4


def test_only_onsets_no_longer_open_are_settled() -> None:
    """A day old or more, the latest per policy and rule; outages do not count."""
    alerts = [fired(onset=NOW - hours * HOUR) for hours in (2, 24, 30)] + [
        fired(onset=NOW - 40 * HOUR, rule=RuleName.SOURCE_SILENT)
    ]
    assert settled_onsets(alerts, NOW - 24 * HOUR) == {POLICY.id: {(RuleName.VOLUME, ""): NOW - 24 * HOUR}}

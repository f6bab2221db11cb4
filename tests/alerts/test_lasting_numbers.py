"""An alert keeps the numbers that made it, and is one thing under two names of an outage."""

from dataclasses import replace
from datetime import datetime, timedelta

from alerts.lifecycle import alert_id
from alerts.onsets import settled_onsets
from minyi.models import ALL_POLICIES, Alert, RuleName, SourceId, Spike
from tests.alerts.test_lifecycle import HOUR, POLICY, spike, tick
from tests.alerts.watching import NOW


def judged(one: Spike, since: datetime, score: float) -> Spike:
    """A spike with its time of judging."""
    numbers = {**one.arithmetic, "judged_from": since.isoformat(), "judged_at": NOW.isoformat()}
    return replace(one, score=score, arithmetic=numbers)


def known() -> Alert:
    """An alert of yesterday evening."""
    strong = judged(spike(onset=NOW - 20 * HOUR), NOW - 44 * HOUR, 12.0)
    (change,) = tick([strong], now=NOW - 20 * HOUR)
    return change.alert


def test_a_late_and_weaker_crossing_does_not_replace_the_numbers_of_a_closed_window() -> None:
    """The strong window is out of reach; what still crosses is weaker: nothing changes."""
    alert = known()
    weaker = judged(spike(onset=NOW - 20 * HOUR), NOW - 2 * HOUR, 5.0)
    assert tick([weaker], [alert]) == []


def test_a_stronger_crossing_and_an_open_window_do_replace_them() -> None:
    """Stronger at any time; weaker only while the old window is judged again, for then it is the truth."""
    alert = known()
    stronger = judged(spike(onset=NOW - 20 * HOUR), NOW - 2 * HOUR, 15.0)
    assert tick([stronger], [alert])[0].alert.spike.score == 15.0
    corrected = judged(spike(onset=NOW - 20 * HOUR), NOW - 30 * HOUR, 9.0)
    assert tick([corrected], [alert])[0].alert.spike.score == 9.0


def test_looking_again_at_the_same_posts_changes_nothing() -> None:
    """The time of looking is no news."""
    alert = known()
    again = judged(spike(onset=NOW - 20 * HOUR), NOW - 30 * HOUR, 12.0)
    assert tick([again], [alert]) == []


def test_a_volume_that_triples_is_told_even_when_its_window_is_weaker() -> None:
    """People hear of growth; the numbers of the strong window stay."""
    alert = known()
    grown = judged(spike(onset=NOW - 20 * HOUR, hour_posts=60), NOW - 2 * HOUR, 5.0)
    (change,) = tick([grown], [alert])
    assert [one.reason for one in change.notifications] == ["grown"]
    assert change.alert.spike.score == 12.0
    assert change.alert.notified_count == 60


def test_two_claims_are_two_alerts_and_each_has_its_own_last_onset() -> None:
    """Rule and policy are the same, the subject is not."""
    fee, ban = (replace(spike(rule=RuleName.MISREADING), subject=subject) for subject in ("fee", "ban"))
    assert alert_id(fee) != alert_id(ban)
    changes = tick([fee, ban])
    alerts = [change.alert for change in changes]
    assert {a.spike.subject for a in alerts} == {"fee", "ban"}
    assert tick([ban, fee], alerts) == []
    later = NOW + timedelta(days=2)
    assert settled_onsets(alerts, later) == {
        POLICY.id: {(RuleName.MISREADING, "fee"): NOW, (RuleName.MISREADING, "ban"): NOW}
    }


def test_an_outage_that_changes_its_cause_is_no_second_alert() -> None:
    """Blocked first, then down: the same source, the same beginning."""
    site = SourceId("bbs")
    blocked = spike(rule=RuleName.SOURCE_BLOCKED, policy=ALL_POLICIES, source=site)
    (change,) = tick([blocked])
    down = spike(rule=RuleName.SOURCE_SILENT, policy=ALL_POLICIES, source=site)
    assert tick([down], [change.alert]) == []
    other = spike(onset=NOW + HOUR, rule=RuleName.SOURCE_SILENT, policy=ALL_POLICIES, source=site)
    assert len(tick([other], [change.alert])) == 1

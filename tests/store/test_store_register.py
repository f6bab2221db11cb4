"""The register: what people change has its line, and a merged entry's cases go where its posts go."""

from dataclasses import replace
from datetime import timedelta

from minyi.models import Mute, OfficialResponse, Policy, PolicyId, PolicyStatus, Span
from minyi.store.care import Act
from minyi.store.sqlite import SqliteStore
from tests.store import invented
from tests.store.filled import alerted

GONE = Policy(
    invented.POLICIES[0], "青溪油糕商标办法", doc_number="示知发〔2026〕12号", aliases=("油糕办法",)
)
STAYS = Policy(invented.POLICIES[1], "青溪油糕商标使用办法")
LAST = Policy(PolicyId("last"), "油糕总办法")
ACT = Act("王审校", "policy.merge", "policy:x")
WINDOW = Span(invented.NOW - timedelta(hours=1), invented.NOW)


def test_a_change_is_saved_with_its_line(store: SqliteStore) -> None:
    """One transaction: the policy, and who changed it."""
    store.save_policies([STAYS], invented.NOW)
    ended = replace(STAYS, status=PolicyStatus.REPEALED)
    line = store.register.change(ended, ACT, {"was": "released"}, invented.NOW)
    assert store.policies() == [ended]
    assert store.care.trail(1) == [line]


def test_cases_answers_and_mutes_go_to_the_entry_that_stays(store: SqliteStore) -> None:
    """Each alert is one version on, so that whoever holds the old one is told."""
    store.save_policies([GONE, STAYS], invented.NOW)
    answer = OfficialResponse("r1", "a1", GONE.id, "", "答复", invented.NOW, invented.NOW, "王")
    change = replace(alerted("a1", WINDOW), act=Act("王", "alert.new", "a1"), response=answer)
    store.commit_alerts([change], {}, invented.NOW)
    until = invented.NOW + timedelta(days=1)
    store.casework.mute(
        Mute(GONE.id, "", until, "王", "演练", invented.NOW), Act("王", "policy.mute", "p"), {}
    )
    line = store.register.merge(GONE, STAYS, ACT, invented.NOW)
    assert line.detail == {"into": STAYS.id, "alerts": 1}
    (alert,) = store.alerts()
    assert (alert.policy, alert.spike.policy, alert.version) == (STAYS.id, STAYS.id, 2)
    assert [one.policy for one in store.casework.responses()] == [STAYS.id]
    assert [one.policy for one in store.casework.mutes(invented.NOW)] == [STAYS.id]
    assert store.policies() == [STAYS]
    assert store.verify() == []


def test_merged_entries_are_remembered_and_follow_a_later_merge(store: SqliteStore) -> None:
    """All that an entry was called, so that a crawl does not bring it back."""
    store.save_policies([GONE, STAYS, LAST], invented.NOW)
    store.register.merge(GONE, STAYS, ACT, invented.NOW)
    store.register.merge(STAYS, LAST, ACT, invented.NOW + timedelta(hours=1))
    first, second = store.register.merged()
    assert (first.id, first.into, first.at) == (GONE.id, LAST.id, invented.NOW)
    assert first.names == (GONE.title, "示知发〔2026〕12号", "油糕办法")
    assert (second.id, second.into) == (STAYS.id, LAST.id)

"""Policies and quarantined input are kept as they came."""

from dataclasses import replace
from datetime import timedelta

from minyi.models import Policy, PolicyId, PolicyKind, PolicyStatus, Quarantined, Saved, WatchItem, Words
from minyi.store.sqlite import SqliteStore
from tests.store.invented import NOW, START


def _full() -> Policy:
    return Policy(
        PolicyId("p1"),
        "商标会费办法",
        doc_number="国知发〔2026〕1号",
        kind=PolicyKind.DRAFT,
        status=PolicyStatus.CONSULTING,
        released_at=START,
        consult_to=NOW,
        aliases=("会费新规",),
        words=Words(must=("会费",), any=("商标", "专利")),
        watch=(WatchItem("w1", "都要交", "只限会员", wording=("都要交会费",), none=("不是",)),),
    )


def test_policies_come_back_whole_newest_release_first(store: SqliteStore) -> None:
    """Every field survives; without release time they stand last, by id."""
    policies = [Policy(PolicyId("z"), "无日期"), _full(), Policy(PolicyId("b"), "较新", released_at=NOW)]
    assert store.save_policies([*policies, Policy(PolicyId("a"), "也无日期")], NOW) == Saved(new=4)
    assert [one.id for one in store.policies()] == ["b", "p1", "a", "z"]
    assert store.policies()[1] == _full()


def test_saving_policies_tells_what_changed(store: SqliteStore) -> None:
    """Equal ones are unchanged, others replaced."""
    store.save_policies([_full()], NOW)
    changed = replace(_full(), status=PolicyStatus.RELEASED)
    assert store.save_policies([_full(), changed], NOW) == Saved(updated=1, unchanged=1)
    assert store.policies() == [changed]


def test_quarantine_keeps_the_same_input_once(store: SqliteStore) -> None:
    """By origin, position and text; newest first; hostile text too."""
    items = [
        Quarantined("a.csv", n, f"坏行 {n}\0\ud800", "不是 UTF-8", NOW + timedelta(seconds=n))
        for n in range(3)
    ]
    assert store.quarantine(items) == 3
    assert store.quarantine([*items, replace(items[0], origin="b.csv")]) == 1
    assert [item.position for item in store.quarantined(2)] == [2, 1]
    assert store.quarantined()[0].raw == "坏行 2\0?"

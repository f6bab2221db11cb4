"""The audit trail: append-only, each line bound to all before it."""

import pytest

from minyi.errors import StoreError
from minyi.store.care import Act
from minyi.store.sqlite import SqliteStore
from tests.store import invented


def line(store: SqliteStore, subject: str) -> str:
    """Append one line; its digest."""
    return store.care.audit(Act("甲", "erase", subject), {"posts": 3}, invented.NOW).digest


def test_lines_are_read_back_newest_first(store: SqliteStore) -> None:
    """With who, what, when and the numbers."""
    digests = [line(store, name) for name in ("author", "post:1", "post:2")]
    trail = store.care.trail(2)
    assert [one.digest for one in trail] == digests[:0:-1]
    assert (trail[0].seq, trail[0].who, trail[0].subject) == (3, "甲", "post:2")
    assert (trail[0].detail, trail[0].at) == ({"posts": 3}, invented.NOW)


@pytest.mark.parametrize(
    "sql", ["UPDATE audit SET who = '乙'", "DELETE FROM audit", "DELETE FROM audit WHERE seq=1"]
)
def test_the_file_refuses_to_change_or_delete_a_line(store: SqliteStore, sql: str) -> None:
    """Whatever program writes."""
    line(store, "author")
    with pytest.raises(StoreError, match="append-only"), store._database.write() as connection:
        connection.execute(sql)
    assert len(store.care.trail()) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit SET detail = '{\"posts\": 2}' WHERE seq = 2",
        "UPDATE audit SET at = at + 1 WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 2",
        "UPDATE audit SET seq = 5 WHERE seq = 3",
    ],
)
def test_a_line_changed_by_other_means_is_found(store: SqliteStore, sql: str) -> None:
    """Without the triggers a line can be changed; the chain tells."""
    for name in ("a", "b", "c"):
        line(store, name)
    with store._database.write() as connection:
        connection.execute("DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete")
        connection.execute(sql)
    (found,) = [one for one in store.care.check(words=False) if one.name == "audit"]
    assert found.broken

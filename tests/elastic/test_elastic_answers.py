"""Whatever the cluster answers, no post is lost, and people are told what to do."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from jobs.project import LEAST_WAIT, LONGEST_WAIT, PAUSED, TROUBLE, Projector, drain
from minyi.models import PostId
from minyi.store.elastic.client import Cluster, Login
from minyi.store.elastic.layout import Layout
from minyi.store.elastic.sink import Sink
from minyi.store.sqlite import SqliteStore
from tests.servers.elastic_fake import Action, FakeElastic, Script, refuse, refuse_items
from tests.store.invented import NOW

FLOOD = "index [minyi-posts-v1-2026.03] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark]"


@pytest.fixture
def projector(record: SqliteStore, fake: FakeElastic) -> Iterator[Projector]:
    """A sink on the fake cluster."""
    cluster = Cluster([fake.url], Login(), timeout=5.0)
    yield Projector(record, Sink(cluster, Layout()), lambda: NOW, Random(1))
    cluster.close()


def _all(record: SqliteStore) -> set[str]:
    return {letter.post for letter in record.projection.waiting(1_000)}


def _is_third(one: Action) -> bool:
    return one.version % 3 == 0


@pytest.mark.parametrize(
    "script",
    [
        refuse_items(429, "es_rejected_execution_exception", "queue full", _is_third),
        refuse_items(503, "unavailable_shards_exception", "primary not active", _is_third),
        refuse(429, "circuit_breaking_exception", "too much"),
        refuse(503, "", "starting"),
        refuse(500, "oops", "a bug"),
        lambda _: (0, None),
        lambda _: (-1, {"errors": False, "items": [{"index": {"status": 201}}] * 60}),
    ],
    ids=["item-429", "item-503", "429", "503", "500", "no-answer", "cut-answer"],
)
def test_a_passing_refusal_loses_nothing(
    script: Script, projector: Projector, record: SqliteStore, fake: FakeElastic
) -> None:
    """What was not taken stays queued, is sent again after a wait, and is there once."""
    wanted = _all(record)
    fake.scripts = [script, script, script]
    waits: list[float] = []
    assert drain(projector, tell=lambda _: None, sleep=waits.append).dead == 0
    assert set(fake.kept) == wanted
    assert _all(record) == set()
    assert record.projection.dead_count() == 0
    assert [one for one in waits if one] == waits[: len([one for one in waits if one])]
    assert len([one for one in waits if one]) >= 2


def test_waits_grow_at_random_and_stay_under_a_minute(
    projector: Projector, record: SqliteStore, fake: FakeElastic
) -> None:
    """One request a turn; never the same four times within 0.2 s; half the batch each time."""
    fake.scripts = [refuse(429, "", "too many")] * 12
    waits = []
    for _ in range(12):
        turn = projector.turn()
        assert turn.sent == 0
        waits.append(turn.wait)
    assert len(fake.requests) == 12
    assert all(LEAST_WAIT <= wait <= LONGEST_WAIT for wait in waits)
    assert all(wait <= 2.0**number for number, wait in enumerate(waits))
    assert max(waits[6:]) > max(waits[:3])
    assert len(set(waits)) == 12
    sizes = [len(actions) for _, actions in fake.requests]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == 1
    assert TROUBLE in record.projection.notes()
    assert drain(projector, tell=lambda _: None, sleep=lambda _: None).sent == 60
    assert TROUBLE not in record.projection.notes()


def test_a_request_too_large_is_halved_at_once(
    projector: Projector, record: SqliteStore, fake: FakeElastic
) -> None:
    """Down to the one post that is too large by itself, which becomes a dead letter."""
    giant = record.projection.waiting(40)[39].post

    def too_large(actions: list[Action]) -> tuple[int, object] | None:
        if len(actions) > 20 or any(one.post == giant for one in actions):
            return 413, {"error": "Request Entity Too Large"}
        return None

    fake.scripts = [too_large] * 30
    turn = projector.turn()
    assert (turn.sent, turn.dead, turn.wait) == (59, 1, 0)
    [letter] = record.projection.dead()
    assert (letter.post, "Too Large" in letter.reason) == (giant, True)


def test_a_refused_document_is_kept_with_its_reason_and_the_others_go(
    projector: Projector, record: SqliteStore, fake: FakeElastic
) -> None:
    """The reason never quotes the post; a retry sends it again, and what was taken is no dead letter."""
    bad = record.projection.waiting(10)[9].post
    reason = "failed to parse field [likes] of type [long]. Preview of field's value: '某人的原话'"
    fake.scripts = [refuse_items(400, "document_parsing_exception", reason, lambda one: one.post == bad)]
    turn = projector.turn()
    assert (turn.sent, turn.dead, turn.wait) == (59, 1, 0)
    [letter] = record.projection.dead()
    assert letter.post == bad
    assert letter.reason == "document_parsing_exception: failed to parse field [likes] of type [long]"
    assert record.projection.retry([], NOW) == 1
    assert projector.turn().sent == 1
    assert record.projection.dead_count() == 0
    assert bad in fake.kept


def test_a_newer_revision_in_the_cluster_is_as_good(
    projector: Projector, record: SqliteStore, fake: FakeElastic
) -> None:
    """409 takes a post out of the queue."""
    one = record.projection.waiting(1)[0]
    fake.kept[one.post] = Action("index", one.post, one.revision + 100, {})
    assert projector.turn().sent == 60
    assert _all(record) == set()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (refuse_items(429, "cluster_block_exception", FLOOD, lambda _: True), "索引磁盘已满"),
        (
            refuse(403, "cluster_block_exception", "blocked by: [FORBIDDEN/12/index read-only]"),
            "腾出磁盘空间",
        ),
        (refuse(403, "cluster_block_exception", "blocked by: [FORBIDDEN/5/index read-only]"), "设为只读"),
        (refuse(401, "security_exception", "unable to authenticate"), "MINYI_ELASTIC_API_KEY"),
        (
            refuse_items(403, "security_exception", "action [bulk] is unauthorized", lambda _: True),
            "缺少权限：action [bulk] is unauthorized",
        ),
        (refuse(404, "index_not_found_exception", "no such index"), "minyi index setup"),
    ],
)
def test_a_block_pauses_with_the_remedy_and_ends_by_itself(
    script: Script, words: str, projector: Projector, record: SqliteStore, fake: FakeElastic
) -> None:
    """Nothing is dropped, the words are kept for health, and the next turn that works clears them."""
    fake.scripts = [script]
    turn = projector.turn()
    assert words in turn.words
    assert words in record.projection.notes()[PAUSED]
    assert record.index_lag()[0] == 60
    assert projector.turn().sent == 60
    assert PAUSED not in record.projection.notes()


def test_a_post_changed_while_it_is_sent_stays_queued(
    projector: Projector, record: SqliteStore, fake: FakeElastic
) -> None:
    """An answer about an old revision says nothing about the new one."""
    first = record.projection.waiting(1)[0]

    def change(_: list[Action]) -> None:
        stored = record.get([first.post])[0].post
        record.save_posts([replace(stored, title="改了")], now=NOW)

    fake.scripts = [change]
    projector.turn()
    assert (fake.kept[first.post].body or {})["title_raw"] == "改了"
    assert _all(record) == set()


def test_deletions_go_where_the_post_lies(
    projector: Projector, record: SqliteStore, fake: FakeElastic
) -> None:
    """A forgotten post is deleted there; one that never was there needs nothing."""
    ids = [PostId(one.post) for one in record.projection.waiting(2)]
    projector.turn()
    del fake.kept[ids[1]]
    record.forget(ids, NOW)
    assert projector.turn().sent == 2
    assert fake.kept[ids[0]].kind == "delete"
    assert ids[1] not in fake.kept


def test_a_long_queue_goes_in_pieces_of_ten_megabytes(
    record: SqliteStore, projector: Projector, fake: FakeElastic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large documents make small batches."""
    monkeypatch.setattr("jobs.project.MAX_BYTES", 6_000)
    assert projector.turn().sent == 60
    assert len(fake.requests) > 5
    assert set(fake.kept) == {one.post for _, actions in fake.requests for one in actions}
    assert record.index_lag() == (0, None)

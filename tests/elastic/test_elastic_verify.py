"""Verification finds what was planted, and a new generation replaces the old without a gap."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest

from jobs.project import drain
from minyi.errors import StoreError
from minyi.models import PostId
from minyi.store.base import Reader
from minyi.store.elastic import generations, setup
from minyi.store.elastic.layout import month_of
from minyi.store.elastic.verify import Verifier
from minyi.store.projection import FILLING, GENERATION
from minyi.store.query import Query
from minyi.store.sqlite import SqliteStore
from tests.elastic.stand import Stand
from tests.store import invented
from tests.store.invented import NOW

pytestmark = pytest.mark.elastic


def test_a_missing_a_changed_and_an_extra_document_are_each_found(stand: Stand, record: SqliteStore) -> None:
    """Each by its id, and by the counts it bends; queued posts are no difference."""
    stand.filled(record)
    verifier = Verifier(record, stand.cluster, stand.layout)
    assert verifier.verify(50, Random(1), lambda _: None).count == 0
    index = f"/{stand.layout.posts}-v1-2026.03"
    known = stand.documents()
    missing, changed, *_ = known
    stand.cluster.ask("DELETE", f"{index}/_doc/{missing}")
    stand.cluster.ask("PUT", f"{index}/_doc/{changed}", {**known[changed], "label": "正面", "text": "别的话"})
    stand.cluster.ask("PUT", f"{index}/_doc/planted", {**known[changed], "id": "planted", "rid": 5})
    found = verifier.verify(50, Random(1), lambda _: None)
    assert found.missing == (missing,)
    assert found.changed == (changed,)
    assert found.extra == ("planted",)
    assert found.cells
    record.projection.fill(NOW)
    assert verifier.verify(0, Random(1), lambda _: None).changed == ()


def test_a_copy_of_one_post_in_another_month_is_found(stand: Stand, record: SqliteStore) -> None:
    """An id is unique within an index only."""
    stand.filled(record)
    one, document = next(iter(stand.documents().items()))
    stand.cluster.ask("PUT", f"/{stand.layout.posts}-v1-2026.09/_doc/{one}", document)
    found = Verifier(record, stand.cluster, stand.layout).verify(0, Random(1), lambda _: None)
    assert found.extra == (one,)


@contextmanager
def searching(reader: Reader) -> Iterator[list[int]]:
    """Search without a pause for the length of the block; the totals seen, none of which may fail."""
    stop, totals, faults = threading.Event(), list[int](), list[Exception]()

    def search() -> None:
        while not stop.is_set():
            try:
                totals.append(reader.search(Query(), size=1).total)
            except Exception as fault:  # noqa: BLE001 - any failure of any kind is what is looked for
                faults.append(fault)

    thread = threading.Thread(target=search)
    thread.start()
    try:
        yield totals
    finally:
        stop.set()
        thread.join()
    assert faults == []


def fill_second(stand: Stand, record: SqliteStore) -> None:
    """Fill generation 2 while posts come, change and go."""
    generations.begin(stand.cluster, stand.layout, 2)
    record.projection.note({FILLING: "2"})
    record.projection.fill(NOW)
    record.save_posts(invented.posts(invented.seeded(9), 40, 500), now=NOW)
    record.forget([PostId("post-1")], NOW)
    drain(stand.projector(record), tell=lambda _: None)


def test_a_new_generation_replaces_the_old_under_searches_and_writes(
    stand: Stand, record: SqliteStore
) -> None:
    """No search fails or sees less, and no post is lost."""
    reader = stand.filled(record)
    with searching(reader) as totals:
        fill_second(stand, record)
        generations.check_full(stand.cluster, stand.layout, 2, record.projection.months())
        generations.switch(stand.cluster, stand.layout, 1, 2, month_of(NOW))
        record.projection.note({GENERATION: "2", FILLING: None})
        record.save_posts(invented.posts(invented.seeded(10), 10, 700), now=NOW)
        drain(stand.projector(record), tell=lambda _: None)
    assert len(totals) > 5
    assert min(totals) >= 59
    assert setup.readable_generations(stand.cluster, stand.layout) == {2}
    assert len(stand.documents()) == record.post_count() == 109
    assert Verifier(record, stand.cluster, stand.layout).verify(30, Random(1), lambda _: None).count == 0


def test_a_generation_that_is_not_full_is_not_switched_to(stand: Stand, record: SqliteStore) -> None:
    """The months that differ are named."""
    stand.filled(record)
    fill_second(stand, record)
    stand.cluster.ask("DELETE", f"/{stand.layout.posts}-v2-2026.03/_doc/post-2")
    with pytest.raises(StoreError, match="没有切换"):
        generations.check_full(stand.cluster, stand.layout, 2, record.projection.months())


def test_months_the_record_no_longer_holds_may_go(stand: Stand, record: SqliteStore) -> None:
    """Never the current month, never one with posts; old generations as a whole."""
    stand.filled(record)
    stand.cluster.ask("PUT", f"/{stand.layout.posts}-v1-2025.01")
    stand.cluster.ask("PUT", f"/{stand.layout.posts}-v0-2026.03")
    months = record.projection.months()
    found = list(generations.doomed(stand.cluster, stand.layout, {1}, months, month_of(NOW)))
    assert [one.index.removeprefix(stand.layout.posts) for one in found] == ["-v0-2026.03", "-v1-2025.01"]
    assert sum(months.values()) == record.post_count()


def test_the_mapping_knows_every_field_and_refuses_others(stand: Stand, record: SqliteStore) -> None:
    """Strict: a field we do not know of is an error, not a guess."""
    stand.filled(record)
    simulated = stand.cluster.ask("POST", f"/_index_template/_simulate_index/{stand.layout.posts}-v1-2030.01")
    known = simulated["template"]["mappings"]["properties"]
    fields = {field for document in stand.documents().values() for field in document}
    assert fields <= set(known)
    assert simulated["template"]["mappings"]["dynamic"] == "strict"
    assert stand.layout.posts in simulated["template"]["aliases"]


def test_an_offices_own_settings_go_before_ours(stand: Stand) -> None:
    """More shards from the next month on; set-up again leaves them alone."""
    own = {"number_of_shards": 3, "auto_expand_replicas": False, "number_of_replicas": 2}
    body = {"template": {"settings": {"index": own}}}
    stand.cluster.ask("PUT", f"/_component_template/{stand.layout.posts}@custom", body)
    stand.set_up()
    index = f"{stand.layout.posts}-v1-2026.09"
    stand.cluster.ask("PUT", f"/{index}")
    told = stand.cluster.ask("GET", f"/{index}/_settings")[index]["settings"]["index"]
    assert (told["number_of_shards"], told["number_of_replicas"]) == ("3", "2")
    simple = f"{stand.layout.posts}-v1-2026.03"
    told = stand.cluster.ask("GET", f"/{simple}/_settings")[simple]["settings"]["index"]
    assert (told["number_of_shards"], told["number_of_replicas"]) == ("1", "0")

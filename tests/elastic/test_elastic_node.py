"""The sink on a real node: poison, full disk, outage, death, and what each key may do."""

import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from jobs.project import PAUSED, drain
from minyi.models import PostId
from minyi.store.care import Act, Retain
from minyi.store.elastic import access
from minyi.store.elastic.client import Cluster, Login, Refused
from minyi.store.elastic.verify import Differences, Verifier
from minyi.store.sqlite import SqliteStore
from tests.elastic.stand import Stand
from tests.store import invented
from tests.store.invented import NOW

pytestmark = pytest.mark.elastic

ROOT = Path(__file__).parents[2]


def verified(stand: Stand, record: SqliteStore, queries: int = 30) -> Differences:
    """What differs between the record and its copy."""
    return Verifier(record, stand.cluster, stand.layout).verify(queries, Random(1), lambda _: None)


def save(record: SqliteStore, count: int, first: int = 1_000) -> None:
    """Queue more posts."""
    record.save_posts(invented.posts(invented.seeded(first), count, first), now=NOW)


def test_one_poisoned_document_in_a_thousand_stops_no_other(stand: Stand, record: SqliteStore) -> None:
    """999 are there, 1 is a dead letter with its reason; corrected, it goes."""
    save(record, 940)
    poisoned = record.get([PostId("post-1500")])[0].post
    record.save_posts([replace(poisoned, metrics={"likes": 2**70})], now=NOW)
    done = stand.projector(record).turn()
    assert (done.sent, done.dead, done.wait) == (999, 1, 0)
    assert len(stand.documents()) == 999
    [letter] = record.projection.dead()
    assert letter.post == "post-1500"
    assert "likes" in letter.reason
    assert str(2**70) not in letter.reason
    record.save_posts([poisoned], now=NOW)
    assert stand.projector(record).turn().sent == 1
    assert record.projection.dead_count() == 0
    assert verified(stand, record).count == 0


def test_a_full_disk_pauses_with_the_remedy_and_ends_by_itself(stand: Stand, record: SqliteStore) -> None:
    """The flood-stage block as Elasticsearch itself sets it."""
    projector = stand.projector(record)
    assert projector.turn().sent == 60
    block = f"/{stand.layout.posts}-v1-*/_settings"
    stand.cluster.ask("PUT", block, {"index.blocks.read_only_allow_delete": True})
    save(record, 20)
    done = projector.turn()
    assert "索引磁盘已满" in done.words
    assert "90%" in record.projection.notes()[PAUSED]
    assert record.index_lag()[0] == 20
    stand.cluster.ask("PUT", block, {"index.blocks.read_only_allow_delete": None})
    assert projector.turn().sent == 20
    assert PAUSED not in record.projection.notes()


def test_an_outage_costs_lag_and_nothing_else(stand: Stand, record: SqliteStore) -> None:
    """The node is stopped, posts come, it starts again on its data: all are there, once."""
    projector = stand.projector(record)
    assert projector.turn().sent == 60
    stand.node.stop()
    save(record, 500)
    done = projector.turn()
    assert done.wait > 0
    assert record.index_lag()[0] == 500
    stand.node.start()
    assert drain(projector, tell=lambda _: None).sent == 500
    assert verified(stand, record).count == 0


def test_a_hanging_node_is_given_up_in_time(stand: Stand, record: SqliteStore) -> None:
    """Readers and sink get an error within their limit, and go on when it answers again."""
    slow = Cluster([stand.node.url], Login(user="elastic", password=stand.node.password), timeout=1.0)
    stand.node.freeze()
    try:
        started = time.monotonic()
        assert stand.projector(record, slow).turn().wait > 0
        assert time.monotonic() - started < 10
    finally:
        stand.node.thaw()
    assert drain(stand.projector(record), tell=lambda _: None).sent == 60
    slow.close()


def test_killed_thirty_times_it_loses_and_doubles_nothing(
    stand: Stand, record: SqliteStore, tmp_path: Path
) -> None:
    """Before send, before receive, before ack: after the rerun the counts are equal."""
    random = Random(11)
    for turn in range(30):
        save(record, 60, first=2_000 + turn * 60)
        when = ("send", "receive", "ack")[turn % 3]
        words = [str(tmp_path / "minyi.db"), stand.node.url, stand.node.password, stand.layout.prefix, when]
        dead = subprocess.run(  # noqa: S603 - our own words
            [sys.executable, "-m", "tests.elastic.dying_sink", *words, str(random.randrange(3))],
            cwd=ROOT,
            check=False,
        )
        assert dead.returncode == -9
    assert record.index_lag()[0] > 0
    drain(stand.projector(record), tell=lambda _: None)
    assert len(stand.documents()) == record.post_count() == 60 + 30 * 60
    assert verified(stand, record).count == 0


def test_expired_and_erased_posts_leave_the_index(stand: Stand, record: SqliteStore) -> None:
    """Nothing of them is found by any word or id."""
    projector = stand.projector(record)
    projector.turn()
    everyone = list(stand.documents())
    record.forget([PostId(one) for one in everyone[:7]], NOW + timedelta(hours=1))
    old = Retain(invented.START + timedelta(days=5), {})
    record.care.expire(old, Act("test", "retention", "posts"), NOW + timedelta(hours=2))
    projector.turn()
    left = stand.documents()
    assert set(left) == {one for one in everyone if record.get([PostId(one)])}
    assert 0 < len(left) < 50
    assert verified(stand, record).count == 0


def test_an_older_revision_never_overwrites_a_newer_one(stand: Stand, record: SqliteStore) -> None:
    """What a stale sink sends late is answered 409 and taken for done."""
    stale = stand.projector(record)
    rows = record.projection.waiting(60)
    items = stale.sink.build(rows, record.get, [1])
    changed = record.get([rows[0].post])[0].post
    record.save_posts([replace(changed, title="改了")], now=NOW)
    stand.projector(record).turn()
    stale._settle(items, stale.sink.send(items))
    assert stand.documents()[rows[0].post]["title_raw"] == "改了"
    assert verified(stand, record).count == 0


def _refused(cluster: Cluster, method: str, path: str, body: object = None) -> bool:
    try:
        cluster.ask(method, path, body)
    except Refused as error:
        return error.status == 403
    return False


def test_each_key_does_its_work_and_no_more(stand: Stand, record: SqliteStore) -> None:
    """The service's key may not delete an index, touch templates or read a foreign index; and so on."""
    admin, posts = stand.cluster, stand.layout.posts
    keys = {name: access.make_key(admin, stand.layout, name) for name in access.descriptors(stand.layout)}
    service, reader, retention = (
        admin.with_login(Login(api_key=keys[name]))
        for name in (access.SERVICE, access.READER, access.RETENTION)
    )
    assert drain(stand.projector(record, service), tell=lambda _: None).sent == 60
    record.forget([record.get([PostId("post-3")])[0].post.id], NOW)
    assert drain(stand.projector(record, service), tell=lambda _: None).sent == 1
    assert Verifier(record, service, stand.layout).verify(10, Random(1), lambda _: None).count == 0
    admin.ask("PUT", "/foreign-1")
    index = f"{posts}-v1-2026.03"
    assert _refused(service, "DELETE", f"/{index}")
    assert _refused(service, "PUT", "/_index_template/mine", {"index_patterns": ["minyi-x*"]})
    assert _refused(service, "POST", "/foreign-1/_search")
    assert _refused(service, "POST", "/_security/api_key", {"name": "more"})
    assert not _refused(reader, "POST", f"/{posts}/_search")
    assert _refused(reader, "PUT", f"/{index}/_doc/x", {"id": "x"})
    assert _refused(reader, "DELETE", f"/{index}")
    assert _refused(retention, "POST", f"/{index}/_search")
    assert _refused(retention, "PUT", f"/{index}/_doc/x", {"id": "x"})
    assert _refused(retention, "DELETE", f"/{stand.layout.alerts}")
    assert _refused(retention, "DELETE", "/foreign-1")
    assert not _refused(retention, "DELETE", f"/{index}")
    admin.ask("DELETE", "/foreign-1")


def test_the_viewer_reads_and_writes_nothing(stand: Stand, record: SqliteStore) -> None:
    """A person with the viewer's role."""
    stand.projector(record).turn()
    access.put_viewer_role(stand.cluster, stand.layout)
    person = {"password": "a-long-password", "roles": [access.VIEWER_ROLE]}
    stand.cluster.ask("PUT", "/_security/user/viewer", person)
    viewer = stand.cluster.with_login(Login(user="viewer", password="a-long-password"))
    assert not _refused(viewer, "POST", f"/{stand.layout.posts}/_search")
    index = f"{stand.layout.posts}-v1-2026.03"
    assert _refused(viewer, "PUT", f"/{index}/_doc/x", {"id": "x"})
    assert _refused(viewer, "DELETE", f"/{index}")
    assert _refused(viewer, "PUT", "/_index_template/mine", {"index_patterns": ["minyi-x*"]})


def test_keys_survive_a_second_set_up_and_old_ones_end(stand: Stand) -> None:
    """A key that works is recognised; making a new one of the same name ends the old."""
    first = access.make_key(stand.cluster, stand.layout, access.READER)
    assert access.key_works(stand.cluster, first)
    second = access.make_key(stand.cluster, stand.layout, access.READER)
    assert access.key_works(stand.cluster, second)
    assert not access.key_works(stand.cluster, first)
    access.set_kibana_password(stand.cluster, "another-long-password")
    kibana = stand.cluster.with_login(Login(user="kibana_system", password="another-long-password"))
    assert kibana.ask("GET", "/_security/_authenticate")["username"] == "kibana_system"


def test_a_cluster_nobody_set_up_is_named(stand: Stand, record: SqliteStore) -> None:
    """Without template the sink stops, says which command is missing, and set-up mends what came of it."""
    stand.cluster.ask("DELETE", f"/_index_template/{stand.layout.template(1)}")
    stand.cluster.ask("DELETE", f"/{stand.layout.posts}-v1-2026.03")
    assert "minyi index setup" in stand.projector(record).turn().words
    stand.set_up()
    assert drain(stand.projector(record), tell=lambda _: None).sent == 60
    assert verified(stand, record).count == 0

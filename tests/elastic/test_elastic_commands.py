"""`minyi index` on a real node, from nothing to keys, a new generation and retired months."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cli.main import main
from jobs.boards import HEALTH_UNTIL
from jobs.cluster import LAYOUT
from jobs.context import open_context
from jobs.indexing import Indexing
from minyi.store.elastic.client import Cluster, Login
from tests.servers.elastic import Node
from tests.store import invented
from tests.store.invented import NOW

pytestmark = pytest.mark.elastic

Run = Callable[..., tuple[int, list[dict[str, object]]]]


@pytest.fixture
def run(
    tmp_path: Path, elastic_node: Node, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """`run(words...)` runs `minyi index words... --json` in an office of 60 posts: exit code and lines."""
    office = tmp_path / "office.toml"
    office.write_text(
        f'[office]\nname = "示例局"\ncontact = "a@office.example"\n[search]\nurl = ["{elastic_node.url}"]\n',
        "utf-8",
    )
    monkeypatch.setenv("MINYI_ELASTIC_PASSWORD", elastic_node.password)
    monkeypatch.setenv("MINYI_ELASTIC_API_KEY_FILE", str(tmp_path / "keys/service"))
    monkeypatch.setenv("MINYI_ELASTIC_RETENTION_KEY_FILE", str(tmp_path / "keys/retention"))
    with open_context(office, tmp_path / "data") as context:
        context.store.save_policies(invented.BOOK.policies, NOW)
        context.store.save_posts(invented.posts(invented.seeded(3), 60), now=NOW)

    def command(*words: str) -> tuple[int, list[dict[str, object]]]:
        code = main([*words, "--config", str(office), "--data", str(tmp_path / "data"), "--json"])
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    yield command
    admin = Cluster([elastic_node.url], Login(user="elastic", password=elastic_node.password))
    for index in admin.ask("GET", f"/{LAYOUT.prefix}-*/_alias"):
        if index.startswith((f"{LAYOUT.posts}-v", LAYOUT.policies, LAYOUT.alerts, LAYOUT.health)):
            admin.ask("DELETE", f"/{index}")
    admin.close()


def test_an_office_goes_from_nothing_to_a_verified_copy(run: Run, tmp_path: Path) -> None:
    """Set-up, keys, drain, verify; set-up again changes nothing; the keys' files are private."""
    assert run("index", "setup", "--keys", str(tmp_path / "keys")) == (0, [{"queued": 60}])
    keys = {path.name: path.read_text("ascii") for path in (tmp_path / "keys").iterdir()}
    assert set(keys) == {"service", "reader", "retention"}
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}
    assert run("index", "drain") == (0, [{"sent": 60, "dead": 0}])
    code, [found] = run("index", "verify", "--queries", "20")
    assert (code, found["differences"], found["posts"], found["queries"]) == (0, 0, 60, 20)
    assert run("index", "setup", "--keys", str(tmp_path / "keys")) == (0, [{"queued": 0}])
    assert {path.name: path.read_text("ascii") for path in (tmp_path / "keys").iterdir()} == keys
    ours, theirs = run("query", "费", "--engine", "sqlite"), run("query", "费", "--engine", "elasticsearch")
    assert ours == theirs
    assert len(ours[1]) > 5


def test_a_rebuild_mends_what_was_lost_and_what_was_added(
    run: Run, tmp_path: Path, elastic_node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A post deleted in the cluster comes back, though its deletion is the newer; one never had goes."""
    monkeypatch.setattr("jobs.index.FORGETS_SECONDS", 1.1)
    run("index", "setup", "--keys", str(tmp_path / "keys"))
    run("index", "drain")
    index = f"/{LAYOUT.posts}-v1-2026.03"
    elastic_node.ask("PUT", f"{index}/_settings", {"index.gc_deletes": "1s"})
    document = elastic_node.ask("GET", f"{index}/_doc/post-3")["_source"]
    elastic_node.ask("DELETE", f"{index}/_doc/post-3")
    elastic_node.ask("PUT", f"{index}/_doc/planted", {**document, "id": "planted"})
    code, [found] = run("index", "verify", "--queries", "0")
    assert (code, found["missing"], found["extra"]) == (1, ["post-3"], ["planted"])
    assert run("index", "rebuild")[1] in ([{"sent": 61, "dead": 0}], [{"sent": 121, "dead": 0}])
    assert run("index", "verify", "--queries", "0")[0] == 0


def test_a_fresh_rebuild_switches_and_the_old_generation_retires(run: Run, tmp_path: Path) -> None:
    """Listed first, deleted only when asked, each with a line in the audit trail."""
    run("index", "setup", "--keys", str(tmp_path / "keys"))
    run("index", "drain")
    assert run("index", "rebuild", "--fresh") == (0, [{"generation": 2}])
    assert run("index", "verify", "--queries", "10")[0] == 0
    _, listed = run("index", "retire")
    assert {str(one["index"]).rsplit("-", 1)[0] for one in listed} == {f"{LAYOUT.posts}-v1"}
    assert not any(one["deleted"] for one in listed)
    assert len(run("index", "retire", "--yes")[1]) == len(listed)
    assert run("index", "retire") == (0, [])
    assert run("index", "verify", "--queries", "0")[0] == 0
    _, trail = run("audit")
    assert [one["action"] for one in trail].count("index.retire") == len(listed)


def test_what_boards_show_is_taken_by_the_node(run: Run, tmp_path: Path, elastic_node: Node) -> None:
    """Policies and hourly health pass the strict mappings under the service's own key."""
    run("index", "setup", "--keys", str(tmp_path / "keys"))
    with open_context(tmp_path / "office.toml", tmp_path / "data") as context:
        with closing(Indexing(context)) as indexing:
            assert indexing.turn().sent == 60
        assert HEALTH_UNTIL in context.store.projection.notes()
    elastic_node.ask("POST", "/minyi-*/_refresh")
    counts = {
        name: elastic_node.ask("GET", f"/{name}/_count")["count"] for name in (LAYOUT.policies, LAYOUT.health)
    }
    assert counts == {LAYOUT.policies: len(invented.BOOK.policies), LAYOUT.health: 1}

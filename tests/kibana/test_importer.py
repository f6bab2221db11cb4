"""The importer puts boards into Kibana, notices what Kibana did not keep, and says what is wrong in words."""

import json
from collections.abc import Iterator

import pytest

from kibana.client import Kibana, Login
from kibana.importer import Done, set_up
from minyi.errors import ConfigError, KibanaError
from minyi.panelfile import load_boards
from tests.servers.kibana import CUT, FakeKibana, Reply, serve

BOARDS = load_boards()
RIGHT = Login("elastic", "right")
OVERVIEW = ("PUT", "/api/dashboards/minyi-overview")


@pytest.fixture
def fake() -> Iterator[FakeKibana]:
    """A Kibana that is up, empty and well."""
    with serve() as running:
        yield running


class Waits:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        """At zero."""
        self.now = 0.0
        self.naps: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self.naps.append(seconds)
        self.now += seconds


def run(
    fake: FakeKibana, *, login: Login = RIGHT, waits: Waits | None = None, with_role: bool = True
) -> list[Done]:
    """Set everything up."""
    waits = waits or Waits()
    kibana = Kibana(fake.url, login, patience_seconds=60, sleep=waits.sleep, clock=lambda: waits.now)
    return list(set_up(kibana, BOARDS, with_role=with_role))


def test_the_first_run_puts_everything_in_place(fake: FakeKibana) -> None:
    """Role, then data views, then boards, each read back."""
    done = run(fake)
    assert [(one.kind, one.id) for one in done] == [
        ("role", "minyi-viewer"),
        *(("data_view", view.id) for view in BOARDS.view),
        *(("board", board.id) for board in BOARDS.board),
    ]
    assert [one.created for one in done if one.kind == "board"] == [True] * 3
    assert [one.notes for one in done if one.notes] == []
    assert set(fake.boards) == {"minyi-overview", "minyi-alerts", "minyi-health"}
    assert [ask for ask in fake.asked if ask[0] == "GET"][1:] == [
        ("GET", f"/api/dashboards/{board.id}") for board in BOARDS.board
    ]


def test_a_second_run_leaves_the_same(fake: FakeKibana) -> None:
    """Nothing twice, nothing else."""
    run(fake)
    before = json.dumps([fake.boards, fake.views, fake.roles], sort_keys=True)
    done = run(fake)
    assert json.dumps([fake.boards, fake.views, fake.roles], sort_keys=True) == before
    assert [one.created for one in done if one.kind == "board"] == [False] * 3


def test_a_schema_fault_is_shown_verbatim_with_the_panels_name(fake: FakeKibana) -> None:
    """The first kind of 400; the panel's number is a hint, the words are Kibana's."""
    said = '[request body.panels.4.config.layers.0.x]: expected value of type [object] but got [string] "x"'
    fake.script[OVERVIEW] = [Reply(400, {"statusCode": 400, "error": "Bad Request", "message": said})]
    with pytest.raises(KibanaError) as caught:
        run(fake)
    assert json.dumps(said)[1:-1] in str(caught.value)
    assert "看板「民意总览」的面板「声量走势」" in str(caught.value)


def test_a_fault_of_translation_names_its_panel(fake: FakeKibana) -> None:
    """The second kind of 400 carries the panel itself."""
    errors = [{"message": "bad formula", "panel_type": "vis", "panel_config": {"title": "负面占比"}}]
    fake.script[OVERVIEW] = [Reply(400, {"message": "Bad request", "panelErrors": errors})]
    with pytest.raises(KibanaError, match="的面板「负面占比」") as caught:
        run(fake)
    assert '"bad formula"' in str(caught.value)


def test_a_400_that_tells_no_panel_is_shown_all_the_same(fake: FakeKibana) -> None:
    """No name is made up, and text that is no JSON stays as it came."""
    fake.script[OVERVIEW] = [Reply(400, "<html>no</html>")]
    with pytest.raises(KibanaError) as caught:
        run(fake)
    assert "看板「民意总览」：内容被拒（400）" in str(caught.value)
    assert "<html>no</html>" in str(caught.value)


def test_a_conflict_is_tried_once_more(fake: FakeKibana) -> None:
    """Somebody saved at the same moment: the second time wins; twice is told."""
    fake.script[OVERVIEW] = [Reply(409, {"message": "version conflict"})]
    assert len(run(fake)) == 8
    fake.script[OVERVIEW] = [Reply(409), Reply(409, {"message": "again"})]
    with pytest.raises(KibanaError, match="409"):
        run(fake)


def test_a_starting_kibana_is_waited_for(fake: FakeKibana) -> None:
    """503 is no answer: longer and longer pauses, then all goes on."""
    fake.script["GET", "/api/status"] = [Reply(503, "Kibana server is not ready yet")] * 3
    fake.script[OVERVIEW] = [Reply(503)]
    waits = Waits()
    assert len(run(fake, waits=waits)) == 8
    assert waits.naps == [1.0, 2.0, 4.0, 1.0]


def test_a_kibana_that_never_starts_is_told(fake: FakeKibana) -> None:
    """After the patience, with what it said last."""
    fake.script["GET", "/api/status"] = [Reply(503, "Kibana server is not ready yet")] * 100
    waits = Waits()
    with pytest.raises(KibanaError, match="503 Kibana server is not ready yet"):
        run(fake, waits=waits)
    assert waits.now <= 60


def test_a_cut_answer_is_asked_for_again(fake: FakeKibana) -> None:
    """Whatever became of the first request, the second replaces it."""
    fake.script[OVERVIEW] = [Reply(CUT), Reply(CUT)]
    assert len(run(fake)) == 8
    assert fake.asked.count(OVERVIEW) == 3


def test_nobody_there_is_told() -> None:
    """A closed port is waited for too, and named."""
    with serve() as gone:
        pass
    with pytest.raises(KibanaError, match="仍不可用"):
        run(gone)


def test_a_wrong_password_is_told(fake: FakeKibana) -> None:
    """Kibana tells strangers its state but not its version."""
    with pytest.raises(KibanaError, match="用户名或口令不对"):
        run(fake, login=Login("elastic", "wrong"))
    assert fake.asked == [("GET", "/api/status")]


def test_an_api_key_signs_in(fake: FakeKibana) -> None:
    """Instead of name and password."""
    assert len(run(fake, login=Login(api_key="good"))) == 8


@pytest.mark.parametrize("version", ["8.19.3", "9.4.3", "7.17.0"])
def test_an_older_kibana_is_refused_in_words(fake: FakeKibana, version: str) -> None:
    """Before anything is written."""
    fake.version = version
    with pytest.raises(KibanaError, match=rf"Kibana {version}，看板需要 9\.5"):
        run(fake)
    assert fake.asked == [("GET", "/api/status")]


@pytest.mark.parametrize("version", ["9.5.2", "9.10.0", "10.0.0", "9.6.0-SNAPSHOT"])
def test_a_newer_kibana_is_taken(fake: FakeKibana, version: str) -> None:
    """9.10 is newer than 9.5."""
    fake.version = version
    assert len(run(fake)) == 8


def test_a_dropped_panel_is_a_failure(fake: FakeKibana) -> None:
    """Saved is not enough: the board read back lacks a panel and says so."""
    fake.drops = {"hot-words"}
    with pytest.raises(KibanaError, match=r"「异常热词（与全部帖文相比）」.*dropped_panel"):
        run(fake)


def test_lost_choices_are_a_failure(fake: FakeKibana) -> None:
    """A board without its choices above is another board."""
    fake.rewrites = {"pinned_panels": []}
    with pytest.raises(KibanaError, match="筛选少了"):
        run(fake)


def test_changed_values_are_named_and_do_not_stop(fake: FakeKibana) -> None:
    """Kibana may have reasons; a person should look."""
    fake.rewrites = {"refresh_interval": {"pause": True, "value": 60_000}}
    notes = [note for one in run(fake) for note in one.notes]
    assert notes[0] == "refresh_interval.pause：写入 False，读回 True"
    assert len(notes) == 6


def test_marks_become_bars_where_annotations_fail(fake: FakeKibana) -> None:
    """A board that answers 500 once it holds annotations is deleted and made without them."""
    fake.fails_on_annotations = True
    done = run(fake)
    assert ("DELETE", "/api/dashboards/minyi-overview") in fake.asked
    assert [one.notes for one in done if one.notes] == [
        ("这个版本的 Kibana 不能用标注线画发布节点，已改用柱形",)
    ]
    layers = next(p for p in fake.boards["minyi-overview"]["panels"] if p["id"] == "releases")["config"][
        "layers"
    ]
    assert [layer["type"] for layer in layers] == ["line", "bar"]
    assert layers[1]["data_source"]["ref_id"] == "minyi-policies"


def test_another_500_is_told(fake: FakeKibana) -> None:
    """A board without marks has no second form."""
    fake.script["PUT", "/api/dashboards/minyi-health"] = [Reply(500, {"message": "disk"})]
    with pytest.raises(KibanaError, match=r"民意运行.*500"):
        run(fake)


def test_missing_rights_are_told_with_the_way_out(fake: FakeKibana) -> None:
    """An account that may make boards but no roles sets up without the role."""
    fake.script["PUT", "/api/security/role/minyi-viewer"] = [Reply(403, {"message": "unauthorized"})]
    with pytest.raises(KibanaError, match="--no-role"):
        run(fake)
    assert len(run(fake, with_role=False)) == 7
    assert fake.roles == {}


def test_redirects_are_not_followed(fake: FakeKibana) -> None:
    """The password goes nowhere but to the address given."""
    fake.script["GET", "/api/status"] = [Reply(302, "")]
    with pytest.raises(KibanaError, match="302"):
        run(fake)


@pytest.mark.parametrize("url", ["", "kibana:5601", "ftp://a", "http://", "http://u:p@h", "http://h:x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    """Before anything is sent."""
    with pytest.raises(ConfigError):
        Kibana(url, Login("a", "b"))


def test_a_path_before_the_api_is_kept(fake: FakeKibana) -> None:
    """`server.basePath` behind an office's gateway."""
    kibana = Kibana(f"{fake.url}/office/", Login("elastic", "right"))
    assert kibana.ask("GET", "/api/status").status == 404
    assert fake.asked == [("GET", "/office/api/status")]

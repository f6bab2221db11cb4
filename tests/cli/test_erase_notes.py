"""Erasure reaches what Minyi notes beside posts, and what was typed is noted nowhere."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from jobs.context import open_context
from minyi.models import CrawlRun, RawPost, SourceId, SourceState, UrlCursor
from minyi.naming import holds
from minyi.spool import SpoolWriter, Trailer
from minyi.store.base import SpoolCommit
from minyi.store.care import Act
from tests.cli.conftest import Minyi
from tests.store.filled import RARE, TRACES, holding

Write = Callable[[str, str | list[dict[str, Any]]], str]
NOW = datetime(2026, 3, 2, tzinfo=UTC)
LUNTAN = SourceId("luntan")
HOME = f"https://luntan.example/{quote(RARE)}"
ENCODED = [*TRACES, quote(RARE).encode(), json.dumps(RARE)[1:-1].encode()]
OFFICE = '[office]\nname = "示例局"\ncontact = "press@office.example"\n[backup]\nfolder = "nightly"\n'

POSTS: list[dict[str, Any]] = [
    {"id": f"o{n}", "text": f"商标年费的第{n}种说法", "author": "旁人", "published_at": "2026-03-02T09:00"}
    for n in range(5)
] + [
    {"id": f"r{n}", "text": f"{RARE}说年费", "author": RARE, "published_at": "2026-03-02T09:00"}
    for n in range(3)
]


@pytest.fixture
def data(minyi: Minyi, write: Write, tmp_path: Path) -> Path:
    """A record whose source has a home page for each author, read once with a failure."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "office.toml").write_text(OFFICE, "utf-8")
    (tmp_path / "nightly").mkdir()
    assert minyi("import", write("posts.jsonl", POSTS), "--source", "luntan").code == 0
    Path("posts.jsonl").unlink()
    cursor = {
        HOME: UrlCursor(etag="x"),
        "https://luntan.example/": UrlCursor(links=(HOME, "https://luntan.example/2")),
    }
    run = CrawlRun(LUNTAN, NOW, NOW, SourceState.OK, reasons=(f"{HOME}：404", f"“{RARE}”太长", "别的事"))
    with office(tmp_path) as context:
        context.store.save_posts([], now=NOW, commit=SpoolCommit(run, cursor))
    with SpoolWriter(tmp_path / "data" / "spool", LUNTAN, NOW) as writer:
        writer.write(RawPost(LUNTAN, NOW, native_id="s1", body_text="别人的话", author="旁人"))
        writer.finish(Trailer(run, cursor))
    return tmp_path / "data"


def office(folder: Path) -> Any:
    """The office of the working folder."""
    return open_context(folder / "config" / "office.toml", folder / "data")


def test_addresses_and_reasons_of_crawls_lose_the_name(minyi: Minyi, data: Path, tmp_path: Path) -> None:
    """In the record and in files that wait; in every spelling; the rest of a cursor stands."""
    assert minyi("erase", "--author", RARE).code == 0
    assert holding(data, ENCODED) == []
    with office(tmp_path) as context:
        assert context.store.cursor(LUNTAN) == {
            "https://luntan.example/": UrlCursor(links=("https://luntan.example/2",))
        }
        (health,) = context.store.source_health().values()
        assert health.last_run is not None
        assert health.last_run.reasons == ("别的事",)
        assert context.store.verify() == []
    assert minyi("ingest", "--json").lines[0]["new"] == 1
    assert holding(data, ENCODED) == []


@pytest.mark.usefixtures("data")
def test_what_the_office_itself_wrote_is_told_and_left(minyi: Minyi, tmp_path: Path) -> None:
    """A person decides; exit 1 says that something is left."""
    with office(tmp_path) as context:
        context.store.care.audit(Act("值班员", "note", "x"), {"reason": f"{RARE}来电"}, NOW)
    done = minyi("erase", "--author", RARE)
    assert done.code == 1
    assert "audit 表有 1 行含有该名字" in done.out


def test_a_name_typed_in_the_wrong_place_is_noted_nowhere(minyi: Minyi, data: Path) -> None:
    """`--post` with words that mean no post is refused before anything is written."""
    minyi("erase", "--author", RARE)
    lines = len(minyi("audit", "--json").lines)
    done = minyi("erase", "--post", RARE)
    assert done.code == 1
    assert "没有编号" in done.err
    assert len(minyi("audit", "--json").lines) == lines
    assert holding(data, ENCODED) == []


@pytest.mark.usefixtures("data")
def test_an_unknown_author_is_said_to_be_unknown(minyi: Minyi) -> None:
    """A slip in the name must not pass for a deletion."""
    assert "没有找到" in minyi("erase", "--author", "查无此人").out
    assert "没有找到" not in minyi("erase", "--author", RARE).out


@pytest.mark.usefixtures("data")
def test_a_copy_restored_on_a_new_machine_forgets_again(minyi: Minyi) -> None:
    """The ids stand beside the nightly copies too: the disk of the record was lost, they were not."""
    assert minyi("backup", "nightly/minyi.db").code == 0
    minyi("erase", "--author", RARE)
    done = minyi("restore", "nightly/minyi.db", "--data", "elsewhere", "--json")
    assert done.lines[0]["buried"] == 3
    assert minyi("query", RARE, "--data", "elsewhere", "--json").lines[-1]["total"] == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"我是{RARE}。", True),
        (json.dumps({"a": RARE}), True),
        (HOME.lower(), True),
        (f"https://a.example/{quote('王小明', encoding='gb18030')}", False),
        ("100%", False),
        (RARE[:2], False),
    ],
)
def test_a_name_is_known_in_every_spelling(text: str, found: bool) -> None:
    """Plain, escaped, encoded; never a part of it."""
    assert holds(text, RARE) is found


def test_older_sites_encode_addresses_in_their_own_way() -> None:
    """GB18030; a name of one character is not looked for."""
    assert holds(f"https://a.example/{quote('王小明', encoding='gb18030')}", "王小明")
    assert not holds("王", "王")

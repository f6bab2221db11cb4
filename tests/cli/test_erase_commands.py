"""Erase and retention: a person's words leave every file, old posts leave the record."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from jobs.context import open_context
from jobs.erasure import author_target, erase
from jobs.locks import hold
from minyi.models import CrawlRun, RawPost, SourceId, SourceState
from minyi.spool import SpoolWriter, Trailer
from minyi.store.care import Act
from minyi.store.query import Query
from tests.cli.conftest import Minyi
from tests.store.filled import RARE, holding

Write = Callable[[str, str | list[dict[str, Any]]], str]
NOW = datetime(2026, 3, 2, tzinfo=UTC)
LUNTAN = SourceId("luntan")

POSTS: list[dict[str, Any]] = [
    {
        "id": f"o{n}",
        "text": f"商标年费的第{n}种说法",
        "author": "旁人",
        "published_at": f"2026-03-02T09:{n:02}",
    }
    for n in range(20)
] + [
    {"id": f"r{n}", "text": f"{RARE}我说年费第{n}条", "author": RARE, "published_at": f"2026-03-02T10:{n:02}"}
    for n in range(8)
]
OFFICE = '[office]\nname = "示例局"\ncontact = "press@office.example"\n'


def raw(number: int, author: str, text: str) -> RawPost:
    """A post as a crawl hands it over."""
    return RawPost(
        LUNTAN, NOW, native_id=f"s{number}", body_text=text, author=author, published_raw="2026-03-02"
    )


def spooled(data: Path) -> Path:
    """A crawl's file with one post of the person and one of somebody else."""
    run = CrawlRun(LUNTAN, NOW, NOW, SourceState.OK, items=2)
    with SpoolWriter(data / "spool", LUNTAN, NOW) as writer:
        writer.write(raw(1, RARE, "还没入库的话"))
        writer.write(raw(2, "旁人", "别人的话"))
        return writer.finish(Trailer(run, {}))


def saved_mail(data: Path, name: str, words: str) -> None:
    """A mail as the demo keeps it: as received, and the page made of it."""
    message = EmailMessage()
    message["Subject"] = "预警"
    message.set_content(words)
    (data / "mail").mkdir(exist_ok=True)
    (data / "mail" / f"{name}.eml").write_bytes(message.as_bytes())
    for ending in ("html", "txt"):
        (data / "mail" / f"{name}.{ending}").write_text(words, "utf-8")


def exported(minyi: Minyi, folder: Path) -> None:
    """All posts as files of each kind, the workbook unpacked beside it."""
    for ending in ("csv", "jsonl", "xlsx"):
        assert minyi("query", "--export", str(folder / f"all.{ending}")).code == 0
    with ZipFile(folder / "all.xlsx") as book:
        book.extractall(folder / "book")
    theirs = ["商标年费的第19种说法".encode()]
    assert {"all.csv", "all.jsonl"} < set(holding(folder, theirs))
    assert holding(folder / "book", theirs)


@pytest.fixture
def data(minyi: Minyi, write: Write, tmp_path: Path) -> Path:
    """Posts of a person with a rare name and of others, in record, quarantine, spool and saved mails."""
    bad = [{"text": "", "author": RARE}, {"text": "", "author": "旁人"}]
    assert minyi("import", write("posts.jsonl", [*POSTS, *bad]), "--source", "luntan").code == 0
    Path("posts.jsonl").unlink()
    folder = tmp_path / "data"
    spooled(folder)
    saved_mail(folder, "one", f"有人说：{RARE}我说年费第1条")
    saved_mail(folder, "two", "别的事")
    return folder


def test_an_author_leaves_no_byte_in_the_data_folder_nor_in_later_exports(minyi: Minyi, data: Path) -> None:
    """Record, index, spool, quarantine, saved mails, copies and exports made after; others are all there."""
    assert holding(data)
    done = minyi("erase", "--author", RARE, "--json")
    assert done.code == 0
    (told,) = done.lines
    assert {key: told[key] for key in ("posts", "spool_lines", "quarantined", "mails", "left")} == {
        "posts": 8, "spool_lines": 1, "quarantined": 1, "mails": 1, "left": [],
    }  # fmt: skip
    minyi("backup", "copy.db")
    exported(minyi, data.parent)
    assert holding(data.parent) == []
    assert minyi("query", "--json").lines[-1]["total"] == 20
    assert minyi("verify").code == 0
    assert minyi("ingest", "--json").lines[0]["new"] == 1
    assert [path.name for path in sorted((data / "mail").glob("*.eml"))] == ["two.eml"]
    assert len(minyi("quarantine", "list", "--json").lines) == 1


def test_the_same_file_imported_again_brings_nothing_back(minyi: Minyi, data: Path, write: Write) -> None:
    """Erased posts count as unchanged, others too."""
    minyi("erase", "--author", RARE)
    again = minyi("import", write("posts.jsonl", POSTS), "--source", "luntan", "--json").lines[0]
    assert (again["new"], again["updated"], again["unchanged"]) == (0, 0, 28)
    assert minyi("query", RARE, "--json").lines[-1]["total"] == 0
    assert data.exists()


@pytest.mark.parametrize("how", ["native", "id", "short"])
def test_one_post_goes_by_any_of_its_names(minyi: Minyi, data: Path, how: str) -> None:
    """Only this post; asked for again, it is told as deleted."""
    *hits, _ = minyi("query", RARE, "--json", "--limit", "200").lines
    post = next(hit for hit in hits if hit["native_id"] == "r3")
    name = {"native": "r3", "id": post["id"], "short": post["id"][:10]}[how]
    assert minyi("erase", "--post", name, "--json").lines[0]["posts"] == 1
    assert minyi("query", RARE, "--json").lines[-1]["total"] == 7
    gone = minyi("show", post["id"])
    assert gone.code == 1
    assert "按要求删除" in gone.err
    assert data.exists()


def test_what_others_say_about_the_name_is_listed_not_deleted(minyi: Minyi, data: Path, write: Write) -> None:
    """A person decides about each."""
    about = [{"id": "about", "text": f"听{RARE}说的", "author": "旁人"}]
    minyi("import", write("about.jsonl", about), "--source", "luntan")
    done = minyi("erase", "--author", RARE, "--json")
    assert done.code == 0
    (mention,) = done.lines[0]["mentions"]
    assert minyi("show", mention, "--json").lines[0]["native_id"] == "about"
    assert minyi("erase", "--post", mention).code == 0
    assert minyi("query", RARE, "--json").lines[-1]["total"] == 0
    Path("about.jsonl").unlink()
    assert holding(data) == []


def test_a_name_of_one_character_touches_nobody_else(minyi: Minyi, data: Path) -> None:
    """Texts are searched only for names long enough to mean somebody."""
    done = minyi("erase", "--author", "旁", "--json").lines[0]
    assert (done["posts"], done["quarantined"], done["spool_lines"], done["mails"]) == (0, 0, 0, 0)
    assert minyi("query", "--json").lines[-1]["total"] == 28
    assert data.exists()


def test_the_author_may_be_named_as_show_prints_it(minyi: Minyi, data: Path) -> None:
    """The pseudonym stands for the author."""
    author = minyi("show", "r1", "--json").lines[0]["author"]
    assert minyi("erase", "--author", author, "--json").lines[0]["posts"] == 8
    assert data.exists()


def test_a_crawl_under_way_is_named_and_a_dead_one_s_rest_deleted(data: Path) -> None:
    """What is still being written cannot be cleaned yet; what nobody will finish can go."""
    for source in ("luntan", "paper"):
        part = data / "spool" / f"20260302T000000-{source}-00000000.part"
        part.write_text(json.dumps(RARE), "utf-8")
    with (
        hold(data / "locks" / "crawl-luntan.lock", "采集"),
        open_context(Path("config/office.toml"), data, missing_ok=True) as context,
    ):
        erased = erase(context, author_target(context, RARE), who="tester", now=NOW)
    assert [path.name for path in (data / "spool").glob("*.part")] == ["20260302T000000-luntan-00000000.part"]
    assert any("采集还在进行" in words for words in erased.left)


def test_a_crawl_s_file_that_was_set_aside_is_cleaned_too(minyi: Minyi, data: Path) -> None:
    """What broke the program waits in a folder of its own, with people's words in it."""
    (file,) = (data / "spool").glob("*.jsonl")
    (data / "spool" / "aside").mkdir()
    file.rename(data / "spool" / "aside" / file.name)
    assert minyi("erase", "--author", RARE, "--json").lines[0]["spool_lines"] == 1
    assert holding(data) == []


def test_records_that_a_restore_set_aside_are_cleaned_too(minyi: Minyi, data: Path) -> None:
    """And one that cannot be read is named, with exit code 1."""
    minyi("backup", "copy.db")
    minyi("restore", "copy.db")
    (data / "minyi.db.before-ruined").write_bytes(b"\x5a" * 9_000)
    done = minyi("erase", "--author", RARE, "--json")
    assert done.code == 1
    assert done.lines[0]["copies"] == 1
    assert "minyi.db.before-ruined" in done.lines[0]["left"][0]
    assert holding(data) == []


def test_unfinished_cleaning_is_a_problem_until_it_is_finished(minyi: Minyi, data: Path) -> None:
    """Health names the command, the command finishes."""
    with open_context(Path("config/office.toml"), data, missing_ok=True) as context:
        (post, *_) = context.store.search(Query()).hits
        context.store.care.erase([post.stored.post.id], Act("tester", "erase", "post"), {}, NOW)
    problems = minyi("health", "--json").lines[0]["problems"]
    assert any("minyi erase --finish" in problem for problem in problems)
    assert minyi("erase", "--finish", "--json").lines == [{"scrubbed": True}]
    assert not any("erase" in problem for problem in minyi("health", "--json").lines[0]["problems"])


def test_erase_needs_to_be_told_whom(minyi: Minyi) -> None:
    """Exactly one of author, post and finish."""
    assert minyi("erase").code == 2
    assert minyi("erase", "--author", "甲", "--post", "1").code == 2


def retained(days: int, own: int | None = None) -> str:
    """A configuration that keeps posts for some days."""
    card = f"""
[[source]]
id = "luntan"
name = "示例论坛"
kind = "feed"
url = ["https://luntan.example/feed"]
legal_basis = "公开信息"
robots = {{ checked = 2026-01-05, result = "none" }}
assessed = 2026-01-05
retention_days = {own}
"""
    return f"{OFFICE}[retention]\ndays = {days}\n{card if own is not None else ''}"


@pytest.fixture
def aged(minyi: Minyi, write: Write) -> Minyi:
    """Ten posts first seen ten, twenty ... a hundred days ago."""
    now = datetime.now(UTC)
    rows = [
        {"id": n, "text": f"第{n}条说法", "first_seen": (now - timedelta(days=10 * n)).isoformat()}
        for n in range(1, 11)
    ]
    minyi("import", write("old.jsonl", rows), "--source", "luntan")
    return minyi


def test_retention_says_beforehand_what_it_deletes(aged: Minyi, write: Write) -> None:
    """A dry run deletes nothing; the run deletes that many, once, and is in the audit trail."""
    office = write("office.toml", retained(45))
    words = ("retention", "run", "--config", office, "--json")
    assert aged(*words, "--dry-run").lines[0]["posts"] == 6
    assert aged("query", "--json").lines[-1]["total"] == 10
    assert aged(*words).lines[0] | {"before": None} == {
        "posts": 6, "before": None, "sources": {"luntan": 6}, "dry_run": False,
    }  # fmt: skip
    assert aged("query", "--json").lines[-1]["total"] == 4
    assert aged(*words).lines[0]["posts"] == 0
    assert [line["detail"]["posts"] for line in aged("audit", "--json").lines] == [0, 6]
    assert aged("verify").code == 0


@pytest.mark.parametrize(("general", "own", "deleted"), [(0, 25, 8), (45, 0, 0), (45, 85, 2)])
def test_a_source_s_own_days_rule(aged: Minyi, write: Write, general: int, own: int, deleted: int) -> None:
    """Zero keeps for ever, in general and for a source."""
    office = write("office.toml", retained(general, own))
    assert aged("retention", "run", "--config", office, "--json").lines[0]["posts"] == deleted


def test_without_days_nothing_expires_and_that_is_said(aged: Minyi, write: Write) -> None:
    """The default keeps everything."""
    done = aged("retention", "run", "--config", write("office.toml", OFFICE))
    assert done.code == 0
    assert "长期保留" in done.out


@pytest.mark.parametrize("key", ["[retention]\ndays = -1", "[backup]\nkeep = 0", "[backup]\nhour = 24"])
def test_impossible_days_hours_and_numbers_are_refused(minyi: Minyi, write: Write, key: str) -> None:
    """With the key's name."""
    refused = minyi("--config", write("office.toml", f"{OFFICE}{key}\n"), "config", "check")
    assert refused.code == 2
    assert key.split()[1] in refused.err

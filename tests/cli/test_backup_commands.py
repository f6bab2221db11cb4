"""Backup, restore, verify, audit: a person can go back, and is told what that means."""

import fcntl
import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jobs.context import open_context
from minyi.models import AlertId, Notification, OutboxState
from tests.cli.conftest import Minyi

Write = Callable[[str, str | list[dict[str, Any]]], str]
NOW = datetime(2026, 3, 2, tzinfo=UTC)

POSTS: list[dict[str, Any]] = [
    {
        "id": n,
        "text": f"关于商标年费的第{n}种说法",
        "author": f"作者{n % 3}",
        "published_at": f"2026-03-02T09:{n:02}",
        "source": "luntan",
    }
    for n in range(30)
]


@pytest.fixture
def data(minyi: Minyi, write: Write, tmp_path: Path) -> Path:
    """A record of 30 posts with one mail waiting and one sent."""
    assert minyi("import", write("posts.jsonl", POSTS)).code == 0
    with store(tmp_path) as record:
        notes = [Notification(key, AlertId("a"), "email", "d@o.example", "firing") for key in ("k1", "k2")]
        record.add_notifications(notes, NOW)
        record.settle("k2", OutboxState.SENT, now=NOW)
    return tmp_path / "data"


@contextmanager
def store(folder: Path) -> Iterator[Any]:
    """The record of the working folder."""
    with open_context(folder / "config" / "office.toml", folder / "data", missing_ok=True) as context:
        yield context.store


def states(folder: Path) -> dict[str, str]:
    """State of each message by key."""
    with store(folder) as record:
        return {one.key: one.state.value for one in record.outbox()}


def test_a_copy_restores_elsewhere_with_equal_counts_and_no_mail(minyi: Minyi, data: Path) -> None:
    """The author key stays at home and that is said; what was not sent waits for a person."""
    made = minyi("backup", "copy.db")
    assert made.code == 0
    assert "author.key" in made.out
    assert Path("copy.db.sha256").exists()
    assert not list(Path().glob("*.part"))
    back = minyi("restore", "copy.db", "--data", "elsewhere")
    assert back.code == 0
    assert "30 帖" in back.out
    assert "minyi notify release" in back.out
    assert minyi("verify", "--data", "elsewhere").code == 0
    for place in ("data", "elsewhere"):
        assert minyi("query", "--json", "--data", place).lines[-1]["total"] == 30
    with open_context(Path("config/office.toml"), Path("elsewhere"), missing_ok=True) as context:
        assert context.store.claim(NOW) == []
        assert {one.key: one.state for one in context.store.outbox()} == {"k1": "held", "k2": "sent"}
    told = minyi("health", "--json", "--data", "elsewhere").lines[0]
    assert told["outbox_held"] == 1
    assert any("minyi notify release" in problem for problem in told["problems"])
    assert data.exists()


@pytest.mark.parametrize(("words", "state"), [((), "new"), (("--drop",), "dropped")])
def test_held_mail_goes_or_is_given_up_when_a_person_says_so(
    minyi: Minyi, data: Path, words: tuple[str, ...], state: str
) -> None:
    """Released once; a second release finds nothing."""
    minyi("backup", "copy.db")
    minyi("restore", "copy.db")
    assert states(data.parent)["k1"] == "held"
    assert minyi("notify", "release", *words, "--json").code == 0
    assert states(data.parent)["k1"] == state
    assert minyi("notify", "release").out == "没有暂缓的邮件\n"


def test_the_record_before_is_kept_under_the_name_told(minyi: Minyi, data: Path, write: Write) -> None:
    """Nothing is overwritten silently; --force keeps none."""
    minyi("backup", "copy.db")
    minyi("import", write("more.jsonl", [{"id": 99, "text": "后来的帖子", "source": "luntan"}]))
    done = minyi("restore", "copy.db", "--json").lines[0]
    aside = Path(done["aside"])
    assert aside.parent == Path("data")
    assert (done["posts"], done["remembered"]) == (30, True)
    Path("old").mkdir()
    aside.rename("old/minyi.db")
    assert minyi("query", "--json", "--data", "old").lines[-1]["total"] == 31
    assert minyi("restore", "copy.db", "--force", "--json").lines[0]["aside"] is None
    assert [path.name for path in data.glob("minyi.db.before-*")] == []


def test_mail_sent_and_posts_erased_since_the_copy_stay_so(minyi: Minyi, data: Path) -> None:
    """The record in use remembers; restoring an older copy neither mails again nor brings words back."""
    minyi("backup", "copy.db")
    with store(data.parent) as record:
        record.settle("k1", OutboxState.SENT, now=NOW)
    assert minyi("erase", "--author", "作者1").code == 0
    done = minyi("restore", "copy.db", "--json").lines[0]
    assert (done["posts"], done["buried"], done["held"]) == (20, 10, 0)
    assert states(data.parent) == {"k1": "sent", "k2": "sent"}
    assert minyi("verify").code == 0
    assert minyi("query", "author:作者1", "--json").lines[-1]["total"] == 0
    actions = [line["action"] for line in minyi("audit", "--json").lines]
    assert actions[:3] == ["restore", "erase", "backup"]


def test_a_ruined_record_is_refused_then_restored_without_what_was_erased(minyi: Minyi, data: Path) -> None:
    """Every command names restore; the ids noted beside the record are erased again."""
    minyi("backup", "copy.db")
    assert minyi("erase", "--author", "作者2").code == 0
    (data / "minyi.db").write_bytes(b"\x5a" * 50_000)
    refused = minyi("query", "年费")
    assert refused.code == 1
    assert "minyi restore" in refused.err
    done = minyi("restore", "copy.db", "--json").lines[0]
    assert (done["posts"], done["buried"], done["remembered"]) == (20, 10, False)
    assert minyi("verify").code == 0


@pytest.mark.parametrize("ruin", ["gone", "empty"])
def test_a_record_that_vanished_is_never_silently_begun_anew(minyi: Minyi, data: Path, ruin: str) -> None:
    """Deleted or emptied by accident: refused with the command to run, and restore works."""
    minyi("backup", "copy.db")
    (data / "minyi.db").unlink()
    if ruin == "empty":
        (data / "minyi.db").touch()
    refused = minyi("health")
    assert refused.code == 1
    assert "minyi restore" in refused.err
    assert not (data / "minyi.db").exists() or (data / "minyi.db").stat().st_size == 0
    assert minyi("restore", "copy.db").code == 0
    assert minyi("query", "--json").lines[-1]["total"] == 30


def test_a_flipped_byte_in_a_copy_is_found_and_the_record_left_alone(minyi: Minyi, data: Path) -> None:
    """The message names the copy and offers another."""
    minyi("backup", "older.db")
    minyi("backup", "copy.db")
    raw = bytearray(Path("copy.db").read_bytes())
    raw[len(raw) // 2] ^= 1
    Path("copy.db").write_bytes(raw)
    before = (data / "minyi.db").read_bytes()
    refused = minyi("restore", "copy.db")
    assert refused.code == 1
    assert "copy.db" in refused.err
    assert "校验和不符" in refused.err
    assert "minyi restore" in refused.err
    assert "older.db" in refused.err
    assert (data / "minyi.db").read_bytes() == before
    assert not [
        path.name for path in data.glob("minyi.db*") if "restoring" in path.name or "before" in path.name
    ]


def test_a_copy_without_its_checksum_needs_a_word(minyi: Minyi, data: Path) -> None:
    """Without proof nothing is restored, unless a person says so."""
    minyi("backup", "copy.db")
    Path("copy.db.sha256").unlink()
    assert "--unchecked" in minyi("restore", "copy.db").err
    assert minyi("restore", "copy.db", "--unchecked").code == 0
    assert data.exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "不是数据库"), (b"text", "不是数据库"), (b"SQLite format 3\0" + bytes(5_000), "已损坏")],
)
def test_what_is_no_copy_is_refused(minyi: Minyi, data: Path, content: bytes, told: str) -> None:
    """An empty file would else become an empty record."""
    Path("copy.db").write_bytes(content)
    refused = minyi("restore", "copy.db", "--unchecked")
    assert refused.code == 1
    assert told in refused.err
    assert minyi("query", "--json").lines[-1]["total"] == 30
    assert data.exists()


def test_restore_waits_for_nobody(minyi: Minyi, data: Path) -> None:
    """With a service running, or another command in the record: 75 and why."""
    minyi("backup", "copy.db")
    lock = data / "locks" / "service.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.write("4711")
        held.flush()
        refused = minyi("restore", "copy.db")
        assert refused.code == 75
        assert "4711" in refused.err
    with store(data.parent) as record:
        assert record.post_count() == 30
        refused = minyi("restore", "copy.db")
        assert refused.code == 75
        assert "别的命令" in refused.err
    assert minyi("restore", "copy.db").code == 0


def test_a_copy_of_an_older_release_is_brought_up_to_date(minyi: Minyi, data: Path) -> None:
    """Restored over today's record, it is today's."""
    released = Path(__file__).parents[1] / "store" / "released" / "record-1.db.gz"
    Path("old.db").write_bytes(gzip.decompress(released.read_bytes()))
    done = minyi("restore", "old.db", "--unchecked", "--json").lines[0]
    assert (done["posts"], done["held"]) == (74, 1)
    assert minyi("verify").code == 0
    assert data.exists()


@pytest.mark.parametrize("target", ["data/minyi.db", "data/minyi.db-wal"])
def test_a_copy_never_replaces_the_record_itself(minyi: Minyi, data: Path, target: str) -> None:
    """A slip of the hand is refused."""
    refused = minyi("backup", target)
    assert refused.code == 1
    assert "记录库自己" in refused.err
    assert minyi("query", "--json").lines[-1]["total"] == 30
    assert data.exists()


def test_verify_lists_every_invariant_and_exits_1_when_one_is_broken(minyi: Minyi, data: Path) -> None:
    """In words for people, a line each for programs."""
    good = minyi("verify", "--json")
    assert good.code == 0
    assert {line["name"] for line in good.lines} >= {
        "file",
        "index",
        "hours",
        "days",
        "posts",
        "words",
        "audit",
    }
    assert "记录库完好：30 帖" in minyi("verify", "--quick").out
    with store(data.parent) as record, record._database.write() as connection:
        connection.execute("DELETE FROM rollup_day")
    bad = minyi("verify")
    assert bad.code == 1
    assert "每日汇总" in bad.out
    assert "minyi restore" in bad.out


def test_the_audit_trail_is_readable_and_names_nobody(minyi: Minyi, data: Path) -> None:
    """Who, when, what, how many; no names, no words."""
    minyi("backup", "copy.db")
    minyi("erase", "--author", "作者0")
    lines = minyi("audit", "--json").lines
    assert [line["action"] for line in lines] == ["erase", "backup"]
    assert lines[0]["detail"]["posts"] == 10
    assert lines[0]["at"].endswith("+08:00")
    told = json.dumps(lines, ensure_ascii=False) + minyi("audit").out
    assert "作者0" not in told
    assert "商标" not in told
    assert data.exists()

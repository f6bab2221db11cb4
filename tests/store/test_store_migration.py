"""A record of an older release becomes today's, wholly or not at all."""

import gzip
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from minyi.errors import StoreBusy, StoreFull
from minyi.models import OutboxState, SourceId
from minyi.store import open_store
from minyi.store.base import Step
from minyi.store.query import Query, parse
from minyi.store.sqlite import SqliteStore, connection, rebuild, reserve, schema
from tests.store import invented

RELEASED = sorted((Path(__file__).parent / "released").glob("record-*.db.gz"))
ROOT = Path(__file__).parents[2]

KILLED = """
import os, signal, sys
from pathlib import Path
from minyi.store import open_store
from minyi.store.sqlite import rebuild
write = rebuild.{place}
def die(*args):
    write(*args)
    os.kill(os.getpid(), signal.SIGKILL)
rebuild.{place} = die
open_store(Path(sys.argv[1]))
"""


@pytest.fixture(params=RELEASED, ids=lambda path: path.name.split(".")[0])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A record as an older release left it: 80 posts, some edited, expired or erased."""
    path = tmp_path / "minyi.db"
    path.write_bytes(gzip.decompress(request.param.read_bytes()))
    return path


def tables(path: Path) -> set[tuple[str, str]]:
    """Names and texts of all tables, indexes and triggers."""
    file = apsw.Connection(str(path))
    found = set(file.execute("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"))
    file.close()
    return found


def version(path: Path) -> int:
    """The version stamped into the file."""
    file = apsw.Connection(str(path))
    found = file.pragma("user_version")
    file.close()
    assert isinstance(found, int)
    return found


def test_every_schema_version_but_those_between_releases_has_its_file() -> None:
    """Release 0.1.0 wrote version 1; whoever releases another adds its file here."""
    assert [path.name for path in RELEASED] == ["record-1.db.gz"]


def test_an_old_record_is_whole_and_sound_after_opening(old: Path) -> None:
    """Posts, counts, cursors, messages and quarantine are all there, and every invariant holds."""
    store = open_store(old)
    assert store.verify() == []
    assert store.post_count() == 74
    assert len(list(store.iterate(Query()))) == 74
    assert store.cursor(SourceId("s1"))["http://forum.example/"].etag == '"x"'
    assert [one.state for one in store.outbox()] == [OutboxState.NEW]
    assert [one.position for one in store.quarantined()] == [7]
    assert len(store.policies()) == 4
    assert store.last_success("watch") == invented.NOW
    store.close()


def test_expired_posts_stay_in_the_curves_of_an_old_record(old: Path) -> None:
    """Roll-ups are kept, not counted anew: five posts have expired, one was erased."""
    store = open_store(old)
    span = (invented.START.replace(day=1), invented.NOW)
    days = store.timeline(Query(published=span), Step.DAY)
    timed = [one for one in store.iterate(Query()) if one.post.precision != "none"]
    assert sum(day.count for day in days) > len(timed)
    store.close()


def test_an_old_and_a_new_record_have_the_same_tables(old: Path, tmp_path: Path) -> None:
    """Whatever way a file came, today's program finds the same."""
    open_store(old).close()
    open_store(tmp_path / "new.db").close()
    assert tables(old) == tables(tmp_path / "new.db")
    assert version(old) == schema.SCHEMA_VERSION


def test_an_old_record_takes_posts_and_answers_queries(old: Path) -> None:
    """Saved again, known posts are unchanged; every word is found."""
    store = open_store(old)
    stored = [one.post for one in store.iterate(Query())]
    assert store.save_posts(stored, now=invented.NOW).unchanged == len(stored)
    word = stored[0].text.strip("，。！、- \n")[:2]
    found = {hit.stored.post.id for hit in store.search(parse(word, resolver=invented.BOOK), size=200).hits}
    assert stored[0].id in found
    store.close()


def test_a_failed_migration_leaves_the_old_record(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is kept, and the next try succeeds."""
    before = tables(old)

    def fail(*_: object) -> None:
        raise RuntimeError("planted")

    with monkeypatch.context() as patched:
        patched.setattr(rebuild, "_write", fail)
        with pytest.raises(RuntimeError, match="planted"):
            open_store(old)
    assert (tables(old), version(old)) == (before, 1)
    sound(open_store(old))


@pytest.mark.parametrize("place", ["_write", "_details", "insert"])
def test_a_killed_migration_leaves_the_old_record(old: Path, place: str) -> None:
    """`kill -9` half-way: old, then new at the next start."""
    before = tables(old)
    program = KILLED.format(place=place)
    done = subprocess.run([sys.executable, "-c", program, str(old)], cwd=ROOT, check=False)  # noqa: S603 - ours
    assert done.returncode == -9
    assert (tables(old), version(old)) == (before, 1)
    sound(open_store(old))


def sound(store: SqliteStore) -> None:
    """All posts are there and agree with counts and index."""
    assert store.post_count() == 74
    assert store.verify() == []
    store.close()


def test_an_unsafe_library_refuses_before_it_touches_the_file(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fake old SQLite: the remedy is named, the file stays as it was."""
    content = old.read_bytes()
    version_of: Callable[[], str] = lambda: "3.50.4"  # noqa: E731 - a stand-in
    monkeypatch.setattr(apsw, "sqlite_lib_version", version_of)
    with pytest.raises(Exception, match="pip install -U apsw"):
        open_store(old)
    assert old.read_bytes() == content


def test_it_tells_how_far_it_is(old: Path) -> None:
    """A million posts take minutes: nobody should take it for a hang."""
    told: list[str] = []
    open_store(old, progress=told.append).close()
    assert "正在升级 74 帖" in told[0]
    again: list[str] = []
    open_store(old, progress=again.append).close()
    assert again == []


def test_without_room_it_is_refused_before_anything_is_written(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says how much is needed; with room the next start does it."""
    with monkeypatch.context() as patched:
        patched.setattr(reserve, "free_bytes", lambda _: 10 << 20)
        with pytest.raises(StoreFull, match=r"升级需要 \d+ MiB 空闲，现有 10 MiB"):
            open_store(old)
    assert version(old) == 1
    sound(open_store(old))


def test_while_another_process_brings_it_up_to_date_one_is_asked_to_wait(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not called damaged, not opened half-way."""
    monkeypatch.setattr(connection, "BUSY_MILLISECONDS", 10)
    other = apsw.Connection(str(old))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="正在升级"):
        open_store(old)
    other.execute("ROLLBACK")
    other.close()
    sound(open_store(old))

"""A disk that answers with errors: what was acknowledged is there at the next start, copies are old or new."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from minyi.models import PostId
from minyi.store import open_store
from minyi.store.sqlite.backup import read_sums
from tests.store.filled import fill, holding, theirs

pytestmark = pytest.mark.chaos

ROOT = Path(__file__).parents[2]


def traced(strace: str, inject: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run a Python program of ours with some of its system calls tampered with."""
    command = [strace, "-f", "-qq", "-o", "/dev/null", "-e", f"inject={inject}", sys.executable, *words]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603 - ours


def acknowledged(output: str) -> list[PostId]:
    """Ids of whole lines after the first."""
    lines = output.splitlines(keepends=True)[1:]
    return [PostId(one) for line in lines if line.endswith("\n") for one in line.split()]


@pytest.mark.parametrize("call", ["fdatasync", "fsync"])
@pytest.mark.parametrize("number", [8, 13, 21, 34, 50])
def test_a_failing_fsync_stops_writing_and_the_next_start_recovers(
    strace: str, tmp_path: Path, call: str, number: int
) -> None:
    """One error is enough: the writer stops, still reads; all acknowledged posts are there afterwards."""
    path = tmp_path / "minyi.db"
    store = open_store(path)
    fill(store, 100)
    store.close()
    done = traced(strace, f"{call}:error=EIO:when={number}+", "-m", "tests.chaos.writing", str(path), "1000")
    assert done.returncode in {0, 3}, done.stderr
    assert call != "fdatasync" or done.returncode == 3, "SQLite syncs its log by fdatasync"
    ids = acknowledged(done.stdout)
    again = open_store(path, check=True)
    assert len(again.get(ids)) == len(ids)
    assert again.verify() == []
    assert again.save_posts([], now=again.care.created()).new == 0
    again.close()


@pytest.mark.parametrize("number", [5, 40, 90, 200, 400, 700])
def test_killed_at_any_write_all_acknowledged_posts_are_there(
    strace: str, tmp_path: Path, number: int
) -> None:
    """`kill -9` in the middle of a page written to the log or the file."""
    path = tmp_path / "minyi.db"
    open_store(path).close()
    done = traced(
        strace, f"pwrite64:signal=SIGKILL:when={number}", "-m", "tests.chaos.writing", str(path), "1000"
    )
    assert done.returncode != 3
    ids = acknowledged(done.stdout)
    again = open_store(path, check=True)
    assert len(again.get(ids)) == len(ids)
    assert again.verify() == []
    again.close()


COPY = """
import sys
from pathlib import Path
from minyi.store import open_store
open_store(Path(sys.argv[1])).care.backup(Path(sys.argv[2]))
"""

RESTORE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from jobs.restore import Wishes, restore
restore(Path(sys.argv[1]), Path(sys.argv[2]), Wishes(), who="tester", now=datetime(2026, 3, 12, tzinfo=UTC))
"""


@pytest.mark.parametrize(
    "inject",
    [
        *(f"pwrite64:signal=SIGKILL:when={n}" for n in (1, 20, 60)),
        *(f"fsync:signal=SIGKILL:when={n}" for n in (1, 2, 3, 4, 5)),
        *(f"rename:signal=SIGKILL:when={n}" for n in (1, 2, 3)),
        *(f"fsync:error=EIO:when={n}" for n in (1, 2, 3)),
        "pwrite64:error=ENOSPC:when=9+",
    ],
)
def test_a_copy_troubled_anywhere_leaves_the_old_or_the_new(strace: str, tmp_path: Path, inject: str) -> None:
    """What stands at the place is whole and fits one of the checksums beside it."""
    path, copy = tmp_path / "minyi.db", tmp_path / "copy.db"
    store = open_store(path)
    fill(store, 80)
    store.care.backup(copy)
    fill(store, 160, seed=8)
    posts = store.post_count()
    store.close()
    traced(strace, inject, "-c", COPY, str(path), str(copy))
    assert hashlib.sha256(copy.read_bytes()).hexdigest() in read_sums(copy)
    found = open_store(copy, check=True)
    assert found.post_count() in {80, posts}
    found.close()


@pytest.mark.parametrize(
    "inject",
    [
        *(f"pwrite64:signal=SIGKILL:when={n}" for n in (1, 9, 30)),
        *(f"fsync:signal=SIGKILL:when={n}" for n in (1, 2, 3)),
        *(f"unlink:signal=SIGKILL:when={n}" for n in (1, 2, 3, 4)),
        *(f"{call}:signal=SIGKILL:when=1" for call in ("link", "linkat", "rename")),
        "fsync:error=EIO:when=1",
        "fdatasync:error=EIO:when=2",
    ],
)
def test_a_restore_troubled_anywhere_leaves_the_old_record_or_the_new(
    strace: str, tmp_path: Path, inject: str
) -> None:
    """The record in place opens and verifies; run again, the restore succeeds."""
    data, copy = tmp_path / "data", tmp_path / "copy.db"
    data.mkdir()
    store = open_store(data / "minyi.db")
    fill(store, 80)
    store.care.backup(copy)
    fill(store, 160, seed=8)
    posts = store.post_count()
    store.close()
    traced(strace, inject, "-c", RESTORE, str(data), str(copy))
    found = open_store(data / "minyi.db", check=True)
    assert found.post_count() in {80, posts}
    assert found.verify() == []
    found.close()
    again = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", RESTORE, str(data), str(copy)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert again.returncode == 0, again.stderr
    last = open_store(data / "minyi.db", check=True)
    assert last.post_count() == 80
    assert last.verify() == []
    last.close()


ERASE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from minyi.store import open_store
from minyi.store.care import Act
store = open_store(Path(sys.argv[1]))
ids = store.care.authored("h9b32")
store.care.erase(ids, Act("tester", "erase", "author"), {}, datetime(2026, 3, 12, tzinfo=UTC))
store.care.scrub()
store.close()
"""


@pytest.mark.parametrize(
    "inject",
    [
        *(f"pwrite64:signal=SIGKILL:when={n}" for n in (1, 15, 60, 120, 200, 300)),
        *(f"fdatasync:signal=SIGKILL:when={n}" for n in (1, 2, 3, 4, 6)),
        "ftruncate:signal=SIGKILL:when=1",
    ],
)
def test_an_erasure_killed_anywhere_is_completed_by_the_next(
    strace: str, tmp_path: Path, inject: str
) -> None:
    """The record is sound in between; asked again, no byte of the person is left."""
    path = tmp_path / "minyi.db"
    store = open_store(path)
    fill(store, 200)
    store.save_posts(theirs(60), now=store.care.created())
    store.close()
    traced(strace, inject, "-c", ERASE, str(path))
    between = open_store(path, check=True)
    assert between.verify() == []
    between.close()
    subprocess.run([sys.executable, "-c", ERASE, str(path)], cwd=ROOT, check=True)  # noqa: S603 - ours
    assert holding(tmp_path) == []
    last = open_store(path, check=True)
    assert last.post_count() == 200
    assert last.verify() == []
    last.close()

"""A disk that is really full: nothing acknowledged is lost, mail goes on, intake comes back by itself."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from jobs.context import open_context
from jobs.health import health
from jobs.service import Service
from minyi.errors import StoreError, StoreFull
from minyi.models import (
    AlertId,
    CrawlRun,
    Notification,
    OutboxState,
    PostId,
    Quarantined,
    SourceId,
    SourceState,
    Span,
    UrlCursor,
)
from minyi.store import open_store
from minyi.store.base import SpoolCommit, Store
from minyi.store.care import Retain
from minyi.store.query import Query
from minyi.store.sqlite import SqliteStore
from tests.store import invented
from tests.store.filled import ME, alerted, fill

pytestmark = pytest.mark.chaos

MIB = 1 << 20
NOW = invented.NOW
OFFICE = '[office]\nname = "示例局"\ncontact = "press@office.example"\n'


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 80 MiB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if not mount or not umount:
        pytest.skip("no mount command on this machine")
    command = [mount, "-t", "tmpfs", "-o", "size=80m", "tmpfs", str(place)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - fixed words
    if done.returncode:
        pytest.skip(f"mounting a small disk needs privileges here: {done.stderr.strip()}")
    yield place
    subprocess.run([umount, "--lazy", str(place)], check=True)  # noqa: S603 - fixed words


def leave(place: Path, free: int) -> None:
    """Fill the disk but for that many bytes."""
    ballast = place / "ballast"
    with ballast.open("ab") as file:
        while (rest := shutil.disk_usage(place).free - free) > 0:
            file.write(bytes(min(rest, MIB)))
            file.flush()


def make_room(place: Path) -> None:
    """Delete what filled the disk."""
    (place / "ballast").unlink()


def until_full(store: Store) -> list[PostId]:
    """Save posts until they are refused; the ids of those that were taken."""
    taken: list[PostId] = []
    for turn in range(1, 1_000):
        batch = invented.posts(invented.seeded(turn), 200, first=turn * 1_000)
        try:
            store.save_posts(batch, now=NOW)
        except StoreFull:
            return taken
        taken += [post.id for post in batch]
    raise AssertionError("the disk did not fill")


@pytest.mark.parametrize("free", [0, 4_096, 40_000, 150_000, 600_000, 2_500_000, 9 * MIB])
def test_whatever_is_left_of_the_disk_acknowledged_posts_are_safe(disk: Path, free: int) -> None:
    """Batches go in until one is refused; all that were taken are there, the record is sound, mail goes on."""
    store = open_store(disk / "minyi.db")
    assert store.care.arm()
    fill(store, 500)
    store.add_notifications([_note(n) for n in range(40)], NOW)
    leave(disk, free)
    taken = until_full(store)
    assert len(store.get(taken)) == len(taken)
    for one in store.claim(NOW, limit=40):
        store.settle(one.key, OutboxState.SENT, now=NOW)
    assert len(store.outbox([OutboxState.SENT])) == 40
    store.commit_alerts([alerted("a", Span(NOW, NOW + timedelta(hours=1)), (), "k")], {"revision": "7"}, NOW)
    with pytest.raises(StoreFull, match="腾出至少"):
        store.save_posts(invented.posts(invented.seeded(0), 1, first=990_000), now=NOW)
    another = open_store(disk / "minyi.db")
    assert another.search(Query()).total_is_floor or another.search(Query()).total == 500 + len(taken)
    another.close()
    make_room(disk)
    started = time.monotonic()
    assert store.save_posts(invented.posts(invented.seeded(0), 1, first=990_000), now=NOW).new == 1
    assert time.monotonic() - started < 30
    assert store.verify() == []
    store.close()


def _note(number: int) -> Notification:
    return Notification(f"key-{number}", AlertId("a"), "email", "d@o.example", "firing")


WRITES: dict[str, Callable[[SqliteStore], object]] = {
    "posts": lambda s: s.save_posts(invented.posts(invented.seeded(7), 3_000, first=50_000), now=NOW),
    "edited posts": lambda s: s.save_posts(
        [replace(one.post, text=one.post.text * 30) for one in s.iterate(Query())], now=NOW
    ),
    "cursor and run": lambda s: s.save_posts([], now=NOW, commit=SpoolCommit(_run(), {"u": _long_cursor()})),
    "policies": lambda s: s.save_policies(
        [replace(one, aliases=("别名" * 50_000,)) for one in invented.BOOK.policies], NOW
    ),
    "quarantine": lambda s: s.quarantine([Quarantined("f", n, "x" * 20_000, "r", NOW) for n in range(200)]),
    "alerts": lambda s: s.commit_alerts(
        [
            alerted(f"a{n}", Span(NOW, NOW), tuple(PostId("x" * 90) for _ in range(20)), f"m{n}")
            for n in range(800)
        ],
        {"state": "x" * 500_000},
        NOW,
    ),
    "messages": lambda s: s.add_notifications([_note(n) for n in range(20_000)], NOW),
    "run": lambda s: s.record_run(replace(_run(), reasons=("x" * 6_000_000,))),
    "audit": lambda s: s.care.audit(ME, {"x": "y" * 3_000_000}, NOW),
    "erased": lambda s: s.care.erase([PostId(f"{n:090}") for n in range(20_000)], ME, {}, NOW),
    "expired": lambda s: s.care.expire(Retain(NOW + timedelta(days=9), {}), ME, NOW),
}


def _run() -> CrawlRun:
    return CrawlRun(SourceId("s1"), NOW, NOW, SourceState.OK)


def _long_cursor() -> UrlCursor:
    return UrlCursor(links=tuple(f"https://forum.example/{n}" for n in range(60_000)))


@pytest.mark.parametrize("name", sorted(WRITES))
def test_at_every_table_a_full_disk_leaves_the_record_sound(disk: Path, name: str) -> None:
    """Without a reserve: the write is refused whole or done whole; with room it is done."""
    store = open_store(disk / "minyi.db")
    fill(store, 400)
    before = store.post_count()
    leave(disk, 0)
    try:
        WRITES[name](store)
    except StoreFull:
        assert store.post_count() <= before
    assert store.verify() == []
    assert len(list(store.iterate(Query()))) == store.post_count()
    make_room(disk)
    WRITES[name](store)
    assert store.verify() == []
    store.close()


def test_the_service_says_so_goes_on_mailing_and_resumes(disk: Path, warmed: Callable[[Path], Path]) -> None:
    """Health names the state; a post refused then is taken within 30 seconds of room."""
    (disk / "office.toml").write_text(OFFICE, "utf-8")
    data = warmed(disk / "data")
    with Service(disk / "office.toml", data) as service, open_context(disk / "office.toml", data) as beside:
        leave(disk, 300_000)
        until_full(beside.store)
        for job in (service.collect, service.watch, service.notify, service.keep_up):
            job()
        told = health(beside, beside.clock())
        assert not told.intake_open
        assert any("磁盘已满" in problem for problem in told.problems)
        assert told.service_alive
        make_room(disk)
        started = time.monotonic()
        service.collect()
        assert health(beside, beside.clock()).intake_open
        assert (
            beside.store.save_posts(invented.posts(invented.seeded(1), 9, first=9_000_000), now=NOW).new == 9
        )
        assert time.monotonic() - started < 30
        assert beside.store.verify() == []


def test_a_copy_onto_a_full_disk_fails_in_words_and_leaves_the_record_working(
    disk: Path, tmp_path: Path
) -> None:
    """The record's own reserve is not spent for it; nothing is left on the other disk."""
    store = open_store(tmp_path / "minyi.db")
    assert store.care.arm()
    fill(store, 2_000)
    leave(disk, MIB)
    with pytest.raises(StoreError, match="空间不足"):
        store.care.backup(disk / "copy.db")
    assert [path.name for path in disk.iterdir()] == ["ballast"]
    store.care.ensure_room()
    assert store.save_posts(invented.posts(invented.seeded(9), 5, first=90_000), now=NOW).new == 5
    store.close()

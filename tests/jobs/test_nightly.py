"""By night the service copies the record and deletes what expired; when is computed from the record."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs import backup, retention
from jobs.context import Context, open_context
from jobs.health import health
from jobs.service import Service
from jobs.upkeep import keep_up
from minyi.config import Backup
from minyi.errors import StoreCorrupt, StoreError, StoreFailed, StoreFull
from minyi.store import open_store
from minyi.store.sqlite import reserve
from tests.store import invented
from tests.store.filled import ME, closed, fill

OFFICE = '[office]\nname = "示例局"\ncontact = "press@office.example"\n'
MADE = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
NIGHT = datetime(2026, 3, 1, 19, 0, tzinfo=UTC)  # 03:00 of the next day there
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Context]:
    """An office in a working folder of its own, its record made at noon, with 30 posts."""
    monkeypatch.chdir(tmp_path)
    Path("office.toml").write_text(OFFICE, "utf-8")
    with open_context(Path("office.toml"), Path("data")) as context:
        monkeypatch.setattr(type(context.store.care), "created", lambda _: MADE)
        yield context


def copies() -> list[str]:
    """Names of the night's copies."""
    return sorted(path.name for path in Path("backup").glob("*.db"))


def test_a_copy_is_due_once_a_night_however_many_were_missed() -> None:
    """Not before the first night's hour; again after the next; at once after downtime."""

    def due(now: datetime, last: datetime) -> bool:
        return backup.is_due(Backup(), now, last=last, tried=None)

    assert not due(NIGHT - MINUTE, MADE)
    assert due(NIGHT, MADE)
    assert not due(NIGHT + 23 * timedelta(hours=1), NIGHT + MINUTE)
    assert due(NIGHT + DAY, NIGHT + MINUTE)
    assert due(NIGHT + 9 * DAY, MADE)
    assert not backup.is_due(Backup(folder=""), NIGHT, last=MADE, tried=None)


def test_a_failed_copy_is_tried_again_after_an_hour() -> None:
    """Not every minute of the night."""
    for minutes, expected in ((59, False), (60, True)):
        now = NIGHT + minutes * MINUTE
        assert backup.is_due(Backup(), now, last=MADE, tried=NIGHT) is expected


def test_nights_leave_the_newest_copies(office: Context) -> None:
    """Seven by default, each with its checksum; other files in the folder are left alone."""
    Path("backup").mkdir()
    Path("backup/notes.txt").write_text("mine")
    Path("backup/minyi-20260101T0300.db.abcd1234.part").write_text("of a copy that was killed")
    for night in range(9):
        keep_up(office, NIGHT + night * DAY)
        keep_up(office, NIGHT + night * DAY + MINUTE)
    assert copies() == [f"minyi-202603{day:02}T0300.db" for day in range(4, 11)]
    assert len(list(Path("backup").glob("*.sha256"))) == 7
    assert sorted(path.name for path in Path("backup").iterdir() if ".db" not in path.name) == ["notes.txt"]
    copy = open_store(Path("backup/minyi-20260310T0300.db"), check=True)
    assert copy.verify() == []
    copy.close()


def test_a_missed_night_shows_in_health(office: Context) -> None:
    """After 36 hours, counted from the last copy, or from the record's making."""

    def told(now: datetime) -> bool:
        return any("没有备份" in problem for problem in health(office, now).problems)

    assert not told(MADE + 36 * timedelta(hours=1))
    assert told(MADE + 37 * timedelta(hours=1))
    backup.back_up(office, Path("copy.db"), who="me", now=NIGHT)
    assert not told(NIGHT + DAY)
    assert told(NIGHT + 2 * DAY)
    assert health(office, NIGHT).last_backup == NIGHT


def test_without_a_folder_nobody_copies_and_nobody_complains(office: Context) -> None:
    """The office has its own way, and says so in the configuration."""
    quiet = replace(office, config=replace(office.config, backup=Backup(folder="")))
    keep_up(quiet, NIGHT)
    assert not Path("backup").exists()
    assert not any("没有备份" in problem for problem in health(quiet, NIGHT + 9 * DAY).problems)


def test_a_folder_that_cannot_be_made_is_said(office: Context) -> None:
    """The name of the folder, and why."""
    Path("backup").write_text("a file")
    with pytest.raises(StoreError, match="backup"):
        keep_up(office, NIGHT)


def test_old_posts_go_by_night_and_the_night_s_copy_holds_none(office: Context) -> None:
    """Retention runs before the copy, once a night."""
    fill_from(office)
    settings = replace(office.config, retention=replace(office.config.retention, days=6))
    kept = replace(office, config=settings)
    now = datetime(2026, 3, 11, 20, 0, tzinfo=UTC)
    keep_up(kept, now)
    left = kept.store.post_count()
    assert 0 < left < 60
    assert [line.action for line in kept.store.care.trail()] == ["backup", "retention"]
    assert retention.nightly(kept, now + timedelta(hours=2)) is None
    copy = open_store(Path("backup") / copies()[0])
    assert copy.post_count() == left
    copy.close()


def fill_from(office: Context) -> None:
    """Sixty posts of ten days."""
    posts = invented.posts(invented.seeded(3), 60)
    office.store.save_posts(posts, now=invented.NOW)


def test_an_erasure_left_unfinished_is_finished_by_night(office: Context) -> None:
    """Whatever kept it from finishing."""
    fill_from(office)
    office.store.care.erase([invented.posts(invented.seeded(3), 1)[0].id], ME, {}, NIGHT)
    assert office.store.care.scrub_pending()
    keep_up(office, NIGHT)
    assert not office.store.care.scrub_pending()


@pytest.fixture
def service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warmed: Callable[[Path], Path]
) -> Iterator[tuple[Service, Context, dict[str, int], list[str]]]:
    """A service on a disk as full as the test says, beside it the record, and what it did in despair."""
    monkeypatch.chdir(tmp_path)
    Path("office.toml").write_text(OFFICE, "utf-8")
    free, gave_up = {"bytes": 1 << 40}, []
    monkeypatch.setattr(reserve, "free_bytes", lambda _: free["bytes"])
    monkeypatch.setattr(reserve, "SIZE", 1 << 20)
    data = warmed(tmp_path / "data")
    with (
        Service(Path("office.toml"), data, lambda: gave_up.append("stop")) as running,
        open_context(Path("office.toml"), data) as beside,
    ):
        yield running, beside, free, gave_up


def test_a_full_disk_stops_intake_and_nothing_else(
    service: tuple[Service, Context, dict[str, int], list[str]],
) -> None:
    """Health says so in words; detection and mail tick on; with room it goes on by itself."""
    running, beside, free, gave_up = service
    fill(beside.store, 20)  # type: ignore[arg-type]
    (beside.data / "minyi.db.reserve").write_bytes(b"")
    free["bytes"] = 5_000
    running.collect()
    running.watch()
    running.notify()
    now = beside.clock()
    told = health(beside, now)
    assert not told.intake_open
    assert any("磁盘已满" in problem for problem in told.problems)
    assert beside.store.last_success("notify") is not None
    assert beside.store.last_success("watch") is not None
    with pytest.raises(StoreFull):
        beside.store.save_posts(invented.posts(invented.seeded(9), 3, first=900), now=now)
    free["bytes"] = 1 << 40
    running.collect()
    assert health(beside, now).intake_open
    assert beside.store.save_posts(invented.posts(invented.seeded(9), 3, first=900), now=now).new == 3
    assert gave_up == []


def test_a_write_that_was_not_durable_ends_the_service(
    service: tuple[Service, Context, dict[str, int], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gives up, with the reason; the next start recovers."""
    running, _, _, gave_up = service

    def fail(*_: object) -> None:
        raise StoreFailed("磁盘未能可靠写入")

    monkeypatch.setattr("jobs.service.deliver", fail)
    running.notify()
    assert gave_up == ["stop"]
    assert running.failure == "磁盘未能可靠写入"


def test_a_service_sets_disk_aside_at_its_start(
    service: tuple[Service, Context, dict[str, int], list[str]],
) -> None:
    """For mails and deletions in bad times."""
    _, beside, _, _ = service
    assert (beside.data / "minyi.db.reserve").stat().st_size == 1 << 20


def test_a_damaged_record_is_not_served(tmp_path: Path) -> None:
    """The file's structure is read at the start; the error names restore."""
    (tmp_path / "office.toml").write_text(OFFICE, "utf-8")
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "minyi.db"
    raw = bytearray(closed(path))
    for page in range(5, len(raw) // 8_192):
        raw[page * 8_192 : page * 8_192 + 64] = b"\x5a" * 64
    path.write_bytes(raw)
    with pytest.raises(StoreCorrupt, match="minyi restore"):
        Service(tmp_path / "office.toml", tmp_path / "data")

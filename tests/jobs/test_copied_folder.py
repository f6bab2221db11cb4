"""A copied data folder: it knows that it is one, and mails nothing until a person says that it may."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs.context import Context, open_context
from jobs.health import health
from minyi.models import AlertId, Notification, OutboxState, Span
from minyi.store.care import Act, Place
from tests.store.filled import alerted

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ME = Act("tester", "release", "released")


@contextmanager
def office(data: Path) -> Iterator[Context]:
    """An office without a configuration file."""
    with open_context(data.parent / "config" / "office.toml", data, now=lambda: NOW, missing_ok=True) as made:
        yield made


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A record with one message waiting."""
    with office(tmp_path / "data") as context:
        context.store.add_notifications([note("k1")], NOW)
    return tmp_path / "data"


def note(key: str) -> Notification:
    """A message to a duty officer."""
    return Notification(key, AlertId("a"), "email", "duty@office.example", "firing")


def copied(data: Path) -> Path:
    """The folder, copied as an administrator would, times and all."""
    return Path(shutil.copytree(data, data.with_name("copy"), copy_function=shutil.copy2))


def due(context: Context) -> list[str]:
    """Keys of the messages that would be sent now."""
    return [one.key for one in context.store.claim(NOW)]


def test_a_copy_holds_its_mail_and_the_first_record_goes_on(data: Path) -> None:
    """What was waiting, what is decided later, what is queued by any other way."""
    with office(copied(data)) as copy:
        later = NOW + timedelta(days=1)
        change = alerted("b", Span(later, later + timedelta(hours=1)), (), "k2")
        copy.store.commit_alerts([change], {}, later)
        copy.store.add_notifications([note("k3")], later)
        assert due(copy) == []
        assert copy.store.claim(later + timedelta(days=9)) == []
        assert {one.key for one in copy.store.outbox([OutboxState.HELD])} == {"k1", "k2"}
    with office(data) as first:
        assert due(first) == ["k1"]


def test_it_says_so_at_every_start_and_in_health(data: Path, caplog: pytest.LogCaptureFixture) -> None:
    """With the command to run; written into the trail once."""
    copy = copied(data)
    for _ in range(2):
        caplog.clear()
        with caplog.at_level(logging.WARNING), office(copy) as context:
            (problem,) = [one for one in health(context, NOW).problems if "暂缓" in one]
            assert "minyi notify release" in problem
            assert [line.action for line in context.store.care.trail()] == ["copied"]
        assert "从别处复制来的" in caplog.text


@pytest.mark.parametrize(("drop", "left"), [(False, ["k1", "k3"]), (True, [])])
def test_once_confirmed_it_mails_like_any_other(
    data: Path, drop: bool, left: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """What waited goes or is given up; what comes afterwards goes in any case."""
    copy = copied(data)
    with office(copy) as context:
        context.store.add_notifications([note("k3")], NOW)
        assert context.store.care.release(ME, NOW, drop=drop) == 2
    caplog.clear()
    with office(copy) as context:
        assert not context.store.care.copied()
        context.store.add_notifications([note("k4")], NOW)
        assert due(context) == [*left, "k4"]
        assert not any("暂缓" in one for one in health(context, NOW).problems)
    assert "复制" not in caplog.text


def test_a_renamed_folder_and_a_touched_one_are_no_copies(data: Path) -> None:
    """A rename, a new owner or new rights are an administrator's daily work."""
    moved = data.rename(data.with_name("moved"))
    (moved / "minyi.db.made").chmod(0o640)
    with office(moved) as context:
        assert due(context) == ["k1"]


def test_a_copy_of_a_copy_asks_again(data: Path) -> None:
    """Confirmed for one place, not for another."""
    first = copied(data)
    with office(first) as context:
        context.store.care.release(ME, NOW)
    with office(Path(shutil.copytree(first, data.with_name("second")))) as context:
        assert context.store.care.copied()


HERE = Place("11 12", 1_700_000_000_000_000_000, "0" * 32)


@pytest.mark.parametrize(
    ("there", "elsewhere"),
    [
        (HERE, False),
        (replace(HERE, files="98 99"), False),
        (replace(HERE, changed=5), False),
        (replace(HERE, machine=""), False),
        (replace(HERE, machine="1" * 32), True),
        (replace(HERE, files="98 99", changed=5), True),
        (Place("98 99", 5, ""), True),
    ],
)
def test_what_tells_a_copy(there: Place, elsewhere: bool) -> None:
    """Both marks on files, or the machine; one mark alone may change without a copy."""
    assert there.is_elsewhere(HERE) is elsewhere
    assert HERE.is_elsewhere(there) is elsewhere

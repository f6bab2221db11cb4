"""Writers go in the order they came, whoever dies in between; the line never decides alone."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from minyi.store import open_store
from minyi.store.sqlite import SqliteStore, turns
from minyi.store.sqlite.turns import Turns
from tests.store import invented

ROOT = Path(__file__).parents[2]
_QUEUE = "import sys; from pathlib import Path; from minyi.store.sqlite.turns import Turns\nwith Turns(Path(sys.argv[1])).mine(60): print(flush=True)"


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread or process is about to do."""
    pause = threading.Event()
    for _ in range(10_000):
        if condition():
            return
        pause.wait(0.002)
    raise AssertionError("waited in vain")


def taken(path: Path, place: int) -> bool:
    """True when that place in the line is held."""
    with path.open("r+b") as file:
        return turns._taken(file.fileno(), place, 1) is not None


def test_writers_go_in_the_order_they_came(tmp_path: Path) -> None:
    """Threads that came one after the other while the turn was ours follow one after the other."""
    path = tmp_path / "turns"
    line, order = Turns(path), list[int]()

    def write(number: int) -> None:
        with line.mine():
            order.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    with line.mine():
        for number, thread in enumerate(threads, start=2):
            thread.start()
            until(lambda place=number: taken(path, place))  # type: ignore[misc]
        assert order == []
    for thread in threads:
        thread.join()
    assert order == list(range(6))
    line.close()


def test_a_dead_process_holds_up_nobody_and_lets_nobody_jump(tmp_path: Path) -> None:
    """Killed in the line, its place is free; those behind it still wait for those before it."""
    path = tmp_path / "turns"
    line = Turns(path)
    came = threading.Event()

    def write() -> None:
        with line.mine():
            came.set()

    thread = threading.Thread(target=write)
    with line.mine():
        with subprocess.Popen([sys.executable, "-c", _QUEUE, str(path)], cwd=ROOT) as other:  # noqa: S603 - our own program
            until(lambda: taken(path, 2))
            thread.start()
            until(lambda: taken(path, 3))
            other.kill()
        until(lambda: not taken(path, 2))
        assert not came.wait(0.05)
    thread.join()
    assert came.is_set()
    line.close()


def test_a_line_that_does_not_move_is_left(tmp_path: Path) -> None:
    """Patience ends: the record's own lock decides then."""
    line, other = Turns(tmp_path / "turns"), Turns(tmp_path / "turns")
    with line.mine(), other.mine(patience=0.01):
        pass
    line.close()
    other.close()


def test_without_a_place_for_the_line_writing_goes_on(tmp_path: Path) -> None:
    """A file that cannot be made, a system without such locks: only the order is lost."""
    (tmp_path / "minyi.db-turns").mkdir()
    store = open_store(tmp_path / "minyi.db")
    assert store.save_posts(invented.posts(invented.seeded(1), 5), now=invented.NOW).new == 5
    store.close()


def test_a_failed_save_ends_its_turn(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong under the lock, the next writer does not wait for it."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("minyi.store.sqlite.sources.note_newest", fail)
    with pytest.raises(RuntimeError, match="planted"):
        store.save_posts(invented.posts(invented.seeded(1), 5), now=invented.NOW)
    assert not taken(tmp_path / "minyi.db-turns", 1)

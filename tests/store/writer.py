"""A process that saves posts until it is killed, telling each one that was acknowledged.

Each line: the longest wait for the lock since the last line in milliseconds, then the ids.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import apsw

from minyi.models import PostId
from minyi.store import open_store
from minyi.store.sqlite import SqliteStore
from tests.store import invented


def main(path: str, name: str, rounds: int, size: int) -> None:
    """Save `size` posts a round, one edited again; print the ids after each acknowledged save."""
    store = open_store(Path(path))
    waits = time_waits(store)
    random = invented.seeded(name)
    for turn in range(rounds):
        batch = invented.posts(random, size, first=turn * size)
        batch = [replace(post, id=PostId(f"{name}-{post.id}")) for post in batch]
        store.save_posts([*batch, invented.edited(random, batch[0])], now=invented.NOW)
        print(f"{1_000 * max(waits):.1f}", *(post.id for post in batch), flush=True)  # noqa: T201 - read by the test
        waits.clear()
    store.close()


def time_waits(store: SqliteStore) -> list[float]:
    """Seconds each write of this store waits for its turn and the lock, as they come."""
    waits: list[float] = []
    write = store._database.write

    @contextmanager
    def timed() -> Iterator[apsw.Connection]:
        start = time.monotonic()
        with write() as connection:
            waits.append(time.monotonic() - start)
            yield connection

    setattr(store._database, "write", timed)  # noqa: B010 - a method of one instance, in this process only
    return waits


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))

"""Saves posts into a record and says which are durable, until it is stopped or the disk fails."""

from __future__ import annotations

import sys
from pathlib import Path

from minyi.errors import StoreFailed
from minyi.store import open_store
from minyi.store.sqlite import SqliteStore
from tests.store import invented


def main(path: str, first: str) -> int:
    """A line of ids after each durable save; 3 when the disk could not make one durable."""
    store = open_store(Path(path))
    print("open", flush=True)  # noqa: T201 - read by the test
    for turn in range(int(first), int(first) + 60):
        batch = invented.posts(invented.seeded(turn), 20, first=turn * 100)
        try:
            store.save_posts(batch, now=invented.NOW)
        except StoreFailed:
            if not _refuses(store):
                return 4
            return 3
        print(*(post.id for post in batch), flush=True)  # noqa: T201 - read by the test
    return 0


def _refuses(store: SqliteStore) -> bool:
    """True when the process writes no more, and still reads."""
    store.post_count()
    try:
        store.job_success("watch", invented.NOW)
    except StoreFailed:
        return True
    return False


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

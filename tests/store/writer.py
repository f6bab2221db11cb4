"""A process that saves posts until it is killed, telling each one that was acknowledged."""

import sys
from dataclasses import replace
from pathlib import Path

from minyi.models import PostId
from minyi.store import open_store
from tests.store import invented


def main(path: str, name: str, rounds: int) -> None:
    """Save 40 posts a round, one edited again; print the ids after each acknowledged save."""
    store = open_store(Path(path))
    random = invented.seeded(name)
    for turn in range(rounds):
        batch = invented.posts(random, 40, first=turn * 40)
        batch = [replace(post, id=PostId(f"{name}-{post.id}")) for post in batch]
        store.save_posts([*batch, invented.edited(random, batch[0])], now=invented.NOW)
        print(*(post.id for post in batch), flush=True)  # noqa: T201 - read by the test
    store.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))

"""Exports posts made one at a time and prints how much memory that took; run by a test in its own process."""

import resource
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from jobs.export import export_posts
from minyi.models import Post, PostId, Precision, SourceId, StoredPost
from minyi.store.base import Store
from minyi.store.query import Query

START = datetime(2026, 3, 1, tzinfo=UTC)


class Flow:
    """As much of a store as an export reads: posts of 1,500 characters, none kept."""

    def __init__(self, posts: int) -> None:
        self._posts = posts

    def count(self, _: Query) -> int:
        """All of them."""
        return self._posts

    def iterate(self, _: Query) -> Iterator[StoredPost]:
        """One after the other."""
        for number in range(self._posts):
            text = f"第{number}条：" + "油糕商标会费" * 250
            at = START + timedelta(seconds=number)
            name = PostId(f"post-{number}")
            source = SourceId("luntan")
            yield StoredPost(
                Post(name, source, "luntan", "post", text, at, Precision.MINUTE, at), number, 1, at
            )


def export(posts: int, path: Path) -> int:
    """Kilobytes of the largest resident set so far, after an export."""
    export_posts(cast("Store", Flow(posts)), Query(), path, typed="", now=START)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    folder, kind = Path(sys.argv[1]), sys.argv[2]
    before = export(1_000, folder / f"small.{kind}")
    sys.stdout.write(str(export(20_000, folder / f"large.{kind}") - before))

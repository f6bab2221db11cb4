"""A filled record beside the oracle that should agree with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from minyi.models import Post, PostId
from minyi.store.base import Reader
from minyi.store.care import Act
from minyi.store.sqlite import SqliteStore
from tests.store import invented
from tests.store.oracle import Oracle


@dataclass
class World:
    """A filled engine beside the oracle that should agree with it."""

    reader: Reader
    oracle: Oracle
    record: SqliteStore
    fresh: int = 1_000_000
    """Number of the next post that arrives by `change`."""

    def rank(self, post: Post) -> int:
        """The engine's row id of a post: what newest first goes by."""
        return self.record.get([post.id])[0].rid

    def change(self, random: Random) -> None:
        """A few posts arrive, a few are edited, one is deleted, in the record and in the oracle alike."""
        batch = invented.posts(random, 4, first=self.fresh)
        self.fresh += len(batch)
        batch += [invented.edited(random, post) for post in random.sample(self.everything, 3)]
        assert self.record.save_posts(batch, now=invented.NOW) == self.oracle.save(batch)
        gone = [random.choice(self.everything).id]
        self.record.forget(gone, invented.NOW)
        self.oracle.forget(gone)

    @property
    def everything(self) -> list[Post]:
        """Posts that should be stored."""
        return list(self.oracle.posts.values())


def shuffle(record: SqliteStore, oracle: Oracle, random: Random, rounds: int) -> None:
    """Save, edit and delete at random, in the record and in the oracle alike, comparing what a save says."""
    for turn in range(rounds):
        batch: list[Post] = invented.posts(random, 120, first=turn * 110)
        known = list(oracle.posts.values())
        batch += [invented.edited(random, post) for post in random.sample(known, min(len(known), 60))]
        batch += random.sample(known, min(len(known), 30))
        random.shuffle(batch)
        assert record.save_posts(batch, now=invented.NOW) == oracle.save(batch)
        gone: Sequence[PostId] = [post.id for post in random.sample(list(oracle.posts.values()), 10)]
        record.forget(gone, invented.NOW)
        oracle.forget(gone)


def erase_some(record: SqliteStore, oracle: Oracle, random: Random, count: int) -> None:
    """Erase posts for good, in the record and in the oracle alike; they stay gone when shown again."""
    gone = random.sample(list(oracle.posts.values()), min(count, len(oracle.posts)))
    ids = [post.id for post in gone]
    line = record.care.erase(ids, Act("tester", "erase", "sample"), {}, invented.NOW)
    oracle.forget(ids)
    assert line.detail["posts"] == len(ids)
    assert record.save_posts(gone[:50], now=invented.NOW) == oracle.save(gone[:50])

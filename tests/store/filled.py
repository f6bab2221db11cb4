"""Records to take care of: filled with invented posts, and looked at byte by byte."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from minyi.models import (
    Alert,
    AlertId,
    AlertState,
    Level,
    Notification,
    Post,
    PostId,
    RuleName,
    Scope,
    Span,
    Spike,
)
from minyi.store import open_store
from minyi.store.base import AlertChange
from minyi.store.care import Act
from minyi.store.sqlite import SqliteStore
from tests.store import invented

ME = Act("tester", "test", "record")

RARE = "鬲螭魍"
"""A name that no other text holds, and its pairs of characters."""
TRACES = [RARE.encode(), RARE[:2].encode(), RARE[1:].encode()]


def fill(store: SqliteStore, count: int = 300, seed: int = 2) -> list[Post]:
    """Save policies and posts; the posts."""
    store.save_policies(invented.BOOK.policies, invented.NOW)
    posts = invented.posts(invented.seeded(seed), count)
    store.save_posts(posts, now=invented.NOW)
    return posts


def theirs(count: int, first: int = 9_000, author: str = "h9b32") -> list[Post]:
    """Posts of one author who signs every text with the rare name."""
    made = invented.posts(invented.seeded(first), count, first=first)
    return [
        replace(
            post,
            id=PostId(f"rare-{n}"),
            author=author,
            text=f"{post.text}，{RARE}说商标年费{n}",
            title=f"{RARE}的第{n}帖",
            keywords=(RARE,),
            cluster=f"{RARE}{n % 2}",
        )
        for n, post in enumerate(made)
    ]


def holding(folder: Path, traces: list[bytes] = TRACES) -> list[str]:
    """Files below a folder that hold any of the traces."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path.name for path in files if any(trace in path.read_bytes() for trace in traces)]


def closed(path: Path, count: int = 300) -> bytes:
    """The bytes of a closed, filled record at `path`."""
    store = open_store(path)
    fill(store, count)
    store.close()
    return path.read_bytes()


def contents(store: SqliteStore) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that a person could miss."""
    with store._database.read() as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type='table'")]
        ours = [name for name in names if not name.startswith(("fts", "sqlite_"))]
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in ours}  # noqa: S608


def flips(raw: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Copies of a file with one bit changed somewhere."""
    random = invented.seeded(seed)
    for _ in range(count):
        damaged = bytearray(raw)
        damaged[random.randrange(len(raw))] ^= 1 << random.randrange(8)
        yield bytes(damaged)


def alerted(name: str, window: Span, posts: tuple[PostId, ...] = (), *keys: str) -> AlertChange:
    """A new alert about some posts, with messages."""
    policy = invented.POLICIES[0]
    spike = Spike(
        policy=policy,
        rule=RuleName.VOLUME,
        scope=Scope.ALL,
        window=window,
        observed=12,
        expected=1.5,
        score=4.25,
        threshold=3.75,
        level=Level.III,
        late=False,
        posts=posts,
        arithmetic={"observed": 12},
    )
    alert = Alert(
        AlertId(name),
        policy,
        RuleName.VOLUME,
        Level.III,
        AlertState.FIRING,
        window.end,
        window.end,
        spike,
        None,
        12,
    )
    notes = (Notification(key, alert.id, "email", "duty@office.example", "firing") for key in keys)
    return AlertChange(alert, None, tuple(notes))

"""`check` names every invariant, and finds damage that SQLite itself does not see."""

from pathlib import Path

import pytest

from minyi.errors import StoreCorrupt, StoreError
from minyi.store import open_store
from minyi.store.sqlite import SqliteStore
from tests.store import invented
from tests.store.filled import closed, contents, fill, flips

NAMES = [
    "file", "index", "counted", "matches", "details", "hours", "days", "versions", "bodies", "facts", "orphans",
    "buried", "order", "wordings", "audit", "documents", "posts", "words",
]  # fmt: skip


def test_a_sound_record_holds_every_invariant_by_name(store: SqliteStore) -> None:
    """The list is the same for an empty and a filled record; `words=False` leaves the last two out."""
    assert [one.name for one in store.care.check()] == NAMES
    fill(store)
    assert [(one.name, one.broken) for one in store.care.check()] == [(name, 0) for name in NAMES]
    assert [one.name for one in store.care.check(words=False)] == NAMES[:-2]


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("index", "DELETE FROM fts WHERE rowid = (SELECT min(rid) FROM posts)"),
        ("counted", "DELETE FROM post_policy WHERE rid = (SELECT max(rid) FROM posts WHERE precision < 3)"),
        ("matches", "DELETE FROM post_match"),
        ("details", "UPDATE posts SET label = (label + 1) % 3 WHERE precision < 3"),
        ("hours", "UPDATE rollup_hour SET n = n + 1 WHERE policy = 0"),
        ("days", "DELETE FROM rollup_day WHERE policy = 0"),
        ("versions", "UPDATE rollup_version SET n = n + 1 WHERE policy = 0"),
        ("bodies", "DELETE FROM post_body WHERE body = (SELECT max(body) FROM posts)"),
        ("facts", "UPDATE post_facts SET source = source + 1 WHERE rid = (SELECT min(rid) FROM posts)"),
        ("orphans", "INSERT INTO post_match VALUES(1, 0, 1, 0, 'title')"),
        ("buried", "INSERT INTO tombstones SELECT id, 0, 'erased' FROM posts LIMIT 1"),
        ("order", "UPDATE posts SET published = published + 1 WHERE rid = (SELECT min(rid) FROM posts)"),
        ("documents", "UPDATE policies SET body = replace(body, '{', '[')"),
        ("posts", "UPDATE post_body SET text = text || '。' WHERE body = (SELECT min(body) FROM posts)"),
        ("words", "INSERT INTO fts(fts, rowid, body, tags) SELECT NULL, rowid, '', '' FROM fts WHERE 0"),
    ],
)
def test_each_planted_break_is_named(store: SqliteStore, name: str, sql: str) -> None:
    """The broken invariant is among those found; the statement for the index swaps two posts' words."""
    fill(store)
    with store._database.write() as connection:
        connection.execute(sql)
        if name == "words":
            (a,), (b,) = connection.execute("SELECT rid FROM posts ORDER BY rid LIMIT 2").fetchall()
            connection.execute("DELETE FROM fts WHERE rowid=?", (a,))
            connection.execute("INSERT INTO fts(rowid, body, tags) VALUES(?, '别的', 'x')", (a,))
            assert a != b
    broken = {one.name for one in store.care.check() if one.broken}
    assert name in broken


def test_a_changed_post_is_named_by_its_id(store: SqliteStore) -> None:
    """A byte that flips in a text is valid to SQLite; the hash it was saved under tells."""
    posts = fill(store)
    with store._database.write() as connection:
        connection.execute(
            "UPDATE post_body SET text = 'x' || substr(text, 2) "
            "WHERE body = (SELECT body FROM posts WHERE id = ?)",
            (posts[7].id,),
        )
    (found,) = [one for one in store.care.check() if one.name == "posts"]
    assert (found.broken, found.examples) == (1, (posts[7].id,))
    assert posts[7].id in str(found)


def test_a_flipped_bit_anywhere_is_found_or_changes_nothing(tmp_path: Path) -> None:
    """Opened, checked: either an error that names restore, a broken invariant, or every row as before.

    What is written once and short, as a message's time, nothing repeats: one such place in thirty may pass.
    """
    path = tmp_path / "minyi.db"
    raw = closed(path)
    whole = open_store(path)
    before = contents(whole)
    whole.close()
    unseen = 0
    for damaged in flips(raw, 30, seed=5):
        path.write_bytes(damaged)
        unseen += not found_or_harmless(path, before)
    assert unseen <= 1


def found_or_harmless(path: Path, before: dict[str, list[tuple[object, ...]]]) -> bool:
    """Open and check a damaged file; nothing but our errors may come of it."""
    try:
        store = open_store(path)
    except StoreError:
        return True
    try:
        if any(one.broken for one in store.care.check()):
            return True
        return contents(store) == before
    except StoreError:
        return True
    finally:
        store.close()
        for ending in ("-wal", "-shm"):
            path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)


def test_a_text_that_is_no_text_any_more_is_damage_with_the_command_to_run(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 end in an error in words, not in a traceback."""
    path = tmp_path / "minyi.db"
    store = open_store(path)
    posts = fill(store, 20)
    with store._database.write() as connection:
        connection.execute(
            "UPDATE post_body SET text = CAST(x'ff' AS TEXT) "
            "WHERE body = (SELECT body FROM posts WHERE id = ?)",
            (posts[3].id,),
        )
    with pytest.raises(StoreCorrupt, match="minyi restore"):
        store.get([posts[3].id])
    (found,) = [one for one in store.care.check() if one.name == "posts"]
    assert found.examples == (posts[3].id,)
    store.close()


def test_quick_check_passes_a_sound_file_and_names_a_damaged_one(tmp_path: Path) -> None:
    """Overwritten pages are found before anything is read from them."""
    path = tmp_path / "minyi.db"
    raw = closed(path)
    store = open_store(path)
    store.care.quick_check()
    store.close()
    page = 8_192
    holes = b"".join(
        raw[at : at + page] if at < 4 * page else b"\x5a" * page for at in range(0, len(raw), page)
    )
    path.write_bytes(holes)
    with pytest.raises(StoreCorrupt, match="minyi restore"):
        open_store(path).care.quick_check()


def test_the_record_knows_when_it_was_made(store: SqliteStore) -> None:
    """A health check reckons from it while there is no copy yet."""
    assert store.care.created().year >= 2026
    assert invented.NOW.year == 2026

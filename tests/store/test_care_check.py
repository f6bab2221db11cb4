"""`check` names every invariant, and finds damage that SQLite itself does not see."""

from pathlib import Path

import pytest
from apsw import sqlite_extra

from minyi.errors import StoreCorrupt, StoreError, StoreTooOld
from minyi.store import open_store
from minyi.store.sqlite import SqliteStore, checksums, migrations
from tests.store import invented
from tests.store.filled import closed, fill, flips

NAMES = [
    "pages", "file", "index", "counted", "matches", "details", "hours", "days", "versions", "bodies", "facts", "orphans",
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


def test_a_flipped_bit_anywhere_is_found(tmp_path: Path) -> None:
    """Opened, checked: an error that names restore, or the page by its number and place."""
    path = tmp_path / "minyi.db"
    raw = closed(path)
    for damaged in flips(raw, 60, seed=5):
        path.write_bytes(damaged)
        assert "minyi restore" in found(path) or "页（字节" in found(path)


def found(path: Path) -> str:
    """What opening and checking a damaged file says; nothing but our errors may come of it."""
    try:
        store = open_store(path)
    except StoreError as error:
        return str(error)
    try:
        return "；".join(str(one) for one in store.care.check() if one.broken)
    except StoreError as error:
        return str(error)
    finally:
        store.close()
        for ending in ("-wal", "-shm"):
            path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)


def test_a_damaged_page_is_named_with_what_it_holds(tmp_path: Path) -> None:
    """Number, bytes, table; also one that is free, which no other check reads."""
    path = tmp_path / "minyi.db"
    store = open_store(path)
    fill(store, 400)
    with store._database.write() as connection:
        connection.execute("CREATE TABLE gone AS SELECT * FROM post_body; DROP TABLE gone")
        owners = dict(connection.execute("SELECT pageno, name FROM dbstat"))
    store.close()
    raw = bytearray(path.read_bytes())
    page = max(number for number, owner in owners.items() if owner == "post_body")
    free = next(number for number in range(1, len(raw) // 8_192) if number not in owners)
    for number in (page, free):
        raw[number * 8_192 - 100] ^= 1
    path.write_bytes(raw)
    store = open_store(path)
    (pages,) = [one for one in store.care.check() if one.name == "pages"]
    assert pages.broken == 2
    assert f"第 {page} 页（字节 {(page - 1) * 8_192}-{page * 8_192 - 1}，post_body）" in pages.examples
    assert f"第 {free} 页（字节 {(free - 1) * 8_192}-{free * 8_192 - 1}，空闲页）" in pages.examples
    store.close()


def test_a_damaged_record_is_not_copied(tmp_path: Path) -> None:
    """A copy reads every page: the fault is told with the command to run, nothing is left behind."""
    path = tmp_path / "minyi.db"
    raw = bytearray(closed(path))
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    store = open_store(path)
    with pytest.raises(StoreCorrupt, match="minyi restore"):
        store.care.backup(tmp_path / "copy.db")
    store.close()
    assert list(tmp_path.glob("copy.db*")) == []


def test_an_old_file_gets_its_checksums_with_the_next_rewriting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that could not be rewritten when it was brought up to date is checked as well as it can be."""
    path = tmp_path / "minyi.db"
    with monkeypatch.context() as patched:
        patched.setattr(checksums, "begin", lambda _: None)
        patched.setattr(migrations, "_rewrite", lambda *_: None)
        closed(path, 50)
    store = open_store(path)
    with store._database.bare() as connection:
        assert not checksums.are_kept(connection)
    assert store.verify() == []
    assert store.care.scrub()
    with store._database.bare() as connection:
        assert checksums.are_kept(connection)
    assert store.verify() == []
    store.close()


def test_without_the_checksum_module_the_record_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writing past it would make whole pages look damaged; the remedy is named."""
    monkeypatch.setattr("apsw.vfs_names", list)
    monkeypatch.setattr("apsw.sqlite_extra.load", refuse)
    with pytest.raises(StoreTooOld, match="pip install"):
        open_store(tmp_path / "minyi.db")
    assert list(tmp_path.iterdir()) == []


def refuse(*_: object) -> None:
    """As where the wheel lacks the module."""
    raise sqlite_extra.NotAvailable("cksumvfs")


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

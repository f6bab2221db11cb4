"""Whether posts still say what they said when they were saved, and the text index says the same.

SQLite keeps no checksums of its pages: a byte that flips inside a text is valid to it. Each post was
saved with a hash of all it says, so the hash is made again. The index is compared by the sum of the
hashes of all its (word, post, column, place), against the same sum over the posts' words.
"""

from __future__ import annotations

import apsw

from minyi.models import Post
from minyi.store.care import Progress, silent
from minyi.store.sqlite import ask, details
from minyi.store.sqlite.ask import Row
from minyi.store.sqlite.changes import index_body
from minyi.store.sqlite.facts import facts_of
from minyi.store.sqlite.fingerprint import fingerprint
from minyi.store.sqlite.names import policy_numbers
from minyi.store.sqlite.rows import FINGERPRINT, FIRST_SEEN, ID, INDEXED, REVISION, RID, SELECT, SOURCE, seal

_PAGE = 2_000
_TOLD_EVERY = 50_000
_DAMAGED = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
"""What reading a row may raise whose bytes are not those that were written."""


def compare_words(connection: apsw.Connection, progress: Progress = silent) -> tuple[list[str], bool]:
    """Ids of posts that changed without being saved, and whether the index differs from the posts."""
    changed: list[str] = []
    expected, seen = 0, 0
    sources, pids = details.source_names(connection), policy_numbers(connection)
    above = -(1 << 62)
    while rids := _next(connection, above):
        rows, unreadable = _read(connection, rids)
        changed += unreadable
        found = details.read(connection, rids, nameless=True)
        for row in rows:
            try:
                expected += _check(row, found.post(row, sources).post, pids)
            except _DAMAGED:
                changed.append(str(row[ID]))
        above = rids[-1]
        seen += len(rids)
        if seen % _TOLD_EVERY < len(rids):
            progress(f"已核对 {seen:,} 帖的内容")
    progress("核对全文索引的用词")
    return changed, _index_sum(connection) != expected


def _next(connection: apsw.Connection, above: int) -> list[int]:
    asked = "SELECT rid FROM posts WHERE rid > ? ORDER BY rid LIMIT ?"
    return [rid for (rid,) in ask.rows(connection, asked, (above, _PAGE))]


def _read(connection: apsw.Connection, rids: list[int]) -> tuple[list[Row], list[str]]:
    """Rows of neighbouring posts, and the ids of those that hold no text any more."""
    try:
        return ask.rows(connection, f"{SELECT} WHERE p.rid BETWEEN ? AND ?", (rids[0], rids[-1])), []
    except UnicodeDecodeError:
        if len(rids) == 1:
            found = ask.value(connection, "SELECT CAST(id AS BLOB) FROM posts WHERE rid=?", (rids[0],))
            return [], [bytes(found).decode("utf-8", "replace")]
    half = len(rids) // 2
    first, second = _read(connection, rids[:half]), _read(connection, rids[half:])
    return first[0] + second[0], first[1] + second[1]


def _check(row: Row, post: Post, pids: dict[str, int]) -> int:
    """The post's part of the index's sum.

    Raises:
        ValueError: the row does not say what its hash was made of.
    """
    noted = seal(row[RID], row[FIRST_SEEN], row[INDEXED], row[REVISION])
    if fingerprint(post) + noted != row[FINGERPRINT]:
        raise ValueError(post.id)
    rid = row[RID]
    facts = facts_of(post, row[FIRST_SEEN], row[SOURCE], pids)
    columns = (("body", index_body(post)), ("tags", facts.tags))
    return sum(
        hash((word, rid, column, place))
        for column, words in columns
        for place, word in enumerate(words.split())
    )


def _index_sum(connection: apsw.Connection) -> int:
    connection.execute(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.index_words USING fts5vocab(main, fts, instance)"
    )
    return sum(
        map(hash, connection.execute("SELECT term, doc, col, offset FROM temp.index_words")),
    )

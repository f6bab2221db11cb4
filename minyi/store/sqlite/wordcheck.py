"""Whether posts still say what they said when they were saved, and the text index says the same.

SQLite keeps no checksums of its pages: a byte that flips inside a text is valid to it. Each post was
saved with a hash of all it says, so the hash is made again. The index is compared by the sum of the
hashes of all its (word, post, column, place), against the same sum over the posts' words.
"""

from __future__ import annotations

import json

import apsw

from minyi.models import Claim, Match
from minyi.store.care import Progress, silent
from minyi.store.sqlite import ask
from minyi.store.sqlite.ask import Row
from minyi.store.sqlite.changes import Draft
from minyi.store.sqlite.facts import facts_of
from minyi.store.sqlite.names import policy_numbers
from minyi.store.sqlite.rows import COLUMNS, claim_of, fingerprint, match_of, stored_post, text_hash

_PAGE = 2_000
_FINGERPRINT, _TEXT_HASH = 12, 13
_TOLD_EVERY = 50_000


def compare_words(connection: apsw.Connection, progress: Progress = silent) -> tuple[list[str], bool]:
    """Ids of posts that changed without being saved, and whether the index differs from the posts."""
    changed: list[str] = []
    expected, seen = 0, 0
    sources: dict[int, str] = dict(ask.rows(connection, "SELECT sid, id FROM source_key"))
    pids = policy_numbers(connection)
    above = -(1 << 62)
    while True:
        asked = f"SELECT {COLUMNS} FROM posts WHERE rid > ? ORDER BY rid LIMIT ?"  # noqa: S608 - constants
        rows = ask.rows(connection, asked, (above, _PAGE))
        matches, claims = _details(connection, rows)
        for row in rows:
            try:
                expected += _check(row, sources, pids, (matches.get(row[0], []), claims.get(row[0], [])))
            except (ValueError, TypeError, KeyError, IndexError, AttributeError):
                changed.append(str(row[9]))
        if len(rows) < _PAGE:
            break
        above = rows[-1][0]
        seen += len(rows)
        if seen % _TOLD_EVERY < _PAGE:
            progress(f"已核对 {seen:,} 帖的内容")
    progress("核对全文索引的用词")
    return changed, _index_sum(connection) != expected


def _details(
    connection: apsw.Connection, rows: list[Row]
) -> tuple[dict[int, list[Match]], dict[int, list[Claim]]]:
    matches: dict[int, list[Match]] = {}
    claims: dict[int, list[Claim]] = {}
    rids = json.dumps([row[0] for row in rows])
    among = "WHERE rid IN (SELECT value FROM json_each(?)) ORDER BY rid, ord"
    named = "LEFT JOIN policy_key k ON k.pid=policy"
    for rid, *values in ask.rows(
        connection,
        f"SELECT rid, k.id, via, sure FROM post_match {named} {among}",  # noqa: S608 - constants
        (rids,),
    ):
        matches.setdefault(rid, []).append(match_of(*values))
    for rid, *values in ask.rows(
        connection,
        f"SELECT rid, k.id, item, stance, cue FROM claims {named} {among}",  # noqa: S608 - constants
        (rids,),
    ):
        claims.setdefault(rid, []).append(claim_of(*values))
    return matches, claims


def _check(
    row: Row, sources: dict[int, str], pids: dict[str, int], details: tuple[list[Match], list[Claim]]
) -> int:
    """The post's part of the index's sum.

    Raises:
        ValueError: the row does not say what its hash was made of.
    """
    post = stored_post(row, sources[row[5]], *details).post
    if fingerprint(post) != row[_FINGERPRINT] or text_hash(post) != row[_TEXT_HASH]:
        raise ValueError(post.id)
    rid = row[0]
    facts = facts_of(post, row[6], row[5], pids)
    columns = (("body", Draft(post, b"").prepare()), ("tags", facts.tags))
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

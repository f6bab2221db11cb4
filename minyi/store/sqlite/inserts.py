"""The rows a post becomes: in `posts`, `post_body`, `post_facts`, the text index and the counts by policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import apsw

from minyi.models import Post
from minyi.store.sqlite import ask, rids
from minyi.store.sqlite.ask import Row
from minyi.store.sqlite.facts import Facts
from minyi.store.sqlite.names import number_shared
from minyi.store.sqlite.rows import body_row, post_row, seal, shared_of
from minyi.store.sqlite.tally import policy_rows


@dataclass(frozen=True, slots=True)
class New:
    """A post with the row id chosen for it; `words` are its tokens, None when its index row stands."""

    rid: int
    post: Post
    facts: Facts
    fingerprint: bytes
    indexed: int
    revision: int
    words: str | None


def insert(connection: apsw.Connection, ordered: Sequence[New]) -> None:
    """Write the rows of new posts, given by row id ascending, which keeps the trees dense.

    Bodies are numbered as they come, so their table only ever grows at its end: posts that come late split
    no pages there.
    """
    shared = number_shared(connection, {shared_of(one.post) for one in ordered})
    last = ask.value(connection, "SELECT max(body) FROM post_body") or 0
    posts: list[Row] = []
    bodies: list[Row] = []
    counted: list[Row] = []
    for body, one in enumerate(ordered, start=last + 1):
        said = one.fingerprint + seal(one.rid, one.facts.first_seen, one.indexed, one.revision)
        posts.append(post_row(one.rid, one.post, one.facts, said, one.indexed, one.revision, body))
        bodies.append(body_row(body, one.post, shared[shared_of(one.post)]))
        counted += policy_rows(one.rid, one.facts)
    _fill(connection, "posts", posts)
    _fill(connection, "post_body", bodies)
    _fill(connection, "post_facts", [_facts_row(one.rid, one.facts) for one in ordered])
    _fill(connection, "post_policy", counted)
    index = [(one.rid, one.words, one.facts.tags) for one in ordered if one.words is not None]
    connection.executemany("INSERT INTO fts(rowid, body, tags) VALUES(?,?,?)", index)


def _fill(connection: apsw.Connection, table: str, rows: Sequence[Row]) -> None:
    if rows:
        connection.executemany(f"INSERT INTO {table} VALUES({','.join('?' * len(rows[0]))})", rows)


def _facts_row(rid: int, facts: Facts) -> Row:
    behind = rids.second_of(rid) - facts.published
    return rid, facts.label, facts.polarity, facts.sid, facts.precision, behind

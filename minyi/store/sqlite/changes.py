"""Writing posts into every table that knows them, and taking them out again.

Whatever the mix of saves, edits and deletions: posts = roll-ups = rows of the text index.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import apsw

from minyi.models import Post
from minyi.store import tokens
from minyi.store.sqlite import ask, meta, rids, wordings
from minyi.store.sqlite.ask import Row
from minyi.store.sqlite.facts import COUNTED, REPEATED, UNSURE, Facts
from minyi.store.sqlite.inserts import New, insert
from minyi.store.sqlite.packing import loose
from minyi.store.sqlite.tally import Tally, policy_rows
from minyi.text import search_key


@dataclass(slots=True)
class Draft:
    """A post on its way in; `prepare` does the dear part, the index's first column, outside the lock."""

    post: Post
    fingerprint: bytes
    _body: str | None = field(default=None, repr=False)

    def prepare(self) -> str:
        """Tokens of title and text, made once."""
        if self._body is None:
            self._body = index_body(self.post)
        return self._body


def index_body(post: Post) -> str:
    """Tokens of title and text, as they stand in the index."""
    body = tokens.index_tokens(search_key(post.text))
    return f"{tokens.index_tokens(search_key(post.title))} {body}" if post.title else body


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored under an id, with the facts its counts were made of."""

    rid: int
    id: str
    fingerprint: bytes
    words: tuple[str, str]
    """Title and text."""
    facts: Facts


@dataclass(frozen=True, slots=True)
class Change:
    """One post to write; `old` is None when it is new."""

    draft: Draft
    facts: Facts
    old: Known | None

    def keeps_index(self, rid: int) -> bool:
        """True when the index row stands: same place, same words, same tags."""
        old = self.old
        return (
            old is not None
            and old.rid == rid
            and old.words == (self.draft.post.title, self.draft.post.text)
            and old.facts.tags == self.facts.tags
        )


def load_known(connection: apsw.Connection, ids: Sequence[str]) -> dict[str, Known]:
    """What is stored, by id; unknown ids are left out."""
    rows = ask.rows(
        connection,
        "SELECT id, rid, fingerprint, title, text, published, precision, first_seen, label, polarity, "
        "evident, source, cluster, author, model_version "
        "FROM posts CROSS JOIN post_body USING(body) CROSS JOIN post_shared USING(shared) "
        "WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(ids),),
    )
    sure = _sure_policies(connection, [row[1] for row in rows])
    found = {}
    for post, rid, said, title, text, *rest in rows:
        published, precision, first_seen, label, polarity, evident, sid, cluster, author, version = rest
        pids = tuple(sure.get(rid, ()))
        author = loose(author) if author is not None else None
        facts = Facts(
            published,
            precision,
            first_seen,
            label,
            polarity,
            bool(evident),
            sid,
            pids,
            cluster,
            author,
            version,
        )
        found[post] = Known(rid, post, said, (title, text), facts)
    return found


def _sure_policies(connection: apsw.Connection, among: Sequence[int]) -> dict[int, list[int]]:
    """Numbers of the counted policies of posts, ascending, by row id."""
    found: dict[int, list[int]] = {}
    if among:
        asked = (
            "SELECT rid, policy FROM post_match WHERE rid IN (SELECT value FROM json_each(?)) AND sure=1 "
            "ORDER BY rid, policy"
        )
        for rid, pid in ask.rows(connection, asked, (json.dumps(among),)):
            found.setdefault(rid, []).append(pid)
    return found


def write(connection: apsw.Connection, changes: Sequence[Change], pids: Mapping[str, int], now: int) -> None:
    """Write new and changed posts; `pids` numbers every policy they name.

    1. choose row ids (a post keeps its own while its time stands);
    2. take the old versions out of the counts and of the tables keyed by row id, keep their words;
    3. insert in the order of row ids, which keeps the trees dense;
    4. write count differences, revisions and the projection's queue.
    """
    if not changes:
        return
    tally = Tally()
    chosen = _row_ids(connection, changes)
    stands = {rid for change in changes if change.keeps_index(rid := chosen[change.draft.post.id])}
    _remove_rows(connection, [change.old for change in changes if change.old], tally, stands)
    wordings.keep(connection, [one for change in changes if (one := _replaced(change))], now)
    revision = meta.get_int(connection, meta.REVISION)
    ordered = sorted(changes, key=lambda change: chosen[change.draft.post.id])
    _insert(connection, [(chosen[change.draft.post.id], change) for change in ordered], pids, now, revision)
    for change in changes:
        tally.add(change.facts, 1)
    tally.write(connection)
    touched = {pid for change in changes for pid in change.facts.pids}
    touched |= {pid for change in changes if change.old for pid in change.old.facts.pids}
    revised = [(change.draft.post.id, revision + n) for n, change in enumerate(ordered, start=1)]
    _announce(connection, touched, revised, now, gone=False)


def remove(connection: apsw.Connection, known: Sequence[Known], now: int, *, keep_counts: bool) -> None:
    """Delete posts from every table; with `keep_counts` (retention) the roll-ups go on counting them."""
    tally = Tally()
    _remove_rows(connection, known, tally, stands=set())
    wordings.forget(connection, [one.id for one in known])
    if not keep_counts:
        tally.write(connection)
    revision = meta.get_int(connection, meta.REVISION)
    touched = {pid for one in known for pid in one.facts.pids}
    _announce(
        connection, touched, [(one.id, revision + n) for n, one in enumerate(known, start=1)], now, gone=True
    )


def _replaced(change: Change) -> wordings.Replaced | None:
    """The words that an edit by the same author replaces."""
    old, post = change.old, change.draft.post
    if old is None or old.words == (post.title, post.text) or old.facts.author != post.author:
        return None
    return wordings.Replaced(old.id, *old.words)


def _row_ids(connection: apsw.Connection, changes: Sequence[Change]) -> dict[str, int]:
    kept = {
        change.old.id: change.old.rid
        for change in changes
        if change.old
        and (change.old.facts.published, change.old.facts.precision)
        == (change.facts.published, change.facts.precision)
    }
    wanted = [(change.draft.post.id, change.facts) for change in changes if change.draft.post.id not in kept]
    return {**kept, **rids.assign(connection, wanted)}


def _remove_rows(connection: apsw.Connection, known: Sequence[Known], tally: Tally, stands: set[int]) -> None:
    """Take posts out of all tables but the index rows in `stands`."""
    if not known:
        return
    by_rid = [(one.rid,) for one in known]
    bodies = "DELETE FROM post_body WHERE body = (SELECT body FROM posts WHERE rid=?)"
    connection.executemany(bodies, by_rid)
    for table in ("posts", "post_facts", "post_match", "claims"):
        connection.executemany(f"DELETE FROM {table} WHERE rid=?", by_rid)  # noqa: S608 - constants
    connection.executemany("DELETE FROM fts WHERE rowid=?", [row for row in by_rid if row[0] not in stands])
    keys = [row[:3] for one in known for row in policy_rows(one.rid, one.facts)]
    connection.executemany("DELETE FROM post_policy WHERE policy=? AND published=? AND rid=?", keys)
    for one in known:
        tally.add(one.facts, -1)


def _insert(
    connection: apsw.Connection,
    ordered: Sequence[tuple[int, Change]],
    pids: Mapping[str, int],
    indexed: int,
    revision: int,
) -> None:
    new: list[New] = []
    matches: list[Row] = []
    claims: list[Row] = []
    for n, (rid, change) in enumerate(ordered, start=1):
        draft, post = change.draft, change.draft.post
        words = None if change.keeps_index(rid) else draft.prepare()
        new.append(New(rid, post, change.facts, draft.fingerprint, indexed, revision + n, words))
        matches += _match_rows(rid, post, pids)
        claims += [
            (rid, k, pids[one.policy], one.item, one.stance.value, one.cue)
            for k, one in enumerate(post.claims)
        ]
    insert(connection, new)
    connection.executemany("INSERT INTO post_match VALUES(?,?,?,?,?)", matches)
    connection.executemany("INSERT INTO claims VALUES(?,?,?,?,?,?)", claims)


def _match_rows(rid: int, post: Post, pids: Mapping[str, int]) -> Iterator[Row]:
    """Rows of `post_match`; of several sure matches with one policy only the first is marked as counted."""
    counted: set[int] = set()
    for k, one in enumerate(post.matches):
        pid = pids[one.policy]
        mark = UNSURE if not one.sure else REPEATED if pid in counted else COUNTED
        counted.update((pid,) if one.sure else ())
        yield rid, k, pid, mark, one.via


def _announce(
    connection: apsw.Connection,
    touched: set[int],
    revised: Sequence[tuple[str, int]],
    now: int,
    *,
    gone: bool,
) -> None:
    """Raise the revision of the record and of the touched policies; queue the posts for a projection."""
    if not revised:
        return
    newest = revised[-1][1]
    meta.set_int(connection, meta.REVISION, newest)
    connection.executemany("UPDATE policy_key SET revision=? WHERE pid=?", [(newest, pid) for pid in touched])
    if meta.get_int(connection, meta.PROJECTION):
        queued = [(post, revision, gone, now) for post, revision in revised]
        connection.executemany("INSERT OR REPLACE INTO index_queue VALUES(?,?,?,?)", queued)

"""Posts of an older layout, written anew in today's: rows, counts by policy, matches, and the text index.

Roll-ups and everything else stay as they are; roll-ups in particular count posts that have expired since.
About 15 CPU seconds per 100,000 posts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import apsw

from minyi.models import Claim, Evidence, Match, Post, PostId, Precision, Sentiment, SourceId, StoredPost
from minyi.store.care import Progress, silent
from minyi.store.sqlite import ask, rids, search
from minyi.store.sqlite.ask import Row
from minyi.store.sqlite.changes import index_body
from minyi.store.sqlite.facts import LABELS, PRECISIONS, UNSCORED, facts_of, from_seconds, seconds
from minyi.store.sqlite.fingerprint import fingerprint
from minyi.store.sqlite.inserts import New, insert
from minyi.store.sqlite.names import policy_numbers
from minyi.store.sqlite.rows import claim_of, match_of, seal
from minyi.store.sqlite.schema import TABLES

_PAGE = 1_000
_TOLD_EVERY = 50_000
_REBUILT = ("posts", "post_body", "post_facts", "post_shared", "post_policy", "fts")
_RENUMBERED = ("post_match", "claims")
"""Tables that name posts by row id and keep their layout."""

_VERSION_1 = (
    "SELECT rid, published, precision, label, polarity, source, first_seen, indexed, revision, id, cluster, "
    "author, platform, content, official, sample, native_id, url, lang, region, metrics, keywords, "
    "snownlp, model_version, evidence, parent_title, title, text FROM old_posts "
    "WHERE rid > ? ORDER BY rid LIMIT ?"
)


def posts_from_version_1(connection: apsw.Connection, progress: Progress = silent) -> None:
    """Read posts as release 0.1.0 kept them, all in one row, and write them as today."""
    if ask.value(connection, "SELECT 1 FROM sqlite_schema WHERE name='post_body'"):
        return  # made between the releases, already in two tables
    connection.execute("ALTER TABLE posts RENAME TO old_posts")
    connection.execute("DROP TABLE post_policy; DROP TABLE fts")
    for statement in statements(*_REBUILT):
        connection.execute(statement)
    for table in _RENUMBERED:  # row ids of old and new posts share one range: move all away, then back
        connection.execute(
            f"CREATE TEMP TABLE old_{table} AS SELECT * FROM {table}; "  # noqa: S608 - constants
            f"CREATE INDEX temp.old_{table}_rid ON old_{table}(rid); DELETE FROM {table}"
        )
    sources: dict[int, str] = dict(ask.rows(connection, "SELECT sid, id FROM source_key"))
    pids = policy_numbers(connection)
    count = ask.value(connection, "SELECT count(*) FROM old_posts")
    progress(f"记录库由旧版本程序写成，正在升级 {count:,} 帖；请勿断电，中断则恢复原样，下次重做")
    above, done = -(1 << 62), 0
    while rows := ask.rows(connection, _VERSION_1, (above, _PAGE)):
        matches, claims = _details(connection, rows)
        posts = [
            (row, _post_of_1(row, sources[row[5]], matches.get(row[0], ()), claims.get(row[0], ())))
            for row in rows
        ]
        _write(connection, posts, pids)
        above = rows[-1][0]
        done += len(rows)
        if done % _TOLD_EVERY < len(rows):
            progress(f"已升级 {done:,} 帖（{done / count:.0%}）")
    connection.execute("DROP TABLE old_posts")
    for table in _RENUMBERED:
        connection.execute(f"DROP TABLE temp.old_{table}")


def renew_fingerprints(connection: apsw.Connection, progress: Progress = silent) -> None:
    """Hash each post anew, as a version that hashes otherwise asks for; the posts stay as they are."""
    above, done = -(1 << 62), 0
    asked = "SELECT rid FROM posts WHERE rid > ? ORDER BY rid LIMIT ?"
    while page := [rid for (rid,) in ask.rows(connection, asked, (above, _PAGE))]:
        rows = [(_said(one), one.rid) for one in search.load(connection, page)]
        connection.executemany("UPDATE posts SET fingerprint=? WHERE rid=?", rows)
        above = page[-1]
        done += len(page)
        if done % _TOLD_EVERY < len(page):
            progress(f"已为 {done:,} 帖重算校验码")


def _said(stored: StoredPost) -> bytes:
    noted = seal(stored.rid, seconds(stored.post.first_seen), seconds(stored.indexed), stored.revision)
    return fingerprint(stored.post) + noted


def statements(*names: str) -> Iterator[str]:
    """Those of today's statements that make the tables, indexes and settings of these names."""
    plain = "\n".join(line for line in TABLES.splitlines() if not line.startswith("--"))
    for statement in plain.split(";\n"):
        words = statement.replace("(", " ").split()
        name = words[words.index("TABLE") + 1] if "TABLE" in words else words[2] if len(words) > 2 else ""
        if name in names:
            yield statement


def _details(
    connection: apsw.Connection, rows: list[Row]
) -> tuple[dict[int, list[Match]], dict[int, list[Claim]]]:
    matches: dict[int, list[Match]] = {}
    claims: dict[int, list[Claim]] = {}
    among = "WHERE rid BETWEEN ? AND ? ORDER BY rid, ord"
    ends = (rows[0][0], rows[-1][0])
    for rid, *values in ask.rows(
        connection,
        f"SELECT rid, k.id, via, sure FROM temp.old_post_match JOIN policy_key k ON k.pid=policy {among}",  # noqa: S608
        ends,
    ):
        matches.setdefault(rid, []).append(match_of(*values))
    for rid, *values in ask.rows(
        connection,
        f"SELECT rid, k.id, item, stance, cue FROM temp.old_claims JOIN policy_key k ON k.pid=policy {among}",  # noqa: S608
        ends,
    ):
        claims.setdefault(rid, []).append(claim_of(*values))
    return matches, claims


def _post_of_1(
    row: Row, source: str, matches: list[Match] | tuple[()], claims: list[Claim] | tuple[()]
) -> Post:
    (_, published, precision, label, polarity, _, first_seen, _, _, post, cluster, author) = row[:12]
    (platform, content, official, sample, native_id, url, lang, region, metrics, keywords) = row[12:22]
    (snownlp, version, evidence, parent_title, title, text) = row[22:]
    sentiment = None
    if label != UNSCORED:
        found = tuple(Evidence(*one) for one in json.loads(evidence)) if evidence else ()
        sentiment = Sentiment(polarity / 1000, tuple(LABELS)[label], found, snownlp, version)
    return Post(
        id=PostId(post),
        source=SourceId(source),
        platform=platform,
        content=content,
        text=text,
        published=from_seconds(published),
        precision=Precision(tuple(PRECISIONS)[precision]),
        first_seen=from_seconds(first_seen),
        native_id=native_id,
        url=url,
        title=title,
        parent_title=parent_title,
        author=author,
        metrics=json.loads(metrics) if metrics else {},
        lang=lang,
        region=region,
        official=bool(official),
        sample=bool(sample),
        sentiment=sentiment,
        matches=tuple(matches),
        claims=tuple(claims),
        cluster=cluster,
        keywords=tuple(json.loads(keywords)) if keywords else (),
    )


def _write(connection: apsw.Connection, posts: list[tuple[Row, Post]], pids: dict[str, int]) -> None:
    made = [(old, post, facts_of(post, old[6], old[5], pids)) for old, post in posts]
    chosen = rids.assign(connection, [(post.id, facts) for _, post, facts in made])
    new = [
        New(chosen[post.id], post, facts, fingerprint(post), old[7], old[8], index_body(post))
        for old, post, facts in made
    ]
    insert(connection, sorted(new, key=lambda one: one.rid))
    renumbered = [(chosen[post.id], old[0]) for old, post, _ in made]
    for table, columns in (
        ("post_match", "ord, policy, sure, via"),
        ("claims", "ord, policy, item, stance, cue"),
    ):
        connection.executemany(
            f"INSERT INTO {table} SELECT ?, {columns} FROM temp.old_{table} WHERE rid=?",  # noqa: S608 - constants
            renumbered,
        )

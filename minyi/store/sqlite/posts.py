"""Saving posts: one durable transaction for at most 500, with index, counts and the source's cursor."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import Any

import apsw

from minyi.models import Post, PostId, Precision, Saved, StoredPost
from minyi.store.base import Revised, SpoolCommit
from minyi.store.sqlite import ask, changes, learning, meta, sources
from minyi.store.sqlite.changes import Change, Draft, Known
from minyi.store.sqlite.connection import Database
from minyi.store.sqlite.facts import facts_of, seconds
from minyi.store.sqlite.fingerprint import SIZE, fingerprint
from minyi.store.sqlite.names import number_policies, number_sources, source_numbers

CHUNK = 500
"""Posts a transaction: about 50 ms under the lock, so that writers of other processes get their turn."""


def save(database: Database, posts: Sequence[Post], now: datetime, commit: SpoolCommit | None) -> Saved:
    """Upsert all, chunk by chunk; `commit` goes with the last chunk (or alone, without posts)."""
    saved = Saved()
    for start in range(0, max(len(posts), 1), CHUNK):
        chunk = posts[start : start + CHUNK]
        last = commit if start + CHUNK >= len(posts) else None
        saved += _save_chunk(database, chunk, now, last, crawled=commit is not None)
    return saved


def revise(database: Database, stored: Sequence[StoredPost], now: datetime) -> Revised:
    """Write posts again, each only while it is as it was read; chunk by chunk."""
    changed, missed = 0, []
    for start in range(0, len(stored), CHUNK):
        chunk = stored[start : start + CHUNK]
        drafts = _prepared(database, [one.post for one in chunk])
        with database.write() as connection:
            ids = json.dumps([one.post.id for one in chunk])
            asked = "SELECT id, revision FROM posts WHERE id IN (SELECT value FROM json_each(?))"
            standing: dict[str, int] = dict(ask.rows(connection, asked, (ids,)))
            late = {one.post.id for one in chunk if standing.get(one.post.id) != one.revision}
            for wave in _waves([draft for draft in drafts if draft.post.id not in late]):
                changed += _write_wave(connection, _relabelled(connection, wave), now, crawled=False).updated
        missed += [PostId(one.post.id) for one in chunk if one.post.id in late]
    return Revised(changed, tuple(missed))


def _save_chunk(
    database: Database, posts: Sequence[Post], now: datetime, commit: SpoolCommit | None, *, crawled: bool
) -> Saved:
    """Unchanged posts, most of a re-crawl, are left out, and the others prepared, before the lock."""
    drafts = _prepared(database, posts)
    saved = Saved(unchanged=len(posts) - len(drafts))
    if not drafts and commit is None:
        return saved
    with database.write() as connection:
        for wave in _waves(drafts):
            saved += _write_wave(connection, _relabelled(connection, wave), now, crawled=crawled)
        if commit is not None:
            sources.write_commit(connection, commit)
    return saved


def _prepared(database: Database, posts: Sequence[Post]) -> list[Draft]:
    """Drafts of the posts that differ from what is stored, with the labels people gave."""
    if not posts:
        return []
    with database.read() as connection:
        drafts = [_draft(post) for post in learning.as_corrected(connection, posts)]
        drafts = _without_unchanged(connection, drafts)
    for draft in drafts:
        draft.prepare()
    return drafts


def _relabelled(connection: apsw.Connection, drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts with the labels in force now, under the lock: one may have been given meanwhile."""
    posts = [draft.post for draft in drafts]
    again = zip(drafts, posts, learning.as_corrected(connection, posts), strict=True)
    return [draft if one is post or one == post else _draft(one) for draft, post, one in again]


def _draft(post: Post) -> Draft:
    try:
        return Draft(post, fingerprint(post))
    except UnicodeEncodeError:  # a lone surrogate, which no file format carries
        clean: Post = _without_surrogates(post)
        return Draft(clean, fingerprint(clean))


def _without_surrogates(value: Any) -> Any:
    if type(value) is str:
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, tuple):
        return tuple(_without_surrogates(one) for one in value)
    if isinstance(value, Mapping):
        return {_without_surrogates(key): one for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _without_surrogates(getattr(value, f.name)) for f in fields(value)})
    return value


def _without_unchanged(connection: apsw.Connection, drafts: list[Draft]) -> list[Draft]:
    """Drafts that differ from what is stored; all of them when one id comes twice, as order then matters."""
    ids = [draft.post.id for draft in drafts]
    if len(set(ids)) < len(ids):
        return drafts
    names = {sid: source for source, sid in source_numbers(connection).items()}
    asked = "SELECT p.id, p.fingerprint, p.source FROM json_each(?) j CROSS JOIN posts p ON p.id = j.value"
    rows = ask.rows(connection, asked, (json.dumps(ids),))
    stored = {post: (said, names[sid]) for post, said, sid in rows}
    return [
        draft for draft in drafts if draft.post.id not in stored or _says_more(draft, *stored[draft.post.id])
    ]


def _says_more(draft: Draft, said: bytes, source: str) -> bool:
    """True when a stored post is to be written again: its own source says something new of it.

    Two sources may show one post (an aggregator and the site itself). The source that brought it first
    keeps it; what others show of it is often cut or out of date, and must not replace it at every crawl.
    """
    return draft.fingerprint != said[:SIZE] and draft.post.source == source


def _waves(drafts: Iterable[Draft]) -> Iterator[list[Draft]]:
    """Drafts in rounds that hold each id once, in the order given."""
    rest = list(drafts)
    while rest:
        wave: dict[str, Draft] = {}
        again = []
        for draft in rest:
            if draft.post.id in wave:
                again.append(draft)
            else:
                wave[draft.post.id] = draft
        yield list(wave.values())
        rest = again


def _write_wave(
    connection: apsw.Connection, drafts: Sequence[Draft], now: datetime, *, crawled: bool
) -> Saved:
    known = changes.load_known(connection, [draft.post.id for draft in drafts])
    names = {sid: source for source, sid in source_numbers(connection).items()}
    wanted = [
        draft
        for draft in drafts
        if (old := known.get(draft.post.id)) is None
        or _says_more(draft, old.fingerprint, names[old.facts.sid])
    ]
    wanted = _without_expired(connection, wanted, known)
    sids = number_sources(connection, (draft.post.source for draft in wanted))
    matched = {one.policy for draft in wanted for one in draft.post.matches}
    pids = number_policies(
        connection, matched | {one.policy for draft in wanted for one in draft.post.claims}
    )
    made = [_change(draft, known.get(draft.post.id), sids, pids) for draft in wanted]
    changes.write(connection, made, pids, seconds(now))
    sources.note_newest(connection, [change.facts for change in made])
    new = [change.facts for change in made if change.old is None]
    if not crawled:
        sources.note_imported(connection, new, now)
    return Saved(len(new), len(made) - len(new), len(drafts) - len(made))


def _change(draft: Draft, old: Known | None, sids: Mapping[str, int], pids: Mapping[str, int]) -> Change:
    """A known id keeps its first-seen time; a post of unknown time is ordered by it."""
    first_seen = old.facts.first_seen if old else seconds(draft.post.first_seen)
    facts = facts_of(draft.post, first_seen, sids[draft.post.source], pids)
    if draft.post.precision is Precision.NONE:
        facts = replace(facts, published=first_seen)
    return Change(draft, facts, old)


def _without_expired(
    connection: apsw.Connection, drafts: Sequence[Draft], known: Mapping[str, Known]
) -> list[Draft]:
    """Leave out unknown posts that were erased or expired, or are older than the retention horizon."""
    horizon = meta.get_int(connection, meta.HORIZON)
    new = json.dumps([draft.post.id for draft in drafts if draft.post.id not in known])
    asked = "SELECT id FROM tombstones WHERE id IN (SELECT value FROM json_each(?))"
    buried = {post for (post,) in ask.rows(connection, asked, (new,))}
    return [
        draft
        for draft in drafts
        if draft.post.id in known
        or (draft.post.id not in buried and seconds(draft.post.first_seen) >= horizon)
    ]

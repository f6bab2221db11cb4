"""Erasure 删除个人信息: a person's posts leave the record, its file, the spool, the quarantine, saved mails.

Counts of everybody else stay; the ids of erased posts are remembered, so that a re-crawl or a restored
copy does not bring them back. Copies made before are not touched: they age out by rotation.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from analysis.post import pseudonym, to_post
from jobs.context import Context
from jobs.ingest import source_facts
from jobs.ledger import note_erased
from jobs.locks import hold
from jobs.search import name_book
from minyi import spool
from minyi.errors import AlreadyRunning, BadPost, InputError, StoreError
from minyi.importfile import read_line
from minyi.models import Post, PostId, RawPost
from minyi.store import open_store
from minyi.store.base import Store
from minyi.store.care import Act, AuditLine, Care, Progress, silent
from minyi.store.query import parse

log = logging.getLogger(__name__)

_OLD_RECORD = re.compile(r"minyi\.db\.before-[0-9A-Za-z]+(-\d+)?")
_PSEUDONYM = re.compile(r"[0-9a-f]{32}")
_EXCERPT = 12
"""First characters of a post's text by which a mail that quotes it is known."""

_MENTIONS = 20
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Target:
    """Whose words go: the posts, the author as named (None for single posts) and as stored."""

    ids: tuple[PostId, ...]
    name: str | None
    author: str | None


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, by place, in items.

    `scrubbed` is False while other processes kept the file busy; the service goes on with it. `left`
    names, in words, what could not be cleaned; `mentions` are other people's posts that hold the name.
    """

    line: AuditLine
    spool_lines: int
    quarantined: int
    mails: int
    copies: int
    scrubbed: bool
    left: tuple[str, ...]
    mentions: tuple[PostId, ...]


def author_target(context: Context, name: str) -> Target:
    """All posts of an author, by name or by the pseudonym that `minyi show` prints."""
    if _PSEUDONYM.fullmatch(name):
        ids = context.store.care.authored(name)
        if ids:
            return Target(tuple(ids), None, name)
    author = pseudonym(name, context.author_key)
    return Target(tuple(context.store.care.authored(author)), name, author)


def post_target(context: Context, reference: str) -> Target:
    """One post, by id, by its beginning, by native id or address; a deleted or unknown id is kept as it is.

    Raises:
        InputError: it means several posts.
    """
    found = context.store.care.find(reference)
    if len(found) > 1:
        raise InputError(f"{reference} 指到不止一帖：{'、'.join(found)}；请写完整的编号")
    return Target(tuple(found) or (PostId(reference),), None, None)


def erase(
    context: Context, target: Target, *, who: str, now: datetime, progress: Progress = silent
) -> Erased:
    """Erase everywhere, the record first, so that nothing can bring the posts back meanwhile.

    Raises:
        StoreFull: the file could not be rewritten for want of room; the posts are gone all the same, and
            the rest is done by `finish`.
    """
    care = context.store.care
    posts = _stored(context.store, target.ids)
    subject = "author" if target.author else f"post:{target.ids[0]}"
    progress(f"删除 {len(posts)} 帖")
    note_erased(context.data, target.ids)
    line = care.erase(target.ids, Act(who, "erase", subject), {}, now)
    lines, busy = _clean_spool(context, target, now)
    lines += _clean_imports(context, target, now)
    dropped, named = _clean_quarantine(context, care, target, posts)
    mails = _clean_mails(context.data / "mail", _probes(posts, target.name))
    copies, left = _clean_old_records(context, target, who, now)
    scrubbed = care.scrub(progress)
    return Erased(
        line=line,
        spool_lines=lines,
        quarantined=dropped,
        mails=mails,
        copies=copies,
        scrubbed=scrubbed,
        left=(*busy, *left, *named, *_still_there(context.data, target.name)),
        mentions=_mentions(context, target.name),
    )


def finish(context: Context, progress: Progress = silent) -> bool:
    """Clean the file of what earlier erasures left; True when nothing is left to clean."""
    return not context.store.care.scrub_pending() or context.store.care.scrub(progress)


def _stored(store: Store, ids: Sequence[PostId]) -> list[Post]:
    return [
        stored.post for start in range(0, len(ids), _PAGE) for stored in store.get(ids[start : start + _PAGE])
    ]


# --- spool --------------------------------------------------------------------------------------------


def _clean_spool(context: Context, target: Target, now: datetime) -> tuple[int, list[str]]:
    """Lines taken out of waiting files, and files that a crawl is still writing, in words."""
    dropped = 0
    for file in (*spool.pending(context.spool), *spool.pending(context.spool / "aside")):
        with suppress(FileNotFoundError):  # ingested meanwhile
            dropped += spool.rewrite(file, lambda line: not _is_of(context, line, target, now))
    return dropped, [f"{part}：采集还在进行，请待其结束后再运行一次" for part in _unfinished(context)]


def _unfinished(context: Context) -> Iterator[Path]:
    """Files that a crawl is writing; what dead crawls left is deleted."""
    for part in sorted(context.spool.glob("*.part")) if context.spool.is_dir() else []:
        source = part.name.split("-", 1)[1].rsplit("-", 1)[0]
        try:
            with hold(context.locks / f"crawl-{source}.lock", "采集"):
                part.unlink(missing_ok=True)
        except AlreadyRunning:
            yield part


def _is_of(context: Context, line: str, target: Target, now: datetime) -> bool:
    """True for a raw post of the target; a line that is none goes when it holds the name."""
    try:
        raw = spool.decode_raw(line)
    except InputError:
        return _holds(line, target.name)
    return _is_raw_of(context, raw, target, now)


def _is_raw_of(context: Context, raw: RawPost, target: Target, now: datetime) -> bool:
    if target.author and raw.author and pseudonym(raw.author, context.author_key) == target.author:
        return True
    try:
        post = to_post(raw, source_facts(context, raw.source), author_key=context.author_key, now=now)
    except BadPost:
        return False
    return post.id in target.ids


def _clean_imports(context: Context, target: Target, now: datetime) -> int:
    """Lines taken out of import files that stand in the data folder, as the demo's history does."""
    dropped = 0
    for file in sorted(context.data.glob("*.jsonl")):

        def is_other(line: str, source: str = file.stem) -> bool:
            try:
                return not _is_raw_of(context, read_line(line, source, now), target, now)
            except InputError:
                return not _holds(line, target.name)

        dropped += spool.rewrite(file, is_other)
    return dropped


def _holds(text: str, name: str | None) -> bool:
    """True when a text holds the name, of two characters or more, plain or as JSON escapes it."""
    return name is not None and len(name) > 1 and (name in text or json.dumps(name)[1:-1] in text)


# --- quarantine and mails -----------------------------------------------------------------------------


def _clean_quarantine(
    context: Context, care: Care, target: Target, posts: Sequence[Post]
) -> tuple[int, list[str]]:
    """Drop what the person wrote; how many items, and in words what others wrote that holds the name."""
    own = {one for post in posts for one in (post.native_id, post.url, post.text) if one}
    items = care.every_quarantined()
    theirs = [item.id for item in items if _is_theirs(context, item.raw, target, own)]
    named = [item.id for item in items if _holds(item.raw, target.name) and item.id not in set(theirs)]
    told = [f"隔离中 {one[:8]} 提到该名字：minyi quarantine show {one[:8]}，删除用 drop" for one in named]
    return care.drop_quarantined(theirs), told


def _is_theirs(context: Context, raw: str, target: Target, own: set[str]) -> bool:
    """By author, by the posts' own ids, addresses and words; a row cut short or broken, by the name."""
    try:
        values = json.loads(raw)
    except (ValueError, RecursionError):
        return _holds(raw, target.name) or any(len(one) >= _EXCERPT and one in raw for one in own)
    if not isinstance(values, Mapping):
        return _holds(raw, target.name)
    author = values.get("author")
    if target.author and isinstance(author, str) and pseudonym(author, context.author_key) == target.author:
        return True
    return any(str(values.get(key)) in own for key in ("id", "native_id", "url", "text", "body_text"))


def _probes(posts: Sequence[Post], name: str | None) -> list[str]:
    """Pieces of text by which a quotation is known."""
    pieces = {name or ""}
    for post in posts:
        pieces |= {post.text[:_EXCERPT].strip(), post.title[:_EXCERPT].strip(), post.url or ""}
    return [piece for piece in pieces if len(piece) > 1]


def _clean_mails(folder: Path, probes: Sequence[str]) -> int:
    """Delete saved mails that quote the posts, with the pages made of them; returns how many mails."""
    deleted = 0
    for mail in sorted(folder.glob("*.eml")) if folder.is_dir() else []:
        text = _mail_text(mail)
        if any(piece in text for piece in probes):
            for ending in (".eml", ".html", ".txt"):
                mail.with_suffix(ending).unlink(missing_ok=True)
            deleted += 1
    return deleted


def _mail_text(mail: Path) -> str:
    """Subject and all text parts, on one line as the posts' excerpts are."""
    message = message_from_bytes(mail.read_bytes(), policy=default)
    texts = (part for part in message.walk() if part.get_content_maintype() == "text")
    return "\n".join([str(message["Subject"]), *(str(part.get_content()) for part in texts)])


# --- other files --------------------------------------------------------------------------------------


def _clean_old_records(context: Context, target: Target, who: str, now: datetime) -> tuple[int, list[str]]:
    """Erase in the records that a restore set aside; how many were cleaned, and which could not be."""
    cleaned, left = 0, []
    for path in sorted(context.data.glob("minyi.db.before-*")):
        if not _OLD_RECORD.fullmatch(path.name):
            continue  # a log or lock file of one
        try:
            old = open_store(path)
        except StoreError as error:
            left.append(f"{path}：{error}；其中可能还有，请删除这个文件")
            continue
        try:
            ids = old.care.authored(target.author) if target.author else target.ids
            _clean_quarantine(context, old.care, target, _stored(old, ids))
            old.care.erase(ids, Act(who, "erase", "set aside"), {}, now)
            cleaned += old.care.scrub()
        except StoreError as error:
            left.append(f"{path}：{error}")
        finally:
            old.close()
    return cleaned, left


def _still_there(data: Path, name: str | None) -> Iterator[str]:
    """Other files of the data folder that hold the name, in words."""
    if not name:
        return
    wanted = {name.encode("utf-8"), json.dumps(name)[1:-1].encode("ascii")}
    for path in sorted(data.rglob("*")):
        known = path.name.startswith("minyi.db") or "cache" in path.relative_to(data).parts
        if known or not path.is_file():
            continue
        try:
            content = path.read_bytes()
        except OSError:
            continue
        if any(one in content for one in wanted):
            yield f"{path}：含有该名字，不是民意自动管理的文件，请自行处理"


def _mentions(context: Context, name: str | None) -> tuple[PostId, ...]:
    """Other people's posts that hold the name, or held it before an edit: a person decides about each."""
    if not name or len(name.strip()) < 2:
        return ()
    typed = '"' + name.replace('"', " ") + '"'
    page = context.store.search(parse(typed, resolver=name_book(context)), size=_MENTIONS)
    now = [hit.stored.post.id for hit in page.hits]
    return tuple(dict.fromkeys([*now, *context.store.care.worded(name.strip(), _MENTIONS)]))

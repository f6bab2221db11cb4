"""Erasure 删除个人信息: a person's posts leave the record, its file, the spool, the quarantine, saved mails.

Counts of everybody else stay; the ids of erased posts are remembered, so that a re-crawl or a restored
copy does not bring them back. Copies made before are not touched: they age out by rotation.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from analysis.post import pseudonym
from jobs.context import Context
from jobs.erasure_files import (
    EXCERPT,
    Target,
    clean_imports,
    clean_mails,
    clean_spool,
    named_in,
    probes,
    still_there,
)
from jobs.ledger import note_erased
from jobs.search import name_book
from minyi.errors import InputError, StoreError
from minyi.models import Post, PostId
from minyi.store import open_store
from minyi.store.base import Store
from minyi.store.care import Act, AuditLine, Care, Progress, silent
from minyi.store.query import parse

log = logging.getLogger(__name__)

_OLD_RECORD = re.compile(r"minyi\.db\.before-[0-9A-Za-z]+(-\d+)?")
_PSEUDONYM = _POST = re.compile(r"[0-9a-f]{32}")
_WAITING = "待入库的帖文中，别人提到该名字；入库后可用 minyi query 查到"
_FOREIGN = "含有该名字，不是民意自动管理的文件，请自行处理"
_MENTIONS = 20
_PAGE = 200


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
    """One post, by id, by its beginning, by native id or address; or the whole id of one not there any more.

    Raises:
        InputError: it means several posts, or none.
    """
    found = context.store.care.find(reference)
    if len(found) > 1:
        raise InputError(f"{reference} 指到不止一帖：{'、'.join(found)}；请写完整的编号")
    if not found and not _POST.fullmatch(
        reference
    ):  # what was typed may be the very name: it is noted nowhere
        raise InputError(f"没有编号、原编号或网址为 {reference} 的帖文；minyi query 可检索")
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
    for folder in _ledgers(context):
        note_erased(folder, target.ids)
    line = care.erase(target.ids, Act(who, "erase", subject), {}, now)
    if target.name:
        care.forget_name(target.name)
    lines, busy = clean_spool(context, target, now)
    lines += clean_imports(context, target, now)
    dropped, named = _clean_quarantine(context, care, target, posts)
    mails = clean_mails(context.data / "mail", probes(posts, target.name))
    copies, left = _clean_old_records(context, target, who, now)
    scrubbed = care.scrub(progress)
    return Erased(
        line=line,
        spool_lines=lines,
        quarantined=dropped,
        mails=mails,
        copies=copies,
        scrubbed=scrubbed,
        left=(*busy, *left, *named, *_told(care, target.name), *still_there(context.data, target.name)),
        mentions=_mentions(context, target.name),
    )


def _ledgers(context: Context) -> Iterator[Path]:
    """Where the ids go: beside the record, and beside its nightly copies, should its disk be lost."""
    yield context.data
    folder = Path(context.config.backup.folder) if context.config.backup.folder else None
    if folder and folder.is_dir():
        yield folder


def finish(context: Context, progress: Progress = silent) -> bool:
    """Clean the file of what earlier erasures left; True when nothing is left to clean."""
    return not context.store.care.scrub_pending() or context.store.care.scrub(progress)


def _stored(store: Store, ids: Sequence[PostId]) -> list[Post]:
    return [
        stored.post for start in range(0, len(ids), _PAGE) for stored in store.get(ids[start : start + _PAGE])
    ]


def _clean_quarantine(
    context: Context, care: Care, target: Target, posts: Sequence[Post]
) -> tuple[int, list[str]]:
    """Drop what the person wrote; how many items, and in words what others wrote that holds the name."""
    own = {one for post in posts for one in (post.native_id, post.url, post.text) if one}
    items = care.every_quarantined()
    theirs = [item.id for item in items if _is_theirs(context, item.raw, target, own)]
    named = [item.id for item in items if named_in(item.raw, target.name) and item.id not in set(theirs)]
    told = [f"隔离中 {one[:8]} 提到该名字：minyi quarantine show {one[:8]}，删除用 drop" for one in named]
    return care.drop_quarantined(theirs), told


def _is_theirs(context: Context, raw: str, target: Target, own: set[str]) -> bool:
    """By author, by the posts' own ids, addresses and words; a row cut short or broken, by the name."""
    try:
        values = json.loads(raw)
    except (ValueError, RecursionError):
        return named_in(raw, target.name) or any(len(one) >= EXCERPT and one in raw for one in own)
    if not isinstance(values, Mapping):
        return named_in(raw, target.name)
    author = values.get("author")
    if target.author and isinstance(author, str) and pseudonym(author, context.author_key) == target.author:
        return True
    return any(str(values.get(key)) in own for key in ("id", "native_id", "url", "text", "body_text"))


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
            if target.name:
                old.care.forget_name(target.name)
            cleaned += old.care.scrub()
        except StoreError as error:
            left.append(f"{path}：{error}")
        finally:
            old.close()
    return cleaned, left


def _told(care: Care, name: str | None) -> Iterator[str]:
    """What people of the office wrote into the record about the name, in words."""
    for table, rows in care.telling(name) if name else ():
        yield f"记录库的 {table} 表有 {rows} 行含有该名字（工作人员所写），未改动"


def _mentions(context: Context, name: str | None) -> tuple[PostId, ...]:
    """Other people's posts that hold the name, or held it before an edit: a person decides about each."""
    if not name or len(name.strip()) < 2:
        return ()
    typed = '"' + name.replace('"', " ") + '"'
    page = context.store.search(parse(typed, resolver=name_book(context)), size=_MENTIONS)
    now = [hit.stored.post.id for hit in page.hits]
    return tuple(dict.fromkeys([*now, *context.store.care.worded(name.strip(), _MENTIONS)]))

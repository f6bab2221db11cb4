"""Files of the data folder that hold a person's words: waiting crawls, import files, saved mails.

What Minyi wrote is cleaned; what it did not write is only named.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from analysis.post import pseudonym, to_post
from jobs.context import Context
from jobs.ingest import source_facts
from jobs.locks import hold
from minyi import spool
from minyi.errors import AlreadyRunning, BadPost, InputError
from minyi.importfile import read_line
from minyi.models import Post, PostId, RawPost
from minyi.naming import SHORTEST, holds

EXCERPT = 12
"""First characters of a post's text by which a quotation is known."""

_WAITING = "待入库的帖文中，别人提到该名字；入库后可用 minyi query 查到"
_FOREIGN = "含有该名字，不是民意自动管理的文件，请自行处理"


@dataclass(frozen=True, slots=True)
class Target:
    """Whose words go: the posts, the author as named (None for single posts) and as stored."""

    ids: tuple[PostId, ...]
    name: str | None
    author: str | None


def clean_spool(context: Context, target: Target, now: datetime) -> tuple[int, list[str]]:
    """Lines taken out of waiting files, and files that a crawl is still writing, in words."""
    dropped = 0
    for file in (*spool.pending(context.spool), *spool.pending(context.spool / "aside")):
        with suppress(FileNotFoundError):  # ingested meanwhile
            dropped += spool.rewrite(file, lambda line: not _is_of(context, line, target, now), target.name)
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
        return named_in(line, target.name)
    return _is_raw_of(context, raw, target, now)


def _is_raw_of(context: Context, raw: RawPost, target: Target, now: datetime) -> bool:
    if target.author and raw.author and pseudonym(raw.author, context.author_key) == target.author:
        return True
    try:
        post = to_post(raw, source_facts(context, raw.source), author_key=context.author_key, now=now)
    except BadPost:
        return False
    return post.id in target.ids


def clean_imports(context: Context, target: Target, now: datetime) -> int:
    """Lines taken out of import files that stand in the data folder, as the demo's history does."""
    dropped = 0
    for file in sorted(context.data.glob("*.jsonl")):

        def is_other(line: str, source: str = file.stem) -> bool:
            try:
                return not _is_raw_of(context, read_line(line, source, now), target, now)
            except InputError:
                return not named_in(line, target.name)

        dropped += spool.rewrite(file, is_other)
    return dropped


def named_in(text: str, name: str | None) -> bool:
    """True when a text holds the name, if one was given."""
    return name is not None and holds(text, name)


def probes(posts: Sequence[Post], name: str | None) -> list[str]:
    """Pieces of text by which a quotation is known."""
    pieces = {name or ""}
    for post in posts:
        pieces |= {post.text[:EXCERPT].strip(), post.title[:EXCERPT].strip(), post.url or ""}
    return [piece for piece in pieces if len(piece) > 1]


def clean_mails(folder: Path, probes: Sequence[str]) -> int:
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


def still_there(data: Path, name: str | None) -> Iterator[str]:
    """Other files of the data folder that hold the name, in words."""
    if not name or len(name) < SHORTEST:
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
            waits = path.parent in {data / "spool", data / "spool" / "aside"}
            yield f"{path}：{_WAITING if waits else _FOREIGN}"

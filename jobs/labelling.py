"""Labelling 更正: a person says what a post is; its copies follow, those to come included."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from jobs.context import Context
from jobs.postview import post_view
from minyi.errors import InputError
from minyi.models import Label, Post, PostId, StoredPost
from minyi.store.care import Act, AuditLine
from minyi.store.learning import Correction, by_hand, voice

log = logging.getLogger(__name__)

LONGEST_NAME, LONGEST_NOTE = 40, 200
_PAGE = 200
_TURNS = 5


@dataclass(frozen=True, slots=True)
class Labelled:
    """What a correction did: posts of the cluster, how many changed, and what they were before."""

    post: Post
    was: Label | None
    posts: int
    changed: int
    line: AuditLine
    corrections: int
    """Corrections now in force, each of another cluster."""


def label(context: Context, reference: str, wanted: Label, *, who: str, note: str, now: datetime) -> Labelled:
    """Correct the label of a post and of its cluster.

    The correction is kept first: whatever happens then, posts saved from now on carry it, and doing it
    again completes what was left.

    Raises:
        InputError: no such post, or several; no name, or one too long.
    """
    who, note = _line(who, "姓名", LONGEST_NAME), _line(note, "理由", LONGEST_NOTE)
    if not who:
        raise InputError("请写明是谁更正的：--by 姓名")
    stored = post_view(context, reference).stored
    cluster = voice(stored.post)
    memory = context.store.learning
    act = Act(who, "label", f"post:{stored.post.id}")
    line = memory.correct(Correction(stored.post.id, cluster, wanted, who, note, now), act, now)
    posts, changed = _carry(context, stored.post.id, wanted, now)
    log.info("labelled a cluster of %d posts %s, %d changed", posts, wanted, changed)
    was = stored.post.sentiment.label if stored.post.sentiment else None
    return Labelled(stored.post, was, posts, changed, line, len(memory.corrections()))


def _carry(context: Context, post: PostId, wanted: Label, now: datetime) -> tuple[int, int]:
    """Write the label to every post of the cluster; how many there are, and how many changed."""
    posts = changed = 0
    for page in _pages(context, post):
        posts += len(page)
        for _ in range(_TURNS):
            due = [StoredPost(by_hand(one.post, wanted), one.rid, one.revision, one.indexed) for one in page]
            revised = context.store.revise(due, now=now)
            changed += revised.changed
            if not revised.missed:
                break
            page = context.store.get(revised.missed)  # noqa: PLW2901 - read again, as others changed them
    return posts, changed


def _pages(context: Context, post: PostId) -> Iterator[list[StoredPost]]:
    others, count = context.store.care.siblings(post, 0)
    if count:
        others, _ = context.store.care.siblings(post, count)
    ids = [post, *others]
    for start in range(0, len(ids), _PAGE):
        yield context.store.get(ids[start : start + _PAGE])


def _line(text: str, what: str, longest: int) -> str:
    """One printable line.

    Raises:
        InputError: it is too long.
    """
    clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(clean) > longest:
        raise InputError(f"{what}不超过 {longest} 个字")
    return clean

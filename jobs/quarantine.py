"""Quarantine 隔离: what could not be read, tried again after the cause was mended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

import analysis
from analysis.policies import policy_from_raw
from analysis.post import to_post
from jobs.context import Context
from jobs.ingest import source_facts
from jobs.judging import toolkit_for_intake
from jobs.policies import adopt_policies
from minyi import spool
from minyi.errors import InputError
from minyi.importfile import read_line
from minyi.models import Post, Quarantined, RawPost, Saved


@dataclass(frozen=True, slots=True)
class Retried:
    """What became of the items: saved ones left the quarantine, refused ones stay, each with its reason."""

    saved: Saved
    refused: tuple[tuple[Quarantined, str], ...]


def retry(context: Context, items: Sequence[Quarantined], now: datetime) -> Retried:
    """Read the items again as they would be read today; what can be read is saved and leaves."""
    good: list[tuple[Quarantined, Post]] = []
    refused: list[tuple[Quarantined, str]] = []
    for item in items:
        try:
            good.append((item, _post(context, item, now)))
        except InputError as error:
            refused.append((item, str(error)))
    if not good:
        return Retried(Saved(), tuple(refused))
    toolkit = toolkit_for_intake(context)
    posts = [analysis.analyse(post, toolkit) for _, post in good]
    saved = context.store.save_posts(posts, now=now)
    context.store.care.drop_quarantined([item.id for item, _ in good])
    return Retried(saved, tuple(refused))


def _post(context: Context, item: Quarantined, now: datetime) -> Post:
    """The post an item holds.

    Raises:
        InputError: it is none yet, with the reason.
    """
    raw = _raw(item, now)
    post = to_post(raw, source_facts(context, raw.source), author_key=context.author_key, now=now)
    if raw.is_policy:
        adopt_policies(context, [policy_from_raw(raw, post.text, now=now)], now)
    return post


def _raw(item: Quarantined, now: datetime) -> RawPost:
    """A raw post as the spool writes it, else a line of an import.

    Raises:
        InputError: it is neither; a row of a table file, whose columns are no longer known, is none.
    """
    try:
        return spool.decode_raw(item.raw)
    except InputError:
        return read_line(item.raw, PurePath(item.origin).stem, now)

"""Everything the record knows of one post, for a person who looks into a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.explain import Names
from jobs.context import Context
from jobs.letters import names_of
from minyi.errors import InputError
from minyi.models import Alert, PostId, StoredPost
from minyi.store.care import Fate

SIBLINGS = 10
"""Posts of the same cluster shown."""


@dataclass(frozen=True, slots=True)
class PostView:
    """A stored post with what hangs on it.

    `siblings` are the newest other posts of its cluster, `copies` how many there are; `claims` the wrong
    claims of its watch-list items, by (policy, item).
    """

    stored: StoredPost
    siblings: tuple[StoredPost, ...]
    copies: int
    alerts: tuple[Alert, ...]
    names: Names
    claims: Mapping[tuple[str, str], str]


def post_view(context: Context, reference: str) -> PostView:
    """Look one post up by id, by its beginning, by native id or address.

    Raises:
        InputError: none or several; for one that was deleted, why and when.
    """
    care = context.store.care
    found = care.find(reference)
    if len(found) != 1:
        raise InputError(_none(reference, found, care.fate(PostId(reference))))
    (stored,) = context.store.get(found)
    siblings, copies = care.siblings(found[0], SIBLINGS)
    return PostView(
        stored=stored,
        siblings=tuple(context.store.get(siblings)),
        copies=copies,
        alerts=tuple(care.naming(found[0])),
        names=names_of(context),
        claims={
            (policy.id, item.id): item.claim for policy in context.store.policies() for item in policy.watch
        },
    )


def _none(reference: str, found: list[PostId], fate: Fate | None) -> str:
    if found:
        return f"{reference} 指到不止一帖：{'、'.join(found)}；请写完整的编号"
    if fate is None:
        return f"没有编号、原编号或网址为 {reference} 的帖文；minyi query 可检索"
    why = "按要求删除" if fate.why == "erased" else "留存期满删除"
    return f"帖文 {reference} 已于 {fate.at:%Y-%m-%d} {why}"

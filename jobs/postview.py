"""Everything the record knows of one post, for a person who looks into a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.explain import Names
from jobs.context import Context
from jobs.letters import names_of
from minyi.errors import InputError
from minyi.models import Alert, PostId, StoredPost
from minyi.store.care import Fate, Wording
from minyi.store.learning import Correction, voice

SIBLINGS = 10
"""Posts of the same cluster shown."""

_AROUND, _LONGEST = 10, 160
"""Characters shown around what an edit changed, and of one side of it."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a post's words: when it was seen, the stretch that changed, before and after.

    A stretch is empty when the edit only added or only took away; a long one is cut in its middle.
    """

    at: datetime
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PostView:
    """A stored post with what hangs on it.

    `siblings` are the newest other posts of its cluster, `copies` how many there are; `claims` the wrong
    claims of its watch-list items, by (policy, item); `earlier` what it said before, oldest first;
    `corrections` what people said its label is, newest first.
    """

    stored: StoredPost
    siblings: tuple[StoredPost, ...]
    copies: int
    alerts: tuple[Alert, ...]
    names: Names
    claims: Mapping[tuple[str, str], str]
    earlier: tuple[Wording, ...]
    corrections: tuple[Correction, ...]

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Changes of its words, oldest first."""
        post = self.stored.post
        said = [(one.title, one.text) for one in self.earlier] + [(post.title, post.text)]
        return tuple(
            Edit(one.until, *_stretch(before, after))
            for one, before, after in zip(self.earlier, said, said[1:], strict=False)
        )


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
        earlier=tuple(care.wordings(found[0])),
        corrections=tuple(context.store.learning.history(voice(stored.post))),
    )


def _stretch(before: tuple[str, str], after: tuple[str, str]) -> tuple[str, str]:
    """What lies between the common beginning and the common end, with a few characters around it."""
    old, new = (" ".join(part for part in one if part) for one in (before, after))
    start = _alike(old, new)
    end = min(_alike(old[::-1], new[::-1]), min(len(old), len(new)) - start)
    first, last = max(0, start - _AROUND), max(0, end - _AROUND)
    return _short(old[first : len(old) - last]), _short(new[first : len(new) - last])


def _alike(one: str, other: str) -> int:
    """Characters before the first difference."""
    places = (place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1])
    return next(places, min(len(one), len(other)))


def _short(words: str) -> str:
    half = _LONGEST // 2
    return words if len(words) <= _LONGEST else f"{words[:half]}…{words[-half:]}"


def _none(reference: str, found: list[PostId], fate: Fate | None) -> str:
    if found:
        return f"{reference} 指到不止一帖：{'、'.join(found)}；请写完整的编号"
    if fate is None:
        return f"没有编号、原编号或网址为 {reference} 的帖文；minyi query 可检索"
    why = "按要求删除" if fate.why == "erased" else "留存期满删除"
    return f"帖文 {reference} 已于 {fate.at:%Y-%m-%d} {why}"

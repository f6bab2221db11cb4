"""When an address is asked again, and what a visit leaves in the cursor. Pure; times are UTC seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from minyi.models import UrlCursor

LADDER_SECONDS = (3_600, 6 * 3_600, 86_400, 3 * 86_400, 7 * 86_400, 30 * 86_400)
"""An article is fetched once, then at these ages after it was first seen, then never."""

GONE_AFTER = 2
"""Visits answered 404 or 410 after which an article counts as removed at its source."""

MAX_FAILS = 6
"""Visits failed in a row after which an article is given up."""

MAX_LINKS = 2_000
"""Links kept of one list page."""


def is_article(cursor: UrlCursor) -> bool:
    """True for an article's entry; list pages and feeds have no first-seen time."""
    return cursor.first_seen is not None


def is_due(cursor: UrlCursor | None, now: float) -> bool:
    """True for an address never visited, and for an article whose next rung has come."""
    if cursor is None:
        return True
    return cursor.next_due is not None and cursor.next_due <= now


def next_due(first_seen: float, now: float) -> float | None:
    """The first rung of the ladder after `now`, or None when all are behind."""
    return next((first_seen + age for age in LADDER_SECONDS if first_seen + age > now), None)


def visited(
    old: UrlCursor | None, now: float, *, etag: str | None, last_modified: str | None, body_hash: str | None
) -> UrlCursor:
    """An article that was read (or not modified: then `body_hash` is the old one)."""
    first_seen = now if old is None or old.first_seen is None else old.first_seen
    return UrlCursor(etag, last_modified, body_hash, first_seen, next_due(first_seen, now))


def missed(old: UrlCursor | None, now: float) -> UrlCursor:
    """An article that could not be read: asked again next run, given up after `MAX_FAILS` in a row."""
    cursor = old or UrlCursor(first_seen=now)
    fails = cursor.fails + 1
    return replace(cursor, fails=fails, next_due=None if fails >= MAX_FAILS else now)


def gone(old: UrlCursor | None, now: float) -> UrlCursor:
    """An article answered 404 or 410: asked once more next run, then never."""
    cursor = old or UrlCursor(first_seen=now)
    fails = cursor.fails + 1
    return replace(cursor, fails=fails, next_due=None if fails >= GONE_AFTER else now)


def pruned(cursor: Mapping[str, UrlCursor], *, unlisted: bool) -> dict[str, UrlCursor]:
    """Without the articles that are on no list page any more and behind the last rung.

    When `unlisted` is False an article is forgotten as soon as no list page shows it.
    """
    listed = {link for one in cursor.values() for link in one.links}
    return {
        url: one
        for url, one in cursor.items()
        if not is_article(one) or url in listed or (unlisted and one.next_due is not None)
    }

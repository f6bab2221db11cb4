"""Which feed entries are one post, and the name each keeps from run to run. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from crawlers.feeds import Entry
from minyi.urls import canonical_url
from minyi.when import parse_when


def named_entries(entries: Sequence[Entry], *, by_guid: bool) -> list[tuple[str | None, Entry]]:
    """Each entry once, with its native id; None where its link names it.

    1. With `by_guid` the guid, if there is one. 2. The link; a link with a fragment (a comment under an
    article), and a link that several entries share, cannot tell entries apart, so there the guid does,
    else the link as written. 3. Without a link the guid, else a digest of title and date, else of the text.
    """
    shared = _shared_links(entries)
    return [(_native_id(entry, by_guid=by_guid, shared=shared), entry) for entry in entries]


def _shared_links(entries: Sequence[Entry]) -> set[str]:
    """Links of entries that have different guids, so are different entries."""
    plain = [entry for entry in entries if entry.guid and entry.link and "#" not in entry.link]
    pairs = {(canonical_url(entry.link or ""), entry.guid) for entry in plain}
    return {link for link, count in Counter(link for link, _ in pairs).items() if count > 1}


def _native_id(entry: Entry, *, by_guid: bool, shared: set[str]) -> str | None:
    if entry.guid and (by_guid or not entry.link):
        return entry.guid
    if entry.link:
        if "#" in entry.link or canonical_url(entry.link) in shared:
            return entry.guid or entry.link
        return None
    parts = (entry.title, entry.published_raw) if entry.title else (entry.body_html, entry.published_raw)
    return hashlib.sha256("\n".join(part or "" for part in parts).encode("utf-8", "replace")).hexdigest()[:32]


def newest_versions(
    named: Sequence[tuple[str | None, Entry]], now: datetime, zone: ZoneInfo
) -> list[tuple[str | None, Entry]]:
    """One entry a name, in the feed's order: a name given twice is an edit, the latest stays.

    The later `updated` (else `published`) wins, the later in the feed when they are equal.
    """
    best: dict[str, tuple[str | None, Entry]] = {}
    for name, entry in named:
        key = name or canonical_url(entry.link or "")
        if key not in best or _changed(entry, now, zone) >= _changed(best[key][1], now, zone):
            best[key] = (name, entry)
    return list(best.values())


def _changed(entry: Entry, now: datetime, zone: ZoneInfo) -> float:
    when = parse_when(entry.updated_raw or entry.published_raw or "", now, zone).value
    return when.timestamp() if when else 0.0

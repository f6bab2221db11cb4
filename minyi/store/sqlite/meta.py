"""Single values of the record, by key."""

from __future__ import annotations

import apsw

from minyi.store.sqlite import ask

REVISION = "revision"
"""Counts every change of a post; grows by one a changed post."""

HORIZON = "horizon"
"""Retention: posts first seen before this UTC second are not kept and not saved again."""

OLDEST_WHOLE = "oldest_whole"
"""Retention: some source's posts first seen before this UTC second are gone, while roll-ups count them."""

PROJECTION = "projection"
"""1 while a search projection wants to hear of changes."""

SCRUB = "scrub"
"""1 while words of an erased post may still stand in free parts of the file."""

RESTORED = "restored"
"""UTC microseconds of a restore that nobody has confirmed yet; earlier events were perhaps mailed already.

`FOREVER` in a copied record: whatever happens, the other one mails it.
"""

FOREVER = 1 << 62
"""Later than any time."""

PLACE = "place"
"""JSON of where the record stands (`minyi.store.care.Place`), so that a copy knows itself."""

MODELS = "models"
"""JSON list of the learnt models that were activated, the running one last."""

CREATED = "created"
"""UTC second of the file's making."""


def get_int(connection: apsw.Connection, key: str) -> int:
    """The value, 0 when it was never set."""
    found = ask.value(connection, "SELECT CAST(value AS INTEGER) FROM meta WHERE key=?", (key,))
    return int(found) if found is not None else 0


def get_text(connection: apsw.Connection, key: str) -> str | None:
    """The value, None when it was never set."""
    found = ask.value(connection, "SELECT value FROM meta WHERE key=?", (key,))
    return None if found is None else str(found)


def set_text(connection: apsw.Connection, key: str, value: str) -> None:
    """Set it within the caller's transaction."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (key, value))


def set_int(connection: apsw.Connection, key: str, value: int) -> None:
    """Set it within the caller's transaction."""
    set_text(connection, key, str(value))


def forget(connection: apsw.Connection, key: str) -> None:
    """Unset it within the caller's transaction."""
    connection.execute("DELETE FROM meta WHERE key=?", (key,))

"""Page cursors: opaque to whoever holds one, bound to their query, the same on every engine."""

from __future__ import annotations

import base64
import json

from minyi.errors import CursorError
from minyi.store.query import Query


def write_cursor(query: Query, rid: int) -> str:
    """The cursor after the hit with this row id."""
    return base64.urlsafe_b64encode(json.dumps([rid, query.digest()]).encode()).decode().rstrip("=")


def read_cursor(query: Query, cursor: str | None) -> int | None:
    """The row id below which the next page begins; None without a cursor.

    Raises:
        CursorError: it is none of ours, or another query's.
    """
    if cursor is None:
        return None
    try:
        rid, digest = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, RecursionError):
        raise CursorError("翻页标记无法识别；请从第一页重新检索") from None
    if digest != query.digest() or type(rid) is not int or abs(rid) >> 62:
        raise CursorError("翻页标记属于另一个检索；请从第一页重新检索")
    return rid

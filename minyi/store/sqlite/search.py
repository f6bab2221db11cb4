"""Hits, in pages: newest first by row id, or the best of the newest 20,000 by bm25."""

from __future__ import annotations

import json
from collections.abc import Sequence

import apsw

from minyi.models import PostId, StoredPost
from minyi.store.base import Hit, Order, Page
from minyi.store.cursor import read_cursor, write_cursor
from minyi.store.highlight import highlights
from minyi.store.nodes import positive_texts
from minyi.store.query import Query
from minyi.store.ranking import ranking_notes
from minyi.store.sqlite import ask, collapse, details
from minyi.store.sqlite.collapse import count_hits
from minyi.store.sqlite.plan import Plan, compile_query, read_numbers
from minyi.store.sqlite.rows import RID, SELECT

MAX_PAGE = 200
EXACT_TOTAL = 10_000
"""Totals are exact up to this many; beyond, a floor."""
WINDOW = 20_000
"""What costs grow with the hits is computed on this many newest ones."""
_NO_LIMIT = -1


def search(connection: apsw.Connection, query: Query, order: Order, size: int, cursor: str | None) -> Page:
    """One page; a size outside 1..200 is brought inside.

    Relevance needs words that every hit could hold; without them it is newest first.
    """
    plan = compile_query(query, read_numbers(connection))
    size = min(max(size, 1), MAX_PAGE)
    window: int | None = None
    following: str | None = None
    ranked = order == Order.RELEVANCE and plan.match is not None and bool(positive_texts(query.text))
    if ranked:
        total = count_hits(connection, plan, EXACT_TOTAL + 1)
        rids, window = _best(connection, plan, size, collapsed=query.collapse)
    else:
        below = read_cursor(query, cursor)
        found, total = _newest_of_all(connection, plan, size + 1, below, collapsed=query.collapse)
        rids = found[:size]
        following = write_cursor(query, rids[-1]) if len(found) > size else None
    shown = load(connection, rids)
    clusters = [stored.post.cluster for stored in shown] if query.collapse else []
    copies = collapse.copies(connection, plan, clusters, EXACT_TOTAL)
    hits = tuple(
        Hit(
            stored,
            highlights(query, stored.post.title, stored.post.text),
            copies.get(stored.post.cluster, 1),
        )
        for stored in shown
    )
    notes = query.notes + ranking_notes(order, ranked=ranked, total=total, shown=len(hits), size=size)
    return Page(hits, min(total, EXACT_TOTAL), total > EXACT_TOTAL, window, notes, following)


def batch(connection: apsw.Connection, query: Query, size: int, below: int | None) -> list[StoredPost]:
    """The next hits below a row id (None = from the newest), without totals and highlights."""
    plan = compile_query(query, read_numbers(connection))
    return load(connection, _newest(connection, plan, size, below, collapsed=query.collapse))


def count(connection: apsw.Connection, query: Query) -> int:
    """All hits."""
    return count_hits(connection, compile_query(query, read_numbers(connection)), _NO_LIMIT)


def _newest_of_all(
    connection: apsw.Connection, plan: Plan, size: int, below: int | None, *, collapsed: bool
) -> tuple[list[int], int]:
    """As `_newest`, and the total, with one look at the index where one is enough."""
    if plan.dear and below is None and not collapsed:
        every = _newest(connection, plan, EXACT_TOTAL + 1, None, collapsed=False)
        return every[:size], len(every)
    found = _newest(connection, plan, size, below, collapsed=collapsed)
    if below is None and (not found or (len(found) < size and not collapsed)):
        return found, len(found)
    return found, count_hits(connection, plan, EXACT_TOTAL + 1)


def _newest(
    connection: apsw.Connection, plan: Plan, size: int, below: int | None, *, collapsed: bool
) -> list[int]:
    """Row ids, newest first, below the cursor's."""
    if collapsed:
        return collapse.newest(connection, plan, size, below)
    sql = plan.select("$rid", below=below, more="ORDER BY $rid DESC LIMIT ?")
    return [rid for (rid,) in ask.rows(connection, sql, (*plan.bindings(below=below), size))]


def window_floor(connection: apsw.Connection, plan: Plan) -> int | None:
    """Row id of the last hit inside the window; None when all hits are."""
    sql = plan.select("$rid", more="ORDER BY $rid DESC LIMIT 2 OFFSET ?")
    edge = ask.rows(connection, sql, (*plan.bindings(), WINDOW - 1))
    return int(edge[0][0]) if len(edge) == 2 else None


def _best(
    connection: apsw.Connection, plan: Plan, size: int, *, collapsed: bool
) -> tuple[list[int], int | None]:
    """Best first; equal scores newest first. Collapsed, a cluster shows its best hit."""
    floor = window_floor(connection, plan)
    columns = "$rid, p.cluster" if collapsed else "$rid"
    sql = plan.select(columns, at_least=floor, more="ORDER BY bm25(fts, 1.0, 0.0), $rid DESC LIMIT ?")
    found = ask.rows(connection, sql, (*plan.bindings(at_least=floor), -1 if collapsed else size))
    if collapsed:
        first: dict[object, int] = {}
        for rid, cluster in found:
            first.setdefault(cluster or rid, rid)
        rids = list(first.values())[:size]
    else:
        rids = [rid for (rid,) in found]
    return rids, None if floor is None else WINDOW


def load(connection: apsw.Connection, rids: Sequence[int]) -> list[StoredPost]:
    """Posts by row id, in that order."""
    asked = json.dumps(rids)
    among = "rid IN (SELECT value FROM json_each(?))"
    rows = ask.rows(connection, f"{SELECT} WHERE p.{among}", (asked,))
    sources, found = details.source_names(connection), details.read(connection, rids)
    posts = {row[RID]: found.post(row, sources) for row in rows}
    return [posts[rid] for rid in rids if rid in posts]


def get(connection: apsw.Connection, ids: Sequence[PostId]) -> list[StoredPost]:
    """Posts in the order asked; unknown ids are left out."""
    asked = "SELECT id, rid FROM posts WHERE id IN (SELECT value FROM json_each(?))"
    known: dict[str, int] = dict(ask.rows(connection, asked, (json.dumps(ids),)))
    return load(connection, [known[one] for one in ids if one in known])

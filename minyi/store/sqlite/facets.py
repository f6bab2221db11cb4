"""Sums over hits: facets and polarity, on the newest 20,000 of them, and saying so."""

from __future__ import annotations

import math

import apsw

from minyi.store.base import Facet, FacetRow, Split, Stats
from minyi.store.query import Query
from minyi.store.sqlite import ask
from minyi.store.sqlite.curves import OF_HIT
from minyi.store.sqlite.facts import LABEL_NAMES
from minyi.store.sqlite.plan import Plan, compile_query, read_numbers
from minyi.store.sqlite.search import WINDOW, window_floor


def facet(connection: apsw.Connection, query: Query, field: Split, size: int) -> Facet:
    """Counts by value, largest first, then by value; of policies only those asked for, when any are."""
    plan = compile_query(query, read_numbers(connection))
    floor = window_floor(connection, plan)
    key, join = OF_HIT[field]
    hits = plan.select("p.rid AS rid, p.label, p.polarity, p.source", at_least=floor)
    asked = list(query.policies) if field is Split.POLICY else []
    among = f"WHERE k.id IN ({','.join('?' * len(asked))})" if asked else ""
    rows = ask.rows(
        connection,
        f"SELECT {key}, count(*), total(t.polarity), count(t.polarity) "  # noqa: S608 - our own words
        f"FROM ({hits}) t {join} {among} GROUP BY 1",
        (*plan.bindings(at_least=floor), *asked),
    )
    made = [
        FacetRow(
            LABEL_NAMES[value] if field is Split.LABEL else value, n, s / scored / 1000 if scored else 0.0
        )
        for value, n, s, scored in rows
    ]
    made.sort(key=lambda row: (-row.count, row.value))
    return Facet(tuple(made[:size]), _counted(connection, plan, floor), floor is not None)


def _counted(connection: apsw.Connection, plan: Plan, floor: int | None) -> int:
    """Hits looked at."""
    if floor is not None:
        return WINDOW
    sql = f"SELECT count(*) FROM ({plan.select('p.rid', at_least=floor)})"  # noqa: S608 - our own words
    return int(ask.value(connection, sql, plan.bindings(at_least=floor)))


def stats(connection: apsw.Connection, query: Query) -> Stats:
    """Polarity of the scored hits; `n` of them. Percentiles by nearest rank."""
    plan = compile_query(query, read_numbers(connection))
    floor = window_floor(connection, plan)
    sql = plan.select("p.polarity", at_least=floor)
    found = ask.rows(connection, sql, plan.bindings(at_least=floor))
    values = sorted(value for (value,) in found if value is not None)
    capped = floor is not None
    if not values:
        return Stats(0, None, None, None, None, len(found), capped)
    p5, p50, p95 = (values[math.ceil(share * len(values)) - 1] / 1000 for share in (0.05, 0.5, 0.95))
    return Stats(len(values), sum(values) / len(values) / 1000, p5, p50, p95, len(found), capped)

"""What the hits are made of: counts by value, and how they feel."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import apsw

from minyi.store.base import Facet, FacetRow, Split, Stats
from minyi.store.query import Query
from minyi.store.sqlite import ask
from minyi.store.sqlite.ask import Row
from minyi.store.sqlite.curves import OF_HIT, key_names
from minyi.store.sqlite.plan import Plan, compile_query, read_numbers
from minyi.store.sqlite.search import WINDOW


def facet(connection: apsw.Connection, query: Query, field: Split, size: int) -> Facet:
    """Counts by value, largest first, then by value; of policies only those asked for, when any are."""
    numbers = read_numbers(connection)
    plan = compile_query(query, numbers)
    key, join = OF_HIT[field]
    rows, counted, capped = _group(connection, plan, key, join)
    names = key_names(field, numbers)
    asked = query.policies if field is Split.POLICY else ()
    made = [
        FacetRow(names[number], n, s / scored / 1000 if scored else 0.0)
        for number, n, s, scored in rows
        if not asked or names[number] in asked
    ]
    made.sort(key=lambda row: (-row.count, row.value))
    return Facet(tuple(made[:size]), counted, capped)


def _group(connection: apsw.Connection, plan: Plan, key: str, join: str) -> tuple[list[Row], int, bool]:
    """(key, hits, sum of polarities, scored hits) of the newest hits; how many; True when there are more."""
    window = plan.select(
        "$rid AS rid, t.label AS label, t.polarity AS polarity, t.source AS source",
        more="ORDER BY $rid DESC LIMIT ?",
    )
    *rows, (_, counted, oldest, _) = ask.rows(
        connection,
        f"WITH w AS MATERIALIZED ({window}) "  # noqa: S608 - our own words
        f"SELECT {key}, count(*), total(t.polarity), count(t.polarity) FROM w t {join} GROUP BY 1 "
        "UNION ALL SELECT NULL, count(*), min(rid), 0 FROM w",
        (*plan.bindings(), WINDOW),
    )
    return rows, counted, counted == WINDOW and _has_older(connection, plan, oldest)


def _has_older(connection: apsw.Connection, plan: Plan, rid: int) -> bool:
    sql = plan.select("1", below=rid, more="LIMIT 1")
    return ask.value(connection, sql, plan.bindings(below=rid)) is not None


def stats(connection: apsw.Connection, query: Query) -> Stats:
    """Polarity of the scored hits; `n` of them. Percentiles by nearest rank."""
    plan = compile_query(query, read_numbers(connection))
    rows, counted, capped = _group(connection, plan, "t.polarity", "")
    values = sorted((polarity, n) for polarity, n, _, _ in rows if polarity is not None)
    total = sum(n for _, n in values)
    if not total:
        return Stats(0, None, None, None, None, counted, capped)
    mean = sum(polarity * n for polarity, n in values) / total / 1000
    p5, p50, p95 = _percentiles(values, [math.ceil(share * total) for share in (0.05, 0.5, 0.95)])
    return Stats(total, mean, p5, p50, p95, counted, capped)


def _percentiles(values: Sequence[tuple[int, int]], ranks: Sequence[int]) -> Iterator[float]:
    """The values at ascending ranks (1 = smallest) of (thousandths, how often)."""
    seen = 0
    wanted = iter(ranks)
    rank = next(wanted, 0)
    for polarity, n in values:
        seen += n
        while 0 < rank <= seen:
            yield polarity / 1000
            rank = next(wanted, 0)

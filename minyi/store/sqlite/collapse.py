"""One hit a cluster 转载群: the newest stands for its copies, which are counted."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from minyi.store.sqlite import ask
from minyi.store.sqlite.plan import Plan

_CANDIDATES = 4
"""Hits read for each one shown."""

_AT_ONCE = 50_000
"""Copies counted together; when clusters are larger than that, each is counted on its own."""


def newest(connection: apsw.Connection, plan: Plan, size: int, below: int | None) -> list[int]:
    """Row ids, newest first, without those that have a newer hit of their cluster, on earlier pages too."""
    shown: list[int] = []
    seen: set[str] = set()
    start, wanted = below, size * _CANDIDATES
    while len(shown) < size:
        sql = plan.select("$rid, p.cluster", below=below, more="ORDER BY $rid DESC LIMIT ?")
        found = ask.rows(connection, sql, (*plan.bindings(below=below), wanted))
        if start is not None:
            seen |= _above(connection, plan, {cluster for _, cluster in found if cluster} - seen, start)
        for rid, cluster in found:
            if not cluster or cluster not in seen:
                shown.append(rid)
            seen.add(cluster)
        if len(found) < wanted:
            break
        below = found[-1][0]
    return shown[:size]


def _above(connection: apsw.Connection, plan: Plan, clusters: set[str], start: int) -> set[str]:
    """Those of the clusters that have a hit at or above a row id: it stands on an earlier page."""
    if not clusters:
        return set()
    narrow = plan.with_clusters(sorted(clusters))
    sql = narrow.select("DISTINCT p.cluster", at_least=start)
    return {cluster for (cluster,) in ask.rows(connection, sql, narrow.bindings(at_least=start))}


def copies(connection: apsw.Connection, plan: Plan, clusters: Sequence[str], most: int) -> dict[str, int]:
    """Hits of each cluster, at most `most`."""
    named = sorted({cluster for cluster in clusters if cluster})
    if not named:
        return {}
    narrow = plan.with_clusters(named)
    hits = narrow.select("p.cluster AS cluster", more="LIMIT ?")
    rows = ask.rows(
        connection,
        f"SELECT cluster, count(*) FROM ({hits}) GROUP BY 1",  # noqa: S608 - our own words
        (*narrow.bindings(), _AT_ONCE),
    )
    if sum(count for _, count in rows) < _AT_ONCE:
        return {cluster: min(count, most) for cluster, count in rows}
    return {cluster: count_hits(connection, plan.with_clusters([cluster]), most) for cluster in named}


def count_hits(connection: apsw.Connection, plan: Plan, limit: int) -> int:
    """Hits, up to a limit."""
    sql = f"SELECT count(*) FROM ({plan.select('$rid', more='LIMIT ?')})"  # noqa: S608 - our own words
    return int(ask.value(connection, sql, (*plan.bindings(), limit)))

"""What detection reads: posts and 5-minute counts of a policy that may trigger, never history."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import apsw

from minyi.models import (
    ALL_POLICIES,
    ClaimSighting,
    Label,
    PolicyId,
    PostId,
    Sighting,
    SourceId,
    Span,
    Stance,
)
from minyi.store.sqlite import ask, meta
from minyi.store.sqlite.facts import HOUR, LABELS, from_seconds
from minyi.store.sqlite.packing import loose
from minyi.store.sqlite.plan import up_seconds
from minyi.store.sqlite.schema import ALL
from minyi.store.sqlite.tally import bucket_start

BUCKET_SECONDS = 300
_TRIGGERS = f"t.policy = ? AND t.published >= ? AND t.published < ? AND t.precision <= {HOUR} AND t.late = 0"
_NEGATIVE = f"(t.label = {LABELS[Label.NEGATIVE]} AND t.evident)"
_SIGHTING = f"p.id, t.published, p.first_seen, k.id, p.cluster, p.author, {_NEGATIVE}"
_POSTS = "post_policy t CROSS JOIN posts p ON p.rid = t.rid"
_SOURCES = "JOIN source_key k ON k.sid = t.source"


def sightings(connection: apsw.Connection, policy: PolicyId, span: Span) -> list[Sighting]:
    """Posts that may trigger, ordered by time, then row id."""
    rows = ask.rows(
        connection,
        f"SELECT {_SIGHTING} FROM {_POSTS} {_SOURCES} "  # noqa: S608 - constants
        f"WHERE {_TRIGGERS} ORDER BY t.published, t.rid",
        _bounds(connection, policy, span),
    )
    return [_sighting(row) for row in rows]


def claim_sightings(connection: apsw.Connection, policy: PolicyId, span: Span) -> list[ClaimSighting]:
    """Stances of the same posts towards the policy's watch-list, ordered by time, row id, then item."""
    bounds = _bounds(connection, policy, span)
    rows = ask.rows(
        connection,
        f"SELECT c.item, c.stance, {_SIGHTING} FROM claims c "  # noqa: S608 - constants
        "CROSS JOIN posts p ON p.rid = c.rid "
        "CROSS JOIN post_policy t ON t.policy = c.policy AND t.published = p.published AND t.rid = p.rid "
        f"{_SOURCES} WHERE c.policy = ? AND {_TRIGGERS} ORDER BY t.published, t.rid, c.ord",
        (bounds[0], *bounds),
    )
    return [ClaimSighting(_sighting(row), item, Stance(stance)) for item, stance, *row in rows]


def cluster_starts(
    connection: apsw.Connection, policy: PolicyId, clusters: Collection[str], span: Span
) -> dict[str, datetime]:
    """First publishing of these clusters among the same posts."""
    rows = ask.rows(
        connection,
        f"SELECT p.cluster, min(t.published) FROM {_POSTS} "  # noqa: S608 - constants
        f"WHERE {_TRIGGERS} AND p.cluster IN (SELECT value FROM json_each(?)) GROUP BY 1",
        (*_bounds(connection, policy, span), json.dumps(list(clusters))),
    )
    return {cluster: from_seconds(first) for cluster, first in rows}


def _sighting(row: Sequence[Any]) -> Sighting:
    post, published, seen, source, cluster, author, bad = row
    return Sighting(
        PostId(post),
        from_seconds(published),
        from_seconds(seen),
        SourceId(source),
        cluster,
        None if author is None else loose(author),
        bool(bad),
    )


def counts(
    connection: apsw.Connection, policy: PolicyId, span: Span
) -> list[tuple[datetime, SourceId, int, int]]:
    """(5-minute bucket, source, all, negative with evidence), non-empty ones, by time, then source."""
    rows = ask.rows(
        connection,
        f"SELECT {bucket_start('t.published', BUCKET_SECONDS)}, k.id, count(*), sum({_NEGATIVE}) "  # noqa: S608 - constants
        "FROM post_policy t JOIN source_key k ON k.sid = t.source "
        f"WHERE {_TRIGGERS} GROUP BY 1, 2 ORDER BY 1, 2",
        _bounds(connection, policy, span),
    )
    return [(from_seconds(start), SourceId(source), n, bad) for start, source, n, bad in rows]


def _bounds(connection: apsw.Connection, policy: PolicyId, span: Span) -> tuple[int, int, int]:
    pid = ALL
    if policy != ALL_POLICIES:
        found = ask.value(connection, "SELECT pid FROM policy_key WHERE id=?", (policy,))
        pid = -1 if found is None else found
    return pid, up_seconds(span.start), up_seconds(span.end)


def policies_changed(connection: apsw.Connection, after_revision: int) -> tuple[set[PolicyId], int]:
    """Policies whose posts changed after that revision, and the record's revision.

    `ALL_POLICIES` is not among them: it changed whenever the revision did.
    """
    rows = ask.rows(connection, "SELECT id FROM policy_key WHERE revision > ?", (after_revision,))
    return {PolicyId(one) for (one,) in rows}, meta.get_int(connection, meta.REVISION)

"""What posts are about: their matches with policies and their stances towards claims, by row id."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import apsw

from minyi.models import Claim, Match, StoredPost
from minyi.store.sqlite import ask
from minyi.store.sqlite.ask import Row
from minyi.store.sqlite.rows import RID, SOURCE, claim_of, match_of, stored_post


@dataclass(frozen=True, slots=True)
class Details:
    """Matches and claims by row id, in the post's own order; posts without any are left out."""

    matches: Mapping[int, Sequence[Match]]
    claims: Mapping[int, Sequence[Claim]]

    def post(self, row: Row, sources: Mapping[int, str]) -> StoredPost:
        """The whole post of a row of `rows.SELECT`.

        Raises:
            KeyError: a source unknown to `sources`.
            ValueError: the row was damaged.
        """
        rid = row[RID]
        return stored_post(row, sources[row[SOURCE]], self.matches.get(rid, ()), self.claims.get(rid, ()))


def read(connection: apsw.Connection, rids: Sequence[int], *, nameless: bool = False) -> Details:
    """Details of these posts; with `nameless` also those of a policy the record has no name for: damage."""
    named = f"{'LEFT JOIN' if nameless else 'JOIN'} policy_key k ON k.pid=policy"
    among = "WHERE rid IN (SELECT value FROM json_each(?)) ORDER BY rid, ord"
    asked = (json.dumps(rids),)
    matches: dict[int, list[Match]] = {}
    sql = f"SELECT rid, k.id, via, sure FROM post_match {named} {among}"  # noqa: S608 - constants
    for rid, *values in ask.rows(connection, sql, asked):
        matches.setdefault(rid, []).append(match_of(*values))
    claims: dict[int, list[Claim]] = {}
    sql = f"SELECT rid, k.id, item, stance, cue FROM claims {named} {among}"  # noqa: S608 - constants
    for rid, *values in ask.rows(connection, sql, asked):
        claims.setdefault(rid, []).append(claim_of(*values))
    return Details(matches, claims)


def source_names(connection: apsw.Connection) -> dict[int, str]:
    """Ids of sources by number."""
    return dict(ask.rows(connection, "SELECT sid, id FROM source_key"))

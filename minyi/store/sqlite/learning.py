"""Corrections, activated models, and what posts were judged with: the tables of `minyi.store.learning`.

A correction is laid over posts inside the transaction that writes them, so that no saving, however long
before it read the post, can bring a model's label back.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import apsw

from minyi.models import ALL_POLICIES, Label, PolicyId, Post, PostId, Span, StoredPost
from minyi.store.care import Act, AuditLine
from minyi.store.learning import Correction, by_hand, clusters_of, voice
from minyi.store.sqlite import ask, audit, meta, rids, search
from minyi.store.sqlite.connection import Database
from minyi.store.sqlite.facts import LABELS, from_micros, micros, seconds
from minyi.store.sqlite.schema import ALL
from minyi.store.sqlite.tally import DAY_SHIFT

_LABEL_OF = tuple(LABELS)
_OTHER = "b.shared NOT IN (SELECT shared FROM post_shared WHERE model_version = ?)"


class SqliteLearning:
    """`minyi.store.learning.Learning` states what each method promises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def correct(self, correction: Correction, act: Act, now: datetime) -> AuditLine:
        """See `Learning.correct`."""
        return self._database.write_small(lambda connection: _correct(connection, correction, act, now))

    def corrections(self) -> list[Correction]:
        """See `Learning.corrections`."""
        with self._database.read() as connection:
            rows = ask.rows(connection, f"{_SELECT} ORDER BY at, post")
        newest: dict[str, Correction] = {}
        for row in rows:
            one = _correction(row)
            newest[one.cluster] = one
        return list(newest.values())

    def history(self, cluster: str) -> list[Correction]:
        """See `Learning.history`."""
        with self._database.read() as connection:
            rows = ask.rows(connection, f"{_SELECT} WHERE cluster=? ORDER BY at DESC, post", (cluster,))
        return list(map(_correction, rows))

    def models(self) -> list[str]:
        """See `Learning.models`."""
        with self._database.read() as connection:
            said = ask.value(connection, "SELECT value FROM meta WHERE key=?", (meta.MODELS,))
        return list(json.loads(said)) if said else []

    def set_models(
        self, models: Sequence[str], act: Act, detail: Mapping[str, str | int], now: datetime
    ) -> AuditLine:
        """See `Learning.set_models`."""

        def write(connection: apsw.Connection) -> AuditLine:
            row = (meta.MODELS, json.dumps(list(models)))
            connection.execute("INSERT OR REPLACE INTO meta VALUES(?,?)", row)
            return audit.append(connection, act, detail, now)

        return self._database.write_small(write)

    def versions(self, policy: PolicyId, span: Span) -> dict[str, int]:
        """See `Learning.versions`."""
        with self._database.read() as connection:
            pid = ALL
            if policy != ALL_POLICIES:
                found = ask.value(connection, "SELECT pid FROM policy_key WHERE id=?", (policy,))
                pid = -1 if found is None else found
            rows = ask.rows(
                connection,
                "SELECT version, sum(n) FROM rollup_version WHERE policy=? AND day BETWEEN ? AND ? "
                "GROUP BY version HAVING sum(n) > 0",
                (pid, _day(span.start), _day(span.end - timedelta(microseconds=1))),
            )
        return dict(rows)

    def outdated(
        self, version: str, since: datetime | None, below: int | None, limit: int
    ) -> list[StoredPost]:
        """See `Learning.outdated`."""
        low, high = _range(since, below)
        with self._database.read() as connection:
            rows = ask.rows(
                connection,
                "SELECT p.id FROM posts p CROSS JOIN post_body b USING(body) "  # noqa: S608 - constants
                f"WHERE p.rid >= ? AND p.rid < ? AND {_OTHER} ORDER BY p.rid DESC LIMIT ?",
                (low, high, version, limit),
            )
            return search.get(connection, [PostId(post) for (post,) in rows])

    def outdated_count(self, version: str, since: datetime | None) -> int:
        """See `Learning.outdated_count`."""
        low, high = _range(since, None)
        with self._database.read() as connection:
            return int(
                ask.value(
                    connection,
                    "SELECT count(*) FROM posts p CROSS JOIN post_body b USING(body) "  # noqa: S608 - constants
                    f"WHERE p.rid >= ? AND p.rid < ? AND {_OTHER}",
                    (low, high, version),
                )
            )


_SELECT = "SELECT post, cluster, label, who, note, at FROM corrections"


def _correction(row: ask.Row) -> Correction:
    post, cluster, label, who, note, at = row
    return Correction(PostId(post), cluster, _LABEL_OF[label], who, note, from_micros(at))


def _correct(connection: apsw.Connection, one: Correction, act: Act, now: datetime) -> AuditLine:
    connection.execute(
        "INSERT OR REPLACE INTO corrections(post, at, label, who, note, cluster) VALUES(?,?,?,?,?,?)",
        (one.post, micros(one.at), LABELS[one.label], one.who, one.note, one.cluster),
    )
    return audit.append(connection, act, {"label": one.label.value}, now)


def standing(connection: apsw.Connection, clusters: Collection[str]) -> dict[str, Label]:
    """The label in force for each of these clusters; those nobody corrected are left out."""
    if ask.value(connection, "SELECT 1 FROM corrections LIMIT 1") is None:
        return {}
    rows = ask.rows(
        connection,
        "SELECT cluster, label FROM corrections WHERE cluster IN (SELECT value FROM json_each(?)) "
        "ORDER BY at, post",
        (json.dumps(sorted(clusters)),),
    )
    return {cluster: _LABEL_OF[label] for cluster, label in rows}


def as_corrected(connection: apsw.Connection, posts: Sequence[Post]) -> list[Post]:
    """The posts, those of corrected clusters as a person judged them."""
    labels = standing(connection, clusters_of(posts))
    if not labels:
        return list(posts)
    return [by_hand(post, labels[one]) if (one := voice(post)) in labels else post for post in posts]


def _range(since: datetime | None, below: int | None) -> tuple[int, int]:
    """Row ids of posts published since then, and under one."""
    low = -(1 << 62) if since is None else rids.floor_rid(seconds(since))
    return low, (1 << 62) if below is None else below


def _day(when: datetime) -> int:
    return (seconds(when) + DAY_SHIFT) // 86_400

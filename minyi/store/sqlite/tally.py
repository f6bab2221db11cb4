"""Counts that follow the posts: roll-ups by hour and day, kept as differences in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import apsw

from minyi.store.sqlite.ask import Row
from minyi.store.sqlite.facts import DAY, NONE, Facts
from minyi.store.sqlite.schema import ALL

DAY_SHIFT = 8 * 3_600
"""Days are those of Asia/Shanghai, a fixed offset: day = (UTC seconds + 8 h) // 86,400."""

_CENTURIES = 86_400 * 146_097
"""Added before SQLite's division, which rounds towards zero, so that old times round down too."""


def bucket_start(column: str, step: int) -> str:
    """SQL of the first second of the bucket of `step` seconds that holds a second."""
    shift = _CENTURIES + (DAY_SHIFT if step == 86_400 else 0)
    return f"({column} + {shift}) / {step} * {step} - {shift}"


_Cell = tuple[int, int, int]


class Tally:
    """Differences gathered over one transaction, then written once a cell."""

    def __init__(self) -> None:
        self._hours: dict[_Cell, list[int]] = defaultdict(lambda: [0, 0])
        self._days: dict[_Cell, list[int]] = defaultdict(lambda: [0, 0])
        self._versions: dict[tuple[int, int, str], int] = defaultdict(int)

    def add(self, facts: Facts, sign: int) -> None:
        """Count a post in (`sign` 1) or out (-1). Of unknown time: in no cell; known to the day: no hour."""
        if facts.precision == NONE:
            return
        weight = sign * (facts.polarity or 0)
        hour = facts.published // 3_600
        day = (facts.published + DAY_SHIFT) // 86_400
        for pid in (ALL, *facts.pids):
            if facts.version:
                self._versions[pid, day, facts.version] += sign
            cells = [self._days[day, pid, facts.label]]
            if facts.precision != DAY:
                cells.append(self._hours[pid, hour, facts.label])
            for cell in cells:
                cell[0] += sign
                cell[1] += weight

    def write(self, connection: apsw.Connection) -> None:
        """Apply the differences; a cell that falls to nothing goes."""
        self._write_versions(connection)
        for table, keys, cells in (
            ("rollup_hour", ("policy", "hour", "label"), self._hours),
            ("rollup_day", ("day", "policy", "label"), self._days),
        ):
            changed = [(*cell, n, s) for cell, (n, s) in cells.items() if n or s]
            connection.executemany(
                f"INSERT INTO {table} VALUES(?,?,?,?,?) "
                "ON CONFLICT DO UPDATE SET n = n + excluded.n, s = s + excluded.s",
                changed,
            )
            connection.executemany(
                f"DELETE FROM {table} WHERE {'=? AND '.join(keys)}=? AND n=0",  # noqa: S608 - as above
                [row[:3] for row in changed if row[3] < 0],
            )

    def _write_versions(self, connection: apsw.Connection) -> None:
        changed = [(*cell, n) for cell, n in self._versions.items() if n]
        connection.executemany(
            "INSERT INTO rollup_version VALUES(?,?,?,?) ON CONFLICT DO UPDATE SET n = n + excluded.n", changed
        )
        connection.executemany(
            "DELETE FROM rollup_version WHERE policy=? AND day=? AND version=? AND n=0",
            [row[:3] for row in changed if row[3] < 0],
        )


VERSIONS = (
    f"SELECT t.policy, ({bucket_start('t.published', 86_400)} + {DAY_SHIFT}) / 86400 AS day, "  # noqa: S608 - constants
    "s.model_version, count(*) FROM post_policy t JOIN posts p ON p.rid = t.rid "
    "JOIN post_body b ON b.body = p.body JOIN post_shared s ON s.shared = b.shared "
    "WHERE s.model_version <> ''"
)
"""What `rollup_version` should hold of the posts that are there; a condition may follow."""


def count_versions(connection: apsw.Connection) -> None:
    """Fill `rollup_version`, which is empty, from the posts."""
    connection.execute(f"INSERT INTO rollup_version {VERSIONS} GROUP BY 1, 2, 3")


def policy_rows(rid: int, facts: Facts) -> Iterator[Row]:
    """The rows of `post_policy` for a post: one for all, one a sure policy; none when its time is unknown."""
    if facts.precision == NONE:
        return
    shared = (facts.label, facts.polarity, facts.sid, facts.precision, facts.late, facts.evident)
    for pid in (ALL, *facts.pids):
        yield pid, facts.published, rid, *shared

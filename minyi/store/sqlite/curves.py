"""The counts of a curve, from the cheapest place that knows them.

Without text: from the roll-ups (whole hours and days of one policy, or of each), with the edges of the
range and finer steps from the narrow `post_policy`. Any other query: from its hits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import apsw

from minyi.store.base import Split
from minyi.store.query import Query
from minyi.store.sqlite import ask, rids
from minyi.store.sqlite.facts import DAY, HOUR, LABEL_NAMES, LABELS
from minyi.store.sqlite.plan import Numbers, compile_query
from minyi.store.sqlite.schema import ALL
from minyi.store.sqlite.tally import DAY_SHIFT, bucket_start

Cell: TypeAlias = tuple[int, str, int, float]
"""First second of a bucket, split value, count, sum of polarities in thousandths."""

_DAY_SECONDS = 86_400
_HOUR_SECONDS = 3_600
_LEAST, _MOST = -(1 << 62), 1 << 62


@dataclass(frozen=True, slots=True)
class Grid:
    """Buckets of `step` seconds from `start` to `end`, both on the grid, for posts in [low, high) seconds."""

    step: int
    start: int
    end: int
    low: int
    high: int

    @property
    def precision(self) -> int:
        """Coarsest precision that may stand in such a bucket."""
        return DAY if self.step == _DAY_SECONDS else HOUR

    def whole(self) -> tuple[int, int]:
        """The part of the range made of whole buckets; (high, high) when there is none."""
        start = self.floor(self.low)
        first = start if start == self.low else start + self.step
        last = self.floor(self.high)
        return (first, last) if first < last else (self.high, self.high)

    def floor(self, second: int) -> int:
        """First second of the bucket that holds a second."""
        return second - (second + _shift(self.step)) % self.step


def _shift(step: int) -> int:
    return DAY_SHIFT if step == _DAY_SECONDS else 0


_KEYS: Mapping[Split | None, str] = {
    None: "0",
    Split.LABEL: "t.label",
    Split.POLICY: "t.policy",
    Split.SOURCE: "t.source",
}
"""SQL of a split value's number in a table of counts; `key_names` names it."""

OF_HIT: Mapping[Split | None, tuple[str, str]] = {
    None: ("0", ""),
    Split.LABEL: ("t.label", ""),
    Split.POLICY: ("m.policy", "CROSS JOIN post_match m ON m.rid = t.rid AND m.sure = 1"),
    Split.SOURCE: ("t.source", ""),
}
"""The same for hits, with the table to join: a post counts once for each of its sure policies."""


def key_names(split: Split | None, numbers: Numbers) -> Mapping[int, str]:
    """What the numbers of a split's values stand for: names are looked up once a value, not once a post."""
    if split is None:
        return {0: ""}
    if split is Split.LABEL:
        return dict(enumerate(LABEL_NAMES))
    known = numbers.policies if split is Split.POLICY else numbers.sources
    return {number: name for name, number in known.items()}


@dataclass(frozen=True, slots=True)
class Curve:
    """One question for counts, in one snapshot."""

    connection: apsw.Connection
    query: Query
    grid: Grid
    split: Split | None
    numbers: Numbers

    def cells(self) -> Iterable[Cell]:
        """Non-empty cells; one bucket may come in several, to be added up."""
        query, grid = self.query, self.grid
        pids = self._pids()
        if query.text is not None or query.authors or pids is None:
            return self._from_hits()
        if (
            grid.step < _HOUR_SECONDS
            or query.sources
            or self.split is Split.SOURCE
            or query.polarity != (None, None)
        ):
            return self._from_posts(pids, grid.low, grid.high)
        first, last = grid.whole()
        return [
            *self._from_posts(pids, grid.low, first),
            *self._from_rollups(pids, first, last),
            *self._from_posts(pids, last, grid.high),
        ]

    def _pids(self) -> list[int] | None:
        """Policy numbers whose rows can simply be added up; None when a post would count twice."""
        asked, known = self.query.policies, self.numbers.policies
        if self.split is Split.POLICY:
            return [known[one] for one in asked if one in known] if asked else list(known.values())
        if not asked:
            return [ALL]
        return [known[one] for one in asked if one in known] if len(asked) == 1 else None

    def _from_rollups(self, pids: Sequence[int], first: int, last: int) -> Iterator[Cell]:
        step = self.grid.step
        shift = _shift(step)
        table, cell = ("rollup_day", "day") if step == _DAY_SECONDS else ("rollup_hour", "hour")
        labels = [LABELS[label] for label in self.query.labels]
        sql = (
            f"SELECT t.{cell} * {step} - {shift}, {_KEYS[self.split]}, sum(t.n), sum(t.s) FROM {table} t "  # noqa: S608 - ours
            f"WHERE t.{cell} >= ? AND t.{cell} < ? {_among('t.policy', pids)} "
            f"{_among('t.label', labels) if labels else ''} GROUP BY t.{cell}, 2"
        )
        return self._ask(sql, ((first + shift) // step, (last + shift) // step, *pids, *labels))

    def _from_posts(self, pids: Sequence[int], low: int, high: int) -> Iterator[Cell]:
        if low >= high:
            return iter(())
        query, grid = self.query, self.grid
        conditions = ["t.published >= ? AND t.published < ?", _among("t.policy", pids)]
        values: list[Any] = [low, high, *pids]
        if query.labels:
            labels = [LABELS[label] for label in query.labels]
            conditions.append(_among("t.label", labels))
            values += labels
        if query.sources:
            sids = [self.numbers.sources[one] for one in query.sources if one in self.numbers.sources]
            conditions.append(_among("t.source", sids))
            values += sids
        if query.polarity != (None, None):
            least, most = query.polarity
            conditions.append("AND t.polarity BETWEEN ? AND ?")
            values += [_LEAST if least is None else least, _MOST if most is None else most]
        sql = (
            f"SELECT {bucket_start('t.published', grid.step)}, {_KEYS[self.split]}, "  # noqa: S608 - ours
            f"count(*), total(t.polarity) FROM post_policy t WHERE {' '.join(conditions)} "
            f"AND t.precision <= {grid.precision} GROUP BY 1, 2"
        )
        return self._ask(sql, values)

    def _from_hits(self) -> Iterator[Cell]:
        plan = compile_query(self.query, self.numbers)
        key, join = OF_HIT[self.split]
        hits = plan.select(
            f"$rid AS rid, {rids.PUBLISHED} AS published, t.label AS label, t.polarity AS polarity, "
            "t.source AS source, t.precision AS precision"
        )
        policies = self.query.policies if self.split is Split.POLICY else ()
        asked = [self.numbers.policies[one] for one in policies if one in self.numbers.policies]
        sql = (
            f"SELECT {bucket_start('t.published', self.grid.step)}, {key}, count(*), total(t.polarity) "  # noqa: S608 - ours
            f"FROM ({hits}) t {join} WHERE t.precision <= {self.grid.precision} "
            f"{_among('m.policy', asked) if policies else ''} GROUP BY 1, 2"
        )
        return self._ask(sql, (*plan.bindings(), *asked))

    def _ask(self, sql: str, values: Sequence[Any]) -> Iterator[Cell]:
        names = key_names(self.split, self.numbers)
        for second, key, n, s in ask.rows(self.connection, sql, values):
            yield second, names[key], n, s


def _among(column: str, values: Sequence[object]) -> str:
    """A condition that follows another; no values = nothing."""
    return f"AND {column} IN ({','.join('?' * len(values))})"

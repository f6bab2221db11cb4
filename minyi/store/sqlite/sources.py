"""What is known of sources: where a crawl left off, its runs, and when its silence means something."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import pairwise

import apsw

from minyi.models import CrawlRun, SourceHealth, SourceId, SourceState, Span, UrlCursor
from minyi.spool import decode_cursor, encode_cursor
from minyi.store.base import SpoolCommit
from minyi.store.sqlite import ask
from minyi.store.sqlite.facts import NONE, Facts, from_micros, from_seconds, micros


def write_commit(connection: apsw.Connection, commit: SpoolCommit) -> None:
    """The run and the source's new cursor, in the transaction of its last posts.

    Earlier posts of the same spool file may have come in saves of their own, which look like an import
    made since the run began: that mark is taken back.
    """
    source, run = commit.run.source, commit.run
    write_run(connection, run)
    connection.execute(
        "INSERT OR REPLACE INTO source_cursor VALUES(?,?)", (source, encode_cursor(commit.cursor))
    )
    connection.execute(
        "UPDATE source_key SET imported=NULL, imported_at=NULL WHERE id=? AND imported_at > ?",
        (source, micros(run.started)),
    )


def write_run(connection: apsw.Connection, run: CrawlRun) -> None:
    """Remember a run; the same run told twice is kept once."""
    body = json.dumps(asdict(run), ensure_ascii=False, default=datetime.isoformat)
    started, finished = micros(run.started), micros(run.finished)
    connection.execute(
        "INSERT OR REPLACE INTO runs VALUES(?,?,?,?,?,?)",
        (run.source, started, finished, run.state.value, run.ok, body),
    )


def note_newest(connection: apsw.Connection, facts: Sequence[Facts]) -> None:
    """Keep the newest published time of each source."""
    for sid, times in _times(facts).items():
        connection.execute(
            "UPDATE source_key SET newest = max(ifnull(newest, ?1), ?1) WHERE sid = ?2", (max(times), sid)
        )


def note_imported(connection: apsw.Connection, facts: Sequence[Facts], now: datetime) -> None:
    """Keep the oldest published time of each source's imported posts, and when the first import was."""
    for sid, times in _times(facts).items():
        connection.execute(
            "UPDATE source_key SET imported = min(ifnull(imported, ?1), ?1), "
            "imported_at = ifnull(imported_at, ?2) WHERE sid = ?3",
            (min(times), micros(now), sid),
        )


def _times(facts: Sequence[Facts]) -> dict[int, list[int]]:
    """Known published times by source number."""
    found: dict[int, list[int]] = {}
    for one in facts:
        if one.precision != NONE:
            found.setdefault(one.sid, []).append(one.published)
    return found


def cursor(connection: apsw.Connection, source: SourceId) -> dict[str, UrlCursor]:
    """The source's cursor; empty before its first run."""
    found = ask.value(connection, "SELECT cursor FROM source_cursor WHERE source=?", (source,))
    return decode_cursor(found) if found else {}


def ran(connection: apsw.Connection) -> list[SourceId]:
    """Sources that ever ran, by id; steps from one to the next, however many runs each has."""
    rows = ask.rows(
        connection,
        "WITH RECURSIVE s(id) AS (SELECT min(source) FROM runs UNION ALL "
        "SELECT (SELECT min(source) FROM runs WHERE source > s.id) FROM s WHERE s.id IS NOT NULL) "
        "SELECT id FROM s WHERE id IS NOT NULL",
    )
    return [SourceId(one) for (one,) in rows]


def health(connection: apsw.Connection) -> dict[SourceId, SourceHealth]:
    """Health by source that ever ran."""
    newest: dict[str, int] = dict(
        ask.rows(connection, "SELECT id, newest FROM source_key WHERE newest IS NOT NULL")
    )
    found = {}
    for source in ran(connection):
        last = _last_run(connection, source)
        seen = newest.get(source)
        found[source] = SourceHealth(
            source=source,
            state=last.state,
            last_success=_good_run(connection, source, "DESC"),
            newest_item=None if seen is None else from_seconds(seen),
            blind_since=None if last.ok else _blind_since(connection, source),
            last_run=last,
        )
    return found


def _last_run(connection: apsw.Connection, source: str) -> CrawlRun:
    body = ask.value(
        connection, "SELECT body FROM runs WHERE source=? ORDER BY started DESC LIMIT 1", (source,)
    )
    return read_run(body)


def read_run(body: str) -> CrawlRun:
    """Read what `write_run` keeps of a run."""
    values = json.loads(body)
    for name in ("started", "finished"):
        values[name] = datetime.fromisoformat(values[name])
    values["source"] = SourceId(values["source"])
    values["state"] = SourceState(values["state"])
    values["reasons"] = tuple(values["reasons"])
    return CrawlRun(**values)


def _good_run(connection: apsw.Connection, source: str, direction: str) -> datetime | None:
    """Start of the first (ASC) or last (DESC) good run."""
    asked = f"SELECT started FROM runs WHERE source=? AND good=1 ORDER BY started {direction} LIMIT 1"  # noqa: S608
    started: int | None = ask.value(connection, asked, (source,))
    return from_micros(started)


def _blind_since(connection: apsw.Connection, source: str) -> datetime | None:
    """The last success; without one, the first try."""
    first = "SELECT min(started) FROM runs WHERE source=?"
    return _good_run(connection, source, "DESC") or from_micros(ask.value(connection, first, (source,)))


def runs_around(connection: apsw.Connection, source: str, start: int, end: int) -> list[tuple[int, int]]:
    """(start in microseconds, 1 if good) of the runs within [start, end] and the nearest on either side."""
    return ask.rows(
        connection,
        "SELECT started, good FROM runs WHERE source=?1 "
        "AND started >= ifnull((SELECT max(started) FROM runs WHERE source=?1 AND started <= ?2), ?2) "
        "AND started <= ifnull((SELECT min(started) FROM runs WHERE source=?1 AND started >= ?3), ?3) "
        "ORDER BY started",
        (source, start, end),
    )


def coverage(connection: apsw.Connection, source: SourceId, span: Span) -> list[Span]:
    """Joined intervals between successive good runs (their starts) that touch the span, in order.

    A good run tells what was published since the good run before it, unless a failed one stands between:
    then the source was blind from that success to this one. Runs that were never tried leave no gap.
    """
    joined: list[tuple[int, int]] = []
    runs = runs_around(connection, source, micros(span.start), micros(span.end))
    for (began, good), (ended, still_good) in pairwise(runs):
        if not (good and still_good):
            continue
        if joined and joined[-1][1] == began:
            joined[-1] = (joined[-1][0], ended)
        else:
            joined.append((began, ended))
    return [Span(from_micros(began), from_micros(ended)) for began, ended in joined]


def blind_spans(connection: apsw.Connection, source: str, start: int, end: int) -> list[tuple[int, float]]:
    """Intervals around [start, end], in microseconds, in which the source was tried and not read well.

    Each runs from the last success to the next one, endless while there is none. Before its first run
    nothing is blind.
    """
    found: list[tuple[int, float]] = []
    since: int | None = None
    last_good: int | None = None
    for started, good in runs_around(connection, source, start, end):
        if not good:
            since = since if since is not None else started if last_good is None else last_good
            continue
        if since is not None:
            found.append((since, started))
        since, last_good = None, started
    return [*found, (since, math.inf)] if since is not None else found


def first_success(connection: apsw.Connection) -> dict[SourceId, datetime]:
    """When each source was first read well, or its first imported post was published; the earlier one."""
    imported = ask.rows(connection, "SELECT id, imported FROM source_key WHERE imported IS NOT NULL")
    found = {SourceId(source): from_seconds(when) for source, when in imported}
    for source in ran(connection):
        when = _good_run(connection, source, "ASC")
        if when is not None:
            found[source] = min(when, found.get(source, when))
    return found

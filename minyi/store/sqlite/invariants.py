"""What must always hold in the record, by name; `minyi verify` shows the list."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator

import apsw

from minyi.errors import InputError
from minyi.spool import decode_cursor
from minyi.store.care import Finding, Progress, silent
from minyi.store.sqlite import audit, checksums, codec, meta, rids, wordings
from minyi.store.sqlite.facts import DAY, LATE_SECONDS, NONE
from minyi.store.sqlite.schema import ALL
from minyi.store.sqlite.tally import DAY_SHIFT, VERSIONS, bucket_start
from minyi.store.sqlite.wordcheck import compare_words

EXAMPLES = 3
"""Ids named with a broken invariant."""

_LONG_AGO = -(1 << 40)
_COUNTED = f"SELECT rid, published FROM posts WHERE precision <> {NONE}"  # noqa: S608 - constants
_EVERYONE = f"SELECT rid, published FROM post_policy WHERE policy = {ALL}"  # noqa: S608 - constants
_SURE = (
    "SELECT m.policy, m.rid, p.published FROM post_match m JOIN posts p USING(rid) "  # noqa: S608 - constants
    f"WHERE sure = 1 AND precision <> {NONE}"
)
_NAMED = f"SELECT policy, rid, published FROM post_policy WHERE policy <> {ALL}"  # noqa: S608 - constants


def check(connection: apsw.Connection, *, words: bool, progress: Progress = silent) -> list[Finding]:
    """Every invariant in a fixed order, within the caller's snapshot."""
    progress("检查文件结构")
    found = [
        _held("pages", "每个数据页与写入时的校验和一致", lambda: checksums.misfits(connection)),
        _held("file", "数据文件结构完整", lambda: _structure(connection)),
    ]
    try:
        horizon = max(meta.get_int(connection, key) for key in (meta.HORIZON, meta.OLDEST_WHOLE))
    except apsw.Error:
        if any(one.broken for one in found):  # nothing more to be asked, and what is broken is named
            return found
        raise
    for name, sentence, statements in _sums(horizon):
        progress(f"核对：{sentence}")
        found.append(_held(name, sentence, lambda sql=statements: _rows(connection, sql)))  # type: ignore[misc]
    found.append(
        _held("wordings", "旧文属于在库的帖文，内容与当时保存的一致", lambda: wordings.misfits(connection))
    )
    found.append(_held("audit", "审计记录前后相连、未被改动", lambda: map(str, audit.misfits(connection))))
    found.append(_held("documents", "预警、政策与信源游标可读", lambda: _documents(connection)))
    if words:
        found += _words(connection, progress)
    return found


def _held(name: str, sentence: str, search: Callable[[], Iterable[str]]) -> Finding:
    """Count what breaks an invariant; a place of the file that cannot be read breaks it too."""
    examples: list[str] = []
    broken = 0
    try:
        for one in search():
            broken += 1
            if len(examples) < EXAMPLES:
                examples.append(one)
    except (apsw.Error, UnicodeDecodeError) as error:
        return Finding(name, sentence, broken + 1, (*examples, f"无法读取：{error}"))
    return Finding(name, sentence, broken, tuple(examples))


def _structure(connection: apsw.Connection) -> Iterator[str]:
    for (found,) in connection.execute("PRAGMA integrity_check(3)"):  # asks the text index too
        if found != "ok":
            yield str(found)[:200]


def _rows(connection: apsw.Connection, statements: Iterable[str]) -> Iterator[str]:
    for sql in statements:
        for row in connection.execute(sql):
            yield "/".join(map(str, row))


def _sums(horizon: int) -> Iterator[tuple[str, str, list[str]]]:
    """(name, what should hold, statements whose rows show that it does not)."""
    yield "index", "每帖在全文索引中恰有一行", _differ("SELECT rid FROM posts", "SELECT id FROM fts_docsize")
    yield "counted", "每帖在统计明细中恰有一行", _differ(_COUNTED, _EVERYONE)
    yield "matches", "政策匹配与统计明细一致", _differ(_SURE, _NAMED)
    yield "details", "统计明细的内容与帖文一致", [_DETAILS]
    hours, by_hour, days, by_day = _rollups(horizon)
    yield "hours", "小时汇总等于帖文之和", _differ(hours, by_hour)
    yield "days", "每日汇总等于帖文之和", _differ(days, by_day)
    yield "versions", "判断版本的汇总等于帖文之和", _differ(*_versions(horizon))
    yield "bodies", "每帖恰有一份正文", _differ("SELECT body FROM posts", "SELECT body FROM post_body")
    yield "facts", "筛选所用的明细与帖文一致", _differ(*_FACTS)
    yield "orphans", "匹配与误读记录都属于在库的帖文", [_without_post("post_match"), _without_post("claims")]
    yield "buried", "已删除的帖文不在库", ["SELECT id FROM tombstones JOIN posts USING(id)"]
    yield "order", "帖文按时间排序", [_MISPLACED]


_FACTS = (
    "SELECT rid, label, polarity, source, precision, published FROM posts",
    f"SELECT rid, label, polarity, source, precision, {rids.PUBLISHED} FROM post_facts t",  # noqa: S608 - constants
)
_DETAILS = (
    "SELECT p.id FROM posts p JOIN post_policy t ON t.rid = p.rid AND t.published = p.published WHERE "  # noqa: S608 - constants
    "(p.label, p.source, p.precision) <> (t.label, t.source, t.precision) "
    "OR p.polarity IS NOT t.polarity "
    "OR t.evident <> p.evident "
    f"OR t.late <> (p.first_seen - p.published > {LATE_SECONDS})"
)
_SECOND = rids.floor_rid(1)
_MISPLACED = (
    f"SELECT id FROM posts WHERE rid < published * {_SECOND} "  # noqa: S608 - constants
    f"OR rid >= (published + {rids.SLACK_SECONDS}) * {_SECOND}"
)


def _without_post(table: str) -> str:
    return f"SELECT rid FROM {table} WHERE rid NOT IN (SELECT rid FROM posts)"  # noqa: S608 - constants


def _differ(one: str, other: str) -> list[str]:
    return [f"{one} EXCEPT {other}", f"{other} EXCEPT {one}"]


def _rollups(horizon: int) -> tuple[str, str, str, str]:
    """Roll-ups and what they should hold. They outlive expired posts, so older cells are left out.

    A post may claim to be published shortly after it was first seen: one day more is left out.
    """
    edge = horizon + 86_400 if horizon else _LONG_AGO
    hour, day = -(-edge // 3_600), -(-(edge + DAY_SHIFT) // 86_400)
    total = "CAST(total(polarity) AS INTEGER)"
    by_hour = (
        f"SELECT policy, {bucket_start('published', 3_600)} AS h, label, count(*), {total} FROM post_policy "  # noqa: S608 - constants
        f"WHERE precision < {DAY} AND published >= {hour * 3_600} GROUP BY 1, 2, 3"
    )
    by_day = (
        f"SELECT {bucket_start('published', 86_400)} AS d, policy, label, count(*), {total} "  # noqa: S608 - constants
        f"FROM post_policy WHERE published >= {day * 86_400 - DAY_SHIFT} GROUP BY 1, 2, 3"
    )
    return (
        f"SELECT policy, hour * 3600, label, n, s FROM rollup_hour WHERE hour >= {hour}",  # noqa: S608 - integers
        by_hour,
        f"SELECT day * 86400 - {DAY_SHIFT}, policy, label, n, s FROM rollup_day WHERE day >= {day}",  # noqa: S608 - integers
        by_day,
    )


def _versions(horizon: int) -> tuple[str, str]:
    """The roll-up by model version and what it should hold, as `_rollups`."""
    day = -(-((horizon + 86_400 if horizon else _LONG_AGO) + DAY_SHIFT) // 86_400)
    return (
        f"SELECT policy, day, version, n FROM rollup_version WHERE day >= {day}",  # noqa: S608 - an integer
        f"{VERSIONS} AND t.published >= {day * 86_400 - DAY_SHIFT} GROUP BY 1, 2, 3",
    )


def _documents(connection: apsw.Connection) -> Iterator[str]:
    """Names of stored documents that cannot be read, or say something else than their columns."""
    for alert, policy, rule, state, level, version, body in connection.execute(
        "SELECT id, policy, rule, state, level, version, body FROM alerts"
    ):
        try:
            read = codec.decode_alert(body)
        except (ValueError, TypeError, KeyError, AttributeError):
            yield f"alert {alert}"
            continue
        if (read.id, read.policy, read.rule, read.state, read.level, read.version) != (
            alert,
            policy,
            rule,
            state,
            level,
            version,
        ):
            yield f"alert {alert}"
    yield from _unreadable(connection)


def _unreadable(connection: apsw.Connection) -> Iterator[str]:
    readers: list[tuple[str, str, Callable[[str], object]]] = [
        ("policy", "SELECT id, body FROM policies", codec.decode_policy),
        ("cursor", "SELECT source, cursor FROM source_cursor", decode_cursor),
        ("run", "SELECT source || ' ' || started, body FROM runs", json.loads),
    ]
    for kind, sql, decode in readers:
        for name, body in connection.execute(sql):
            try:
                decode(body)
            except (InputError, ValueError, TypeError, KeyError, AttributeError):
                yield f"{kind} {name}"


def _words(connection: apsw.Connection, progress: Progress) -> list[Finding]:
    """Posts against the hash of what was saved, the text index against the posts' words."""
    try:
        changed, index_differs = compare_words(connection, progress)
    except (apsw.Error, UnicodeDecodeError) as error:
        told = (f"无法读取：{error}",)
        return [
            Finding("posts", "每帖内容与入库时一致", 1, told),
            Finding("words", "全文索引与帖文用词一致", 1, told),
        ]
    return [
        Finding("posts", "每帖内容与入库时一致", len(changed), tuple(changed[:EXAMPLES])),
        Finding("words", "全文索引与帖文用词一致", int(index_differs)),
    ]

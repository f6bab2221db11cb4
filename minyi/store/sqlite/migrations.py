"""Which file this program may open, and how an older release's file becomes today's.

Everything happens in one transaction: whatever interrupts it, the file is as it was or wholly new.
Small changes are steps from one version to the next. Posts are rebuilt at once from the layout they are
found in: old layouts are read by readers that never change, and written by today's code.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import apsw

from minyi.errors import StoreBusy, StoreCorrupt, StoreFull, StoreTooNew
from minyi.store.care import Progress, silent
from minyi.store.sqlite import ask, checksums, rebuild, reserve, tally
from minyi.store.sqlite.schema import APPLICATION_ID, SCHEMA_VERSION, TABLES

_REBUILT_BEFORE = 3
"""Files of an older version have all their posts written anew."""

_HASHED_BEFORE = 7
"""Posts in files of an older version have another fingerprint."""

_ROOM = 2.5
"""Free space a rebuild needs, in sizes of the file: a log of everything written, then the file's growth."""

_Step = Callable[[apsw.Connection, Progress], None]


def prepare(connection: apsw.Connection, path: Path, progress: Progress = silent) -> None:
    """Create the tables of a new file, bring those of an older release up to date, or refuse the file.

    Raises:
        StoreTooNew: a newer program wrote the file.
        StoreCorrupt: the file is a database of something else.
        StoreFull: there is no room to bring it up to date; it is as it was.
        StoreBusy: another process is at it.
    """
    version = _version(connection, path)
    if version == SCHEMA_VERSION:
        return
    _begin(connection, path, version)
    try:
        version = _version(connection, path)
        if version == 0:
            connection.execute(TABLES)
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        else:
            _migrate(connection, path, version, progress)
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:  # something was raised, and SQLite did not roll back itself
            connection.execute("ROLLBACK")
    if not checksums.are_kept(connection):
        _rewrite(connection, progress)


def _rewrite(connection: apsw.Connection, progress: Progress) -> None:
    """Give each page its checksum, and free space back; without room, the next erasure does it."""
    progress("重写数据文件，每页加上校验和")
    try:
        checksums.vacuum(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except (apsw.FullError, apsw.BusyError) as error:
        progress(f"暂时未能重写（{error}），数据完好；下次按要求删除时再做")


def _begin(connection: apsw.Connection, path: Path, version: int) -> None:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except apsw.BusyError as error:
        if not version:
            raise
        raise StoreBusy(f"另一个程序正在升级或写 {path}；升级大的记录库要几分钟，请稍后再试") from error


def _migrate(connection: apsw.Connection, path: Path, version: int, progress: Progress) -> None:
    if version < _REBUILT_BEFORE:
        _need_room(path)
    for step in _STEPS[version - 1 :]:
        step(connection, progress)
    if _REBUILT_BEFORE <= version < _HASHED_BEFORE:  # what was rebuilt was hashed, too
        rebuild.renew_fingerprints(connection, progress)


def _need_room(path: Path) -> None:
    wanted = int(_ROOM * path.stat().st_size) + reserve.SIZE
    free = reserve.free_bytes(path.parent)
    if free < wanted:
        raise StoreFull(
            f"{path} 由旧版本程序写成，升级需要 {wanted >> 20} MiB 空闲，现有 {free >> 20} MiB；"
            "请腾出空间后再运行，数据未动"
        )


def _version(connection: apsw.Connection, path: Path) -> int:
    """The file's schema version; 0 for a new file."""
    version = connection.pragma("user_version")
    owner = connection.pragma("application_id")
    if owner != APPLICATION_ID:
        tables = ask.value(connection, "SELECT count(*) FROM sqlite_schema")
        if version or owner or tables:
            raise StoreCorrupt(f"{path} 不是民意的数据文件；请检查 --data 所指的目录")
        return 0
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        raise StoreTooNew(f"{path} 由更新的程序写成（版本 {version}，本程序 {SCHEMA_VERSION}）；请升级程序")
    return version


def _to_2(connection: apsw.Connection, _: Progress) -> None:
    """The audit trail refuses changes, and the file knows its age."""
    for verb in ("update", "delete"):
        connection.execute(
            f"CREATE TRIGGER audit_no_{verb} BEFORE {verb.upper()} ON audit\n"
            "  BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
        )
    connection.execute("INSERT OR IGNORE INTO meta VALUES('created', CAST(unixepoch() AS TEXT))")


def _to_4(connection: apsw.Connection, _: Progress) -> None:
    """Earlier wordings are kept from now on."""
    for statement in rebuild.statements("wording", "wording_by_post"):
        connection.execute(statement)


def _to_5(connection: apsw.Connection, _: Progress) -> None:
    """Corrections know their cluster (none was ever written before), curves what they were judged with."""
    made = ("corrections", "rollup_version", "policy_merged")
    for table in made:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in rebuild.statements(*made, "corrections_by_cluster"):
        connection.execute(statement)
    tally.count_versions(connection)


def _to_7(connection: apsw.Connection, _: Progress) -> None:
    """The texts that copies are met by get numbers; `_migrate` hashes the posts anew."""
    connection.execute("ALTER TABLE sig RENAME TO old_sig; ALTER TABLE band RENAME TO old_band")
    for statement in rebuild.statements("sig", "band"):
        connection.execute(statement)
    connection.execute("INSERT INTO sig(id, at, cluster, sig) SELECT id, at, cluster, sig FROM old_sig")
    connection.execute(
        "INSERT INTO band SELECT b.value << 5 | b.band, s.number, b.at FROM old_band b JOIN sig s USING(id)"
    )
    connection.execute("DROP TABLE old_sig; DROP TABLE old_band")


_STEPS: tuple[_Step, ...] = (
    _to_2,
    rebuild.posts_from_version_1,
    _to_4,
    _to_5,
    lambda connection, progress: None,  # noqa: ARG005 - 6 changes no table, `_rewrite` does it
    _to_7,
)
"""`_STEPS[n]` makes version n + 2 of version n + 1."""

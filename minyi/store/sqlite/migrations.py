"""Which file this program may open, and how an older release's file becomes today's.

Everything happens in one transaction: whatever interrupts it, the file is as it was or wholly new.
Small changes are steps from one version to the next. Posts are rebuilt at once from the layout they are
found in: old layouts are read by readers that never change, and written by today's code.
"""

from __future__ import annotations

from collections.abc import Callable

import apsw

from minyi.errors import StoreCorrupt, StoreTooNew
from minyi.store.sqlite import ask, rebuild, tally
from minyi.store.sqlite.schema import APPLICATION_ID, SCHEMA_VERSION, TABLES


def prepare(connection: apsw.Connection, name: str) -> None:
    """Create the tables of a new file, bring those of an older release up to date, or refuse the file.

    Raises:
        StoreTooNew: a newer program wrote the file.
        StoreCorrupt: the file is a database of something else.
    """
    if _version(connection, name) == SCHEMA_VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection, name)
        if version == 0:
            connection.execute(TABLES)
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        else:
            _migrate(connection, version)
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
    except BaseException:
        if connection.in_transaction:  # SQLite itself rolls back after some errors
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _migrate(connection: apsw.Connection, version: int) -> None:
    for step in _STEPS[version - 1 :]:
        step(connection)


def _version(connection: apsw.Connection, name: str) -> int:
    """The file's schema version; 0 for a new file."""
    version = connection.pragma("user_version")
    owner = connection.pragma("application_id")
    if owner != APPLICATION_ID:
        tables = ask.value(connection, "SELECT count(*) FROM sqlite_schema")
        if version or owner or tables:
            raise StoreCorrupt(f"{name} 不是民意的数据文件；请检查 --data 所指的目录")
        return 0
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        raise StoreTooNew(f"{name} 由更新的程序写成（版本 {version}，本程序 {SCHEMA_VERSION}）；请升级程序")
    return version


def _to_2(connection: apsw.Connection) -> None:
    """The audit trail refuses changes, and the file knows its age."""
    for verb in ("update", "delete"):
        connection.execute(
            f"CREATE TRIGGER audit_no_{verb} BEFORE {verb.upper()} ON audit\n"
            "  BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
        )
    connection.execute("INSERT OR IGNORE INTO meta VALUES('created', CAST(unixepoch() AS TEXT))")


def _to_4(connection: apsw.Connection) -> None:
    """Earlier wordings are kept from now on."""
    for statement in rebuild.statements("wording", "wording_by_post"):
        connection.execute(statement)


def _to_5(connection: apsw.Connection) -> None:
    """Corrections know their cluster (none was ever written before), curves what they were judged with."""
    made = ("corrections", "rollup_version", "policy_merged")
    for table in made:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in rebuild.statements(*made, "corrections_by_cluster"):
        connection.execute(statement)
    tally.count_versions(connection)


_STEPS: tuple[Callable[[apsw.Connection], None], ...] = (
    _to_2,
    rebuild.posts_from_version_1,
    _to_4,
    _to_5,
)
"""`_STEPS[n]` makes version n + 2 of version n + 1."""

"""Files as programs between the releases left them, made of today's."""

from pathlib import Path

import apsw

_VERSION_6 = """
CREATE TABLE new_sig AS SELECT * FROM sig;
CREATE TABLE new_band AS SELECT * FROM band;
DROP TABLE sig;
DROP TABLE band;
CREATE TABLE sig(id TEXT PRIMARY KEY, at INTEGER NOT NULL, cluster TEXT NOT NULL,
  sig BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE band(band INTEGER NOT NULL, value INTEGER NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY(band, value, id)) WITHOUT ROWID;
INSERT INTO sig SELECT id, at, cluster, sig FROM new_sig;
INSERT INTO band SELECT b.number & 31, b.number >> 5, s.id, b.at
  FROM new_band b JOIN new_sig s ON s.number = b.text;
DROP TABLE new_sig;
DROP TABLE new_band;
UPDATE posts SET fingerprint = CAST(randomblob(8) || substr(fingerprint, 9) AS BLOB);
PRAGMA user_version=6;
"""


def as_version_6(path: Path) -> None:
    """Posts have fingerprints of another spelling; texts that copies are met by go by their posts' ids."""
    change(path, _VERSION_6)


def as_version_3(path: Path) -> None:
    """There is no table of earlier wordings either."""
    change(path, f"{_VERSION_6} DROP TABLE wording; PRAGMA user_version=3")


def change(path: Path, statements: str) -> None:
    """Run statements on a file no store has open."""
    file = apsw.Connection(str(path))
    file.execute(statements)
    file.close()

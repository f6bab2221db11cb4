"""SnowNLP 0.12.3's `sentiments`, bit for bit, at many times its speed.

SnowNLP (github.com/isnowfy/snownlp, MIT) takes seconds and 440 MB to import and is quadratic in
the length of a run of Han characters. Its model is compiled once into a flat table file; the
package itself is never imported.
"""

from __future__ import annotations

from pathlib import Path

from analysis.snow.build import build_table, fingerprint
from analysis.snow.engine import SnowEngine
from analysis.snow.table import read_table, write_table
from minyi.errors import ResourceError

__all__ = ["TABLE_NAME", "SnowEngine", "load_engine"]

TABLE_NAME = "snownlp.table"


def load_engine(cache_dir: Path) -> SnowEngine:
    """The engine, from the table file in `cache_dir`; built there if missing, damaged or outdated.

    Reading takes some 0.1 s, building some 6 s. Two processes may build at once: each writes under
    a temporary name and renames.

    Raises:
        ResourceError: the table has to be built and the SnowNLP package is missing or not version
            0.12.3, or the folder cannot be written.
    """
    path = cache_dir / TABLE_NAME
    wanted = fingerprint()
    try:
        return SnowEngine(read_table(path, wanted))
    except (OSError, ResourceError):
        table = build_table()
        try:
            cache_dir.mkdir(parents=True, exist_ok=True)
            write_table(path, wanted, table)
        except OSError as error:
            raise ResourceError(f"无法写入情感模型表 {path}：{error.strerror}") from error
    return SnowEngine(read_table(path, wanted))

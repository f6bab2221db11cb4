"""Import 导入: an office's lawful exports become posts; what cannot be read is quarantined and counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jobs.context import Context
from jobs.ingest import Ingest
from jobs.judging import toolkit
from minyi.importfile import Format, Notice, read_posts
from minyi.models import RawPost, Saved
from minyi.spool import BadLine


@dataclass(frozen=True, slots=True)
class Imported:
    """Outcome of one import; saved and quarantined together are all rows of the file."""

    saved: Saved
    quarantined: int
    notices: tuple[str, ...]


def import_file(
    context: Context, path: Path, kind: Format | None, *, source: str | None, now: datetime
) -> Imported:
    """Import one file; importing it again changes nothing.

    Raises:
        InputError: the file cannot be read at all.
    """
    notices: list[str] = []

    def rows() -> Iterator[RawPost | BadLine]:
        for one in read_posts(path, kind, source=source, now=now):
            if isinstance(one, Notice):
                notices.append(one.text)
            else:
                yield one

    done = Ingest(context, toolkit(context), now, origin=path.name).run_rows(rows())
    return Imported(done.saved, done.quarantined, tuple(notices))

"""The ids of erased posts, noted beside the record, so that a copy restored over a ruined one erases again.

One id a line, made durable before the record forgets the post. Ids are hashes and tell nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from minyi.models import PostId

_NAME = "erased.txt"
_LINE = re.compile(r"[^\s\x00]{1,128}")


def note_erased(data: Path, ids: Sequence[PostId]) -> None:
    """Append ids, durably."""
    with (data / _NAME).open("a", encoding="utf-8") as file:
        file.writelines(f"{post}\n" for post in ids)
        file.flush()
        os.fsync(file.fileno())


def read_ledger(data: Path) -> list[PostId]:
    """All ids noted, each once; a line that a crash cut short means nothing."""
    path = data / _NAME
    if not path.exists():
        return []
    lines = path.read_text("utf-8", "replace").split("\n")[:-1]
    return [PostId(line) for line in dict.fromkeys(lines) if _LINE.fullmatch(line)]

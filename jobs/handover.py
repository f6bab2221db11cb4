"""Hand over 交出: finished crawls of this host, copied for an office that keeps its record elsewhere."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from minyi import spool
from minyi.errors import ConfigError


def hand_over(waiting: Path, folder: Path) -> list[Path]:
    """Copy every complete file that waits in `waiting` to `folder`; returns the copies, oldest first.

    A copy bears the file's own name, which no other host gives, and is complete or absent; copied twice,
    it is the same file.

    Raises:
        ConfigError: the folder cannot be written.
    """
    copies = []
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in spool.pending(waiting):
            part = folder / f"{file.stem}.part"
            with file.open("rb") as source, part.open("wb") as target:
                shutil.copyfileobj(source, target)
                target.flush()
                os.fsync(target.fileno())
            copies.append(part.rename(folder / file.name))
        spool.sync_folder(folder)
    except OSError as error:
        raise ConfigError(f"不能写入交出目录：{error.strerror}", file=str(folder)) from error
    return copies

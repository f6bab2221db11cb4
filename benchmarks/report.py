"""What a benchmark says, and how it is written down."""

from __future__ import annotations

import math
import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: ours, what it must reach, and the same job done by a named peer in the same run."""

    measure: str
    ours: str
    goal: str = ""
    peer: str = ""
    ratio: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """The results of one benchmark module."""

    title: str
    command: str
    about: str
    rows: tuple[Row, ...]


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank; `share` in (0, 1]. `values` must not be empty."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def cpu_ms(job: Callable[[], object]) -> float:
    """CPU milliseconds of this process for one call."""
    start = time.process_time()
    job()
    return (time.process_time() - start) * 1_000


def machine() -> str:
    """Size of the machine, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} CPU cores, {memory:.0f} GiB, {system}"


def markdown(section: Section) -> str:
    """One section of docs/benchmarks.md."""
    lines = [f"## {section.title}", "", f"`{section.command}`", "", section.about, ""]
    lines += ["| | ours | goal | peer, same run | ours against peer |", "|---|---|---|---|---|"]
    lines += [
        f"| {row.measure} | {row.ours} | {row.goal} | {row.peer} | {row.ratio} |" for row in section.rows
    ]
    return "\n".join(lines) + "\n"


def write(path: Path, sections: Sequence[Section]) -> None:
    """Write the page; sections of benchmarks that were not run now are kept as they stand."""
    kept = _known(path)
    kept.update({section.title: markdown(section) for section in sections})
    head = f"# Benchmarks\n\nMeasured, not promised. This machine: {machine()}.\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([head, *(kept[title] for title in sorted(kept))]), "utf-8")


def _known(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    parts = path.read_text("utf-8").split("\n## ")[1:]
    return {part.splitlines()[0]: f"## {part.rstrip()}\n" for part in parts}

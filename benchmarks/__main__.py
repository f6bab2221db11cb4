"""Run benchmarks and write docs/benchmarks.md. A new one is a module with `run() -> Section`, named here."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from benchmarks import report

NAMES = (
    "store",
    "record_million",
    "care",
    "writers",
    "detection",
    "interleavings",
    "alert_delay",
    "real_input",
    "misreading",
    "sentiment",
    "learning",
    "matching",
    "clusters",
    "snownlp_exact",
    "analysis_speed",
    "sameness",
    "elastic",
    "elastic_answers",
    "elastic_million",
)
"""Modules of this package, each with `run() -> Section`."""

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


def main(wanted: list[str]) -> int:
    """Run those wanted, all when none is named; returns the exit code."""
    unknown = sorted(set(wanted) - set(NAMES))
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    sections = []
    for name in wanted or NAMES:
        print(f"running {name} ...", file=sys.stderr)
        section: report.Section = importlib.import_module(f"benchmarks.{name}").run()
        sections.append(section)
        print(report.markdown(section))
    report.write(PAGE, sections)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

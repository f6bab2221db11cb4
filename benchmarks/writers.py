"""Many at once: three processes write and are killed, one reads; what was kept, and who waited how long."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.report import Row, Section
from tests.store import crowd

FILLED = 50_000
ROUNDS = 20


def run() -> Section:
    """Twenty rounds on a record that is there already."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "minyi.db"
        crowd.fill(path, FILLED)
        told = crowd.rounds(path, ROUNDS)
    assert not told.broken, told.broken
    rows = (
        Row(
            "acknowledged posts lost",
            f"0 of {told.acknowledged:,}",
            "0",
        ),
        Row(
            "posts = roll-ups = index rows, after every round",
            "every invariant of `minyi verify` holds",
            "all",
        ),
        Row("longest wait of a writer for its turn", f"{told.longest_wait:,.0f} ms", "<= 2,000 ms"),
        _reader("reader beside the writers, p95 of CPU time", told, "cpu", "<= 2 x alone"),
        _reader("the same by the clock, waiting for a core included", told, "wall"),
    )
    about = (
        f"Three processes save batches of 500 posts into a record of {FILLED:,} without pause and are killed "
        f"(`kill -9`), {ROUNDS} rounds; a fourth asks pages and curves all the while. More processes than "
        "cores: by the clock the reader waits for one, alone it does not."
    )
    return Section("Many at once (kill -9 of writers)", "python -m benchmarks writers", about, rows)


def _reader(measure: str, told: crowd.Rounds, name: str, goal: str = "") -> Row:
    beside, alone = told.beside[name], told.alone[name]
    return Row(measure, f"{beside:.1f} ms", goal, f"alone: {alone:.1f} ms", f"{beside / alone:.2f} x")

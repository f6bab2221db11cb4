"""Three processes write, one reads, the writers are killed, twenty times over."""

from pathlib import Path

import pytest

from tests.store import crowd

ROUNDS = 20
FILLED = 50_000


@pytest.mark.chaos
def test_twenty_rounds_of_killed_writers(tmp_path: Path) -> None:
    """Nothing acknowledged is lost, sums hold, nobody waits two seconds, the reader hardly notices."""
    path = tmp_path / "minyi.db"
    crowd.fill(path, FILLED)
    told = crowd.rounds(path, ROUNDS)
    assert told.broken == []
    assert told.acknowledged >= ROUNDS * 3 * 500
    assert told.longest_wait <= 2_000
    assert told.beside["cpu"] <= 2 * told.alone["cpu"]

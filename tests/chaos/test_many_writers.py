"""Three processes write, one reads, the writers are killed, twenty times over."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store import crowd, invented

ROUNDS = 20
FILLED = 20_000


@pytest.mark.chaos
def test_twenty_rounds_of_killed_writers(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Nothing acknowledged is lost, sums hold, nobody waits two seconds, the reader hardly notices."""
    path = tmp_path / "minyi.db"
    crowd.fill(path, FILLED)
    alone = crowd.idle(path)
    chance = invented.seeded(20260302)
    acknowledged, longest = 0, 0.0
    with crowd.child("reader", path) as reader:
        for turn in range(ROUNDS):
            told = crowd.killed_writers(path, [f"w{turn}-{n}" for n in range(3)], 500, chance)
            assert crowd.check(path, told.ids, words=turn == ROUNDS - 1) == []
            acknowledged += len(told.ids)
            longest = max(longest, told.longest_wait)
        beside = crowd.stop(reader)
    record_property("acknowledged", acknowledged)
    record_property("longest_wait_ms", longest)
    record_property("reader_alone", alone)
    record_property("reader_beside", beside)
    assert longest <= 2_000
    assert beside["cpu"] <= 2 * alone["cpu"]

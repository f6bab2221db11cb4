"""Three writers at once, killed without warning, a reader beside them: what was acknowledged is there."""

from pathlib import Path

from tests.store import crowd, invented

ROUNDS = 2


def test_killed_writers_lose_nothing_acknowledged(tmp_path: Path) -> None:
    """After every round all acknowledged posts are there, and posts = roll-ups = index rows."""
    path = tmp_path / "minyi.db"
    crowd.fill(path, 200)
    chance = invented.seeded(1)
    with crowd.child("reader", path) as reader:
        for turn in range(ROUNDS):
            told = crowd.killed_writers(path, [f"w{turn}-{n}" for n in range(3)], 60, chance)
            assert len(told.ids) >= 3 * 60
            assert told.longest_wait < 5_000
            assert crowd.check(path, told.ids, words=turn == ROUNDS - 1) == []
        assert crowd.stop(reader)["asked"] >= 100

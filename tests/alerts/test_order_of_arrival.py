"""Late, shuffled, repeated and across restarts: a stream ends with the alerts of its orderly delivery."""

from collections.abc import Iterator

import pytest

from benchmarks.interleavings import END, HOUR, Delivery, Outcome, Stage, stage


@pytest.fixture(scope="module")
def here() -> Iterator[Stage]:
    """One story, on records of its own."""
    with stage(3) as made:
        yield made


@pytest.fixture(scope="module")
def wanted(here: Stage) -> Outcome:
    """What must stand."""
    return here.in_order()


def test_the_story_holds_every_kind_of_signal_the_posts_can_give(wanted: Outcome) -> None:
    """Otherwise the comparison would prove little."""
    assert {rule for rule, _, _ in wanted.onsets} == {
        "volume",
        "negative_volume",
        "negative_share",
        "misreading",
        "novelty",
    }
    assert wanted.told_twice == 0


@pytest.mark.parametrize("seed", range(8))
def test_whatever_way_posts_arrive_the_same_alerts_stand(here: Stage, wanted: Outcome, seed: int) -> None:
    """Equal policy, rule and onset, and nobody told twice of one; the benchmark does it a thousand times."""
    found = here.shuffled(seed)
    assert found.onsets == wanted.onsets
    assert found.told_twice == 0


def test_a_service_that_slept_through_it_all_finds_it_at_once(here: Stage, wanted: Outcome) -> None:
    """No look in three days, as after an outage of the service alone: the same onsets, all told once."""
    found = here.run([Delivery(post.first_seen, post) for post in here.posts], [], [])
    assert found.onsets == wanted.onsets
    assert sum(found.first_mails.values()) <= len(found.onsets)


def test_losing_posts_is_noticed(here: Stage, wanted: Outcome) -> None:
    """The comparison can fail: without the last day's posts other alerts stand."""
    kept = [Delivery(post.first_seen, post) for post in here.posts if post.published < END - 30 * HOUR]
    assert here.run(kept, [], []).onsets != wanted.onsets

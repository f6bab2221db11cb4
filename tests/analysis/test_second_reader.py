"""The second reader: what it learnt can be learnt again, and it doubts what the cues cannot know."""

from __future__ import annotations

import time

import pytest

from analysis.contradiction import MARK
from analysis.second_reader import LEAST, belief, parse
from benchmarks.second_reader import TABLE, learn, taught, written
from minyi.errors import ResourceError


def test_the_table_is_what_our_own_posts_teach() -> None:
    """Learning again from the posts not set aside gives the table that ships, byte for byte."""
    assert written(learn(taught())) == TABLE.read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "repeats"),
    [
        (f"听说{MARK},以后没法干了", True),
        (f"{MARK},这日子没法过了", True),
        (f"刚开会说的,{MARK}", True),
        (f"{MARK}?官方说了没有这回事", False),
        (f"{MARK}是谣言", False),
        (f"请问{MARK}是真的吗", False),
    ],
)
def test_belief_is_high_for_what_repeats(text: str, *, repeats: bool) -> None:
    """Consequences and hearsay speak for a repetition, denials and questions against it."""
    assert (belief(text, MARK) >= LEAST) is repeats


@pytest.mark.parametrize("line", ["0.5", "x\t是", "0.5\t是\t的"])
def test_a_damaged_table_is_refused(line: str) -> None:
    """A line of another shape names itself in the error."""
    with pytest.raises(ResourceError, match="复读表损坏"):
        parse(line)


def test_time_does_not_grow_with_the_text() -> None:
    """Only what stands near the claim is read."""
    start = time.process_time()
    for _ in range(100):
        belief("谣言" * 10_000 + MARK + "是真的" * 10_000, MARK)
    assert time.process_time() - start < 1

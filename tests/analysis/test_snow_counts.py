"""The tagger's counts are read from marshalled bytes as unmarshalling would give them."""

import marshal
from typing import Any

import pytest

from analysis.snow.counts import FIRST, read_counts
from minyi.errors import ResourceError

BOS = ("", "BOS")
GOOD, POLICY, COMMA = ("好", "s"), ("政", "b"), ("，", "s")


def _model() -> dict[str, Any]:
    return {
        "l1": 0.25,
        "l2": 0.5,
        "l3": 0.25,
        "status": ("b", "m", "e", "s"),
        "uni": {"none": 0, "total": 7.0, "d": {GOOD: 4, POLICY: 300, COMMA: 9, BOS: 2}},
        "bi": {"none": 0, "total": 3.0, "d": {(BOS, POLICY): 1, (POLICY, GOOD): 70_000, (GOOD, COMMA): 5}},
        "tri": {"none": 0, "total": 2.0, "d": {(BOS, BOS, POLICY): 1, (BOS, POLICY, GOOD): 2}},
    }


def _state(char: str, tag: str) -> int:
    return ord(char) * 4 + "bmes".index(tag)


def test_counts_are_those_of_the_model() -> None:
    """States as numbers; n-grams with a character that is never segmented left out."""
    counts = read_counts(marshal.dumps(_model()))
    good, policy = _state(*GOOD), _state(*POLICY)
    assert {good: 4, policy: 300, FIRST: 2}.items() <= counts.one.items()
    assert list(counts.two) == [FIRST, policy, 1, policy, good, 70_000]
    assert list(counts.three) == [FIRST, FIRST, policy, 1, FIRST, policy, good, 2]
    assert (counts.total, counts.weights) == (7.0, (0.25, 0.5, 0.25))


@pytest.mark.parametrize(
    "data",
    [b"", marshal.dumps([1]), marshal.dumps({}), marshal.dumps(_model())[:-40], marshal.dumps({"uni": {}})],
    ids=["nothing", "a list", "empty", "cut short", "incomplete"],
)
def test_anything_else_is_refused(data: bytes) -> None:
    """Said in words, whatever the bytes are."""
    with pytest.raises(ResourceError, match="分词模型"):
        read_counts(data)

"""Score: each line comes back in its place, whatever stands in it."""

import io
import json
import sys
from collections.abc import Callable

import pytest

from tests.cli.conftest import Minyi


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Set what stands on standard input."""

    def set_input(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), "utf-8"))

    return set_input


@pytest.mark.parametrize(
    "line",
    [b'{"text": "x", "n": NaN}', b'{"text": "x", "n": 1e999}', b'{"text": null}', b'["text"]', b"\xff"]
    + [b'{"text": "x", "n": ' + b"[" * depth + b"]" * depth + b"}" for depth in (2_000, 100_000)],
    ids=["not a number", "infinite", "no text", "a list", "no UTF-8", "deep", "deeper"],
)
@pytest.mark.parametrize("raw", [True, False])
def test_a_bad_line_becomes_an_error_and_the_next_is_scored(
    minyi: Minyi, typed: Callable[[bytes], None], line: bytes, raw: bool
) -> None:
    """One line that JSON does not allow costs no other line its score."""
    typed(line + b"\n\n" + json.dumps({"text": "会费太贵了", "id": 7}).encode())
    result = minyi("score", *(["--raw"] if raw else []))
    assert result.code == 0
    bad, good = result.lines
    assert (bad["line"], good["id"]) == (1, 7)
    assert "第 1 行" in bad["error"]
    assert 0 < good["snownlp"] < 1


def test_an_empty_text_scores_as_the_stock_package_only_when_raw(
    minyi: Minyi, typed: Callable[[bytes], None]
) -> None:
    """The stock score of nothing is its prior; of a normalised nothing there is none."""
    scores = []
    for flags in (["--raw"], []):
        typed(b'{"text": ""}')
        scores += minyi("score", *flags).lines
    assert 0.52 < scores[0]["snownlp"] < 0.53
    assert scores[1]["snownlp"] is None

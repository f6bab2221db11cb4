"""JSON lines stay one line each and say nothing to a terminal, whatever a post holds."""

import json

import pytest

from cli.output import print_json

HOSTILE = "商标\x1b[2J\x7f\x85\x9b1m\u2028\u2029\ud800\U0001f600"


def test_hostile_characters_are_escaped_and_read_back_equal(capsys: pytest.CaptureFixture[str]) -> None:
    """One line, nothing a terminal obeys, and the reader gets the very text."""
    print_json({"text": HOSTILE})
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 1
    assert all(c.isprintable() for c in out[:-1])
    assert "商标" in out
    assert json.loads(out) == {"text": HOSTILE}

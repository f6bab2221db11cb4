"""The page of measurements keeps what was not measured again."""

from pathlib import Path

import pytest

from benchmarks.__main__ import NAMES, main
from benchmarks.report import Row, Section, percentile, write


def _section(title: str, figure: str) -> Section:
    return Section(
        title, "python -m benchmarks x", "Invented.", (Row("speed", figure, ">= 1", "a peer", "2 x"),)
    )


def test_a_section_replaces_its_own_and_keeps_the_others(tmp_path: Path) -> None:
    """Running one benchmark rewrites its section only."""
    page = tmp_path / "docs" / "benchmarks.md"
    write(page, [_section("One", "1/s"), _section("Two", "2/s")])
    write(page, [_section("Two", "3/s")])
    text = page.read_text("utf-8")
    assert text.count("\n## ") == 2
    assert "| speed | 1/s | >= 1 | a peer | 2 x |" in text
    assert "3/s" in text
    assert "2/s" not in text


def test_percentiles_are_by_nearest_rank() -> None:
    """Always a measured value."""
    assert [percentile([4, 1, 3, 2], share) for share in (0.25, 0.5, 0.95, 1)] == [1, 2, 4, 4]


def test_an_unknown_benchmark_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, naming those there are."""
    assert main(["nothing"]) == 2
    assert NAMES[0] in capsys.readouterr().err

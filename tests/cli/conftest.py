"""Runs the command line as a person would, in a folder of its own."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.main import main


@dataclass(frozen=True)
class Result:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


Minyi = Callable[..., Result]


@pytest.fixture
def minyi(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    warmed: Callable[[Path], Path],
) -> Minyi:
    """`minyi("import", "x.csv")` in an empty working folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("data", "elsewhere"):
        warmed(tmp_path / name)

    def run(*words: str) -> Result:
        capsys.readouterr()
        try:
            code = main(list(words))
        except SystemExit as leave:
            code = int(leave.code or 0)
        out, err = capsys.readouterr()
        return Result(code, out, err)

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | list[dict[str, Any]]], str]:
    """Write a file of text, or of JSON lines, into the working folder; its name."""

    def write_file(name: str, content: str | list[dict[str, Any]]) -> str:
        if not isinstance(content, str):
            content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in content)
        (tmp_path / name).write_text(content, "utf-8")
        return name

    return write_file

"""Every `minyi` command that a page shows in a block to be typed is one the program understands."""

import re
import shlex
from pathlib import Path

import pytest

from cli.main import build_parser

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("README*.md"), ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])

BLOCK = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^|[ /&'(])minyi ((?:[a-z]|--(?:config|data|json))[^&#'\n]*(?:'[^'\n]*'[^&#'\n]*)*)")


def shown(page: Path) -> list[str]:
    """Commands in the page's shell blocks, without the program's name."""
    blocks = BLOCK.findall(page.read_text("utf-8"))
    return [
        found.strip() for block in blocks for line in block.splitlines() for found in COMMAND.findall(line)
    ]


def test_pages_do_show_commands() -> None:
    """The search below reads something."""
    assert sum(len(shown(page)) for page in PAGES) > 8


@pytest.mark.parametrize(("page", "line"), [(page.name, line) for page in PAGES for line in shown(page)])
def test_a_shown_command_is_understood(page: str, line: str) -> None:
    """Options and arguments are as the page says."""
    del page
    words = [word.replace("[SOURCE...]", "paper") for word in shlex.split(line)]
    build_parser().parse_args(words)

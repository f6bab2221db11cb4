"""What a person is told when a command cannot be done, and the exit code a program gets.

0 done; 1 failed; 2 wrong usage, query or configuration; 75 another instance is running.
"""

from __future__ import annotations

from minyi.errors import AlreadyRunning, ConfigError, CursorError, MinyiError, QueryError
from reports.width import cells

EXIT_FAILED, EXIT_USAGE, EXIT_RUNNING = 1, 2, 75

_AROUND = 17
"""Characters of a query shown on either side of its fault."""


def exit_code(error: MinyiError) -> int:
    """The code for an error."""
    if isinstance(error, AlreadyRunning):
        return EXIT_RUNNING
    return EXIT_USAGE if isinstance(error, ConfigError | CursorError | QueryError) else EXIT_FAILED


def words(error: MinyiError, typed: str = "") -> str:
    """The error in words; a fault of a typed query is pointed at."""
    if not isinstance(error, QueryError):
        return f"错误：{error}"
    if error.position is None:
        return f"无法回答：{error}"
    return f"检索式错误（第 {error.position + 1} 个字符）：{error}\n{pointed(typed, error.position)}"


def pointed(typed: str, position: int) -> str:
    """The query on a line, or the part around a position, and below it a caret under that character.

    Han characters take two cells, so the caret moves by cells and not by characters.
    """
    start = max(0, position - _AROUND)
    shown = "".join(c if c.isprintable() else " " for c in typed[start : position + _AROUND])
    before, after = ("…" if start else ""), ("…" if position + _AROUND < len(typed) else "")
    caret = " " * (2 + cells(before + shown[: position - start])) + "^"
    return f"  {before}{shown}{after}\n{caret}"

"""The office's own words 自备词: lines of a file that add to the opinion lexicon, or override it."""

from __future__ import annotations

from pathlib import Path

from analysis.lexicon import WordClass
from minyi.errors import ConfigError

HEAVIEST = 3.0
"""Largest weight of an own word, either sign; the heaviest of the lexicon itself weigh 2."""
LONGEST = 20
"""Most characters of an own word."""
MOST = 5_000
"""Most lines of the file."""


def read_own_words(path: Path) -> str:
    """The file as lexicon lines (`word TAB weight TAB class`), empty when there is no file.

    The class may be left out: praise above 0, complaint below, neutral at 0. Blank lines, and lines that
    start with `#`, say nothing.

    Raises:
        ConfigError: the file cannot be read, or a line has another shape; names the line.
    """
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"无法读取：{error}", file=str(path)) from error
    lines = text.splitlines()
    if len(lines) > MOST:
        raise ConfigError(f"超过 {MOST} 行", file=str(path))
    read = []
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            try:
                read.append(_entry(line))
            except ValueError as error:
                raise ConfigError(str(error), file=str(path), key=f"第 {number} 行") from None
    return "\n".join(read)


def _entry(line: str) -> str:
    """One line in the lexicon's form.

    Raises:
        ValueError: in words for the office.
    """
    parts = [part.strip() for part in line.split("\t")]
    if len(parts) not in (2, 3) or not parts[0]:
        raise ValueError("应为：词、制表符、分值，可再加制表符和类别")
    word, number = parts[0], parts[1]
    if len(word) > LONGEST:
        raise ValueError(f"词不超过 {LONGEST} 个字")
    try:
        weight = float(number)
    except ValueError:
        raise ValueError(f"分值 {number!r} 不是数") from None
    if not -HEAVIEST <= weight <= HEAVIEST:
        raise ValueError(f"分值应在 -{HEAVIEST:g} 到 {HEAVIEST:g} 之间")
    named = parts[2] if len(parts) == 3 else _class_of(weight)
    if named not in set(WordClass):
        raise ValueError(f"没有类别 {named!r}；可用的有 {'、'.join(WordClass)}")
    return f"{word}\t{weight:g}\t{named}"


def _class_of(weight: float) -> str:
    return WordClass.PRAISE if weight > 0 else WordClass.COMPLAINT if weight < 0 else WordClass.NEUTRAL

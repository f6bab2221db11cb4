"""The one door to google-re2, which has no types: patterns that an office writes cannot hang a crawl."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import re2

from minyi.errors import ConfigError

Pattern = Callable[[str], bool]


def any_of(patterns: Sequence[str], *, key: str) -> Pattern:
    """A test whether a text holds a match of any pattern; with no patterns it is always False.

    Raises:
        ConfigError: a pattern is not valid; `key` names the setting.
    """
    compiled = [_compile(pattern, key) for pattern in patterns]
    return lambda text: any(one.search(text) is not None for one in compiled)


def _compile(pattern: str, key: str) -> re2._Regexp:
    try:
        return re2.compile(pattern, _quiet())
    except re2.error as error:
        raise ConfigError(f"{pattern!r} 不是可用的匹配式（RE2 语法）", key=key) from error


def _quiet() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    return options

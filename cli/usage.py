"""What argparse says in English, in Chinese: headings of a help page, and what is wrong with typed words."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

_SAID = (
    (r"the following arguments are required: (.+)", r"缺少 \1"),
    (r"unrecognized arguments: (.+)", r"不认识 \1"),
    (r"argument (\S+): invalid int value: (.+)", r"\1 应为整数，不是 \2"),
    (r"argument (\S+): invalid \S+ value: (.+)", r"\1 读不懂 \2"),
    (r"argument (\S+): expected one argument", r"\1 之后缺少值"),
    (r"argument (\S+): expected at least one argument", r"\1 之后至少要有一个值"),
    (r"argument (\S+): not allowed with argument (\S+)", r"\1 不能与 \2 同用"),
    (r"one of the arguments (.+) is required", r"须给出其中之一：\1"),
    (r"ambiguous option: (\S+) could match (.+)", r"\1 不明确，可能是 \2"),
    (r"argument (\S+): (.+)", r"\1：\2"),
)
_CHOICE = re.compile(r"argument (\S+): invalid choice: '?(.*?)'? \(choose from (.+)\)", re.DOTALL)
_FEW = 8  # choices that are listed rather than guessed


def fault(message: str) -> str:
    """One of argparse's messages in Chinese, a slip of a command or choice with the nearest one."""
    chosen = _CHOICE.fullmatch(message)
    if chosen:
        known = [one.strip(" '") for one in chosen[3].split(",")]
        nearest = get_close_matches(chosen[2], known, n=1) if len(known) > _FEW else []
        hint = f"是不是 {nearest[0]}？" if nearest else f"可选 {'、'.join(known)}"
        return f"“{chosen[1]}”里没有 {chosen[2]}，{hint}"
    for said, meant in _SAID:
        found = re.fullmatch(said, message, re.DOTALL)
        if found:
            return found.expand(meant)
    return message


class Formatter(argparse.HelpFormatter):
    """A help page that begins with 用法."""

    def add_usage(self, usage: Any, actions: Iterable[Any], groups: Any, prefix: str | None = None) -> None:
        """As in argparse."""
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)

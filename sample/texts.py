"""Reads the hand-written sentences beside this module. Every one is invented 示例数据."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from minyi.models import PolicyId
from sample.draw import pick

DIBIAO, JIANJIAO, WANGDIAN, TESE = (PolicyId(name) for name in ("dibiao", "jianjiao", "wangdian", "tese"))
"""The policy of the affair, the one released next day, the quiet one, and the draft only the site names."""

_MENTIONS: Mapping[str, tuple[PolicyId, tuple[str, ...]]] = {
    "{p}": (
        DIBIAO,
        (
            "《地理标志商标使用管理办法》",
            "《地理标志商标使用管理办法》",
            "地标商标办法",
            "地标商标办法",
            "地标商标办法",
            "地标新规",
            "地标新规",
            "地标新规",
            "示知发〔2026〕12号文",
        ),
    ),
    "{p2}": (JIANJIAO, ("《小微企业专利费用减缴办法》", "专利减缴办法", "《专利减缴办法》")),
    "{p3}": (WANGDIAN, ("《知识产权服务网点管理规定》", "服务网点规定")),
    "{d}": (TESE, ("《地方特色食品名称保护规定（征求意见稿）》",)),
}


def read_text(name: str) -> str:
    """A file of this package, as text."""
    return (files("sample") / name).read_text("utf-8")


def read_rows(name: str, columns: int) -> list[tuple[str, ...]]:
    """Rows of a `a|b|c` file, comments and blank lines left out; the last column may hold bars."""
    lines = (line for line in read_text(name).splitlines() if line and not line.startswith("#"))
    return [tuple(line.split("|", columns - 1)) for line in lines]


def read_toml(name: str) -> dict[str, Any]:
    """A TOML file of this package."""
    return tomllib.loads(read_text(name))


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence with its mentions filled in; `policy` is the one it names, None if it names none."""

    text: str
    policy: PolicyId | None


def fill(template: str, *key: object) -> Written:
    """Replace each placeholder by one way people write the policy's name."""
    policy = None
    for mark, (named, ways) in _MENTIONS.items():
        if mark in template:
            policy = named
            template = template.replace(mark, pick(ways, mark, *key))
    return Written(template, policy)


def named_policy(text: str) -> PolicyId | None:
    """The policy that ready-made text names in one of our ways, or None."""
    for policy, ways in _MENTIONS.values():
        if any(way.strip("《》").removesuffix("文") in text for way in ways):
            return policy
    return None

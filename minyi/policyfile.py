"""Reads policies from a TOML file of `[[policy]]` tables, or JSON: a list, an object with `policy`, or lines.

What `minyi policies list --json` prints is such a file.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

from minyi.errors import ConfigError
from minyi.models import Policy
from minyi.tables import read_table

_OLD_NAMES = {"stage": "status"}
_NOT_IN_IDS = "'\"`$\\"  # ids stand in commands that mails offer to copy
_JSON = (".json", ".jsonl", ".ndjson")


def load_policies(path: Path) -> list[Policy]:
    """Read and check every policy of the file, in its order; at least one.

    Raises:
        ConfigError: no such file, no TOML or JSON, an unknown or missing key, an empty or repeated id.
    """
    file = str(path)
    try:
        text = path.read_text("utf-8-sig")
        rows = _json_rows(text) if path.suffix.lower() in _JSON else tomllib.loads(text).get("policy")
    except RecursionError:
        raise ConfigError("嵌套过深", file=file) from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"无法读取：{error}", file=file) from error
    if not isinstance(rows, list) or not rows:
        raise ConfigError("没有找到政策；TOML 应为若干 [[policy]] 表，JSON 应为列表", file=file)
    found: dict[str, Policy] = {}
    for number, row in enumerate(rows):
        key = f"policy[{number}]"
        policy = read_table(Policy, _renamed(row), file=file, key=key)
        _check(policy, file, key)
        if policy.id in found:
            raise ConfigError(f"政策编号 {policy.id} 重复", file=file, key=f"{key}.id")
        found[policy.id] = policy
    return list(found.values())


def _json_rows(text: str) -> object:
    """The one list of the text, or its objects one after another."""
    decoder, values, rest = json.JSONDecoder(), [], text.strip()
    while rest:
        value, end = decoder.raw_decode(rest)
        values.append(value)
        rest = rest[end:].lstrip()
    if len(values) != 1:
        return values
    (only,) = values
    return only.get("policy", values) if isinstance(only, dict) else only


def _check(policy: Policy, file: str, key: str) -> None:
    if not policy.id or any(c in _NOT_IN_IDS or c.isspace() or not c.isprintable() for c in policy.id):
        raise ConfigError("不能为空，也不能含空格、引号、$ 或 \\", file=file, key=f"{key}.id")
    if not policy.title.strip():
        raise ConfigError("不能为空", file=file, key=f"{key}.title")
    items = [item.id for item in policy.watch]
    if len(items) != len(set(items)):
        raise ConfigError("误读清单的编号重复", file=file, key=f"{key}.watch")


def _renamed(row: object) -> object:
    if not isinstance(row, Mapping):
        return row
    return {_OLD_NAMES.get(name, name): value for name, value in row.items()}

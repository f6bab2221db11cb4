"""Reads a TOML or JSON table into a frozen dataclass: a field's name is the key, its type the check.

An unknown key is an error that names the nearest known one; every error names file and dotted key.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import MISSING, Field, field, fields, is_dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from minyi.clock import LOCAL, parse_time
from minyi.errors import ConfigError

T = TypeVar("T")

MAX_TEXT = 20_000
"""Longest string accepted, code points."""

_WORDS = {
    str: "文字",
    bool: "true 或 false",
    int: "整数",
    float: "数",
    list: "列表",
    dict: "表",
    date: "日期",
    datetime: "时间",
}


def within(default: float, low: float, high: float) -> Any:
    """A field that holds a number in [low, high] when it is read from a table."""
    return field(default=default, metadata={"within": (low, high)})


def read_table(kind: type[T], raw: object, *, file: str, key: str = "") -> T:
    """Build a dataclass from a table. A field with metadata `{"key": False}` is not read.

    Raises:
        ConfigError: an unknown, missing or ill-typed key, with the file and the dotted key.
    """
    if not isinstance(raw, Mapping):
        raise ConfigError(f"应为一个表，而不是{_kind_name(raw)}", file=file, key=key)
    known = _known_fields(kind)
    hints = get_type_hints(kind)
    for name in raw:
        if name not in known:
            raise ConfigError(_unknown(str(name), known), file=file, key=_join(key, str(name)))
    values: dict[str, Any] = {}
    for name, spec in known.items():
        if name in raw:
            values[name] = _read_value(hints[name], raw[name], file=file, key=_join(key, name))
            _check_within(spec, values[name], file=file, key=_join(key, name))
        elif spec.default is MISSING and spec.default_factory is MISSING:
            raise ConfigError("缺少这一项", file=file, key=_join(key, name))
    return kind(**values)


def _known_fields(kind: type) -> dict[str, Field[Any]]:
    if not is_dataclass(kind):
        raise TypeError(kind)
    return {f.name: f for f in fields(kind) if f.metadata.get("key", True)}


def _check_within(spec: Field[Any], value: Any, *, file: str, key: str) -> None:
    if "within" not in spec.metadata:
        return
    low, high = spec.metadata["within"]
    if not low <= value <= high:  # "not a number" is in no range
        raise ConfigError(f"应为 {low} 至 {high} 之间的数，而不是 {value}", file=file, key=key)


def _unknown(name: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"没有这一项；是否想写 {near[0]}？" if near else f"没有这一项；可用的有 {'、'.join(known)}"


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _kind_name(value: object) -> str:
    return _WORDS.get(type(value), type(value).__name__)


def _read_value(hint: Any, value: object, *, file: str, key: str) -> Any:  # noqa: PLR0911 - one return a type
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        inner = next(a for a in get_args(hint) if a is not type(None))
        return None if value is None else _read_value(inner, value, file=file, key=key)
    if origin is tuple:
        return _read_tuple(get_args(hint)[0], value, file=file, key=key)
    if origin is Literal:
        return _read_choice(get_args(hint), value, file=file, key=key)
    if is_dataclass(hint) and isinstance(hint, type):
        return read_table(hint, value, file=file, key=key)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(_read_choice(tuple(m.value for m in hint), value, file=file, key=key))
    if hint is datetime:
        return _read_time(value, file=file, key=key)
    return _read_plain(getattr(hint, "__supertype__", hint), value, file=file, key=key)


def _read_tuple(inner: Any, value: object, *, file: str, key: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise ConfigError(f"应为列表 [...]，而不是{_kind_name(value)}", file=file, key=key)
    return tuple(_read_value(inner, item, file=file, key=f"{key}[{n}]") for n, item in enumerate(value))


def _read_choice(choices: tuple[str, ...], value: object, *, file: str, key: str) -> str:
    if value not in choices:
        raise ConfigError(f"应为 {'、'.join(choices)} 之一，而不是 {value!r}", file=file, key=key)
    return str(value)


def _read_time(value: object, *, file: str, key: str) -> datetime:
    """A TOML time or date, or ISO 8601 text; without a zone it is Asia/Shanghai."""
    if isinstance(value, str):
        try:
            return parse_time(value)
        except ValueError:
            raise ConfigError(f"{value!r} 不是时间，应写作 2026-01-31T09:00", file=file, key=key) from None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=LOCAL)).astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), LOCAL).astimezone(UTC)
    raise ConfigError(f"应为时间，而不是{_kind_name(value)}", file=file, key=key)


def _read_plain(kind: type, value: object, *, file: str, key: str) -> object:
    if kind is float and type(value) is int:
        return float(value)
    if kind is date and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ConfigError(f"{value!r} 不是日期，应写作 2026-01-31", file=file, key=key) from None
    if type(value) is not kind:
        raise ConfigError(
            f"应为{_WORDS.get(kind, kind.__name__)}，而不是{_kind_name(value)}", file=file, key=key
        )
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise ConfigError(f"文字过长（最多 {MAX_TEXT} 字）", file=file, key=key)
    return value

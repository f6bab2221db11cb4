"""Short spellings of the small lists a post carries: readable, unambiguous, a third shorter than JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring as quoted

from minyi.models import Evidence

_METRICS = ("comments", "likes", "reposts", "views")
_KNOWN = frozenset(_METRICS)

to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
"""Compact JSON; no line feed or tab stands in it."""


def tight(name: str) -> str | bytes:
    """A name of lower-case hexadecimal digits as half as many bytes, any other as it is."""
    try:
        packed = bytes.fromhex(name)
    except ValueError:
        return name
    return packed if packed and packed.hex() == name else name


def loose(value: str | bytes) -> str:
    """Read `tight` back."""
    return value.hex() if isinstance(value, bytes) else value


def pack_metrics(metrics: Mapping[str, int]) -> str | None:
    """`5,33,,2` for the four usual ones in alphabetical order, else JSON; None for none."""
    if not metrics:
        return None
    if metrics.keys() <= _KNOWN:
        return ",".join([str(metrics.get(name, "")) for name in _METRICS])
    return to_json(dict(sorted(metrics.items())))


def unpack_metrics(packed: str | None) -> Mapping[str, int]:
    """Read `pack_metrics` back."""
    if packed is None:
        return {}
    if packed.startswith("{"):
        read: dict[str, int] = json.loads(packed)
        return read
    return {name: int(count) for name, count in zip(_METRICS, packed.split(","), strict=True) if count}


def pack_words(words: Sequence[str]) -> str | None:
    """One word a line, each spelled as inside a JSON string; None for none."""
    return "\n".join(map(quoted, words))[1:-1].replace('"\n"', "\n") if words else None


def unpack_words(packed: str | None) -> tuple[str, ...]:
    """Read `pack_words` back."""
    return tuple(json.loads('["' + packed.replace("\n", '","') + '"]')) if packed is not None else ()


def pack_evidence(evidence: Sequence[Evidence]) -> str | None:
    """Lines of word, start, length where it is not the word's, weight and reason; None for none."""
    if not evidence:
        return None
    return "\n".join(
        [
            f"{quoted(one.word)[1:-1]}\t{one.start}\t{_length(one)}\t{one.weight!r}\t{quoted(one.reason)[1:-1]}"
            for one in evidence
        ]
    )


def _length(one: Evidence) -> int | str:
    length = one.end - one.start
    return "" if length == len(one.word) else length


def unpack_evidence(packed: str | None) -> tuple[Evidence, ...]:
    """Read `pack_evidence` back."""
    return tuple(map(_evidence, packed.split("\n"))) if packed is not None else ()


def _evidence(line: str) -> Evidence:
    spelled, start, length, weight, reason = line.split("\t")
    word: str = json.loads(f'"{spelled}"')
    end = int(start) + (int(length) if length else len(word))
    return Evidence(word, int(start), end, json.loads(weight), json.loads(f'"{reason}"'))

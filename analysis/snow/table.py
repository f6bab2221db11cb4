"""The flat file that holds the compiled model: header, checksum, values.

Layout, native byte order: magic (8 bytes), fingerprint (32: what it was built from and on), SHA-256
of the rest (32), then, in the order of `Table`'s fields, each one's kind (1 byte: an array's type code, t for
UTF-8, y for bytes), its length in bytes (8) and its bytes.
"""

from __future__ import annotations

import hashlib
import os
import struct
import tempfile
from array import array
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from minyi.errors import ResourceError

_MAGIC = b"MINYISN1"
_HEAD = len(_MAGIC) + 32 + 32
_ITEM = struct.Struct("=cQ")
_TEXT, _BYTES = "t", "y"  # besides the type codes of arrays


START = "^"
"""Stands for the start of a run, before its first character."""

PAIR = struct.Struct("=IBBdII")
"""A pair: where its entries start, how many they are, code and value of the first, where the trigrams that
begin with it start and end."""


@dataclass(frozen=True, slots=True)
class Table:
    """The compiled model. Tags b, m, e, s are 0-3; a state is tag * 4 + previous tag, that of `START` 0.

    Values are natural logarithms, sums of probabilities inside.
    """

    characters: str
    """`START`, then the known characters, ascending."""
    single: array[float]
    """Per character and tag: log of the unigram part alone; -inf for a tag never seen."""
    pair_starts: array[int]
    """Where the pairs that begin with each character stand in `pair_seconds`; one more at the end."""
    pair_seconds: str
    """Second character, ascending within a first one."""
    pairs: bytes
    """A `PAIR` each."""
    entry_codes: array[int]
    """Tag of the second * 4 + tag of the first (0 for `START`), ascending within a pair."""
    entry_values: array[float]
    """log(unigram + bigram part)."""
    triple_thirds: str
    """Third character, ascending within a pair."""
    triple_codes: array[int]
    """(state before) * 64 + (state after) * 4 + previous tag of the state before."""
    triple_values: array[float]
    """log(unigram + bigram + trigram part)."""
    words: str
    """The vocabulary, words separated by a line feed."""
    negative: array[float]
    """Per word: log of its share of the negative class."""
    positive: array[float]
    stop_words: str
    """Separated by a line feed."""
    constants: array[float]
    """log prior of negative, of positive; log share of a word unseen in negative, in positive."""


def write_table(path: Path, fingerprint: bytes, table: Table) -> None:
    """Write under a temporary name beside `path`, sync, rename."""
    parts: list[bytes] = []
    for spec in fields(table):
        kind, count, data = _packed(getattr(table, spec.name))
        parts += [_ITEM.pack(kind.encode(), count), data]
    body = b"".join(parts)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_MAGIC + fingerprint + hashlib.sha256(body).digest() + body)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)  # after the rename there is none


def read_table(path: Path, fingerprint: bytes) -> Table:
    """Read and check the whole file.

    Raises:
        FileNotFoundError: there is none.
        ResourceError: it is damaged, truncated, or built from or on something else.
    """
    data = memoryview(path.read_bytes())
    if len(data) < _HEAD or bytes(data[:8]) != _MAGIC or bytes(data[8:40]) != fingerprint:
        raise ResourceError(f"{path}：情感模型表不是本程序所建或已过期")
    body = data[_HEAD:]
    if hashlib.sha256(body).digest() != bytes(data[40:72]):
        raise ResourceError(f"{path}：情感模型表已损坏")
    values: list[Any] = []
    at = 0
    for _ in fields(Table):
        kind, count = _ITEM.unpack_from(body, at)
        at += _ITEM.size
        values.append(_unpacked(kind.decode(), body[at : at + count]))
        at += count
    return Table(*values)


def _packed(value: str | bytes | array[Any]) -> tuple[str, int, bytes]:
    """Kind, number of bytes, bytes."""
    if isinstance(value, array):
        return value.typecode, len(value) * value.itemsize, value.tobytes()
    data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    return _TEXT if isinstance(value, str) else _BYTES, len(data), data


def _unpacked(kind: str, data: memoryview) -> str | bytes | array[Any]:
    if kind == _TEXT:
        return str(data, "utf-8", "surrogatepass")
    if kind == _BYTES:
        return bytes(data)
    items: array[Any] = array(kind)
    items.frombytes(data)
    return items

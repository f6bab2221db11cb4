"""The flat file that holds the compiled model: header, checksum, arrays.

Layout, native byte order: magic (8 bytes), fingerprint (32: what it was built from and on), SHA-256
of the rest (32), then per array its type code (1 byte), its length in items (8) and its items, in
the order of `Table`'s fields.
"""

from __future__ import annotations

import hashlib
import os
import struct
import tempfile
from array import array
from dataclasses import dataclass, fields
from pathlib import Path

from minyi.errors import ResourceError

_MAGIC = b"MINYISN1"
_HEAD = len(_MAGIC) + 32 + 32
_ITEM = struct.Struct("=cQ")


@dataclass(frozen=True, slots=True)
class Table:
    """The compiled model. Tags b, m, e, s are 0-3; N is the number of known characters.

    A character is an index into `characters`; index N is the sentence start. A pair's key is
    first * (N + 1) + second. Values are natural logarithms, sums of probabilities inside.
    """

    characters: array[int]
    """Code points, ascending."""
    single: array[float]
    """Per character and tag: log of the unigram part alone; -inf for a tag never seen."""
    pair_keys: array[int]
    """Ascending."""
    pair_starts: array[int]
    """Where each pair's entries begin in `pair_codes`; one more at the end."""
    pair_codes: array[int]
    """tag2 * 4 + tag1 (tag1 = 0 after the sentence start)."""
    pair_values: array[float]
    """log(unigram + bigram part)."""
    triple_starts: array[int]
    """Where the trigrams that begin with each pair stand in `triple_thirds`; one more at the end."""
    triple_thirds: array[int]
    """Third character, ascending within a pair."""
    triple_codes: array[int]
    """(state before) * 64 + (state after) * 4 + tag1; a state is tag * 4 + previous tag, that of the
    sentence start 0."""
    triple_values: array[float]
    """log(unigram + bigram + trigram part)."""
    words: array[int]
    """UTF-8 of the vocabulary, words separated by a line feed."""
    negative: array[float]
    """Per word: log of its share of the negative class."""
    positive: array[float]
    stop_words: array[int]
    """UTF-8, separated by a line feed."""
    constants: array[float]
    """log prior negative, log prior positive, log share of an unseen word negative, positive."""


def write_table(path: Path, fingerprint: bytes, table: Table) -> None:
    """Write under a temporary name beside `path`, sync, rename."""
    parts: list[bytes] = []
    for spec in fields(table):
        items: array[int] | array[float] = getattr(table, spec.name)
        parts += [_ITEM.pack(items.typecode.encode(), len(items)), items.tobytes()]
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
        temporary.unlink(missing_ok=True)  # no more there once renamed


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
    arrays = []
    at = 0
    for _ in fields(Table):
        code, count = _ITEM.unpack_from(body, at)
        items = array(code.decode())
        at += _ITEM.size
        size = count * items.itemsize
        items.frombytes(body[at : at + size])
        at += size
        arrays.append(items)
    return Table(*arrays)

"""Choices that look random and are the same on every machine and every run.

A choice is a hash of its key, not the state of a generator: adding a post changes no other post.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


def fraction(*key: object) -> float:
    """A number in [0, 1) that depends on the key alone."""
    digest = blake2b("\x1f".join(map(str, key)).encode(), digest_size=6).digest()
    return int.from_bytes(digest) / 2**48


def pick(choices: Sequence[T], *key: object) -> T:
    """One of the choices (at least one), each equally likely."""
    return choices[int(fraction(*key) * len(choices))]

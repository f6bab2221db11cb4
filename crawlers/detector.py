"""The one door to faust-cchardet, which has no types."""

from __future__ import annotations

import codecs

import cchardet

_SAMPLE_BYTES = 100_000


def detect(body: bytes) -> str | None:
    """The encoding its bytes look like, as Python names it, or None when nothing is likely."""
    name = cchardet.detect(body[:_SAMPLE_BYTES]).get("encoding")
    try:
        return codecs.lookup(name).name if name else None
    except LookupError:
        return None

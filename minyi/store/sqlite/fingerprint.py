"""The hash of all that a post says: with an equal one it brings nothing new, with another a row is damaged.

A re-crawl is mostly posts that are stored already, so this runs more often than anything else here: one
call spells the fields as JSON, in which no two posts spell alike and a number may have any size.
"""

from __future__ import annotations

import hashlib
from operator import attrgetter

import msgspec

from minyi.models import Post, Precision
from minyi.store.sqlite.facts import seconds

SIZE = 8
"""Bytes of a fingerprint."""

_SAID = attrgetter(
    *("text", "title", "parent_title", "source", "platform", "content", "official", "sample", "precision"),
    *("native_id", "url", "lang", "region", "author", "cluster", "metrics", "keywords", "matches", "claims"),
)
_spell = msgspec.json.Encoder(enc_hook=dict, order="deterministic").encode
"""Names of metrics in alphabetical order; a mapping that is no dict becomes one."""


def fingerprint(post: Post) -> bytes:
    """Hash everything source and analysis say of a post, as it is after a way through the record.

    First-seen time is no part of it, nor a published time that only repeats it (precision none). The hash
    is kept beside each post: a field more or another spelling needs a new schema version.

    Raises:
        UnicodeEncodeError: a string holds a lone surrogate.
    """
    published = None if post.precision is Precision.NONE else seconds(post.published)
    feeling = post.sentiment
    judged = None
    if feeling:
        snownlp = None if feeling.snownlp is None else float(feeling.snownlp)
        judged = (
            feeling.label,
            feeling.model_version,
            feeling.evidence,
            round(feeling.polarity * 1000),
            snownlp,
        )
    return hashlib.blake2b(_spell((_SAID(post), published, judged)), digest_size=SIZE).digest()

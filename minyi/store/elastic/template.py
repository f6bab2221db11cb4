"""Mappings and settings of every index. Nothing needs a plugin, a script, a data stream or ILM.

`zh` indexes each Han character and each pair of neighbours (`cjk_bigram` with single characters), and
asks by pairs: a phrase of pairs is then an exact substring, for the single characters keep two runs with
punctuation between them from looking adjacent. Words of other scripts are asked in `words`, whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

SCHEMA = 1
"""Raised when an index of an older shape can no longer be read or written: then a fresh rebuild is due."""

TEMPLATE_VERSION = 2
"""Raised with every change of the template, additions too."""

PRIORITY = 500

Body: TypeAlias = Mapping[str, Any]

_KEYWORD: Body = {"type": "keyword", "ignore_above": 8_000}
"""8,000 characters are at most 32,000 bytes; a longer term would make the cluster refuse the document."""
_LONG: Body = {"type": "long"}
_DATE: Body = {"type": "date"}
_DOUBLE: Body = {"type": "double"}
_FLAG: Body = {"type": "boolean"}
_TEXT: Body = {"type": "text", "analyzer": "zh", "search_analyzer": "zh_search"}

_BIGRAM: Body = {"type": "cjk_bigram", "ignored_scripts": ["hiragana", "katakana", "hangul"]}

ANALYSIS: Body = {
    "filter": {"zh_pairs": _BIGRAM, "zh_pairs_and_singles": {**_BIGRAM, "output_unigrams": True}},
    "analyzer": {
        "zh": {
            "type": "custom",
            "tokenizer": "standard",
            "filter": ["cjk_width", "lowercase", "zh_pairs_and_singles"],
        },
        "zh_search": {
            "type": "custom",
            "tokenizer": "standard",
            "filter": ["cjk_width", "lowercase", "zh_pairs"],
        },
    },
}

POSTS: Body = {
    **dict.fromkeys(
        ("id", "source", "platform", "content", "author", "lang", "region", "label", "precision"), _KEYWORD
    ),
    **dict.fromkeys(("cluster", "text_hash", "hour_cn", "policies", "keywords", "misread"), _KEYWORD),
    "url": {"type": "keyword", "ignore_above": 2_048},
    "title_raw": _KEYWORD,
    "words": {**_KEYWORD, "doc_values": False},
    "title": _TEXT,
    "text": _TEXT,
    **dict.fromkeys(("published", "first_seen", "indexed"), _DATE),
    **dict.fromkeys(("rid", "revision", "likes", "comments", "reposts", "views"), _LONG),
    "polarity": _DOUBLE,
    **dict.fromkeys(("official", "sample"), _FLAG),
    "extra": {"type": "object", "enabled": False},
}
"""Fields of a post. `extra` is kept, not indexed: what only an answer needs (evidence, matches, claims)."""

POLICIES: Body = {
    **dict.fromkeys(("id", "doc_number", "title", "department", "kind", "status"), _KEYWORD),
    **dict.fromkeys(("released_at", "consult_from", "consult_to", "interpretation_at"), _DATE),
}

ALERTS: Body = {
    **dict.fromkeys(("id", "policy", "rule", "level", "state", "concern_class"), _KEYWORD),
    **dict.fromkeys(
        ("detected_at", "told_at", "acknowledged_at", "responded_at", "resolved_at", "due_at"), _DATE
    ),
    **dict.fromkeys(("observed", "expected", "score", "acknowledge_minutes", "respond_minutes"), _DOUBLE),
    "voices": _LONG,
}

HEALTH: Body = {
    **dict.fromkeys(("source", "state"), _KEYWORD),
    "at": _DATE,
    "last_success": _DATE,
    **dict.fromkeys(
        ("pages", "items", "new", "errors", "blocked", "lag_seconds", "lag_posts", "dead"), _LONG
    ),
}
"""One row a source and hour; `source` "" is the projection itself, with its lag and its dead letters."""

SIDE_INDICES: Mapping[str, Body] = {"policies": POLICIES, "alerts": ALERTS, "health": HEALTH}


def mappings(properties: Body) -> dict[str, Any]:
    """A strict mapping: an unknown field is refused, never guessed."""
    return {"dynamic": "strict", "_meta": {"schema": SCHEMA}, "properties": dict(properties)}


def settings(*, analysis: bool) -> dict[str, Any]:
    """One shard; one replica as soon as there is a second node, so that a single node is green."""
    index: dict[str, Any] = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}
    return {"index": {**index, "analysis": ANALYSIS} if analysis else index}

"""A stored post as a document of the cluster, and back without loss."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from minyi.clock import LOCAL
from minyi.models import (
    Claim,
    Evidence,
    Label,
    Match,
    PolicyId,
    Post,
    PostId,
    Precision,
    Sentiment,
    SourceId,
    Stance,
    StoredPost,
)
from minyi.store import tokens
from minyi.store.elastic.rare import spell
from minyi.text import search_key

Document: TypeAlias = dict[str, Any]

METRICS = ("likes", "comments", "reposts", "views")
"""Metrics with a field of their own; others stay in `extra`."""

LABELS: Mapping[Label, str] = {label: label.chinese for label in Label}
_LABEL_OF = {chinese: label for label, chinese in LABELS.items()}
_TITLE_SHOWN = 512
_PLAIN = ("source", "platform", "content", "url", "author", "lang", "region")
_TIMED = (Precision.MINUTE, Precision.HOUR)


def label_name(value: str) -> str:
    """The record's name of a stored label."""
    return _LABEL_OF[value].value


def to_document(stored: StoredPost) -> Document:
    """The whole document; absent values are left out. Equal posts give equal documents.

    `title` and `text` are search keys, which is what is searched; the words as shown are in `title_raw`
    and, where they differ, in `extra`. A post of unknown time has no `published`, so no time range and
    no curve holds it. A post of no cluster is its own, so that distinct voices can be counted.
    """
    post = stored.post
    title, text = search_key(post.title) if post.title else "", search_key(post.text)
    document: Document = {
        "id": post.id,
        **{name: value for name in _PLAIN if (value := getattr(post, name)) is not None},
        "precision": post.precision.value,
        "cluster": post.cluster or post.id,
        "policies": sure_policies(post),
        "words": _words(title, text),
        "title": spell(title),
        "title_raw": post.title[:_TITLE_SHOWN],
        "text": spell(text),
        "text_hash": hashlib.blake2b(f"{title}\0{text}".encode(), digest_size=8).hexdigest(),
        "first_seen": _iso(post.first_seen),
        "indexed": _iso(stored.indexed),
        "rid": stored.rid,
        "revision": stored.revision,
        "official": post.official,
        "sample": post.sample,
        **{name: value for name, value in post.metrics.items() if name in METRICS},
    }
    _add_time(document, post)
    _add_judgement(document, post)
    extra = _extra(post, document)
    if extra:
        document["extra"] = extra
    return document


def sure_policies(post: Post) -> list[str]:
    """Policies that are counted, each once."""
    return list(dict.fromkeys(match.policy for match in post.matches if match.sure))


def _words(title: str, text: str) -> list[str]:
    """Runs of letters and digits that are not Han, each once."""
    found = [*tokens.runs(title), *tokens.runs(text)]
    return list(dict.fromkeys(run for run in found if not tokens.is_han(run)))


def _add_time(document: Document, post: Post) -> None:
    if post.precision is not Precision.NONE:
        document["published"] = _iso(post.published)
    if post.precision in _TIMED:
        document["hour_cn"] = f"{post.published.astimezone(LOCAL).hour:02}"


def _add_judgement(document: Document, post: Post) -> None:
    feeling = post.sentiment
    if feeling is not None:
        document["label"] = LABELS[feeling.label]
        document["polarity"] = feeling.polarity
    if post.keywords:
        document["keywords"] = list(post.keywords)
    stances = [
        f"{one.policy}/{one.item}:{one.stance.value}"
        for one in post.claims
        if one.stance is not Stance.UNCLEAR
    ]
    if stances:
        document["misread"] = list(dict.fromkeys(stances))


def _extra(post: Post, document: Document) -> Document:
    """What only an answer needs."""
    feeling = post.sentiment
    values: dict[str, Any] = {
        "native_id": post.native_id,
        "parent_title": post.parent_title or None,
        "title": post.title if post.title != document["title_raw"] else None,
        "text": post.text if post.text != document["text"] else None,
        "cluster": None if post.cluster else "",
        "metrics": {name: n for name, n in post.metrics.items() if name not in METRICS} or None,
        "matches": [[one.policy, one.via, one.sure] for one in post.matches] or None,
        "claims": [[one.policy, one.item, one.stance.value, one.cue] for one in post.claims] or None,
    }
    if feeling is not None:
        values |= {
            "snownlp": feeling.snownlp,
            "model": feeling.model_version,
            "evidence": [[e.word, e.start, e.end, e.weight, e.reason] for e in feeling.evidence] or None,
        }
    return {name: value for name, value in values.items() if value is not None}


def to_stored(document: Document) -> StoredPost:
    """Read `to_document` back."""
    extra: Any = document.get("extra", {})
    first_seen = _time(document["first_seen"])
    metrics = {name: document[name] for name in METRICS if name in document} | extra.get("metrics", {})
    post = Post(
        id=PostId(document["id"]),
        source=SourceId(document["source"]),
        platform=document["platform"],
        content=document["content"],
        text=extra.get("text", document["text"]),
        published=_time(document["published"]) if "published" in document else first_seen,
        precision=Precision(document["precision"]),
        first_seen=first_seen,
        native_id=extra.get("native_id"),
        url=document.get("url"),
        title=extra.get("title", document["title_raw"]),
        parent_title=extra.get("parent_title", ""),
        author=document.get("author"),
        metrics=metrics,
        lang=document.get("lang"),
        region=document.get("region"),
        official=document["official"],
        sample=document["sample"],
        sentiment=_sentiment(document, extra),
        matches=tuple(Match(PolicyId(p), via, sure) for p, via, sure in extra.get("matches", ())),
        claims=tuple(Claim(PolicyId(p), item, Stance(s), cue) for p, item, s, cue in extra.get("claims", ())),
        cluster=extra.get("cluster", document["cluster"]),
        keywords=tuple(document.get("keywords", ())),
    )
    return StoredPost(post, document["rid"], document["revision"], _time(document["indexed"]))


def _sentiment(document: Document, extra: Document) -> Sentiment | None:
    if "label" not in document:
        return None
    return Sentiment(
        polarity=document["polarity"],
        label=_LABEL_OF[document["label"]],
        evidence=tuple(Evidence(*one) for one in extra.get("evidence", ())),
        snownlp=extra.get("snownlp"),
        model_version=extra["model"],
    )


def _iso(when: datetime) -> str:
    """To the second, UTC; the record keeps no finer times of posts."""
    return when.astimezone(UTC).isoformat(timespec="seconds")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)

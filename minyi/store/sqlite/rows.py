"""A post as rows, and rows as a post."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from minyi.models import (
    Claim,
    Evidence,
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
from minyi.store.sqlite.ask import Row
from minyi.store.sqlite.facts import LABELS, PRECISIONS, UNSCORED, Facts, from_seconds, number, seconds

_LABEL_OF = tuple(LABELS)
_PRECISION_OF = tuple(PRECISIONS)

COLUMNS = (
    "rid, published, precision, label, polarity, source, first_seen, indexed, revision, id, cluster, author, "
    "fingerprint, text_hash, platform, content, official, sample, native_id, url, lang, region, "
    "metrics, keywords, "
    "snownlp, model_version, evidence, parent_title, title, text"
)
"""Columns of `posts`, in the order of `post_row`."""
INSERT = f"INSERT INTO posts({COLUMNS}) VALUES({','.join('?' * (COLUMNS.count(',') + 1))})"

_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def fingerprint(post: Post) -> bytes:
    """Hash of all that source and analysis say: equal hash = unchanged post.

    First-seen time is no part of it, nor a published time that only repeats it (precision none).

    Raises:
        UnicodeEncodeError: a string holds a lone surrogate.
    """
    feeling = post.sentiment
    said = (
        post.text,
        post.title,
        post.parent_title,
        post.source,
        post.platform,
        post.content,
        post.official,
        post.sample,
        post.native_id,
        post.url,
        post.lang,
        post.region,
        post.author,
        post.cluster,
        None if post.precision is Precision.NONE else seconds(post.published),
        PRECISIONS[post.precision],
        sorted(post.metrics.items()),
        post.keywords,
        _judged(feeling) if feeling else None,
        [(match.policy, match.via, match.sure) for match in post.matches],
        [(claim.policy, claim.item, claim.stance, claim.cue) for claim in post.claims],
    )
    return hashlib.blake2b(_to_json(said).encode(), digest_size=16).digest()


def _judged(feeling: Sentiment) -> tuple[object, ...]:
    return (
        LABELS[feeling.label],
        round(feeling.polarity * 1000),
        feeling.snownlp,
        feeling.model_version,
        _evidence(feeling),
    )


def _evidence(feeling: Sentiment) -> list[tuple[str, int, int, float, str]]:
    return [(one.word, one.start, one.end, one.weight, one.reason) for one in feeling.evidence]


def text_hash(post: Post) -> int:
    """Hash of what the text index was made of."""
    return number(f"{post.title}\0{post.text}")


def post_row(rid: int, post: Post, facts: Facts, said: bytes, indexed: int, revision: int) -> Row:  # noqa: PLR0917 - a row
    """The row for `INSERT`; `said` is the post's fingerprint."""
    feeling = post.sentiment
    return (
        rid,
        facts.published,
        facts.precision,
        facts.label,
        facts.polarity,
        facts.sid,
        facts.first_seen,
        indexed,
        revision,
        post.id,
        post.cluster,
        post.author,
        said,
        text_hash(post),
        post.platform,
        post.content,
        int(post.official),
        int(post.sample),
        post.native_id,
        post.url,
        post.lang,
        post.region,
        _to_json(dict(sorted(post.metrics.items()))) if post.metrics else None,
        _to_json(post.keywords) if post.keywords else None,
        feeling.snownlp if feeling else None,
        feeling.model_version if feeling else None,
        _to_json(_evidence(feeling)) if feeling and feeling.evidence else None,
        post.parent_title,
        post.title,
        post.text,
    )


def stored_post(row: Row, source: str, matches: Sequence[Match], claims: Sequence[Claim]) -> StoredPost:
    """Build back what `post_row` took apart; times in whole seconds, polarity in thousandths."""
    (
        rid,
        published,
        precision,
        label,
        polarity,
        _sid,
        first_seen,
        indexed,
        revision,
        post_id,
        cluster,
        author,
    ) = row[:12]
    (platform, content, official, sample, native_id, url, lang, region, metrics, keywords) = row[14:24]
    (snownlp, model_version, evidence, parent_title, title, text) = row[24:]
    post = Post(
        id=PostId(post_id),
        source=SourceId(source),
        platform=platform,
        content=content,
        text=text,
        published=from_seconds(published),
        precision=_PRECISION_OF[precision],
        first_seen=from_seconds(first_seen),
        native_id=native_id,
        url=url,
        title=title,
        parent_title=parent_title,
        author=author,
        metrics=json.loads(metrics) if metrics else {},
        lang=lang,
        region=region,
        official=bool(official),
        sample=bool(sample),
        sentiment=None
        if label == UNSCORED
        else _sentiment(label, polarity, snownlp, model_version, evidence),
        matches=tuple(matches),
        claims=tuple(claims),
        cluster=cluster,
        keywords=tuple(json.loads(keywords)) if keywords else (),
    )
    return StoredPost(post, rid, revision, from_seconds(indexed))


def _sentiment(
    label: int, polarity: int, snownlp: float | None, model_version: str, evidence: str | None
) -> Sentiment:
    found = tuple(Evidence(*one) for one in json.loads(evidence)) if evidence else ()
    return Sentiment(polarity / 1000, _LABEL_OF[label], found, snownlp, model_version)


def match_of(policy: str, via: str, sure: int) -> Match:
    """A row of `post_match`."""
    return Match(PolicyId(policy), via, bool(sure))


def claim_of(policy: str, item: str, stance: str, cue: str) -> Claim:
    """A row of `claims`."""
    return Claim(PolicyId(policy), item, Stance(stance), cue)

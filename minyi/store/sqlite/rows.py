"""A post as rows of `posts` and `post_body`, and those rows as a post."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from minyi.models import (
    Claim,
    Match,
    PolicyId,
    Post,
    PostId,
    Sentiment,
    SourceId,
    Stance,
    StoredPost,
)
from minyi.store.sqlite.ask import Row
from minyi.store.sqlite.facts import LABELS, PRECISIONS, UNSCORED, Facts, from_seconds
from minyi.store.sqlite.names import Shared
from minyi.store.sqlite.packing import (
    loose,
    pack_evidence,
    pack_metrics,
    pack_words,
    tight,
    unpack_evidence,
    unpack_metrics,
    unpack_words,
)

_LABEL_OF = tuple(LABELS)
_PRECISION_OF = tuple(PRECISIONS)

SELECT = (
    "SELECT p.rid, p.published, p.precision, p.label, p.polarity, p.source, p.first_seen, p.indexed, "
    "p.revision, p.id, p.cluster, p.author, p.fingerprint, "
    "s.platform, b.content, s.official, s.sample, b.native_id, b.url, b.lang, b.region, "
    "b.metrics, b.keywords, b.snownlp, s.model_version, b.evidence, b.parent_title, b.title, b.text "
    "FROM posts p CROSS JOIN post_body b ON b.body = p.body CROSS JOIN post_shared s ON s.shared = b.shared"
)
"""Rows for `stored_post`; a condition on `p` may follow."""
RID, SOURCE, FIRST_SEEN, INDEXED, REVISION, ID, FINGERPRINT = 0, 5, 6, 7, 8, 9, 12
"""Places in such a row."""


def seal(rid: int, first_seen: int, indexed: int, revision: int) -> bytes:
    """Four bytes that tell damage in what Minyi itself notes of a post; nothing else repeats it."""
    return zlib.crc32(b"%d %d %d %d" % (rid, first_seen, indexed, revision)).to_bytes(4, "big")


def post_row(rid: int, post: Post, facts: Facts, said: bytes, indexed: int, revision: int, body: int) -> Row:  # noqa: PLR0917 - a row
    """The row of `posts`; `said` is fingerprint and seal, `body` the number of its row of `post_body`."""
    return (
        rid,
        facts.published,
        facts.precision,
        facts.label,
        facts.polarity,
        facts.sid,
        facts.evident,
        facts.first_seen,
        indexed,
        revision,
        body,
        post.id,
        post.cluster,
        tight(post.author) if post.author is not None else None,
        said,
    )


def body_row(body: int, post: Post, shared: int) -> Row:
    """The row of `post_body`."""
    feeling = post.sentiment
    return (
        body,
        shared,
        post.content,
        post.native_id,
        post.url,
        post.lang,
        post.region,
        pack_metrics(post.metrics),
        pack_words(post.keywords),
        feeling.snownlp if feeling else None,
        pack_evidence(feeling.evidence) if feeling else None,
        post.parent_title,
        post.title,
        post.text,
    )


def shared_of(post: Post) -> Shared:
    """What the post has in common with many; without sentiment there is no model's version."""
    version = post.sentiment.model_version if post.sentiment else ""
    return post.platform, int(post.official), int(post.sample), version


def stored_post(row: Row, source: str, matches: Sequence[Match], claims: Sequence[Claim]) -> StoredPost:
    """Build a post back from a row of `SELECT`; times in whole seconds, polarity in thousandths."""
    (rid, published, precision, label, polarity, _sid, first_seen, indexed, revision) = row[:9]
    (post_id, cluster, author, _said, platform, content, official, sample) = row[9:17]
    (native_id, url, lang, region, metrics, keywords, snownlp, version, evidence) = row[17:26]
    (parent_title, title, text) = row[26:]
    sentiment = None
    if label != UNSCORED:
        found = unpack_evidence(evidence)
        sentiment = Sentiment(polarity / 1000, _LABEL_OF[label], found, snownlp, version)
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
        author=loose(author) if author is not None else None,
        metrics=unpack_metrics(metrics),
        lang=lang,
        region=region,
        official=bool(official),
        sample=bool(sample),
        sentiment=sentiment,
        matches=tuple(matches),
        claims=tuple(claims),
        cluster=cluster,
        keywords=unpack_words(keywords),
    )
    return StoredPost(post, rid, revision, from_seconds(indexed))


def match_of(policy: str, via: str, sure: int) -> Match:
    """A row of `post_match`."""
    return Match(PolicyId(policy), via, bool(sure))


def claim_of(policy: str, item: str, stance: str, cue: str) -> Claim:
    """A row of `claims`."""
    return Claim(PolicyId(policy), item, Stance(stance), cue)

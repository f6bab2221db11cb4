"""A post as rows, and rows as a post."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import overload

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
from minyi.store.sqlite.ask import Row

LABELS: Mapping[Label, int] = {Label.NEGATIVE: 0, Label.NEUTRAL: 1, Label.POSITIVE: 2}
UNSCORED = 3
LABEL_NAMES: Sequence[str] = (*(label.value for label in LABELS), "unscored")
"""Name of each label number."""
_LABEL_OF = tuple(LABELS)

PRECISIONS: Mapping[Precision, int] = {
    Precision.MINUTE: 0,
    Precision.HOUR: 1,
    Precision.DAY: 2,
    Precision.NONE: 3,
}
_PRECISION_OF = tuple(PRECISIONS)
HOUR, DAY, NONE = 1, 2, 3

UNSURE, COUNTED, REPEATED = 0, 1, 2
"""`post_match.sure`: shown only; counted; sure, but the policy was counted by an earlier match."""

LATE_SECONDS = 86_400
"""A post first seen longer than this after publishing is history: it counts in curves, never alerts."""

COLUMNS = (
    "rid, published, precision, label, polarity, source, first_seen, indexed, revision, id, cluster, author, "
    "fingerprint, text_hash, platform, content, official, sample, native_id, url, lang, region, "
    "metrics, keywords, "
    "snownlp, model_version, evidence, parent_title, title, text"
)
"""Columns of `posts`, in the order of `post_row`."""
INSERT = f"INSERT INTO posts({COLUMNS}) VALUES({','.join('?' * (COLUMNS.count(',') + 1))})"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def seconds(when: datetime) -> int:
    """Whole UTC seconds, rounded down."""
    return (when - _EPOCH) // timedelta(seconds=1)


def from_seconds(value: int) -> datetime:
    """UTC instant of whole seconds."""
    return _EPOCH + timedelta(seconds=value)


@overload
def micros(when: datetime) -> int: ...
@overload
def micros(when: None) -> None: ...
def micros(when: datetime | None) -> int | None:
    """UTC microseconds, exact; None stays None."""
    return None if when is None else (when - _EPOCH) // _MICROSECOND


@overload
def from_micros(value: int) -> datetime: ...
@overload
def from_micros(value: None) -> None: ...
def from_micros(value: int | None) -> datetime | None:
    """UTC instant of microseconds; None stays None."""
    return None if value is None else _EPOCH + value * _MICROSECOND


def number(text: str) -> int:
    """A 63-bit number of a name, the same in every process."""
    return (
        int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
        >> 1
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """What a post adds to counts and index; `pids` are its sure policies, `first_seen` the stored one."""

    published: int
    precision: int
    first_seen: int
    label: int
    polarity: int | None
    evident: bool
    sid: int
    pids: tuple[int, ...]
    cluster: str
    author: str | None

    @property
    def late(self) -> bool:
        """True for history, see `LATE_SECONDS`."""
        return self.first_seen - self.published > LATE_SECONDS

    @property
    def tags(self) -> str:
        """The index's second column: every post, label, source, policies, polarity, author, cluster."""
        words = ["x", f"l{self.label}", f"s{self.sid}", *(f"p{pid}" for pid in self.pids)]
        if self.polarity is not None:
            words.append(f"e{polarity_band(self.polarity)}")
        if self.author:
            words.append(author_tag(self.author))
        if self.cluster:
            words.append(cluster_tag(self.cluster))
        return " ".join(words)


BANDS = range(21)
"""Bands of polarity, a tenth wide: band n is [n * 100 - 1000, n * 100 - 901] thousandths, ends open."""


def polarity_band(polarity: int) -> int:
    """The band of a polarity in thousandths."""
    return min(max((polarity + 1_000) // 100, BANDS[0]), BANDS[-1])


def _short(text: str) -> str:
    """13 letters and digits; among a million names, two share one with a chance of 1 in 9,000."""
    return f"{number(text) >> 11:013x}"


def author_tag(author: str) -> str:
    """Index tag of a pseudonym."""
    return f"a{_short(author)}"


def cluster_tag(cluster: str) -> str:
    """Index tag of a cluster."""
    return f"c{_short(cluster)}"


def facts_of(post: Post, first_seen: int, sid: int, pids: Mapping[str, int]) -> Facts:
    """The counted facts of a post; `pids` numbers every policy it names."""
    feeling = post.sentiment
    return Facts(
        published=seconds(post.published),
        precision=PRECISIONS[post.precision],
        first_seen=first_seen,
        label=LABELS[feeling.label] if feeling else UNSCORED,
        polarity=round(feeling.polarity * 1000) if feeling else None,
        evident=bool(feeling and feeling.evidence),
        sid=sid,
        pids=tuple(sorted({pids[match.policy] for match in post.matches if match.sure})),
        cluster=post.cluster,
        author=post.author,
    )


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

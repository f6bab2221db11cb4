"""What a post adds to counts and index, in the small numbers of the tables."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import overload

from minyi.models import Label, Post, Precision

LABELS: Mapping[Label, int] = {Label.NEGATIVE: 0, Label.NEUTRAL: 1, Label.POSITIVE: 2}
UNSCORED = 3
EVERY_LABEL = range(UNSCORED + 1)
LABEL_NAMES: Sequence[str] = (*(label.value for label in LABELS), "unscored")
"""Name of each label number."""

PRECISIONS: Mapping[Precision, int] = {
    Precision.MINUTE: 0,
    Precision.HOUR: 1,
    Precision.DAY: 2,
    Precision.NONE: 3,
}
HOUR, DAY, NONE = 1, 2, 3

UNSURE, COUNTED, REPEATED = 0, 1, 2
"""`post_match.sure`: shown only; counted; sure, but the policy was counted by an earlier match."""

LATE_SECONDS = 86_400
"""A post first seen longer than this after publishing is history: it counts in curves, never alerts."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def seconds(when: datetime) -> int:
    """Whole UTC seconds, rounded down."""
    since = when - _EPOCH
    return since.days * 86_400 + since.seconds


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
    version: str = ""
    """Of the model that judged; empty for an unscored post."""

    @property
    def late(self) -> bool:
        """True for history, see `LATE_SECONDS`."""
        return self.first_seen - self.published > LATE_SECONDS

    @property
    def tags(self) -> str:
        """The index's second column: label (never missing), source, policies, polarity, author, cluster."""
        words = [f"l{self.label}", f"s{self.sid}", *(f"p{pid}" for pid in self.pids)]
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
    """Index tag of a cluster: 7 digits narrow it down, whoever asks compares the cluster itself."""
    return f"c{number(cluster) >> 35:07x}"


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
        version=feeling.model_version if feeling else "",
    )

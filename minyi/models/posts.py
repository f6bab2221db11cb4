"""What the public says: a post as fetched, as judged, as stored; what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from minyi.models.ids import PolicyId, PostId, SourceId


class Label(StrEnum):
    """Sentiment class 情感倾向 of a post."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"

    @property
    def chinese(self) -> str:
        """The word users see."""
        return {"negative": "负面", "neutral": "中性", "positive": "正面"}[self.value]


class Precision(StrEnum):
    """How exactly a post's publishing time is known."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    NONE = "none"


class Stance(StrEnum):
    """A post's role towards a watch-list claim; only `REPEAT` counts as misreading."""

    REPEAT = "repeat"
    REBUT = "rebut"
    ASK = "ask"
    UNCLEAR = "unclear"

    @property
    def chinese(self) -> str:
        """The word users see."""
        return {"repeat": "复述", "rebut": "辟谣", "ask": "询问", "unclear": "待核"}[self.value]


@dataclass(frozen=True, slots=True)
class RawPost:
    """A post as fetched or imported: strings as they came, absent is None.

    Exactly one of `body_html` (markup) and `body_text` (plain) is set. `published_raw` is the
    source's own wording of the time, read against `fetched_at` in the source's zone.
    """

    source: SourceId
    fetched_at: datetime
    native_id: str | None = None
    url: str | None = None
    title: str | None = None
    parent_title: str | None = None
    body_html: str | None = None
    body_text: str | None = None
    author: str | None = None
    publisher: str | None = None
    column: str | None = None
    published_raw: str | None = None
    first_seen_raw: str | None = None
    content: str | None = None
    doc_number: str | None = None
    index_number: str | None = None
    issuer: str | None = None
    issued_on_raw: str | None = None
    deadline_raw: str | None = None
    metrics: Mapping[str, int] = field(default_factory=dict)
    lang: str | None = None
    region: str | None = None
    encoding: str | None = None
    is_policy: bool = False
    """True for a document of a policy column (kind `gov`): it becomes a Policy as well as a post."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One word that counted: `text[start:end]` of the scored opinion text, signed `weight`, and why."""

    word: str
    start: int
    end: int
    weight: float
    reason: str


@dataclass(frozen=True, slots=True)
class Sentiment:
    """Judgement of one text.

    `polarity` in [-1, 1], 1 = positive, 0 with empty `evidence` = no evidence; `snownlp` is SnowNLP
    0.12.3's `sentiments` in [0, 1] of the opinion text, None when that text is empty.
    """

    polarity: float
    label: Label
    evidence: tuple[Evidence, ...]
    snownlp: float | None
    model_version: str


@dataclass(frozen=True, slots=True)
class Match:
    """A policy found in a post: `via` doc_number, title, alias, words or link.

    Only `sure` matches are counted in curves; the others are shown.
    """

    policy: PolicyId
    via: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A post's stance towards one watch-list item, with the wording that decided."""

    policy: PolicyId
    item: str
    stance: Stance
    cue: str


@dataclass(frozen=True, slots=True)
class Post:
    """A normalised and analysed post 帖文. Plain text only, personal data masked.

    `published` is the claimed time (equal to `first_seen` when `precision` is none, for ordering
    only), `first_seen` when Minyi first saw it. `author` is a keyed hash or None.
    """

    id: PostId
    source: SourceId
    platform: str
    content: str
    text: str
    published: datetime
    precision: Precision
    first_seen: datetime
    native_id: str | None = None
    url: str | None = None
    title: str = ""
    parent_title: str = ""
    author: str | None = None
    metrics: Mapping[str, int] = field(default_factory=dict)
    lang: str | None = None
    region: str | None = None
    official: bool = False
    sample: bool = False
    sentiment: Sentiment | None = None
    matches: tuple[Match, ...] = ()
    claims: tuple[Claim, ...] = ()
    cluster: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredPost:
    """A post as the store holds it: its row order, revision and time of indexing."""

    post: Post
    rid: int
    revision: int
    indexed: datetime


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did; the three add up to the posts handed in."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: Saved) -> Saved:
        return Saved(self.new + other.new, self.updated + other.updated, self.unchanged + other.unchanged)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Input that could not be read 隔离: where it came from, as text, and why it was refused."""

    origin: str
    position: int
    raw: str
    reason: str
    at: datetime
    id: str = ""
    """32 hexadecimal digits of origin, position and text; empty before it is kept."""

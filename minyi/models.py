"""The values that flow through Minyi, all frozen; a changed value is a new value.

Times are aware and in UTC. Names follow docs/glossary.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NewType

from minyi.cases import Case

PolicyId = NewType("PolicyId", str)
SourceId = NewType("SourceId", str)
PostId = NewType("PostId", str)
AlertId = NewType("AlertId", str)

ALL_POLICIES = PolicyId("")
"""The series of every stored post, matched to a policy or not."""


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


class PolicyKind(StrEnum):
    """What a watched policy is."""

    DOCUMENT = "document"
    DRAFT = "draft"
    DISCLOSURE_REPLY = "disclosure_reply"


class PolicyStatus(StrEnum):
    """Where a policy stands; `REPEALED` 废止 ends its watch."""

    PLANNED = "planned"
    CONSULTING = "consulting"
    RELEASED = "released"
    REPEALED = "repealed"


class Stance(StrEnum):
    """A post's role towards a watch-list claim; only `REPEAT` counts as misreading."""

    REPEAT = "repeat"
    REBUT = "rebut"
    ASK = "ask"
    UNCLEAR = "unclear"


class SourceState(StrEnum):
    """Health of a source; anything but `OK` and `QUIET` makes its buckets blind."""

    OK = "ok"
    QUIET = "quiet"
    BLOCKED = "blocked"
    DOWN = "down"
    BROKEN = "broken"
    PAUSED = "paused"

    @property
    def blind(self) -> bool:
        """True when the source's silence says nothing about the public."""
        return self not in (SourceState.OK, SourceState.QUIET)

    @property
    def chinese(self) -> str:
        """The word users see."""
        return {
            "ok": "正常",
            "quiet": "安静",
            "blocked": "被拦截",
            "down": "中断",
            "broken": "失效",
            "paused": "暂停",
        }[self.value]


class Scope(StrEnum):
    """Which posts of a policy a series counts."""

    ALL = "all"
    NEGATIVE = "negative"


class RuleName(StrEnum):
    """A reason to alert; of a policy, but for the two of a source."""

    VOLUME = "volume"
    NEGATIVE_VOLUME = "negative_volume"
    NEGATIVE_SHARE = "negative_share"
    MISREADING = "misreading"
    NOVELTY = "novelty"
    KEY_SOURCE = "key_source"
    SOURCE_SILENT = "source_silent"
    SOURCE_BLOCKED = "source_blocked"
    BY_HAND = "by_hand"
    """Opened by a person: a request from above, a telephone call."""


SOURCE_RULES = frozenset({RuleName.SOURCE_SILENT, RuleName.SOURCE_BLOCKED})
"""Rules about a source: no policy, no posts, no clock."""


class Level(IntEnum):
    """Alert level 预警等级; I is the gravest, so a smaller number is graver."""

    I = 1  # noqa: E741 - the official name of the level
    II = 2
    III = 3
    IV = 4

    @property
    def chinese(self) -> str:
        """Official name and colour."""
        return {1: "I级（特别重大·红）", 2: "II级（重大·橙）", 3: "III级（较大·黄）", 4: "IV级（一般·蓝）"}[
            self.value
        ]

    @property
    def short(self) -> str:
        """Name and colour where room is scarce."""
        return {1: "I级·红", 2: "II级·橙", 3: "III级·黄", 4: "IV级·蓝"}[self.value]


class AlertState(StrEnum):
    """State of the office's case 预警."""

    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESPONDED = "responded"
    RESOLVED = "resolved"

    @property
    def chinese(self) -> str:
        """The word users see."""
        return {"firing": "待受理", "acknowledged": "已受理", "responded": "已回应", "resolved": "已办结"}[
            self.value
        ]


class OutboxState(StrEnum):
    """State of one message to one recipient.

    `HELD` waits for a person after a restore, `DROPPED` was given up by one.
    """

    NEW = "new"
    SENDING = "sending"
    RETRY = "retry"
    SENT = "sent"
    FAILED = "failed"
    HELD = "held"
    DROPPED = "dropped"


# --- policies -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Words:
    """Keyword condition of a policy: all of `must`, one of `any` (if given), none of `none`."""

    must: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WatchItem:
    """A wrong claim about a policy (误读清单) with the right statement beside it.

    A post is about the claim when it holds one of `wording`, or satisfies `any`/`all`/`none`.
    """

    id: str
    claim: str
    statement: str
    wording: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    clause: str | None = None
    department: str | None = None
    source_url: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """A released document, draft or disclosure reply the office watches."""

    id: PolicyId
    title: str
    doc_number: str | None = None
    kind: PolicyKind = PolicyKind.DOCUMENT
    status: PolicyStatus = PolicyStatus.RELEASED
    released_at: datetime | None = None
    consult_from: datetime | None = None
    consult_to: datetime | None = None
    department: str | None = None
    interpretation_url: str | None = None
    interpretation_at: datetime | None = None
    no_interpretation_reason: str | None = None
    aliases: tuple[str, ...] = ()
    words: Words = Words()
    clauses: tuple[str, ...] = ()
    watch: tuple[WatchItem, ...] = ()
    url: str | None = None
    """Where the policy itself was found."""


# --- posts --------------------------------------------------------------------------------------


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


# --- crawling -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UrlCursor:
    """What the last visit of one address left: validators for a conditional GET, and when to come back."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    first_seen: float | None = None
    """UTC seconds of the first visit; the re-visit ladder counts from it."""
    next_due: float | None = None
    """UTC seconds; None = never again."""
    fails: int = 0
    links: tuple[str, ...] = ()
    """Article addresses a list page showed, so that a 304 does not hide them."""


@dataclass(frozen=True, slots=True)
class CrawlRun:
    """Statistics of one run over one source; `ok` is False when the source could not be read."""

    source: SourceId
    started: datetime
    finished: datetime
    state: SourceState
    pages: int = 0
    items: int = 0
    not_modified: int = 0
    errors: int = 0
    blocked: int = 0
    reasons: tuple[str, ...] = ()
    """First few failures in words, Chinese, for health."""

    @property
    def ok(self) -> bool:
        """True when silence in this run means silence at the source."""
        return not self.state.blind


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open interval [start, end) of UTC time."""

    start: datetime
    end: datetime


# --- counting, detection, alerts -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bucket:
    """Count of one step, [start, end) UTC, and the sum of its polarities; a blind bucket is unknown."""

    start: datetime
    end: datetime
    count: int
    polarity_sum: float = 0.0
    key: str = ""
    """Value of the split (policy, label or source), empty without a split."""
    blind: bool = False


@dataclass(frozen=True, slots=True)
class Sighting:
    """One post as detection sees it: never its words."""

    post: PostId
    published: datetime
    first_seen: datetime
    source: SourceId
    cluster: str
    author: str | None
    negative: bool
    """Negative with evidence."""


@dataclass(frozen=True, slots=True)
class ClaimSighting:
    """A sighting that takes a stance towards a watch-list item."""

    sighting: Sighting
    item: str
    stance: Stance


@dataclass(frozen=True, slots=True)
class Spike:
    """A fact: one rule exceeded on one policy in one window, with its baseline 突增.

    `arithmetic` holds every number the alert's text prints, by name, so that it can be recomputed.
    """

    policy: PolicyId
    rule: RuleName
    scope: Scope
    window: Span
    observed: int
    expected: float
    score: float
    threshold: float
    level: Level
    late: bool
    """True when found more than an hour after its first crossing 补报."""
    posts: tuple[PostId, ...]
    """Up to 20 posts that speak for it, one a cluster, largest first."""
    arithmetic: Mapping[str, float | int | str | None]
    source: SourceId | None = None
    """The source, for the rules about one."""
    subject: str = ""
    """What of the policy it is about, where there can be several: the watch-list item of a misreading."""


@dataclass(frozen=True, slots=True)
class Alert:
    """The office's case 预警, keyed by policy, rule and first crossing bucket; post ids, never quotes."""

    id: AlertId
    policy: PolicyId
    rule: RuleName
    level: Level
    state: AlertState
    detected_at: datetime
    updated_at: datetime
    spike: Spike
    due_at: datetime | None
    notified_count: int
    """Posts of the last hour when recipients were last told; a re-notice needs three times that."""
    version: int = 1
    case: Case = field(default_factory=Case)
    """What people decided about it, and its clocks; `due_at` is the next of those that is due."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One message to one recipient about one alert state. `key` is unique and makes the Message-ID."""

    key: str
    alert: AlertId
    channel: str
    recipient: str
    reason: str
    """firing, level (raised), grown (three times the volume), or test."""
    state: OutboxState = OutboxState.NEW
    attempts: int = 0
    next_try: datetime | None = None
    created: datetime | None = None
    sent: datetime | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How a source stands: last good run, newest post, and since when it is blind (None = it is not)."""

    source: SourceId
    state: SourceState
    last_success: datetime | None
    newest_item: datetime | None
    blind_since: datetime | None
    last_run: CrawlRun | None = None

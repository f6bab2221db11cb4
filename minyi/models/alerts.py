"""What was unusual, the office's alert about it, and the messages that tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from minyi.models.cases import Case
from minyi.models.counting import Scope, Span
from minyi.models.ids import AlertId, PolicyId, PostId, SourceId


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

    @property
    def chinese(self) -> str:
        """The word users see."""
        return {
            "volume": "声量突增",
            "negative_volume": "负面声量突增",
            "negative_share": "负面占比上升",
            "misreading": "误读传播",
            "novelty": "新说法",
            "key_source": "重点信源提及",
            "source_silent": "信源静默",
            "source_blocked": "信源拒绝读取",
            "by_hand": "手工立案",
        }[self.value]


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

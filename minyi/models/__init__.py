"""The values that flow through Minyi, all frozen; a changed value is a new value.

Times are aware and in UTC. Names follow docs/glossary.md. Everything is imported from here; inside,
`ids` < `policies | posts | crawling | cases` < `counting` < `alerts`.
"""

from __future__ import annotations

from minyi.models.alerts import (
    SOURCE_RULES,
    Alert,
    AlertState,
    Level,
    Notification,
    OutboxState,
    RuleName,
    Spike,
)
from minyi.models.cases import Case, ClockRun, Concern, Mute, OfficialResponse, Stop
from minyi.models.counting import Bucket, ClaimSighting, Scope, Sighting, Span
from minyi.models.crawling import CrawlRun, SourceHealth, SourceState, UrlCursor
from minyi.models.ids import ALL_POLICIES, AlertId, PolicyId, PostId, SourceId
from minyi.models.policies import Policy, PolicyKind, PolicyStatus, WatchItem, Words
from minyi.models.posts import (
    Claim,
    Evidence,
    Label,
    Match,
    Post,
    Precision,
    Quarantined,
    RawPost,
    Saved,
    Sentiment,
    Stance,
    StoredPost,
)

__all__ = [
    "ALL_POLICIES",
    "SOURCE_RULES",
    "Alert",
    "AlertId",
    "AlertState",
    "Bucket",
    "Case",
    "Claim",
    "ClaimSighting",
    "ClockRun",
    "Concern",
    "CrawlRun",
    "Evidence",
    "Label",
    "Level",
    "Match",
    "Mute",
    "Notification",
    "OfficialResponse",
    "OutboxState",
    "Policy",
    "PolicyId",
    "PolicyKind",
    "PolicyStatus",
    "Post",
    "PostId",
    "Precision",
    "Quarantined",
    "RawPost",
    "RuleName",
    "Saved",
    "Scope",
    "Sentiment",
    "Sighting",
    "SourceHealth",
    "SourceId",
    "SourceState",
    "Span",
    "Spike",
    "Stance",
    "Stop",
    "StoredPost",
    "UrlCursor",
    "WatchItem",
    "Words",
]

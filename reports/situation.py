"""The values of the duty officer's situation 值班情况: what it is composed from, and what it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from minyi.cards import Source
from minyi.models import (
    Alert,
    AlertId,
    Bucket,
    Policy,
    PolicyId,
    Post,
    PostId,
    SourceHealth,
    SourceId,
    Span,
)

NO_DATA = "无数据"
"""Said wherever there is nothing to compute from."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something to try next, and what for."""

    line: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Given:
    """What the situation is composed from; all times UTC.

    `buckets` hold day counts by label for each policy, over `span`; `explained` the alerts' own text;
    `posts` those that alerts name; `covered` the intervals between successful runs of each source;
    `mails` where messages were saved, or who was told.
    """

    now: datetime
    span: Span
    stored: int
    policies: Sequence[Policy]
    buckets: Mapping[PolicyId, Sequence[Bucket]]
    alerts: Sequence[Alert]
    explained: Mapping[AlertId, str]
    posts: Mapping[PostId, Post]
    cards: Sequence[Source]
    health: Mapping[SourceId, SourceHealth]
    covered: Mapping[SourceId, Sequence[Span]]
    mails: Sequence[str] = ()
    commands: Sequence[Command] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """One bar: posts seen on a local day; of a blind day they are only what could be seen."""

    start: datetime
    count: int
    negative: int = 0
    blind: bool = False


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One watched policy. `volume` is None when there is no day on which anything could be seen."""

    title: str
    status: str
    volume: int | None
    negative: int
    days: tuple[Day, ...]
    trend: str


@dataclass(frozen=True, slots=True)
class PostLine:
    """One post under an alert."""

    source: str
    when: datetime
    words: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert; `level` 1 to 4, 1 the gravest."""

    id: str
    level: int
    level_name: str
    subject: str
    rule: str
    state: str
    detected: datetime
    due: str
    text: str
    posts: tuple[PostLine, ...]


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source; `blind` are the closed gaps, `blind_since` the open one."""

    id: str
    name: str
    state: str
    healthy: bool
    last_success: datetime | None
    newest_item: datetime | None
    blind: tuple[Span, ...]
    blind_since: datetime | None


@dataclass(frozen=True, slots=True)
class Situation:
    """All of it. Alerts: gravest first, then newest; policies and sources in the order given.

    `more_alerts` are those beyond the ones held here.
    """

    now: datetime
    span: Span
    summary: str
    sample: bool
    alerts: tuple[AlertLine, ...]
    policies: tuple[PolicyLine, ...]
    sources: tuple[SourceLine, ...]
    coverage: str
    mails: tuple[str, ...]
    commands: tuple[Command, ...]
    more_alerts: int = 0

"""A raw post becomes a post 规整: plain masked text, UTC times, a stable id, a keyed author."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from minyi.cards import Source
from minyi.clock import LOCAL
from minyi.errors import BadPost
from minyi.models import Post, PostId, Precision, RawPost, SourceId
from minyi.text import html_to_text, normalise, sanitise, search_key
from minyi.urls import canonical_url
from minyi.when import NOTHING, TOLERANCE, When, parse_when

MAX_TEXT = 20_000
MAX_TITLE = 300
MAX_URL = 2_048

_MAX_NATIVE = 500
_MAX_NAME = 64
_MAX_METRIC = (1 << 53) - 1  # what every reader of JSON holds exactly
_MAX_METRICS = 12
_UNNAMED_PLATFORM = "web"  # many sites under one name: their native ids say nothing about each other


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What a source's card says about its posts; `zone` is that of page times without one."""

    platform: str
    content: str
    zone: ZoneInfo
    author: Literal["hash", "drop"] = "hash"
    official: bool = False
    sample: bool = False

    @classmethod
    def of_card(cls, card: Source) -> SourceFacts:
        """The facts of a source card."""
        return cls(card.platform, card.content, ZoneInfo(card.zone), card.author, card.official, card.sample)


def pseudonym(name: str, key: bytes) -> str:
    """Keyed hash of an author's name: tells voices apart, means nothing without the office's key.

    Blanks around, width, case and a leading @ make no difference. 32 hexadecimal characters.
    """
    plain = search_key(name[:MAX_TITLE]).strip().removeprefix("@")
    return hmac.new(key, plain.encode("utf-8"), hashlib.sha256).hexdigest()[:32]


def to_post(raw: RawPost, facts: SourceFacts, *, author_key: bytes, now: datetime) -> Post:
    """Normalise one raw post; `analysis.analyse` fills sentiment, matches, claims and cluster.

    1. Id: hash of platform and native id, else of the canonical address, else of source, text, author
       and claimed time; the same post has the same id on every visit.
    2. `first_seen` is the given one, else the fetch, and never ahead of `now`. `published` is read
       against the fetch; a time that is missing or cannot be read gives precision none and `first_seen`,
       one more than ten minutes after `first_seen` becomes `first_seen`. Both are whole seconds.
    3. Text to 20,000 characters, title to 300, personal data masked; author as keyed hash or None.

    Raises:
        BadPost: neither text nor title, no source, or a `first_seen` that is no time; said in Chinese.
    """
    text, title = _body(raw), _line(raw.title, MAX_TITLE)
    source = _line(raw.source, _MAX_NAME)
    if not text and not title:
        raise BadPost("既没有正文也没有标题")
    if not source:
        raise BadPost("没有写明信源")
    first_seen = _first_seen(raw, now)
    when = _published(raw, facts.zone, first_seen)
    return Post(
        id=_identity(raw, facts, text or title),
        source=SourceId(source),
        platform=_line(facts.platform, _MAX_NAME) or source,
        content=raw.content or facts.content,
        text=text or title,
        published=when.value or first_seen,
        precision=when.precision,
        first_seen=first_seen,
        native_id=_line(raw.native_id, _MAX_NATIVE) or None,
        url=_address(raw.url),
        title=title,
        parent_title=_line(raw.parent_title, MAX_TITLE),
        author=pseudonym(raw.author, author_key) if raw.author and facts.author == "hash" else None,
        metrics=_metrics(raw.metrics),
        lang=_line(raw.lang, _MAX_NAME) or None,
        region=_line(raw.region, _MAX_NAME) or None,
        official=facts.official,
        sample=facts.sample,
    )


# --- text -------------------------------------------------------------------------------------------


def _body(raw: RawPost) -> str:
    plain = html_to_text(raw.body_html) if raw.body_html is not None else raw.body_text or ""
    return normalise(plain[: 2 * MAX_TEXT]).text.strip()[:MAX_TEXT].rstrip()


def _line(raw: str | None, longest: int) -> str:
    """One line of plain masked text; empty for nothing."""
    return " ".join(normalise(raw[: 4 * longest]).text.split())[:longest].rstrip() if raw else ""


def _address(raw: str | None) -> str | None:
    """The canonical web address; None for `javascript:` and the like, and for one too long to keep whole."""
    address = canonical_url(sanitise(raw)) if raw else ""
    return address if address.startswith(("http://", "https://")) and len(address) <= MAX_URL else None


def _metrics(raw: Mapping[str, int]) -> Mapping[str, int]:
    kept = {name[:20]: min(count, _MAX_METRIC) for name, count in raw.items() if count >= 0}
    return dict(sorted(kept.items())[:_MAX_METRICS])


# --- identity ---------------------------------------------------------------------------------------


def _identity(raw: RawPost, facts: SourceFacts, text: str) -> PostId:
    if raw.native_id:
        scope = raw.source if facts.platform == _UNNAMED_PLATFORM else facts.platform
        return _digest(scope, raw.native_id)
    if raw.url:
        return _digest(canonical_url(sanitise(raw.url)))
    return _digest(raw.source, text, raw.author or "", raw.published_raw or "")


def _digest(*parts: str) -> PostId:
    return PostId(hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32])


# --- time -------------------------------------------------------------------------------------------


def _first_seen(raw: RawPost, now: datetime) -> datetime:
    if not raw.first_seen_raw or not raw.first_seen_raw.strip():
        return _whole(now if raw.fetched_at > now + TOLERANCE else raw.fetched_at)
    value = parse_when(raw.first_seen_raw, now, LOCAL).value
    if value is None:
        raise BadPost(f"first_seen 不是时间：{raw.first_seen_raw[:40]!r}")
    return _whole(value)


def _published(raw: RawPost, zone: ZoneInfo, first_seen: datetime) -> When:
    # An imported file (plain text) gives local times of the office, a page those of its site.
    local = LOCAL if raw.body_text is not None else zone
    when = parse_when(raw.published_raw or "", raw.fetched_at, local)
    if when.value is None or when.precision is Precision.NONE:
        return NOTHING
    if when.value > first_seen + TOLERANCE:
        return When(first_seen, when.precision, clamped=True)
    return When(_whole(when.value), when.precision, when.clamped)


def _whole(when: datetime) -> datetime:
    return when.astimezone(UTC).replace(microsecond=0)

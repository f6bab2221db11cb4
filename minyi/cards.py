"""Source cards 信源卡: the `[[source]]` tables of `office.toml`, and what could not work in one."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from minyi.models import SourceId
from minyi.tables import within

_EVERY = re.compile(r"(\d+)(s|m|h|d)")
_LONGEST_EVERY = 30 * 86_400
_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class RobotsResult(StrEnum):
    """What the office found when it read a site's robots.txt."""

    ALLOWED = "allowed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RobotsCheck:
    """`robots = { checked, result }` on a source card."""

    checked: date
    result: RobotsResult


@dataclass(frozen=True, slots=True)
class ListRules:
    """`[source.list]` CSS selectors of a list page."""

    item: str = ""
    link: str = "a::attr(href)"
    next: str = ""
    max_pages: int = within(3, 1, 1_000)


@dataclass(frozen=True, slots=True)
class ArticleRules:
    """`[source.article]` CSS selectors of an article; an empty one means generic extraction."""

    title: str = ""
    body: str = ""
    time: str = ""
    author: str = ""
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """`[[source]]` A source card 信源: no card, no crawl."""

    id: SourceId
    name: str
    kind: Literal["feed", "article", "gov"]
    url: tuple[str, ...]
    legal_basis: str
    robots: RobotsCheck
    assessed: date
    platform: str = "web"
    content: Literal["policy", "interpretation", "consultation", "news", "post", "letter"] = "news"
    allow: tuple[str, ...] = ()
    """Patterns (re2) an article address must hold; empty = same host."""
    every: str = "30m"
    hours: str = "0-24"
    """Local hours in which the scheduler crawls, start-end."""
    delay: float = within(2.0, 0, 3_600)
    """Seconds between requests; 0 only for hosts named in `allow_hosts`."""
    zone: str = "Asia/Shanghai"
    encoding: str = "auto"
    author: Literal["hash", "drop"] = "hash"
    full_text: bool = False
    """`feed`: fetch each entry's article."""
    identity: Literal["link", "guid"] = "link"
    official: bool = False
    """True for the office's own or another authority's voice; it never repeats a misreading."""
    key: bool = False
    """True for a source whose every mention of a policy the office wants to hear of."""
    sample: bool = False
    retention_days: int | None = None
    """Days its posts are kept; 0 = for ever, none = as `[retention]` says."""
    paused: bool = False
    verify_tls: bool = True
    verify_tls_reason: str = ""
    allow_hosts: tuple[str, ...] = ()
    """`host:port` that may be private; the only way to a private address."""
    list: ListRules | None = None
    article: ArticleRules = ArticleRules()

    @property
    def every_seconds(self) -> int:
        """Crawl interval in seconds."""
        amount, unit = self.every[:-1], self.every[-1]
        return int(amount) * _UNIT[unit]


def faults(card: Source) -> Iterator[tuple[str, str]]:
    """Yield (key, fault in words, empty when it is right) for every key that is checked."""
    named = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", card.id)
    yield "id", "" if named else "只能用字母、数字、点、横线，64 个字符以内"
    yield "url", "" if card.url else "至少要有一个地址"
    wrong = next((a for a in card.url if not re.match(r"https?://[^/]+", a)), None)
    yield "url", f"{wrong!r} 应以 http:// 或 https:// 开头" if wrong is not None else ""
    often = _EVERY.fullmatch(card.every) and 0 < card.every_seconds <= _LONGEST_EVERY
    yield "every", "" if often else "应写作 30s、10m、2h 或 1d，最长 30d"
    yield "zone", "" if _is_zone(card.zone) else f"{card.zone!r} 不是时区，应写作 Asia/Shanghai"
    yield (
        "encoding",
        "" if _is_encoding(card.encoding) else f"{card.encoding!r} 不是编码，如 gb18030",
    )
    hours = re.fullmatch(r"(\d{1,2})-(\d{1,2})", card.hours)
    yield "hours", "" if hours and int(hours[1]) < int(hours[2]) <= 24 else "应写作 6-24 这样的起止小时"
    hurried = card.delay < 1 and not card.allow_hosts
    yield "delay", "小于 1 秒的间隔只允许用于 allow_hosts 中写明的本地主机" if hurried else ""
    kept = card.retention_days is None or 0 <= card.retention_days <= 36_500
    yield "retention_days", "" if kept else "应为 0 至 36500"
    unsafe = not card.verify_tls and not card.verify_tls_reason
    yield "verify_tls", "关闭证书校验必须写明 verify_tls_reason" if unsafe else ""


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return False
    return True


def _is_encoding(name: str) -> bool:
    try:
        return name == "auto" or bool(codecs.lookup(name))
    except (LookupError, ValueError):
        return False

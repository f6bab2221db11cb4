"""One TOML file, `config/office.toml`, read into frozen values.

Each table of the file is one dataclass here; a field's name is the key, its default the default.
An unknown key is an error that names the nearest known one. Secrets never stand in the file: they
come from the environment variable `X`, or from the file that `X_FILE` names.
"""

from __future__ import annotations

import codecs
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from minyi.errors import ConfigError
from minyi.models import Level, RuleName, SourceId
from minyi.people import Channel, Duty, Notify, Recipient
from minyi.people import faults as people_faults
from minyi.tables import read_table, within


@dataclass(frozen=True, slots=True)
class Office:
    """`[office]` Who runs this."""

    name: str
    contact: str
    """Mail address or page by which a site's owner reaches the office; part of the crawler's name."""


@dataclass(frozen=True, slots=True)
class Crawl:
    """`[crawl]` Limits of the crawler's child process."""

    parallel: int = within(2, 1, 32)
    wall_seconds: int = within(900, 1, 86_400)
    memory_mb: int = within(1024, 128, 65_536)
    pages: int = within(500, 1, 100_000)


@dataclass(frozen=True, slots=True)
class Mail:
    """`[mail]` The office's mail server; its password is the secret `MINYI_MAIL_PASSWORD`."""

    host: str = ""
    port: int = within(587, 1, 65_535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    sender: str = ""
    timeout_seconds: float = within(10.0, 0.1, 600)


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """What every rule on a policy's posts has."""

    enabled: bool = True
    refractory_hours: float = within(24.0, 1, 720)
    """No second alert of the same policy and rule within this."""
    renotice_factor: float = within(3.0, 1, 1_000)
    """People are told again when an hour brought this many times the posts they were last told of."""


@dataclass(frozen=True, slots=True)
class VolumeRule(PolicyRule):
    """`[rules.volume]` Thresholds of the two-regime detector."""

    min_posts: int = within(5, 1, 1_000_000)
    poisson: float = within(4.0, 0, 100)
    return_period: float = within(2.2, 0, 100)
    sparse_score: float = within(4.0, 0, 100)
    dense_rate: float = within(4.0, 0, 1_000_000)
    dense_leave_rate: float = within(3.3, 0, 1_000_000)
    min_voices: int = within(2, 1, 1_000)


@dataclass(frozen=True, slots=True)
class NegativeVolumeRule(VolumeRule):
    """`[rules.negative_volume]` The same for negative posts alone, of which fewer are enough."""

    min_posts: int = within(3, 1, 1_000_000)


@dataclass(frozen=True, slots=True)
class NegativeShareRule(PolicyRule):
    """`[rules.negative_share]` Too many negative among a policy's posts, by a beta-binomial test."""

    surprise: float = within(3.0, 0, 100)
    """Least -log10 P."""
    min_posts: int = within(8, 1, 1_000_000)
    min_negative: int = within(5, 1, 1_000_000)
    min_rise: float = within(0.15, 0, 1)
    """The share lies at least this far above the usual one."""
    min_voices: int = within(2, 1, 1_000)


@dataclass(frozen=True, slots=True)
class MisreadingRule(PolicyRule):
    """`[rules.misreading]` A watch-list claim that posts repeat: level IV, from `min_voices` on III."""

    min_voices: int = within(3, 1, 1_000)
    window_hours: int = within(24, 1, 24)


@dataclass(frozen=True, slots=True)
class NoveltyRule(PolicyRule):
    """`[rules.novelty]` A text about a policy, unseen before, that several sources take up."""

    min_posts: int = within(3, 2, 1_000)
    min_sources: int = within(2, 1, 1_000)
    window_hours: int = within(6, 1, 24)


@dataclass(frozen=True, slots=True)
class KeySourceRule(PolicyRule):
    """`[rules.key_source]` A policy is mentioned by a source whose card says `key = true`."""


@dataclass(frozen=True, slots=True)
class SilentRule:
    """`[rules.source_silent]` A source not read for `intervals` times its `every`, or without posts."""

    enabled: bool = True
    intervals: float = within(3.0, 1, 1_000)
    surprise: float = within(4.0, 1, 100)
    """-log10 P that a source which is read well brings nothing for so long."""


@dataclass(frozen=True, slots=True)
class BlockedRule:
    """`[rules.source_blocked]` A source that has refused us for `intervals` times its `every`."""

    enabled: bool = True
    intervals: float = within(2.0, 1, 1_000)


@dataclass(frozen=True, slots=True)
class Rules:
    """`[rules]` What counts as unusual; our values are defaults, not a standard."""

    volume: VolumeRule = VolumeRule()
    negative_volume: NegativeVolumeRule = NegativeVolumeRule()
    negative_share: NegativeShareRule = NegativeShareRule()
    misreading: MisreadingRule = MisreadingRule()
    novelty: NoveltyRule = NoveltyRule()
    key_source: KeySourceRule = KeySourceRule()
    source_silent: SilentRule = SilentRule()
    source_blocked: BlockedRule = BlockedRule()
    new_source_days: float = within(7.0, 0, 365)
    """A source joins the counts that trigger this long after its first success."""

    def on_policies(self) -> dict[RuleName, PolicyRule]:
        """The rules on a policy's posts, in the order of lists: negative ones first."""
        return {
            RuleName.NEGATIVE_VOLUME: self.negative_volume,
            RuleName.NEGATIVE_SHARE: self.negative_share,
            RuleName.MISREADING: self.misreading,
            RuleName.VOLUME: self.volume,
            RuleName.KEY_SOURCE: self.key_source,
            RuleName.NOVELTY: self.novelty,
        }


@dataclass(frozen=True, slots=True)
class OwnDeadline:
    """`[[deadlines.own]]` A clock of the office's own, beside the State Council's."""

    name: str
    level: int = within(Level.II.value, 1, 4)
    """It runs on alerts of this level and graver."""
    hours: int = within(0, 0, 8_760)
    """Natural hours; exactly one of the two is given."""
    working_days: int = within(0, 0, 250)
    stop: Literal["respond", "acknowledge"] = "respond"
    """What stops it."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """`[deadlines]` From when an answer's clock runs, and the office's own clocks."""

    start: Literal["detected", "happened", "told"] = "detected"
    """No text fixes it; where the chosen time is not known, from detection."""
    own: tuple[OwnDeadline, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """`[analysis]` How posts are judged."""

    own_words: str = ""
    """File of the office's own words, beside this file; empty = none."""


@dataclass(frozen=True, slots=True)
class Backup:
    """`[backup]` The copy of the record that the service makes every night."""

    folder: str = "backup"
    """Where the copies stand, from the folder the program is started in; empty = none are made."""
    keep: int = 7
    hour: int = 3
    """Local hour from which the night's copy is due."""


@dataclass(frozen=True, slots=True)
class Retention:
    """`[retention]` How long posts are kept after they were first seen; their counts stay."""

    days: int = 0
    """0 = for ever."""


@dataclass(frozen=True, slots=True)
class Search:
    """`[search]` The search cluster; its key is the secret `MINYI_ELASTIC_API_KEY`."""

    engine: Literal["sqlite", "elasticsearch"] = "sqlite"
    """Who answers queries; the record always counts, detects and alerts."""
    url: tuple[str, ...] = ()
    """Addresses of the cluster's nodes; empty = there is none."""
    ca_file: str = ""
    """Certificate the nodes' own are signed by; empty = those the system trusts."""
    timeout_seconds: float = 10.0
    """Wait for an answer; then the record answers."""


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


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file, checked."""

    office: Office
    crawl: Crawl = Crawl()
    mail: Mail = Mail()
    rules: Rules = Rules()
    deadlines: Deadlines = Deadlines()
    analysis: Analysis = Analysis()
    backup: Backup = Backup()
    retention: Retention = Retention()
    search: Search = Search()
    notify: Notify = field(default_factory=Notify)
    recipient: tuple[Recipient, ...] = ()
    roster: tuple[Duty, ...] = ()
    channel: tuple[Channel, ...] = ()
    source: tuple[Source, ...] = ()
    path: Path = field(default=Path("config/office.toml"), metadata={"key": False})

    def find_source(self, source: str) -> Source | None:
        """The card with this id, or None."""
        return next((card for card in self.source if card.id == source), None)


_EVERY = re.compile(r"(\d+)(s|m|h|d)")
_LONGEST_EVERY = 30 * 86_400
_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def load(path: Path) -> Config:
    """Read and check the configuration.

    Raises:
        ConfigError: the file is missing, no TOML, or a key is unknown, missing or of the wrong kind.
    """
    config = replace(read_table(Config, _read_toml(path), file=str(path)), path=path)
    check(config, str(path))
    return config


def load_rules(path: Path, settings: Sequence[str] = ()) -> Rules:
    """Read the `[rules]` of a file and nothing else of it; the defaults where it has none.

    Each of `settings`, as `volume.sparse_score=4.5`, then changes one key.

    Raises:
        ConfigError: as `load`, or a setting is not of that form.
    """
    table = _read_toml(path).get("rules", {})
    for setting in settings:
        try:
            change = tomllib.loads(setting)
        except tomllib.TOMLDecodeError:
            raise ConfigError(f"{setting!r} 应写作 volume.sparse_score=4.5", key="--set") from None
        table = _merged(table, change)
    return read_table(Rules, table, file=str(path), key="rules")


def _merged(old: object, new: object) -> object:
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        return new
    return {**old, **{name: _merged(old.get(name), value) for name, value in new.items()}}


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError("找不到配置文件；请先运行 minyi init", file=str(path)) from None
    except RecursionError:
        raise ConfigError("嵌套过深", file=str(path)) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"无法读取：{error}", file=str(path)) from error


def check(config: Config, file: str) -> None:
    """Rules between keys.

    Raises:
        ConfigError: naming the key.
    """
    _check_office(config.office, file)
    seen: set[str] = set()
    for number, card in enumerate(config.source):
        key = f"source[{number}]"
        if card.id in seen:
            raise ConfigError(f"信源编号 {card.id} 重复", file=file, key=f"{key}.id")
        seen.add(card.id)
        _check_card(card, file, key)
    _check_upkeep(config, file)
    _check_deadlines(config.deadlines, file)
    _check_search(config.search, file)
    for key, fault in people_faults(config.recipient, config.roster, config.channel):
        raise ConfigError(fault, file=file, key=key)
    if config.recipient and config.mail.host and not config.mail.sender:
        raise ConfigError("有收件人时必须写明发件地址", file=file, key="mail.sender")


def _check_upkeep(config: Config, file: str) -> None:
    for key, value, low, high in (
        ("backup.keep", config.backup.keep, 1, 1_000),
        ("backup.hour", config.backup.hour, 0, 23),
        ("retention.days", config.retention.days, 0, 36_500),
    ):
        if not low <= value <= high:
            raise ConfigError(f"应为 {low} 至 {high}", file=file, key=key)


def _check_deadlines(deadlines: Deadlines, file: str) -> None:
    seen = {"authoritative_5h", "press_24h", "reply_48h"}
    for number, own in enumerate(deadlines.own):
        key = f"deadlines.own[{number}]"
        if not own.name or own.name in seen:
            raise ConfigError("每个期限要有自己的名字", file=file, key=f"{key}.name")
        seen.add(own.name)
        if bool(own.hours) == bool(own.working_days):
            raise ConfigError("hours 与 working_days 须写一个，且只写一个", file=file, key=key)


def _check_search(search: Search, file: str) -> None:
    wrong = next((a for a in search.url if not re.match(r"https?://[^/]+", a)), None)
    if wrong is not None:
        raise ConfigError(f"{wrong!r} 应以 http:// 或 https:// 开头", file=file, key="search.url")
    if search.engine == "elasticsearch" and not search.url:
        raise ConfigError("由检索集群回答时，必须写明它的地址", file=file, key="search.url")
    if not 0 < search.timeout_seconds <= 60:
        raise ConfigError("应大于 0、不超过 60", file=file, key="search.timeout_seconds")


def _check_card(card: Source, file: str, key: str) -> None:
    for name, fault in _card_faults(card):
        if fault:
            raise ConfigError(fault, file=file, key=f"{key}.{name}")


def _card_faults(card: Source) -> Iterator[tuple[str, str]]:
    """Yield (key, fault in words, empty when it is right)."""
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


def _check_office(office: Office, file: str) -> None:
    for key, text in (("office.name", office.name), ("office.contact", office.contact)):
        if not text.isprintable():
            raise ConfigError("不能含换行或控制字符", file=file, key=key)


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


def secret(name: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """The secret `name` from the environment, or from the file `name_FILE` names; None if neither is set.

    Raises:
        ConfigError: both are set, or the file cannot be read.
    """
    direct, file = environ.get(name), environ.get(f"{name}_FILE")
    if direct is not None and file is not None:
        raise ConfigError(f"{name} 与 {name}_FILE 只能设一个", key=name)
    if file is None:
        return direct
    try:
        return Path(file).read_text("utf-8").rstrip("\r\n")
    except OSError as error:
        raise ConfigError(f"无法读取 {file}：{error.strerror}", key=f"{name}_FILE") from error

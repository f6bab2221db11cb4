"""One TOML file, `config/office.toml`, read into frozen values.

Each table of the file is one dataclass here; a field's name is the key, its default the default.
An unknown key is an error that names the nearest known one. Secrets never stand in the file: they
come from the environment variable `X`, or from the file that `X_FILE` names.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from minyi.cards import Source
from minyi.cards import faults as card_faults
from minyi.errors import ConfigError
from minyi.models import Level
from minyi.people import Channel, Duty, Notify, Recipient
from minyi.people import faults as people_faults
from minyi.rules import Rules
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


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file, checked."""

    office: Office
    crawl: Crawl = Crawl()
    mail: Mail = Mail()
    rules: Rules = field(default_factory=Rules)
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
    for name, fault in card_faults(card):
        if fault:
            raise ConfigError(fault, file=file, key=f"{key}.{name}")


def _check_office(office: Office, file: str) -> None:
    for key, text in (("office.name", office.name), ("office.contact", office.contact)):
        if not text.isprintable():
            raise ConfigError("不能含换行或控制字符", file=file, key=key)


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

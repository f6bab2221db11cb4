"""What the parent asks of the child, as one JSON line: the card, its cursor, and the limits of the run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from minyi.cards import Source
from minyi.config import Crawl
from minyi.models import UrlCursor
from minyi.spool import decode_cursor, encode_cursor
from minyi.tables import read_table


@dataclass(frozen=True, slots=True)
class Order:
    """One run over one source. `now` is the run's start, UTC; `parent` the process that must stay alive."""

    card: Source
    cursor: Mapping[str, UrlCursor]
    spool: Path
    agent: str
    limits: Crawl
    now: datetime
    revisit_all: bool
    parent: int


def encode_order(order: Order) -> bytes:
    """One line of JSON."""
    values = {
        "card": asdict(order.card),
        "cursor": encode_cursor(order.cursor),
        "spool": str(order.spool),
        "agent": order.agent,
        "limits": asdict(order.limits),
        "now": order.now.isoformat(),
        "revisit_all": order.revisit_all,
        "parent": order.parent,
    }
    return json.dumps(values, default=_default).encode() + b"\n"


def _default(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def decode_order(line: bytes) -> Order:
    """Read `encode_order` back.

    Raises:
        ValueError, KeyError, TypeError, ConfigError: the line is no order.
    """
    values = json.loads(line)
    card = values["card"]
    card["assessed"] = date.fromisoformat(card["assessed"])
    card["robots"]["checked"] = date.fromisoformat(card["robots"]["checked"])
    if card["list"] is None:
        del card["list"]
    return Order(
        card=read_table(Source, card, file="card"),
        cursor=decode_cursor(values["cursor"]),
        spool=Path(values["spool"]),
        agent=values["agent"],
        limits=read_table(Crawl, values["limits"], file="limits"),
        now=datetime.fromisoformat(values["now"]),
        revisit_all=values["revisit_all"],
        parent=values["parent"],
    )

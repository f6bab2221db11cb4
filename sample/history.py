"""Thirty calm days before the affair, as lines that `minyi import` reads. Invented 示例数据."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from itertools import count

from minyi.clock import LOCAL
from minyi.models import SourceId
from sample.draw import fraction, pick
from sample.story import SITE_FROM, Item, Wave
from sample.texts import fill, read_rows

DAYS = 30
"""Length of the history, ending where the site begins."""

_RATES = {"p1": 0.42, "p2": 0.03, "p3": 0.02, "x": 0.24, "n": 0.09}
"""Posts an hour by topic, averaged over the week; `n` is what the papers say, of any topic."""

_CURVE = (2, 1, 1, 1, 1, 3, 8, 14, 18, 21, 24, 23, 18, 15, 16, 18, 18, 19, 22, 26, 28, 22, 12, 6)
"""Relative activity by local hour."""

_PEOPLE = ("weiyu",) * 10 + ("luntan",) * 6 + ("juhe",)
_PAPERS = ("daily", "portal", "shangbao")

KINDS: Mapping[str, str] = {"weiyu": "post", "luntan": "post", "juhe": "post"}
"""`kind` of an imported line by source; the papers' is news."""


@cache
def load_history() -> tuple[Item, ...]:
    """About 750 posts, ascending by time, the same on every call."""
    rows = read_rows("history.txt", 3)
    pools = {topic: [text for t, _, text in rows if t == topic] for topic in (*_RATES, "tail")}
    authors = [row[0] for row in read_rows("authors.txt", 1)]
    numbers = count(10001)
    return tuple(
        _item(topic, at, next(numbers), pools, authors)
        for hour in range(DAYS * 24)
        for topic, at in _hour(SITE_FROM - timedelta(days=DAYS) + timedelta(hours=hour))
    )


def _hour(start: datetime) -> list[tuple[str, datetime]]:
    """Topics and times of one hour's posts, ascending."""
    weight = _CURVE[start.astimezone(LOCAL).hour] * len(_CURVE) / sum(_CURVE)
    weight *= 0.7 if start.astimezone(LOCAL).weekday() >= 5 else 1.12
    found = [
        (topic, start + timedelta(minutes=int(60 * fraction("minute", topic, start, n))))
        for topic, rate in _RATES.items()
        for n in range(_poisson(rate * weight, fraction("count", topic, start)))
    ]
    return sorted(found, key=lambda pair: pair[1])


def _poisson(mean: float, chance: float) -> int:
    """The Poisson count whose cumulative probability first reaches `chance`."""
    term = total = math.exp(-mean)
    number = 0
    while total < chance and number < 20:
        number += 1
        term *= mean / number
        total += term
    return number


def _item(topic: str, at: datetime, number: int, pools: Mapping[str, list[str]], authors: list[str]) -> Item:
    said = fill(pick(pools[topic], topic, number), number)
    source = SourceId(pick(_PAPERS if topic == "n" else _PEOPLE, "source", number))
    text = said.text if topic == "n" else _extend(said.text, pools["tail"], number)
    title = "" if source == "weiyu" else said.text[:30]
    return Item(source, number, title, text, pick(authors, number), at, Wave.HISTORY, said.policy)


def _extend(said: str, tails: list[str], number: int) -> str:
    """Two posts in three go on after the first sentence."""
    if fraction("bare", number) < 0.35:
        return said
    joint = "" if said.endswith("？") else pick("，。～ ", "joint", number)
    return f"{said}{joint}{pick(tails, 'tail', number)}"


def history_lines(base: str) -> Iterator[str]:
    """JSON lines in the form `minyi import` reads; `base` is the site's address.

    Each was first seen ten minutes after it was posted, so it counts towards what is usual.
    """
    for item in load_history():
        line = {
            "id": f"h{item.number}",
            "url": base + item.path,
            "title": item.title,
            "text": item.text,
            "author": item.author,
            "published_at": item.at.isoformat(),
            "first_seen": (item.at + timedelta(minutes=10)).isoformat(),
            "source": item.source,
            "kind": KINDS.get(item.source, "news"),
            "likes": item.metric("likes", 60),
            "comments": item.metric("comments", 20),
            "reposts": item.metric("reposts", 15),
            "views": item.metric("views", 4000),
        }
        yield json.dumps(line, ensure_ascii=False)

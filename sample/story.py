"""The affair of the 青溪油糕, invented from end to end, as posts that appear at fixed minutes.

Minutes count from `STORY_AT`. An ordinary morning; at 0 a paper reports that an association demands
fees from small shops; from 182 on people read the fee into a policy that says the opposite; from 540
others quote the policy's text; at 1800 the office explains; then it fades. Next morning another
policy is released and talked about as usual.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from itertools import count
from typing import Any

from minyi.clock import LOCAL
from minyi.models import PolicyId, SourceId, Span, Stance
from sample.draw import fraction, pick
from sample.texts import fill, named_policy, read_rows, read_toml

STORY_AT = datetime(2026, 6, 9, 10, 0, tzinfo=LOCAL)
"""When the first report appears; a Tuesday."""

SITE_FROM = STORY_AT - timedelta(hours=22)
"""What was posted earlier reaches Minyi by import, later posts by crawl."""

_ROUNDS = (-120, 60, 210, 300, 540, 750, 1830, 3240)


def schedule(after: datetime | None = None) -> tuple[datetime, ...]:
    """The eight crawl rounds, ascending; the third falls 28 minutes after the misreading begins.

    With `after`, the last round an earlier run finished, only the later ones, and the last one alone when
    none is left: the site must never go back in time, or its newer posts would look deleted.
    """
    rounds = tuple(_at(minute) for minute in _ROUNDS)
    return tuple(at for at in rounds if after is None or at > after) or rounds[-1:]


class Wave(StrEnum):
    """The part of the story a post belongs to."""

    HISTORY = "history"
    CALM = "calm"
    STORY = "story"
    MISREADING = "misreading"
    ASK = "ask"
    REBUT = "rebut"
    COPIES = "copies"
    FOLLOW = "follow"
    RESPONSE = "response"
    DECLINE = "decline"
    RELEASE = "release"
    QUIET = "quiet"
    OPINION = "opinion"
    DIRT = "dirt"


@dataclass(frozen=True, slots=True)
class Item:
    """One post of the site. `at` is when it appears; `dated` is False when its page shows no time.

    `claim` and `stance` are what its writer meant, for checking what analysis makes of it.
    """

    source: SourceId
    number: int
    title: str
    text: str
    author: str
    at: datetime
    wave: Wave
    policy: PolicyId | None = None
    claim: str = ""
    stance: Stance | None = None
    dated: bool = True
    tag: str = ""

    @property
    def path(self) -> str:
        """Its address on the site."""
        shape = "/luntan/thread-{}-1-1.html" if self.source == "luntan" else f"/{self.source}/{{}}.html"
        return shape.format(self.number)

    def metric(self, name: str, largest: int) -> int:
        """An invented count that never changes, mostly small, below `largest`."""
        return int(fraction(name, self.source, self.number) ** 3 * largest)


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the invented office; an interpretation has no number of its own."""

    path: str
    title: str
    text: str
    at: datetime
    doc_number: str = ""
    index_number: str = ""
    issued_on: str = ""


@dataclass(frozen=True, slots=True)
class Hidden:
    """A page that is linked but forbidden by robots.txt."""

    path: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Outage:
    """A source answers 503 during `span`."""

    source: SourceId
    span: Span


@dataclass(frozen=True, slots=True)
class Story:
    """Everything the site can show: items and documents by time of appearance."""

    items: tuple[Item, ...]
    documents: tuple[Document, ...]
    interpretations: tuple[Document, ...]
    hidden: Hidden
    outage: Outage


@dataclass(frozen=True, slots=True)
class _Draft:
    """A post before it has a number."""

    source: str
    title: str
    text: str
    minute: int
    wave: Wave
    claim: str = ""
    stance: str = ""
    dated: bool = True
    tag: str = ""


_SPREADS: dict[Wave, tuple[tuple[int, int, int], ...]] = {
    # how many posts, from minute, to minute; the last entry takes the rest
    Wave.MISREADING: ((20, 182, 208), (22, 211, 299), (99, 303, 640)),
    Wave.ASK: ((3, 196, 209), (99, 214, 620)),
    Wave.REBUT: ((99, 541, 825),),
}


def _minutes(wave: Wave, total: int) -> Iterator[int]:
    """Times of a wave's posts in order, evenly spread with a little unevenness."""
    left = total
    for size, first, last in _SPREADS[wave]:
        here = min(size, left)
        left -= here
        for n in range(here):
            yield first + int((last - first) * (n + 0.8 * fraction(wave, first, n)) / here)


@cache
def load_story() -> Story:
    """The whole story, the same on every call."""
    raw, official = read_toml("dirt.toml"), read_toml("documents.toml")
    outage = raw["outage"]
    return Story(
        items=_number([*_crowd(), *_answers(), *_news(), *_copies(raw["copies"]), *_dirt(raw["post"])]),
        documents=tuple(map(_document, official["document"])),
        interpretations=tuple(map(_document, official["interpretation"])),
        hidden=Hidden(**raw["hidden"]),
        outage=Outage(SourceId(outage["source"]), Span(_at(outage["first"]), _at(outage["last"]))),
    )


def _at(minute: int) -> datetime:
    return STORY_AT + timedelta(minutes=minute)


def _crowd() -> Iterator[_Draft]:
    rows = read_rows("misreading.txt", 4)
    for (source, claim, title, text), minute in zip(rows, _minutes(Wave.MISREADING, len(rows)), strict=True):
        repeats = claim != "-"
        yield _Draft(
            source,
            title,
            text,
            minute,
            Wave.MISREADING,
            claim if repeats else "",
            "repeat" if repeats else "",
        )


def _answers() -> Iterator[_Draft]:
    rows = read_rows("answers.txt", 5)
    for wave in (Wave.ASK, Wave.REBUT):
        mine = [row for row in rows if row[1] == wave]
        for (source, stance, claim, title, text), minute in zip(mine, _minutes(wave, len(mine)), strict=True):
            yield _Draft(source, title, text, minute, wave, claim, stance)


def _news() -> Iterator[_Draft]:
    for wave, minute, source, title, text in read_rows("news.txt", 5):
        yield _Draft(source, title, text, int(minute), Wave(wave))


def _copies(raw: dict[str, Any]) -> Iterator[_Draft]:
    """The site farm: the same words at many addresses, with different blanks, marks and trailing links."""
    total, first, last = raw["count"], raw["first"], raw["last"]
    for n in range(total):
        text = raw["text"].replace("，", pick(("，", "， ", ","), "comma", n))
        text += pick(("", "！", f" http://copy{n}.sample.invalid/a", "\n"), "tail", n)
        minute = first + (last - first) * n // total
        yield _Draft("juhe", raw["title"], text, minute, Wave.COPIES, "w1", "repeat", tag="copy")


def _dirt(raw: list[dict[str, Any]]) -> Iterator[_Draft]:
    for one in raw:
        yield _Draft(
            one["source"],
            one.get("title", ""),
            one["text"] * one.get("repeat", 1),
            one["at"],
            Wave.DIRT,
            one["claim"],
            one["stance"],
            dated=one["tag"] != "undated",
            tag=one["tag"],
        )


def _number(drafts: list[_Draft]) -> tuple[Item, ...]:
    """Give each post its address, author and time, in order of appearance."""
    authors = [row[0] for row in read_rows("authors.txt", 1)]
    numbers = count(20001)
    ordered = sorted(drafts, key=lambda draft: (draft.minute, draft.source, draft.text))
    return tuple(_item(draft, number, authors) for draft, number in zip(ordered, numbers, strict=False))


def _item(draft: _Draft, number: int, authors: list[str]) -> Item:
    key = (draft.wave, draft.title, draft.text)
    title, text = fill(draft.title, *key), fill(draft.text, *key)
    return Item(
        source=SourceId(draft.source),
        number=number,
        title=title.text,
        text=text.text,
        author=pick(authors, "author", *key, number),
        at=_at(draft.minute),
        wave=draft.wave,
        policy=text.policy or title.policy or named_policy(draft.title + draft.text),
        claim=draft.claim,
        stance=Stance(draft.stance) if draft.stance else None,
        dated=draft.dated,
        tag=draft.tag,
    )


def _document(raw: dict[str, Any]) -> Document:
    return Document(
        path=raw["path"],
        title=raw["title"],
        text=raw["text"].strip(),
        at=raw["date"] if "date" in raw else _at(raw["at"]),
        doc_number=raw.get("doc_number", ""),
        index_number=raw.get("index_number", ""),
        issued_on=raw.get("issued_on", ""),
    )

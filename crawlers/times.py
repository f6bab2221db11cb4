"""The time at which a page says it was published, by general rules in a fixed order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from crawlers.page import SHORT_LINE, Chunk, Page, text_at, text_of
from minyi.cards import ArticleRules

_BLANK = re.compile(r"\s+")
_META_TIMES = (
    "pubdate",
    "maketime",
    "article:published_time",
    "bytedance:published_time",
    "og:published_time",
    "datepublished",
    "publishdate",
    "publish_date",
    "publish-date",
    "publishtime",
    "publish_time",
    "og:time",
    "og:release_date",
    "weibo: article:create_at",
    "apub:time",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "date",
)
_DATE = r"(?:19|20)\d\d\s*(?:年|[-/.])\s*\d{1,2}\s*(?:月|[-/.])\s*\d{1,2}(?!\d)\s*日?"
_CLOCK = (
    r"(?:\s*(?:星期.|周.)?\s*T?\s*\d{1,2}\s*[:：时]\s*\d{1,2}(?:\s*[:：分]\s*\d{1,2})?(?:[+-]\d\d:?\d\d|Z)?)"
)
_FULL = re.compile(_DATE + _CLOCK + "?")
_LOOSE = re.compile(
    rf"(?<!\d)\d{{1,2}}(?:月\s*\d{{1,2}}\s*日|-\d{{1,2}}){_CLOCK}|(?:今天|昨天|前天)\s*\d{{1,2}}:\d\d|\d{{1,2}}\s*(?:分钟|小时|天)前"
)
_ONLY_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_UPDATED = re.compile(rf"(?:更新|修改|编辑)(?:时间|日期|于)?\s*[:：]?\s*({_DATE}{_CLOCK}?)")
_PUBLISHED = re.compile(rf"(?:发布|发表|发稿|刊发|上传|推送)(?:时间|日期|于)?\s*[:：]\s*({_DATE}{_CLOCK}?)")
_NUMBERS = re.compile(r"\d+")
_MIDNIGHT = re.compile(r"[T\s]+0?0:00(?::00(?:\.0+)?)?$")
_URL_DATE = re.compile(
    r"[/_t](20\d\d)(?:[-/_]?(0[1-9]|1[0-2])[-/_]?(0[1-9]|[12]\d|3[01])|[-/_]([1-9])[-/_]([1-9]|[12]\d|3[01]))(?=[/_.])"
)
_TODAY = re.compile(r"今天是|今日是|现在是|当前(?:时间|日期)")
_NEAR_BEFORE, _NEAR_AFTER = 4, 60
_TERSE_LINE = 40
_LINK_CHARS = 8


def find_time(page: Page, rules: ArticleRules, title: str | None) -> str | None:
    """The page's own wording of its publishing time, or None.

    1. The card's selector. 2. Government meta, JSON-LD, other meta; `<time>`. 3. What stands behind a
    label such as 发布时间. 4. The first time after the title, then just before it. 5. The date in the
    address. A stated time that the page labels as its update is passed over, and one without a clock
    gives way to the same day with a clock beside the title.
    """
    chosen = page.value(rules.time) if rules.time else None
    if chosen:
        return chosen
    shown = _labelled_time(page) or _near_title(page, title)
    stated = _stated(page)
    if stated is None:
        return _tidy(shown or _from_url(page.url))
    if shown and _same_day(shown, stated) and not _has_clock(_tidy(stated) or ""):
        return _tidy(shown)
    return _tidy(stated)


def _stated(page: Page) -> str | None:
    updates = {_key(found) for chunk in page.chunks for found in _UPDATED.findall(chunk.text)}
    for value in _statements(page):
        if value and any(c.isdigit() for c in value) and _key(value) not in updates:
            return value
    return None


def _statements(page: Page) -> Iterator[str | None]:
    for name in _META_TIMES[:2]:
        yield page.meta.get(name)
    yield text_at(page.linked_data, "datePublished") or text_at(page.linked_data, "pubDate")
    for name in _META_TIMES[2:]:
        yield page.meta.get(name)
    for element in page.root.iter("time"):
        yield None if _beside_link(element) else element.get("datetime")


def _labelled_time(page: Page) -> str | None:
    for number, chunk in enumerate(page.chunks):
        if len(chunk.text) <= 2 * SHORT_LINE:
            found = _PUBLISHED.search(chunk.text)
            if found:
                return _with_next(found[1], page, number)
    return None


def _near_title(page: Page, title: str | None) -> str | None:
    start = _title_position(page, title)
    order = [*range(start, start + _NEAR_AFTER), *range(start - 1, start - _NEAR_BEFORE, -1)]
    for number in order:
        if 0 <= number < len(page.chunks):
            found = _time_in(page.chunks[number])
            if found:
                return _with_next(found, page, number)
    return None


def _time_in(chunk: Chunk) -> str | None:
    """A time standing in a short line; None in prose, beside links and where today's date is shown."""
    text = chunk.text
    if len(text) > SHORT_LINE or _UPDATED.search(text) or _TODAY.search(text):
        return None
    found = _FULL.search(text) or (_LOOSE.search(text) if len(text) <= _TERSE_LINE else None)
    if found is None or _in_prose(text, found) or _beside_link(chunk.element):
        return None
    return found[0]


def _beside_link(element: HtmlElement) -> bool:
    """A date in a list item with a long link is another article's."""
    node: HtmlElement | None = element
    for _ in range(3):
        if node is None or node.tag in ("body", "html"):
            return False
        if node.tag in ("li", "dl", "dd", "a") and len(text_of(node)) <= 2 * SHORT_LINE:
            return any(len(text_of(link)) >= _LINK_CHARS for link in node.iter("a"))
        node = node.getparent()
    return False


def _title_position(page: Page, title: str | None) -> int:
    """Where the title is shown: as a heading if it is one, else its last full showing in the first half."""
    plain = _BLANK.sub("", title or "")
    shown = [n for n, chunk in enumerate(page.chunks) if plain and _BLANK.sub("", chunk.text) == plain]
    for number in shown:
        if any(node.tag in ("h1", "h2", "h3") for node in _lineage(page, number)):
            return number
    return shown[0] if shown else 0


def _lineage(page: Page, number: int) -> list[HtmlElement]:
    element = page.chunks[number].element
    parent = element.getparent()
    return [element] if parent is None else [element, parent]


def _in_prose(text: str, found: re.Match[str]) -> bool:
    """A date inside a sentence is what the text tells of, not when it was published."""
    rest = text[: found.start()] + text[found.end() :]
    return len(rest) > 40 and ("，" in rest or "。" in rest)


def _with_next(found: str, page: Page, number: int) -> str:
    """A date whose clock stands in the next element is read with it."""
    following = page.chunks[number + 1].text if number + 1 < len(page.chunks) else ""
    if not _has_clock(found) and _ONLY_CLOCK.fullmatch(following):
        return f"{found} {following}"
    return found


def _has_clock(text: str) -> bool:
    return re.search(r"\d[:：时]\d?", text) is not None


def _same_day(one: str, other: str) -> bool:
    return [int(n) for n in _NUMBERS.findall(one)[:3]] == [int(n) for n in _NUMBERS.findall(other)[:3]]


def _key(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _NUMBERS.findall(text)[:6])


def _from_url(url: str) -> str | None:
    found = _URL_DATE.search(url.partition("?")[0])
    return "-".join(part for part in found.groups() if part) if found else None


def _tidy(raw: str | None) -> str | None:
    """A clock of exactly midnight without a zone is a date written by a form field, not a time."""
    return _MIDNIGHT.sub("", raw.strip())[:100] if raw else None

"""Title, time, author and publisher of a page, by general rules in a fixed order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml.html import HtmlElement

from crawlers.page import Chunk, Page, squeeze, text_of
from minyi.cards import ArticleRules

MAX_TITLE = 300

_SEPARATOR = re.compile(r"\s*(?:[-_|｜–—»·]|--)\s*")
_BLANK = re.compile(r"\s+")


# --- title ----------------------------------------------------------------------------------------


def find_title(page: Page, rules: ArticleRules) -> str | None:
    """The article's title, or None.

    1. The card's selector. 2. `ArticleTitle` of government sites. 3. The longest visible text that is
    `<title>` without the site's name. 4. JSON-LD, og:title. 5. The only `<h1>`. 6. `<title>` up to its
    last separator.
    """
    found = page.value(rules.title) if rules.title else None
    for candidate in _titles(page) if not found else ():
        if candidate:
            found = candidate
            break
    return found[:MAX_TITLE] if found else None


def _titles(page: Page) -> Iterator[str | None]:
    full = squeeze(page.root.findtext(".//title") or "")
    yield page.meta.get("articletitle")
    yield _shown_part(page, full)
    yield _text(page.linked_data, "headline") or _text(page.linked_data, "title")
    yield page.meta.get("og:title") or page.meta.get("twitter:title")
    headings = [text for text in (text_of(one) for one in page.root.iter("h1")) if text]
    yield headings[0] if len(headings) == 1 else None
    parts = _SEPARATOR.split(full)
    yield max(parts, key=len) if len(parts) > 1 else full
    yield next((text for text in (text_of(one) for one in page.root.iter("h1", "h2", "h3")) if text), None)


def _shown_part(page: Page, full: str) -> str | None:
    """The longest visible text that starts or ends `<title>` at a separator.

    og:title is often cut at a quotation mark, and headings of a page hold its site's name too; what
    stands in both `<title>` and the page is the article's own title.
    """
    whole = _BLANK.sub("", full)
    if len(whole) < 4:
        return None
    texts = [text_of(one) for one in page.root.iter("h1", "h2", "h3")]
    texts += [chunk.text for chunk in page.chunks if len(chunk.text) <= MAX_TITLE]
    best = ""
    for text in texts:
        plain = _BLANK.sub("", text)
        if len(plain) >= 4 and len(plain) > len(_BLANK.sub("", best)) and _is_part(plain, whole):
            best = text
    return best or None


def _is_part(plain: str, whole: str) -> bool:
    if whole.startswith(plain):
        return len(plain) == len(whole) or _SEPARATOR.match(whole[len(plain) :]) is not None
    if whole.endswith(plain):
        return _SEPARATOR.match(whole[: -len(plain)][-1:]) is not None
    return False


def _text(thing: Mapping[str, object], key: str) -> str | None:
    value = thing.get(key)
    return squeeze(value) or None if isinstance(value, str) else None


# --- time -----------------------------------------------------------------------------------------

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
_SHORT_LINE, _TERSE_LINE = 120, 40
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
    yield _text(page.linked_data, "datePublished") or _text(page.linked_data, "pubDate")
    for name in _META_TIMES[2:]:
        yield page.meta.get(name)
    for element in page.root.iter("time"):
        yield None if _beside_link(element) else element.get("datetime")


def _labelled_time(page: Page) -> str | None:
    for number, chunk in enumerate(page.chunks):
        if len(chunk.text) <= 2 * _SHORT_LINE:
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
    if len(text) > _SHORT_LINE or _UPDATED.search(text) or _TODAY.search(text):
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
        if node.tag in ("li", "dl", "dd", "a") and len(text_of(node)) <= 2 * _SHORT_LINE:
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


# --- who ------------------------------------------------------------------------------------------

_SOURCE_LABEL = re.compile(r"(?:来源|信息来源|稿件来源|文章来源|发布机构)\s*[:：]\s*([^\s|｜:：]{2,30})?")
_AUTHOR_LABEL = re.compile(r"(?:^|[\s|｜])作者\s*[:：]\s*([^\s|｜:：]{2,20})")
_NO_NAME = re.compile(
    r"[\d@/]|^(?:admin|administrator|管理员|佚名|未知|匿名)$|[网报社台局委厅部府]$"
    r"|新闻|财经|科技|综合|中心|编辑",
    re.IGNORECASE,
)


def find_publisher(page: Page) -> str | None:
    """Who is named as the article's source 来源 by meta, else by the first visible label; or None."""
    for name in ("contentsource", "source", "article:source"):
        value = re.sub(r"^来源\s*[:：]\s*", "", page.meta.get(name, ""))
        if value and not value.isdigit():
            return value[:60]
    for number, chunk in enumerate(page.chunks):
        found = _SOURCE_LABEL.search(chunk.text) if len(chunk.text) <= _SHORT_LINE else None
        if found:
            following = page.chunks[number + 1].text if number + 1 < len(page.chunks) else ""
            return found[1] or (following if _is_name(following) else None)
    return None


def _is_name(text: str) -> bool:
    return 2 <= len(text) <= 30 and "：" not in text and re.search(r"\d{3}|\d:\d", text) is None


def find_author(page: Page, rules: ArticleRules) -> str | None:
    """Who wrote it, from the card, JSON-LD, meta or the label 作者; never guessed, None otherwise."""
    if rules.author:
        return page.value(rules.author)
    candidates = [_person(page.linked_data), page.meta.get("article:author"), page.meta.get("author")]
    candidates += [found[1] for found in map(_AUTHOR_LABEL.search, _short_texts(page)) if found]
    site = squeeze(page.root.findtext(".//title") or "")
    for name in candidates:
        if name and len(name) <= 20 and not _NO_NAME.search(name) and name not in _SEPARATOR.split(site)[-1]:
            return name
    return None


def _short_texts(page: Page) -> Iterator[str]:
    return (chunk.text for chunk in page.chunks if len(chunk.text) <= _SHORT_LINE)


def _person(thing: Mapping[str, object]) -> str | None:
    author = thing.get("author")
    if isinstance(author, list) and author:
        author = author[0]
    return _text(author, "name") if isinstance(author, dict) else _text(thing, "author")

"""A feed's text to entries: RSS and Atom through feedparser, JSON Feed by our own reader.

This is the one door to feedparser, which has no types.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from urllib.parse import urljoin, urlsplit

import feedparser

from crawlers.page import squeeze
from minyi.errors import InputError

MAX_ENTRIES = 2_000
"""Entries read of one feed."""

MAX_DEPTH = 400
"""Deeper nesting is refused: it costs feedparser seconds and no feed needs it."""

_TAG = re.compile(r"<(/?)([A-Za-z][\w:.-]*)([^<>]*?)(/?)>")
_NEVER_CLOSED = frozenset(
    {"br", "img", "hr", "input", "meta", "link", "wbr", "source", "col", "area", "base"}
)
_HTML = re.compile(r"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")
_ENTITIES = re.compile(r"<!ENTITY\b", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^>\[]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the feed says it; absent is None. `body_html` is markup, `link` absolute."""

    guid: str | None = None
    link: str | None = None
    title: str | None = None
    body_html: str | None = None
    author: str | None = None
    published_raw: str | None = None
    updated_raw: str | None = None

    @property
    def empty(self) -> bool:
        """True when there is nothing to know it by and nothing to read."""
        return not (self.guid or self.link or self.title or self.body_html)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed read: its entries in order, and how many could not be used. `lang` is the feed's own word."""

    entries: tuple[Entry, ...]
    unusable: int = 0
    lang: str | None = None


def read_feed(text: str, url: str) -> Feed:
    """Read a feed found at `url`. XML errors are survived; a valid feed may be empty.

    Raises:
        InputError: this is no feed; the message says what it is instead, in words for health.
    """
    start = text.lstrip("\ufeff \t\r\n")
    if not start:
        raise InputError("订阅源是空白的")
    if start.startswith(("{", "[")):
        return _read_json(start, url)
    if _HTML.match(_DECLARED.sub("", start[:5_000], count=1)):
        raise InputError("返回的是网页，不是订阅源（RSS、Atom 或 JSON Feed）")
    if _depth(start) > MAX_DEPTH:
        raise InputError(f"订阅源嵌套超过 {MAX_DEPTH} 层，拒绝解析")
    return _read_xml(start, url)


def _depth(text: str) -> int:
    """Deepest nesting of tags, counting only those that something closes."""
    open_tags: list[str] = []
    deepest = 0
    for found in _TAG.finditer(text):
        name = found[2].lower()
        if found[1]:
            if open_tags and name in open_tags[-8:]:
                while open_tags.pop() != name:
                    pass
        elif not found[4] and name not in _NEVER_CLOSED:
            open_tags.append(name)
            deepest = max(deepest, len(open_tags))
    return deepest


# --- RSS and Atom ---------------------------------------------------------------------------------


def _read_xml(text: str, url: str) -> Feed:
    plain = _DECLARED.sub("", text, count=1)
    if _ENTITIES.search(plain[:10_000]):
        plain = _DOCTYPE.sub("", plain, count=1)  # entity bombs and outside entities; their uses stay as text
    parsed = feedparser.parse(
        BytesIO(plain.encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},  # no base: guids stay as written
        sanitize_html=False,  # only text is kept
        resolve_relative_uris=False,
    )
    entries = [_entry(raw, url) for raw in parsed.entries[:MAX_ENTRIES]]
    if not entries and (not parsed.version or parsed.bozo):
        raise InputError("不是可识别的订阅源（RSS、Atom 或 JSON Feed）")
    usable = tuple(entry for entry in entries if not entry.empty)
    return Feed(usable, len(entries) - len(usable), _string(parsed.feed.get("language")))


def _entry(raw: Mapping[str, object], url: str) -> Entry:
    return Entry(
        guid=_string(raw.get("id")),
        link=_link(raw.get("link"), url),
        title=_title(raw.get("title")),
        body_html=_body(raw),
        author=_string(raw.get("author")),
        published_raw=_string(raw.get("published")) or _string(raw.get("updated")),
        updated_raw=_string(raw.get("updated")),
    )


def _body(raw: Mapping[str, object]) -> str | None:
    """The longest of the entry's contents, else its summary."""
    contents = raw.get("content")
    values = (
        [one.get("value") for one in contents if isinstance(one, Mapping)]
        if isinstance(contents, list)
        else []
    )
    texts = [text for text in (_string(value) for value in [*values, raw.get("summary")]) if text]
    return max(texts, key=len) if texts else None


def _title(value: object) -> str | None:
    """Titles may hold markup; only its text is a title."""
    text = _string(value)
    return squeeze(re.sub(r"</?[A-Za-z][^<>]*>", "", text)) or None if text else None


# --- JSON Feed ------------------------------------------------------------------------------------


def _read_json(text: str, url: str) -> Feed:
    """JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1)."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError("内容像 JSON 但格式有错，无法解析") from error
    items = raw.get("items") if isinstance(raw, dict) else None
    if (
        not isinstance(raw, dict)
        or "jsonfeed.org" not in str(raw.get("version"))
        or not isinstance(items, list)
    ):
        raise InputError("是 JSON，但不是 JSON Feed（缺少 version 或 items）")
    entries = [_item(item, url) for item in items[:MAX_ENTRIES] if _is_item(item)]
    unusable = min(len(items), MAX_ENTRIES) - len(entries)
    if items and not entries:
        raise InputError("JSON Feed 的条目没有编号、链接和标题，无法使用")
    return Feed(tuple(entries), unusable, _string(raw.get("language")))


def _is_item(item: object) -> bool:
    """The format demands an id; an empty one is bad manners, none at all (nor link, nor title) is no item."""
    return isinstance(item, dict) and ("id" in item or any(_string(item.get(k)) for k in ("url", "title")))


def _item(item: Mapping[str, object], url: str) -> Entry:
    html = _string(item.get("content_html"))
    text = _string(item.get("content_text")) or _string(item.get("summary"))
    return Entry(
        guid=_string(item.get("id")),
        link=_link(item.get("url") or item.get("external_url"), url),
        title=_title(item.get("title")),
        body_html=html or (f"<p>{escape(text, quote=False)}</p>" if text else None),
        author=next(_author_names(item), None),
        published_raw=_string(item.get("date_published")) or _string(item.get("date_modified")),
        updated_raw=_string(item.get("date_modified")),
    )


def _author_names(item: Mapping[str, object]) -> Iterator[str]:
    authors = item.get("authors")
    people: Sequence[object] = [item.get("author"), *(authors if isinstance(authors, list) else [])]
    for person in people:
        name = _string(person.get("name")) if isinstance(person, Mapping) else None
        if name:
            yield name


def _string(value: object) -> str | None:
    """Numbers are accepted as ids; blanks are nothing; half characters become question marks."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return None
    return value.strip().encode("utf-8", "replace").decode("utf-8") or None


def _link(value: object, base: str) -> str | None:
    text = _string(value)
    if not text:
        return None
    try:
        url = urljoin(base, text)
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None

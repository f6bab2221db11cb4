"""A page as a tree: parsing that survives hostile markup, and the few questions asked of it everywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from cssselect import SelectorError
from lxml import etree, html
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

MAX_CHARS = 2_000_000
MAX_TAGS = 60_000
"""Markup beyond this many characters or tags is not read: a tree costs a hundred times its text."""

SHORT_LINE = 120
"""A run of text longer than this is prose, no caption, date line or byline."""

UNSEEN = frozenset({"script", "style", "noscript", "template", "textarea", "select", "svg", "iframe", "head"})
"""Elements whose text no reader sees."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.IGNORECASE)
_BLANKS = re.compile(r"[\s\u3000\xa0\u200b\ufeff]+")


@dataclass(frozen=True)
class Chunk:
    """One run of visible text, blanks collapsed, and the element it stands in."""

    text: str
    element: HtmlElement


class Page:
    """A parsed page. Never raises on any text; an empty page has an empty tree."""

    def __init__(self, markup: str, url: str) -> None:
        """`url` is where the page was found; relative links are read against it."""
        self.url = url
        self.root = parse(markup)

    @cached_property
    def meta(self) -> Mapping[str, str]:
        """`<meta>` contents by `name`, `property` or `itemprop` in lower case; the first counts."""
        found: dict[str, str] = {}
        for element in self.root.iter("meta"):
            name = element.get("name") or element.get("property") or element.get("itemprop")
            content = squeeze(element.get("content") or "")
            if name and content:
                found.setdefault(name.strip().lower(), content)
        return found

    @cached_property
    def linked_data(self) -> Mapping[str, object]:
        """The first JSON-LD object that describes an article, else an empty mapping."""
        for element in self.root.iter("script"):
            if "ld+json" in (element.get("type") or "").lower():
                for thing in _things(element.text or ""):
                    if _is_article(thing):
                        return thing
        return {}

    @cached_property
    def chunks(self) -> list[Chunk]:
        """The visible text in document order."""
        return list(chunks_of(self.root))

    def value(self, selector: str) -> str | None:
        """Text, or the attribute named by `::attr(name)`, of the first match; None when absent or empty."""
        attribute = re.search(r"::attr\(([\w-]+)\)", selector)
        for element in select(self.root, selector):
            text = squeeze(element.get(attribute[1]) or "") if attribute else text_of(element)
            if text:
                return text
        return None


@lru_cache(maxsize=256)
def _compiled(selector: str) -> CSSSelector | None:
    try:
        return CSSSelector(selector, translator="html")
    except (SelectorError, etree.XPathError):
        return None


def select(root: HtmlElement, selector: str) -> list[HtmlElement]:
    """Elements matching a CSS selector, in order; `::text` and `::attr(...)` at its end are ignored.

    What is no selector matches nothing.
    """
    plain = selector.partition("::")[0].strip()
    compiled = _compiled(plain) if plain else None
    return [one for one in compiled(root) if isinstance(one, HtmlElement)] if compiled else []


def is_selector(selector: str) -> bool:
    """True when `select` can match anything with it."""
    plain, _, rest = selector.partition("::")
    known = not rest or rest == "text" or (rest.startswith("attr(") and rest.endswith(")"))
    return known and _compiled(plain.strip()) is not None


def parse(markup: str) -> HtmlElement:
    """The tree of a page; broken, deep and empty markup gives what could be read."""
    text = _CONTROL.sub(" ", _XML_DECLARATION.sub("", _bounded(markup), count=1))
    try:
        return html.document_fromstring(text, parser=_parser())
    except (etree.LxmlError, ValueError):
        return html.document_fromstring("<html><body></body></html>", parser=_parser())


def _bounded(markup: str) -> str:
    text = markup[:MAX_CHARS]
    if "<![CDATA[" in text:  # lists that sites load as XML carry their items so
        text = text.replace("<![CDATA[", "").replace("]]>", "")
    return "<".join(text.split("<", MAX_TAGS)[:MAX_TAGS]) if text.count("<") > MAX_TAGS else text


def _parser() -> html.HTMLParser:
    return html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, encoding=None)


def squeeze(text: str) -> str:
    """Every run of blanks, also full-width ones, as one blank; none at the ends."""
    return _BLANKS.sub(" ", text).strip()


def text_of(element: HtmlElement) -> str:
    """Visible text of an element, blanks collapsed."""
    return squeeze("".join(_raw_text(element)))


def _raw_text(element: HtmlElement) -> Iterator[str]:
    skip = 0
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if node.tag in UNSEEN:
            skip += 1 if event == "start" else -1
        text = node.text if event == "start" else (node.tail if node is not element else None)
        if text and not skip:
            yield text


def chunks_of(root: HtmlElement) -> Iterator[Chunk]:
    """Runs of visible text in document order."""
    skip = 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        if node.tag in UNSEEN:
            skip += 1 if event == "start" else -1
        owner = node if event == "start" else node.getparent()
        raw = node.text if event == "start" else node.tail
        text = squeeze(raw) if raw and not skip else ""
        if text and owner is not None:
            yield Chunk(text, owner)


def _things(text: str) -> Iterable[Mapping[str, object]]:
    """Objects of a JSON-LD block, those inside `@graph` and lists too."""
    try:
        waiting = [json.loads(text, strict=False)]
    except (ValueError, RecursionError):
        return
    seen = 0
    while waiting and seen < 200:
        seen += 1
        thing = waiting.pop(0)
        if isinstance(thing, list):
            waiting.extend(thing[:100])
        elif isinstance(thing, dict):
            yield thing
            waiting.extend(thing[key] for key in ("@graph", "mainEntity") if key in thing)


def _is_article(thing: Mapping[str, object]) -> bool:
    return "headline" in thing or "articleBody" in thing or "datePublished" in thing or "pubDate" in thing


def text_at(thing: Mapping[str, object], key: str) -> str | None:
    """The text of linked data under a key, blanks collapsed; None without one."""
    value = thing.get(key)
    return squeeze(value) or None if isinstance(value, str) else None

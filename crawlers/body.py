"""Finds the element that holds an article: by the card, by content systems' names, else by readability."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from crawlers.page import Page, chunks_of, select, text_of
from crawlers.paragraphs import Paragraph, paragraphs, trim
from crawlers.readable import main_element
from minyi.cards import ArticleRules

CMS_BODIES = (
    "#UCAP-CONTENT",  # UCAP, central government
    ".TRS_UEDITOR",  # TRS WCM
    ".TRS_Editor",
    "#zoom",  # JCMS and others
    ".pages_content",
    "#vsb_content",  # VSB, universities
    "#vsb_content_2",
    ".v_news_content",
    "[itemprop=articleBody]",  # schema.org
)
"""What content management systems call the body, most specific first."""

_NOISE_NAME = re.compile(
    r"(?:^|[\s_-])(?:bd|jia|js)?(?:share|social|related?|recommend(?:ed)?|recom|comments?|pinglun|footer|foot|copyright"
    r"|breadcrumbs?|crumbs?|pagination|pager|sidebar|aside|adv?|ads|advert|rank(?:ing)?|tags?|qrcode|ewm|erweima"
    r"|toolbar|prevnext|login|popup|modal|banner|nav|navbar|menu|subscribe|disclaimer)(?:$|[\s_-]|\d)",
    re.IGNORECASE,
)
_CONTENT_NAME = re.compile(
    r"(?:^|[\s_-])(?:content|article|post|entry|main|body|text|message|detail|details|neirong|zw|zhengwen|con|nr)"
    r"(?:$|[\s_-]|\d)",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_DROPPED = ("script", "style", "noscript", "template", "nav", "footer", "aside", "button", "select", "iframe")
_NOISE_SHARE = 0.3
_SHORT = 25
_SENTENCE = re.compile("[。！？；，]")
_BLOCKS = frozenset(
    {"div", "td", "section", "article", "main", "body", "blockquote", "center", "dd", "pre", "form"}
)


def find_body(page: Page, rules: ArticleRules, title: str) -> list[Paragraph]:
    """The article's paragraphs, trimmed; empty when the page has no text.

    1. The card's selector. 2. A content system's own name for it. 3. readability over the page without
    its furniture, unless one block that it left out holds more prose. 4. The largest element whose name
    says content, when that is next to nothing.
    """
    root = copy.deepcopy(page.root)
    _remove(root, rules.remove)
    chosen = [one for element in select(root, rules.body) for one in paragraphs(element, page.url)]
    if chosen:
        return chosen
    _drop_furniture(root, len(text_of(root)) or 1)
    cms = _cms(root, page.url, title)
    return cms or _general(root, page.url, title)


def _general(root: HtmlElement, url: str, title: str) -> list[Paragraph]:
    main = main_element(root)
    read = paragraphs(main, url) if main is not None else []
    found = trim(read, title)
    block = _prose_block(root)
    other = trim(paragraphs(block, url), title) if block is not None else []
    if _size(other) > _size(found) and not _holds(found, other):
        found = other
    if _size(found) >= _SHORT and not _is_whole_page(found, root):
        return found
    return _named(root, url, title) or found or read


def _size(found: Sequence[Paragraph]) -> int:
    return sum(len(one.text) for one in found)


def _holds(found: Sequence[Paragraph], other: Sequence[Paragraph]) -> bool:
    """True when the larger find is only the smaller one with something around it."""
    texts = {one.text for one in other}
    return bool(found) and sum(one.text in texts for one in found) > len(found) / 2


def _prose_block(root: HtmlElement) -> HtmlElement | None:
    """The block with the most prose of its own: text with a sentence's marks, outside links.

    Old pages set an article in a table cell or a bare block, with line breaks for paragraphs; readability
    scores paragraphs and passes them over.
    """
    prose: dict[HtmlElement, int] = {}
    for chunk in chunks_of(root):
        if len(chunk.text) >= _SHORT and _SENTENCE.search(chunk.text):
            block = _block_of(chunk.element)
            if block is not None:
                prose[block] = prose.get(block, 0) + len(chunk.text)
    return max(prose, key=lambda block: prose[block]) if prose else None


def _block_of(element: HtmlElement) -> HtmlElement | None:
    node: HtmlElement | None = element
    while node is not None and node.tag not in _BLOCKS:
        if node.tag == "a":
            return None
        node = node.getparent()
    return node


def _remove(root: HtmlElement, selectors: Sequence[str]) -> None:
    for selector in selectors:
        for element in select(root, selector):
            if element.getparent() is not None:
                element.drop_tree()


def _drop_furniture(root: HtmlElement, total: int) -> None:
    """Remove what is named as furniture or hidden, unless it holds a good share of the page's text."""
    for element in list(root.iter(*_DROPPED)):
        if element.getparent() is not None:
            element.drop_tree()
    for element in list(root.iter()):
        if element.getparent() is None or element.tag in ("html", "body") or not isinstance(element.tag, str):
            continue
        named = _NOISE_NAME.search(f"{element.get('class') or ''} {element.get('id') or ''}")
        if (named or _HIDDEN.search(element.get("style") or "")) and _small(element, total):
            element.drop_tree()


def _small(element: HtmlElement, total: int) -> bool:
    return len(element.text_content()) < total * _NOISE_SHARE


def _cms(root: HtmlElement, url: str, title: str) -> list[Paragraph]:
    for selector in CMS_BODIES:
        for element in select(root, selector):
            found = trim(paragraphs(element, url), title)
            if _size(found) >= 80 and _link_share(found) < 0.3:
                return found
    return []


def _link_share(found: Sequence[Paragraph]) -> float:
    return sum(one.linked for one in found) / max(1, _size(found))


def _is_whole_page(found: Sequence[Paragraph], root: HtmlElement) -> bool:
    """Readability hands back the whole body when it finds no article in it."""
    return _size(found) < 400 and _size(found) > 0.8 * len(text_of(root))


def _named(root: HtmlElement, url: str, title: str) -> list[Paragraph]:
    best: list[Paragraph] = []
    for element in root.iter("div", "section", "article", "main", "td", "p"):
        if _CONTENT_NAME.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            found = trim(paragraphs(element, url), title)
            if _size(found) > _size(best) and _link_share(found) < 0.5:
                best = found
    return best

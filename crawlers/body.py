"""Finds the element that holds an article: by the card, by content systems' names, else by readability."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from crawlers.page import Page, select, text_of
from crawlers.paragraphs import Paragraph, paragraphs, plain, trim
from crawlers.readable import main_element
from minyi.config import ArticleRules

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
    r"|breadcrumbs?|crumbs?|pagination|pager|sidebar|aside|adv?|ads|advert|hot|rank(?:ing)?|tags?|qrcode|ewm|erweima"
    r"|toolbar|prevnext|login|popup|modal|banner|nav|navbar|menu|subscribe|disclaimer|statement)(?:$|[\s_-]|\d)",
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


def find_body(page: Page, rules: ArticleRules, title: str) -> list[Paragraph]:
    """The article's paragraphs, trimmed; empty when the page has no text.

    1. The card's selector. 2. A content system's own name for it. 3. readability over the page without
    its furniture. 4. The largest element whose name says content, when 3 found next to nothing.
    """
    root = copy.deepcopy(page.root)
    _remove(root, rules.remove)
    chosen = _chosen(root, rules.body, page.url)
    if chosen:
        return chosen
    total = len(text_of(root)) or 1
    _drop_furniture(root, total)
    cms = _cms(root, page.url, title)
    if cms:
        return cms
    main = main_element(root)
    found = trim(paragraphs(main, page.url), title) if main is not None else []
    if len(plain(found)) >= _SHORT and not _is_whole_page(found, root):
        return found
    return _named(root, page.url, title) or found


def _remove(root: HtmlElement, selectors: Sequence[str]) -> None:
    for selector in selectors:
        for element in select(root, selector):
            if element.getparent() is not None:
                element.drop_tree()


def _chosen(root: HtmlElement, selector: str, url: str) -> list[Paragraph]:
    if not selector:
        return []
    return [one for element in select(root, selector) for one in paragraphs(element, url)]


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
            if len(plain(found)) >= 80 and _link_share(found) < 0.3:
                return found
    return []


def _link_share(found: Sequence[Paragraph]) -> float:
    return sum(one.linked for one in found) / max(1, sum(len(one.text) for one in found))


def _is_whole_page(found: Sequence[Paragraph], root: HtmlElement) -> bool:
    """Readability hands back the whole body when it finds no article in it."""
    return len(plain(found)) < 400 and len(plain(found)) > 0.8 * len(text_of(root))


def _named(root: HtmlElement, url: str, title: str) -> list[Paragraph]:
    best: list[Paragraph] = []
    for element in root.iter("div", "section", "article", "main", "td", "p"):
        if _CONTENT_NAME.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            found = trim(paragraphs(element, url), title)
            if len(plain(found)) > len(plain(best)) and _link_share(found) < 0.5:
                best = found
    return best

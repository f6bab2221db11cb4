"""Which links of a list page are articles, and where the next list page is. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from crawlers.page import Page, select, squeeze
from crawlers.patterns import Pattern, any_of
from crawlers.visits import MAX_LINKS
from minyi.cards import ListRules, Source
from minyi.urls import canonical_url

_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|ico|css|js|pdf|docx?|xlsx?|pptx?|wps|zip|rar|7z|mp[34]|apk|exe|xml|json)$",
    re.IGNORECASE,
)
_ARTICLE_PATH = re.compile(
    r"\d{4,}|/(?:art|article|content|detail|news|p|t|thread|topic|post|info)[/_-]?\w*\d", re.IGNORECASE
)
_DOCUMENT_PATH = re.compile(r"\.s?html?$", re.IGNORECASE)
_LIST_PATH = re.compile(r"/(?:index|list|default)(?:_?\d+)?\.\w+$|/$", re.IGNORECASE)
_ENOUGH_TITLE, _FEW_LINKS = 6, 3


def article_links(page: Page, card: Source) -> list[str]:
    """Addresses of the articles a list page shows, as written there, in order, each page once, at most 2000.

    1. With list selectors: the links they name. 2. Else every link that `allow` matches. 3. Without
    `allow`: links on the same host whose address or wording looks like an article.
    """
    allowed = any_of(card.allow, key="allow")
    if card.list is not None and card.list.item:
        found = _selected(page, card.list)
        return _unique(page, found, lambda url: allowed(url) if card.allow else _same_host(page.url, url))
    if card.allow:
        return _unique(page, (href for href, _ in _anchors(page)), allowed)
    return _unique(page, _likely(page), _any)


def next_page(page: Page, rules: ListRules | None) -> str | None:
    """Address of the next list page by the card's selector, on the same host; None without one."""
    if rules is None or not rules.next:
        return None
    href = page.value(rules.next if "::" in rules.next else f"{rules.next}::attr(href)")
    url = _absolute(page, href)
    return url if url and _same_host(page.url, url) and url != page.url else None


def same_page(one: str, other: str) -> bool:
    """True when two addresses are one page but for scheme and a leading `www.`."""
    names = [re.sub(r"^https?://(?:www\.)?", "", canonical_url(url)) for url in (one, other)]
    return names[0] == names[1]


def _any(_url: str) -> bool:
    return True


def _selected(page: Page, rules: ListRules) -> Iterable[str]:
    """One link an item: the first match; of several plain links the one with the longest wording."""
    plain, _, rest = rules.link.partition("::attr(")
    attribute = rest.rstrip(")") or "href"
    for item in select(page.root, rules.item):
        own = [item] if plain.strip() == item.tag else []
        links = [*own, *select(item, plain)]
        if links:
            best = max(links, key=lambda link: len(_wording(link))) if plain.strip() == "a" else links[0]
            yield best.get(attribute) or ""


def _anchors(page: Page) -> Iterable[tuple[str, str]]:
    for element in page.root.iter("a"):
        href = element.get("href")
        if href:
            yield href, _wording(element)


def _wording(element: HtmlElement) -> str:
    return squeeze(element.get("title") or "") or squeeze(element.text_content())


def _likely(page: Page) -> list[str]:
    """Links whose address looks like an article's, and documents whose wording is long enough.

    Where few addresses look like articles, other links with a long wording count too.
    """
    sure, maybe = [], []
    for href, text in _anchors(page):
        url = _absolute(page, href)
        path = urlsplit(url).path if url else ""
        if url is None or not _same_host(page.url, url) or _LIST_PATH.search(path):
            continue
        wordy = len(text) >= _ENOUGH_TITLE
        if _ARTICLE_PATH.search(path) or (wordy and _DOCUMENT_PATH.search(path)):
            sure.append(href)
        if wordy or _ARTICLE_PATH.search(path):
            maybe.append(href)
    return sure if len(sure) >= _FEW_LINKS else maybe


def _unique(page: Page, hrefs: Iterable[str], accept: Pattern) -> list[str]:
    found: dict[str, str] = {}
    own = canonical_url(page.url)
    for href in hrefs:
        url = _absolute(page, href)
        if url is None or _FILE.search(urlsplit(url).path):
            continue
        name = canonical_url(url)
        if name != own and name not in found and accept(url):
            found[name] = url
        if len(found) >= MAX_LINKS:
            break
    return list(found.values())


def _absolute(page: Page, href: str | None) -> str | None:
    """The link as an absolute http(s) address; `<base href>` counts."""
    if not href or href.strip().lower().startswith(("javascript:", "mailto:", "tel:", "#", "data:")):
        return None
    try:
        url = urljoin(_base(page), href.strip())
        parts = urlsplit(url)
    except ValueError:
        return None
    return url.partition("#")[0] if parts.scheme in ("http", "https") and parts.hostname else None


def _base(page: Page) -> str:
    for element in page.root.iter("base"):
        href = element.get("href")
        if href:
            return urljoin(page.url, href)
    return page.url


def _same_host(one: str, other: str) -> bool:
    hosts: Sequence[str | None] = [urlsplit(url).netloc.lower() for url in (one, other)]
    return hosts[0] == hosts[1]

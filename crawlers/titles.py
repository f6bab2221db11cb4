"""Title of a page, by general rules in a fixed order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawlers.page import Page, squeeze, text_at, text_of
from minyi.cards import ArticleRules

MAX_TITLE = 300

SEPARATOR = re.compile(r"\s*(?:[-_|｜–—»·]|--)\s*")
"""What stands in `<title>` between an article's title and the site's name."""
_BLANK = re.compile(r"\s+")


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
    yield text_at(page.linked_data, "headline") or text_at(page.linked_data, "title")
    yield page.meta.get("og:title") or page.meta.get("twitter:title")
    headings = [text for text in (text_of(one) for one in page.root.iter("h1")) if text]
    yield headings[0] if len(headings) == 1 else None
    parts = SEPARATOR.split(full)
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
        return len(plain) == len(whole) or SEPARATOR.match(whole[len(plain) :]) is not None
    if whole.endswith(plain):
        return SEPARATOR.match(whole[: -len(plain)][-1:]) is not None
    return False

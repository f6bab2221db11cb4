"""Author and publisher of a page, by general rules in a fixed order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from crawlers.page import SHORT_LINE, Page, squeeze, text_at
from crawlers.titles import SEPARATOR
from minyi.cards import ArticleRules

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
        found = _SOURCE_LABEL.search(chunk.text) if len(chunk.text) <= SHORT_LINE else None
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
        if name and len(name) <= 20 and not _NO_NAME.search(name) and name not in SEPARATOR.split(site)[-1]:
            return name
    return None


def _short_texts(page: Page) -> Iterator[str]:
    return (chunk.text for chunk in page.chunks if len(chunk.text) <= SHORT_LINE)


def _person(thing: Mapping[str, object]) -> str | None:
    author = thing.get("author")
    if isinstance(author, list) and author:
        author = author[0]
    return text_at(author, "name") if isinstance(author, dict) else text_at(thing, "author")

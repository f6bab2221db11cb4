"""What only the crawler can say of a source card before it is used: do its patterns and selectors read."""

from __future__ import annotations

from crawlers.page import is_selector
from crawlers.patterns import any_of
from minyi.cards import Source
from minyi.errors import ConfigError


def check_card(card: Source) -> None:
    """A selector that cannot be read would match nothing, and general rules would quietly stand in.

    Raises:
        ConfigError: naming the card and the key.
    """
    key = f"source {card.id}"
    any_of(card.allow, key=f"{key}.allow")
    for name, selector in _selectors(card):
        if selector and not is_selector(selector):
            raise ConfigError(f"{selector!r} 不是可用的 CSS 选择器", key=f"{key}.{name}")


def _selectors(card: Source) -> list[tuple[str, str]]:
    article = [
        (f"article.{name}", getattr(card.article, name)) for name in ("title", "body", "time", "author")
    ]
    article += [("article.remove", one) for one in card.article.remove]
    if card.list is None:
        return article
    return [(f"list.{name}", getattr(card.list, name)) for name in ("item", "link", "next")] + article

"""Config check: what cannot work is said before the first crawl."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.conftest import Minyi

OFFICE = """
[office]
name = "示例局"
contact = "press@office.example"
[[source]]
id = "paper"
name = "示例日报"
kind = "article"
url = ["https://paper.example/"]
legal_basis = "公开信息"
robots = { checked = 2026-01-05, result = "allowed" }
assessed = 2026-01-05
"""


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ('allow = ["("]', "source paper.allow"),
        ('[source.article]\nbody = "div["', "source paper.article.body"),
        ('[source.article]\nremove = [".ad", ":nope("]', "source paper.article.remove"),
        ('[source.list]\nitem = "//li"', "source paper.list.item"),
        ('[source.list]\nlink = "a::href"', "source paper.list.link"),
    ],
)
def test_a_pattern_or_selector_that_cannot_be_read_is_named(
    minyi: Minyi, write: Callable[[str, str | list[dict[str, Any]]], str], lines: str, key: str
) -> None:
    """A typing error in a card is found here, not by general rules that quietly stand in for it."""
    result = minyi("config", "check", "--config", write("office.toml", OFFICE + lines + "\n"))
    assert result.code == 2
    assert key in result.err


def test_working_selectors_pass(
    minyi: Minyi, write: Callable[[str, str | list[dict[str, Any]]], str]
) -> None:
    """Plain selectors and the endings `::text` and `::attr(...)` are fine."""
    lines = (
        'allow = ["/art/\\\\d+"]\n[source.list]\nitem = "ul > li"\nlink = "a::attr(href)"\nnext = "a.next"\n'
        '[source.article]\ntitle = "h1::text"\nbody = "#zoom, .content"\n'
    )
    assert minyi("config", "check", "--config", write("office.toml", OFFICE + lines)).code == 0

"""From a page to an article: pure, without Scrapy, network or clock.

Order of rules: the card's selectors, government meta, JSON-LD, `og:`, what content systems use, and
what is visible near the title. A field no rule finds is None, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html import escape

from crawlers.body import find_body
from crawlers.bylines import find_author, find_publisher
from crawlers.government import Directory, find_deadline, number_in_text, read_directory
from crawlers.page import Page, squeeze
from crawlers.paragraphs import Paragraph, plain, to_html
from crawlers.times import find_time
from crawlers.titles import find_title
from minyi.cards import ArticleRules
from minyi.markup import html_to_text

_LANGUAGE_CHARS = 12


@dataclass(frozen=True, slots=True)
class Article:
    """What one page says. `body_html` holds paragraphs and links only; dates are the page's own words."""

    title: str | None
    body_html: str | None
    body_text: str
    published_raw: str | None
    author: str | None = None
    publisher: str | None = None
    column: str | None = None
    lang: str | None = None
    directory: Directory = field(default_factory=Directory)
    deadline_raw: str | None = None

    @property
    def empty(self) -> bool:
        """True when neither a title nor a text was found."""
        return not self.title and not self.body_html


def extract(markup: str, url: str, rules: ArticleRules, *, government: bool = False) -> Article:
    """Read one page; never raises on any text.

    With `government` the public-directory block, document number and deadline are read too.
    """
    page = Page(markup, url)
    directory = read_directory(page) if government else Directory()
    title = find_title(page, rules) or directory.title
    body = find_body(page, rules, title or "")
    text = plain(body)
    body_html = to_html(body) if body else _stated_body(page) or _any_text(markup)
    if government and directory.doc_number is None:
        directory = replace(directory, doc_number=number_in_text(title or "", text))
    return Article(
        title=title,
        body_html=body_html,
        body_text=text,
        published_raw=find_time(page, rules, title) or directory.published,
        author=find_author(page, rules),
        publisher=find_publisher(page),
        column=page.meta.get("columnname"),
        lang=_language(page),
        directory=directory,
        deadline_raw=find_deadline(text) if government else None,
    )


def _stated_body(page: Page) -> str | None:
    """A page drawn by script may still state its text: JSON-LD's `articleBody`, else the description."""
    stated = page.linked_data.get("articleBody")
    text = squeeze(stated) if isinstance(stated, str) else ""
    text = text or page.meta.get("description") or page.meta.get("og:description") or ""
    return to_html([Paragraph(text, escape(text, quote=False), 0)]) if text else None


def _any_text(markup: str) -> str | None:
    """Markup nested too deep for a tree still has its text, read as a stream."""
    lines = html_to_text(markup).splitlines()
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines) or None


def _language(page: Page) -> str | None:
    lang = squeeze(page.root.get("lang") or "").lower()
    return lang[:_LANGUAGE_CHARS] or None

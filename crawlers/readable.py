"""The one door to readability-lxml, which has no types: the element that holds a page's article."""

from __future__ import annotations

import copy

from lxml import etree, html
from lxml.html import HtmlElement
from readability import Document
from readability.readability import Unparseable


def main_element(root: HtmlElement) -> HtmlElement | None:
    """What readability takes for the article, as a tree of its own, or None; `root` is left as it was."""
    try:
        markup = Document(copy.deepcopy(root)).summary(html_partial=True)
    except (Unparseable, etree.LxmlError, ValueError):
        return None
    if not isinstance(markup, str) or not markup.strip():
        return None
    try:
        body = html.document_fromstring(markup).find("body")
    except etree.LxmlError:
        return None
    return body if isinstance(body, HtmlElement) else None

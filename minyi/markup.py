"""HTML to plain text: streaming, so that neither depth nor size of a hostile page matters.

Blocks become lines, entities are decoded once, scripts, styles, ruby readings and other unseen
parts are left out. A line break in the source between two Han characters vanishes, as it does on
the screen of a Chinese reader; elsewhere white space collapses to one blank.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, cast

from lxml import etree

MAX_HTML_CHARS = 2_000_000
"""Markup beyond this many characters is not read."""

# Closing tags search the stack of open ones, so an unbounded stack costs quadratic time: beyond this
# depth the parser starts anew. No page a person wrote comes near it.
_MAX_DEPTH = 2_000
_CHUNK_CHARS = 8_192
_UNSEEN_TAGS = (
    "script style noscript template iframe object embed applet head title svg math canvas audio "
    "video select datalist rt rp"
)
_UNSEEN = frozenset(_UNSEEN_TAGS.split())
_BLOCK_TAGS = (
    "address article aside blockquote body br center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav "
    "ol option p pre section summary table tbody td textarea tfoot th thead tr ul"
)
_BLOCK = frozenset(_BLOCK_TAGS.split())
_EMOTICON = re.compile(r"\[[^\[\]\s]{1,8}\]")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3001-\u3003\u3008-\u3011\uff01-\uff0f\uff1a-\uff20"
_SOFT_BREAK = re.compile(f"(?<=[{_HAN}])[ \t\r\f]*\n[ \t\r\n\f]*(?=[{_HAN}])")
_BLANKS = re.compile("[ \t\r\n\f]+")


def html_to_text(html: str) -> str:
    """The text a reader sees, one line a block, without blank lines; empty for no text.

    Never raises on any string; markup after `MAX_HTML_CHARS` is dropped.
    """
    html = html[:MAX_HTML_CHARS].replace("\0", "")
    if "<" not in html and "&" not in html:
        return _line(html)
    target = _TextTarget()
    parser = _parser(target)
    start = 0
    while start < len(html):
        end = _cut(html, start)
        _feed(parser, html[start:end])
        start = end
        if target.depth > _MAX_DEPTH:
            _finish(parser)
            parser = _parser(target)
    _finish(parser)
    return target.text()


def _cut(html: str, start: int) -> int:
    """End of the chunk from `start`, before a tag if there is one, so that no tag is torn."""
    end = start + _CHUNK_CHARS
    before_tag = html.rfind("<", start + 1, end)
    return before_tag if end < len(html) and before_tag > start else end


class _Parser(Protocol):
    """The feed interface, which lxml's stubs leave out for parsers with a target of their own."""

    def feed(self, data: bytes) -> None: ...

    def close(self) -> None: ...


def _parser(target: _TextTarget) -> _Parser:
    make = cast("Callable[..., _Parser]", etree.HTMLParser)
    return make(target=target, encoding="utf-8", huge_tree=True)


def _feed(parser: _Parser, html: str) -> None:
    with suppress(etree.LxmlError):  # what no recovery helps is left out; the rest is read
        parser.feed(html.encode("utf-8", "ignore"))


def _finish(parser: _Parser) -> None:
    with suppress(etree.LxmlError):  # a page of nothing but comments has no document
        parser.close()


def _line(text: str) -> str:
    return _BLANKS.sub(" ", _SOFT_BREAK.sub("", text)).strip(" ")


class _TextTarget:
    """Receives the parser's events and gathers lines."""

    def __init__(self) -> None:
        self.depth = 0
        self._lines: list[str] = []
        self._run: list[str] = []
        self._unseen: list[str] = []

    def start(self, tag: str, attrib: dict[str, str]) -> None:
        """An opening tag: a block ends the line before it."""
        self.depth += 1
        if self._unseen or tag in _UNSEEN:
            self._unseen.append(tag)
        elif tag in _BLOCK:
            self._break()
        elif tag == "img" and _EMOTICON.fullmatch(attrib.get("alt", "")):
            # Weibo draws its emoticons as images whose alternative text is the code, as [怒]
            self._run.append(attrib["alt"])

    def end(self, tag: str) -> None:
        """A closing tag; the parser closes every tag it opened, in order."""
        self.depth -= 1
        if self._unseen:
            self._unseen.pop()
        elif tag in _BLOCK:
            self._break()

    def data(self, data: str) -> None:
        """Character data, entities decoded."""
        if not self._unseen:
            self._run.append(data)

    def comment(self, text: str) -> None:
        """Comments are not text."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Neither are processing instructions."""

    def close(self) -> None:
        """The parser's own farewell; the document may go on in another parser."""
        self.depth = 0
        self._unseen.clear()

    def text(self) -> str:
        """What was gathered."""
        self._break()
        return "\n".join(self._lines)

    def _break(self) -> None:
        line = _line("".join(self._run)) if self._run else ""
        self._run.clear()
        if line:
            self._lines.append(line)

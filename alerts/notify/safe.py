"""Hostile text made harmless for a mail: header lines, body text, links. Pure."""

from __future__ import annotations

import html
import re
from urllib.parse import quote, urlsplit

HEADER_LONGEST = 200
URL_LONGEST = 2000

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_CONTROL_BUT_NEWLINE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]+")
_DIRECTION = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BLANKS = re.compile(r"\s+")


def header(text: str) -> str:
    """One header value: no control, direction or surrogate character, no encoded word, 200 characters.

    Python's mail package decodes an encoded word found in a header value, line breaks included
    (CVE-2024-6923), so `=?` never reaches it.
    """
    plain = _DIRECTION.sub("", _CONTROL.sub(" ", _SURROGATE.sub("", text)))
    while "=?" in plain:
        plain = plain.replace("=?", "= ?")
    return _BLANKS.sub(" ", plain).strip()[:HEADER_LONGEST].rstrip()


def body(text: str, longest: int) -> str:
    """Text of a body, newlines kept: control characters blanked, direction marks shown as `[U+202E]`, cut."""
    plain = _CONTROL_BUT_NEWLINE.sub(" ", _SURROGATE.sub("\ufffd", text.replace("\r\n", "\n")))
    shown = _DIRECTION.sub(lambda found: f"[U+{ord(found[0]):04X}]", plain).strip()
    return shown if len(shown) <= longest else shown[: longest - 1].rstrip() + "…"


def line(text: str, longest: int) -> str:
    """As `body`, on one line."""
    return body(_BLANKS.sub(" ", text), longest)


def link(url: str | None) -> str | None:
    """The address if it is plain http or https to a named host, percent-encoded; else None."""
    if not url or len(url) > URL_LONGEST or _CONTROL.search(url) or _SURROGATE.search(url):
        return None
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or parts.username is not None:
        return None
    return quote(url.strip(), safe="%/:?#[]@!$&'()*+,;=-._~")


def escape(text: str) -> str:
    """For HTML text and quoted attributes."""
    return html.escape(text, quote=True)

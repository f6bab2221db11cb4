"""Bytes to text: what the bytes are counts more than what the server says they are."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from w3lib.encoding import http_content_type_encoding, read_bom, resolve_encoding

from crawlers.detector import detect

_HEAD_BYTES = 4_096
_MULTI_BYTE = re.compile(rb"[\x80-\xff]")
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,30})", re.IGNORECASE)
_XML = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,30})[\"']", re.IGNORECASE)
_HAN = re.compile("[\u3400-\u9fff]")
_BAD_SHARE = 0.001
_GB2312_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and the name of the encoding it was read with, as Python spells it."""

    text: str
    encoding: str


def decode(body: bytes, content_type: str | None = None, *, forced: str = "auto") -> Decoded:
    """Decode a page or feed; never raises, unreadable bytes become U+FFFD.

    1. A byte order mark. 2. The card's own `encoding` (`forced`). 3. Valid multi-byte UTF-8, whatever is
    declared: a GB18030 decoding of it may succeed, as nonsense. 4. The declared encoding (header, then
    page), if every byte fits and the outcome is credible. 5. UTF-8 with at most 0.1 % broken bytes, as a
    page cut off has. 6. GB18030, if what comes out is common Chinese. 7. What a detector says. 8. UTF-8
    or GB18030, whichever loses less.
    """
    marked, bom = read_bom(body)
    if marked and bom:
        return Decoded(body[len(bom) :].decode(marked, "replace"), _name(marked))
    if forced != "auto" and (chosen := resolve_encoding(forced)):
        return Decoded(body.decode(chosen, "replace"), _name(chosen))
    utf8 = _strict(body, "utf-8")
    if utf8 is not None and (_MULTI_BYTE.search(body) or not _shifted(body)):
        return utf8
    declared = _declared(body, content_type)
    found = _strict(body, declared) if declared and declared != "utf-8" else None
    if found is not None and _is_credible(found):
        return found
    other = _undeclared(body)
    return found if found is not None and "\ufffd" in other.text else other


def _is_credible(found: Decoded) -> bool:
    """Every byte is a character in a Western encoding and nearly so in GB18030: fitting proves nothing."""
    if found.encoding == "gb18030":
        return _is_common(found.text)
    return not found.encoding.startswith(("cp125", "iso8859", "latin"))


def _undeclared(body: bytes) -> Decoded:
    utf8 = body.decode("utf-8", "replace")
    if utf8.count("\ufffd") <= max(1, len(_HAN.findall(utf8))) * _BAD_SHARE:
        return Decoded(utf8, "utf-8")
    gb = _strict(body, "gb18030")
    if gb is not None and _is_common(gb.text):
        return gb
    guess = detect(body)
    guessed = _strict(body, guess) if guess else None
    if guessed is not None:
        return guessed
    gb_text = body.decode("gb18030", "replace")
    loses_less = gb_text.count("\ufffd") < utf8.count("\ufffd") and _is_common(gb_text)
    return Decoded(gb_text, "gb18030") if loses_less else Decoded(utf8, "utf-8")


def _strict(body: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(body.decode(encoding), _name(encoding))
    except (UnicodeDecodeError, LookupError):
        return None


def _shifted(body: bytes) -> bool:
    """Escape sequences mean ISO-2022, which is all ASCII bytes."""
    return b"\x1b$" in body[:_HEAD_BYTES]


def _declared(body: bytes, content_type: str | None) -> str | None:
    stated = http_content_type_encoding(content_type) if content_type else None
    if stated:
        return stated
    head = body[:_HEAD_BYTES]
    found = _XML.search(head) or _META.search(head)
    return resolve_encoding(found[1].decode("ascii")) if found else None


def _is_common(text: str) -> bool:
    """Text read in the wrong encoding is full of characters nobody uses; GB 2312 holds the used ones."""
    han = "".join(_HAN.findall(text))[:20_000]
    return bool(han) and len(han.encode("gb2312", "ignore")) >= 2 * _GB2312_SHARE * len(han)


def _name(encoding: str) -> str:
    return codecs.lookup(encoding).name

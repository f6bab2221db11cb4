"""Bytes are read for what they are, whatever header and page say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.charset import decode

TEXT = "样例市知识产权局关于商标审查周期的通知，网友热议。" * 20


@pytest.mark.parametrize(
    "header", [None, "text/html", "text/html; charset=utf-8", "text/html; charset=gb2312"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-8-sig"])
def test_header_and_page_may_lie(header: str | None, encoding: str) -> None:
    """UTF-8 and GB18030 are told apart with the right, the wrong and no declaration."""
    for meta in ("", "<meta charset='utf-8'>", "<meta charset=gbk>", "<meta charset=iso-8859-1>"):
        found = decode(f"<html><head>{meta}<title>{TEXT}</title>".encode(encoding), header)
        assert TEXT in found.text
        assert found.encoding in ("utf-8", "gb18030")


def test_a_western_default_header_does_not_spoil_chinese() -> None:
    """Servers that add charset=iso-8859-1 to everything are not believed."""
    assert TEXT in decode(TEXT.encode("gb18030"), "text/html; charset=ISO-8859-1").text


def test_traditional_text_is_read() -> None:
    """Big5 without a declaration, and UTF-16 with its mark."""
    text = "國家智慧財產局公開徵求意見，專利法修正草案引起討論，網友認為年費過高。" * 5
    assert decode(text.encode("big5")).text == text
    assert decode(b"\xff\xfe" + text.encode("utf-16-le")).text == text


def test_a_page_cut_in_the_middle_of_a_character_is_read() -> None:
    """The broken end is one replacement character, the rest is right."""
    text = TEXT * 5
    assert decode(text.encode()[:-1]).text == text[:-1] + "\ufffd"


def test_the_card_s_encoding_wins() -> None:
    """What the office wrote on the card is not second-guessed."""
    assert decode("é".encode("latin-1"), forced="latin-1").text == "é"


@given(
    st.binary(max_size=300), st.sampled_from([None, "text/html; charset=gbk", "charset=nonsense", "x" * 50])
)
def test_no_bytes_break_it(body: bytes, header: str | None) -> None:
    """Any bytes give text."""
    found = decode(body, header)
    assert isinstance(found.text, str)
    assert found.encoding

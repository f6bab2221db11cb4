"""One page has one canonical address however it was shared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minyi.urls import canonical_url

PAGE = "https://example.cn/art/2022/5/30/art_66_1.html?id=7"


@pytest.mark.parametrize(
    "spelling",
    [
        PAGE,
        "HTTPS://Example.CN:443/art/2022/5/30/art_66_1.html?id=7#top",
        f"  {PAGE}&utm_source=weibo&utm_medium=social ",
        f"{PAGE}&spm=a1.b2&from=timeline&isappinstalled=0",
        f"{PAGE}&PHPSESSID=abcdef&share_token=x",
        "https://example.cn/art/2022/5/30/art_66_1.html;jsessionid=0A1B?id=7",
        f"https://example.cn./art/2022/5/30/art_66_1.html?sid={'0a' * 16}&id=7",
    ],
)
def test_spellings_of_one_page_become_one(spelling: str) -> None:
    """Tracking, session, fragment, port and case do not make another page."""
    assert canonical_url(spelling) == PAGE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.cn/?id=1", "http://a.cn/?id=2"),
        ("http://a.cn/list?from=2022", "http://a.cn/list?from=2021"),
        ("http://a.cn/t?sid=12", "http://a.cn/t?sid=13"),
        ("http://a.cn:8080/", "http://a.cn/"),
        ("http://a.cn/Page", "http://a.cn/page"),
    ],
)
def test_different_pages_stay_different(one: str, other: str) -> None:
    """Parameters that may name a page are kept."""
    assert canonical_url(one) != canonical_url(other)


def test_half_a_character_is_survived() -> None:
    """JSON can hold half of a surrogate pair."""
    assert canonical_url("http://a.cn/?q=\ud83d") == "http://a.cn/?q=%3F"


def test_parameters_in_another_order_are_the_same_page() -> None:
    """The order of parameters says nothing."""
    assert canonical_url("http://a.cn/?b=2&a=1") == canonical_url("http://a.cn/?a=1&b=2")
    assert canonical_url("http://a.cn") == "http://a.cn/"
    assert canonical_url("http://a.cn/?标题=知识产权") == canonical_url(
        canonical_url("http://a.cn/?标题=知识产权")
    )


@given(
    st.text(max_size=80) | st.text(alphabet="http:/[]@.?&=%#;a\\1", max_size=60).map(lambda s: "http://" + s)
)
def test_any_text_is_survived_and_stable(text: str) -> None:
    """No text raises, and canonical addresses are their own canonical address."""
    once = canonical_url(text)
    assert canonical_url(once) == once

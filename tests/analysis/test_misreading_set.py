"""The labelled posts: what the untouched half says of the reading, with room for nothing but progress."""

import pytest

from analysis.misreading import Watchlist
from benchmarks.misreading import confusion, labelled, policies, precision, read, recall


def test_the_set_is_large_and_its_halves_are_apart() -> None:
    """Over 300 posts on at least five policies, every stance in each half; no text stands twice."""
    posts = list(labelled())
    assert len(posts) >= 300
    assert len({one.text for one in posts}) == len(posts)
    assert len({one.policy for one in posts}) >= 5
    for half in (True, False):
        assert {one.meant for one in posts if one.untouched is half} == {
            "repeat",
            "rebut",
            "ask",
            "unclear",
            "none",
        }


def test_the_untouched_half_reads_as_well_as_it_did() -> None:
    """Repeats are found and seldom mistaken, and hardly a rebuttal counts as one."""
    found = confusion([one for one in labelled() if one.untouched], Watchlist(policies()))
    assert precision(found, "repeat") >= 0.87
    assert recall(found, "repeat") >= 0.88
    assert recall(found, "rebut") >= 0.85
    assert found["rebut", "repeat"] <= 2


@pytest.mark.parametrize(
    "text",
    [
        "注册费涨到三千，我上周刚交的，还是老价钱",
        "翻遍了办法全文，注册费涨到三千一个字都没写",
        "说注册费涨到三千的，麻烦把条款贴出来",
        "针对注册费涨到三千的传闻，窗口答复从未调整收费",
        "注册费涨到三千是编出来催单的",
    ],
)
def test_a_denial_needs_no_word_for_denial(text: str) -> None:
    """Experience, the policy's own text, distance and an authority's answer rebut."""
    watched = Watchlist(policies())
    (one,) = [one for one in labelled() if one.text.startswith("商标注册费涨到三千元了")]
    assert read(type(one)(one.policy, one.item, "rebut", text), watched) == "rebut"

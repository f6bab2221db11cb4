"""The labelled posts: what the untouched half says of the reading, with room for nothing but progress."""

from dataclasses import replace

import pytest

from analysis.misreading import Watchlist
from benchmarks.misreading import confusion, labelled, policies, precision, read, recall


@pytest.mark.parametrize(("untouched", "least"), [(False, 500), (True, 150)])
def test_both_parts_of_the_set_are_large(untouched: bool, least: int) -> None:
    """Enough posts on at least five policies and every stance in each part; no text stands twice."""
    posts = list(labelled())
    assert len({one.text for one in posts}) == len(posts)
    part = [one for one in posts if one.untouched is untouched]
    assert len(part) >= least
    assert len({one.policy for one in part}) >= 5
    assert {one.meant for one in part} == {"repeat", "rebut", "ask", "unclear", "none"}


def test_the_parts_share_no_policy() -> None:
    """What was learnt of one policy cannot help with another."""
    posts = list(labelled())
    assert not {one.policy for one in posts if one.untouched} & {
        one.policy for one in posts if not one.untouched
    }


def test_the_untouched_part_reads_as_well_as_it_did() -> None:
    """Repeats are found and seldom mistaken, and hardly a rebuttal counts as one."""
    found = confusion([one for one in labelled() if one.untouched], Watchlist(policies()))
    assert precision(found, "repeat") >= 0.92
    assert recall(found, "repeat") >= 0.85
    assert precision(found, "rebut") >= 0.92
    assert found["rebut", "repeat"] <= 3
    assert found["ask", "repeat"] == 0


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
    assert read(replace(one, text=text), watched) == "rebut"

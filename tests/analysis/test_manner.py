"""How a post is written: learnt again from our own posts, silent when unsure, shown when it counts."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from analysis.lexicon import load_lexicon
from analysis.manner import SURE, manner, parse
from analysis.sentiment import judge
from benchmarks.manner import TABLE, learn, lessons, written
from minyi.errors import ResourceError
from minyi.fold import table
from minyi.models import Label
from tests.analysis.test_sentiment import HalfEngine


def test_the_table_is_what_our_own_posts_teach() -> None:
    """Learning again from the posts not set aside gives the table that ships, byte for byte."""
    assert written(learn(lessons())) == TABLE.read_text("utf-8")


@pytest.mark.parametrize("text", ["", "好", "2026年6月9日", "会议于三日召开，请各科室参加", "abc def"])
def test_it_says_nothing_when_unsure(text: str) -> None:
    """Notices and scraps lean neither way, and nothing is shown for them."""
    assert manner(text) == (0.0, ())


def test_what_counted_can_be_shown() -> None:
    """A grievance told without a word of blame comes with the runs of characters that gave it away."""
    text = "窗口说要问科室，科室说要问窗口，我到现在都不知道该找谁"
    found = judge(text, load_lexicon(), HalfEngine())
    assert found.label is Label.NEGATIVE
    assert found.evidence
    assert all(text[one.start : one.end] == one.word for one in found.evidence)
    assert abs(manner(text)[0]) >= SURE or any(one.reason != "行文" for one in found.evidence)


@pytest.mark.parametrize("text", ["这个减缴比例从什么时候开始执行？", "听说地标要重新登记，是真的吗"])
def test_a_plain_question_is_not_judged_by_its_manner(text: str) -> None:
    """Whoever wants to know has not yet judged, however alike the wording of a grievance is."""
    assert manner(text.translate(table().fold))[0] < -SURE
    found = judge(text, load_lexicon(), HalfEngine())
    assert (found.label, found.evidence) == (Label.NEUTRAL, ())


def test_no_character_is_shown_twice() -> None:
    """Runs that weighed most often overlap; a reader sees each place once."""
    found = judge("材料递上去半年，问谁谁说再等等", load_lexicon(), HalfEngine())
    assert found.evidence
    spans = sorted((one.start, one.end) for one in found.evidence)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_time_does_not_grow_with_the_text() -> None:
    """Only the beginning of a text is read."""
    start = time.process_time()
    for _ in range(50):
        manner("三个月了还没有人管" * 10_000)
    assert time.process_time() - start < 1


@pytest.mark.parametrize("line", ["0.5\t是", "x\t1\t是", "1\t2\t是\t的"])
def test_a_damaged_table_is_refused(line: str) -> None:
    """A line of another shape names itself in the error."""
    with pytest.raises(ResourceError, match="行文表损坏"):
        parse(line)

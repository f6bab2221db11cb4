"""The lexicon's judgement: what counts, what does not, and what can be shown for it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.lexicon import load_lexicon, parse_lexicon
from analysis.sentiment import judge
from analysis.snow import SnowEngine
from minyi.errors import ResourceError
from minyi.models import Label, Sentiment
from minyi.text import opinion_text


class HalfEngine(SnowEngine):
    """An engine without an opinion, so that the lexicon alone is seen."""

    def __init__(self) -> None:
        """Needs no model."""

    def sentiments(self, text: str) -> float:
        """Undecided about everything."""
        return 0.5 if text else 0.526


def _judge(text: str, *names: str) -> Sentiment:
    return judge(opinion_text(text), load_lexicon(), HalfEngine(), names)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("不好", Label.NEGATIVE),
        ("不是不好", Label.POSITIVE),
        ("一点也不好", Label.NEGATIVE),
        ("這個政策太差了", Label.NEGATIVE),
        ("严厉打击专利侵权行为", Label.NEUTRAL),
        ("国家知识产权局印发知识产权强国建设纲要", Label.NEUTRAL),
        ("公开征求意见截止日期为6月30日", Label.NEUTRAL),
        ("支持！严厉打击恶意抢注", Label.POSITIVE),
        ("没问题，风险提示已经收到", Label.NEUTRAL),
        ("店名带地名都要交会费？？凭什么", Label.NEGATIVE),
        ("收费不合理，太坑人了[怒]", Label.NEGATIVE),
        ("办事真方便，点赞👍", Label.POSITIVE),
        ("会议于六月三日在石桥召开", Label.NEUTRAL),
        ("", Label.NEUTRAL),
        ("😀😀", Label.POSITIVE),
    ],
)
def test_label_follows_the_words(text: str, label: Label) -> None:
    """Praise, complaint, negation, neutral phrases, emoticons and rhetoric."""
    assert _judge(text).label is label


def test_traditional_script_scores_as_simplified() -> None:
    """The writer's script is no opinion."""
    assert _judge("這個政策太差了，亂收費！") == _judge("这个政策太差了，乱收费！")


@pytest.mark.parametrize("text", ["会议于三日召开", "", "2026年6月9日 12:30", "abc def"])
def test_no_evidence_is_neutral_zero(text: str) -> None:
    """Without a counted word there is neither polarity nor a label but neutral."""
    found = _judge(text)
    assert (found.polarity, found.label, found.evidence) == (0.0, Label.NEUTRAL, ())


def test_evidence_points_at_the_words_that_counted() -> None:
    """Each piece of evidence can be shown in the text, with its modifiers and sign."""
    text = "服务态度不太好，但是窗口人员非常热情"
    found = _judge(text)
    assert [text[item.start : item.end] for item in found.evidence] == [item.word for item in found.evidence]
    poor, warm = found.evidence
    assert (poor.word, warm.word) == ("好", "热情")
    assert poor.weight < 0 < warm.weight
    assert ("不太" in poor.reason, "非常" in warm.reason) == (True, True)


def test_degree_words_strengthen_and_weaken() -> None:
    """极其 counts more than nothing, 有点 less."""
    weak, plain, strong = (_judge(text).polarity for text in ("有点失望", "失望", "极其失望"))
    assert strong < plain < weak < 0


def test_contrast_moves_the_weight_behind_it() -> None:
    """What follows 但 outweighs what stands before."""
    assert _judge("想法很好，但是执行很差").label is Label.NEGATIVE
    assert _judge("执行很差，但是想法很好").label is Label.POSITIVE


def test_names_and_titles_carry_no_opinion() -> None:
    """Praise inside the name of a document or a given name is nobody's praise."""
    assert _judge("《优秀商标品牌奖励办法》今日发布").evidence == ()
    assert _judge("幸福油糕协会今日开会", "幸福油糕协会").evidence == ()
    assert _judge("幸福油糕协会今日开会").evidence != ()


def test_stock_score_is_kept_and_breaks_ties_only(engine: SnowEngine) -> None:
    """SnowNLP's number is exact, and cannot turn a clear judgement."""
    text = "支持！严厉打击恶意抢注"
    found = judge(text, load_lexicon(), engine)
    assert found.snownlp == engine.sentiments(text) < 0.4
    assert found.label is Label.POSITIVE
    assert judge(" ", load_lexicon(), engine).snownlp is None


def test_version_changes_with_the_lexicon() -> None:
    """Curves never mix models, so any change of the entries changes the version."""
    first = parse_lexicon("好\t1\tpraise\n")
    second = parse_lexicon("好\t0.9\tpraise\n")
    assert first.model_version != second.model_version


def test_version_changes_with_the_table_of_manners() -> None:
    """How a post is written counts too, so another table of it is another model."""
    first = parse_lexicon("好\t1\tpraise\n", "1\t0\t不到\n")
    second = parse_lexicon("好\t1\tpraise\n", "1\t0.5\t不到\n")
    assert first.model_version != second.model_version
    assert load_lexicon().model_version != parse_lexicon("").model_version


def test_tears_are_of_grief_or_of_being_moved() -> None:
    """Alone or beside a complaint they weigh against a text, beside praise for it; a candle mocks nobody."""
    assert _judge("[泪]").label is Label.NEGATIVE
    assert _judge("费用太高了[泪]").polarity < _judge("费用太高了").polarity
    assert _judge("感谢你们[泪]").polarity > _judge("感谢你们").polarity > 0
    assert _judge("向英雄致敬[蜡烛]").label is Label.POSITIVE
    assert _judge("真厉害[狗头]").label is Label.NEGATIVE


@pytest.mark.parametrize("line", ["好\t1", "好\tx\tpraise", "好\t1\tcheer", "好"])
def test_damaged_lexicon_is_refused(line: str) -> None:
    """A line of another shape names itself in the error."""
    with pytest.raises(ResourceError, match="情感词典损坏"):
        parse_lexicon(line)


def test_lexicon_is_sound() -> None:
    """Signs fit the classes, neutral entries weigh nothing, and there is enough of it."""
    lexicon = load_lexicon()
    entries = [*lexicon.single.values(), *(entry for group in lexicon.longer.values() for entry in group)]
    assert len(entries) > 800
    for entry in entries:
        if entry.kind in ("praise", "degree", "contrast"):
            assert entry.weight > 0, entry
        elif entry.kind in ("complaint", "abuse", "rhetoric"):
            assert entry.weight < 0, entry
        elif entry.kind == "neutral":
            assert entry.weight == 0, entry


@given(st.text(max_size=80) | st.text("不没好差太但，。？!《》#[怒]支持凭什么 ab", max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_text_gets_a_consistent_judgement(text: str) -> None:
    """Polarity stays in range, agrees with the label, and evidence spans are right."""
    opinion = opinion_text(text)
    found = judge(opinion, load_lexicon(), HalfEngine())
    assert -1 < found.polarity < 1
    assert {Label.NEGATIVE: found.polarity < 0, Label.POSITIVE: found.polarity > 0}.get(found.label, True)
    assert all(opinion[item.start : item.end] == item.word for item in found.evidence)


@pytest.mark.parametrize("unit", ["不", "好", "《", "#", "？", "[怒]", "但", "不好", "《好》好", "#好#好"])
def test_time_stays_linear_on_hostile_repetition(unit: str) -> None:
    """Twenty thousand characters of anything are judged in well under a second or two."""
    start = time.process_time()
    judge((unit * 20_000)[:20_000], load_lexicon(), HalfEngine())
    assert time.process_time() - start < 2.0

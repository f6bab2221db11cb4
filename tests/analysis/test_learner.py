"""The learnt judge: it learns the office's own words, and no bad teacher gets it past the gate."""

from __future__ import annotations

import random
from array import array
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from analysis.learner import SCHEMA, SIZE, Model, Opinion, judge_learnt, read
from analysis.learner_file import ModelCard, model_names, read_card, read_model, remove_model, write_model
from analysis.learner_gate import Verdict, figures, too_few, unchanging, verdict
from analysis.learner_split import split
from analysis.learner_training import Example, train
from analysis.pipeline import Toolkit
from analysis.snow import SnowEngine
from minyi.errors import ResourceError
from minyi.models import Label

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
WHO = ["我们小店", "隔壁老王", "家里的作坊", "同事小李", "公司法务", "代理的客户", "外地亲戚", "楼下店主"]
WHAT = ["商标申请", "专利年费", "续展手续", "变更登记", "质押备案", "优先审查", "证书邮寄", "异议答辩"]
WHEN = ["上周", "昨天", "今早", "月底", "前天", "刚刚"]
SAID = {
    Label.NEGATIVE: ("又双叒卡在初审", "直接整不会了", "属实蚌埠住了", "太坑人了"),
    Label.NEUTRAL: ("排在周四下午", "要带复印件两份", "改到二号厅办", "公告说会议定于三日召开，请问地点"),
    Label.POSITIVE: ("真的绝绝子", "一把过针不戳", "泰裤辣", "非常感谢"),
}
"""Invented ways of speaking; of four the lexicon knows one."""
HAN = [chr(code) for code in range(0x4E00, 0x5600)]


class HalfEngine(SnowEngine):
    """An engine without an opinion."""

    def __init__(self) -> None:
        """Needs no model."""

    def sentiments(self, text: str) -> float:
        """Undecided about everything."""
        del text
        return 0.5


TOOLS = Toolkit(HalfEngine(), ())


def corrections(count: int, seed: int) -> list[tuple[str, Label]]:
    """Invented posts with the label a person would give them."""
    chance = random.Random(seed)
    labels = list(Label)
    rows = []
    for n in range(count):
        label = labels[n % 3]
        words = [chance.choice(group) for group in (WHO, WHEN, WHAT, SAID[label])]
        rows.append((f"{words[0]}{words[1]}去办{words[2]}，{words[3]}，编号{chance.randrange(10**6)}", label))
    return rows


def examples(rows: Sequence[tuple[str, Label]]) -> list[Example]:
    """Rows as the training takes them, each its own group."""
    opinions = [(TOOLS.opinion(text), label) for text, label in rows]
    return [
        Example(read(opinion), label, opinion.judged.label, group)
        for group, (opinion, label) in enumerate(opinions)
    ]


@cache
def taught() -> Model:
    """A model from 240 sound corrections."""
    return train(examples(corrections(240, 1)), "m")


def label_of(model: Model, text: str) -> Label:
    """The model's label."""
    return judge_learnt(TOOLS.opinion(text), model).label


def tried(model: Model, rows: Sequence[tuple[str, Label]]) -> Verdict:
    """The gate's verdict on these corrections, against the lexicon."""
    return verdict(
        [label for _, label in rows],
        [label_of(model, text) for text, _ in rows],
        [TOOLS.judge(text).label for text, _ in rows],
        lambda text: label_of(model, text),
    )


def test_it_learns_words_that_the_lexicon_does_not_know() -> None:
    """On posts it never saw it does far better than the lexicon, and the gate lets it pass."""
    found = tried(taught(), corrections(60, 2))
    assert found.reasons == ()
    assert found.new.macro_f1 > 0.9
    assert found.running.macro_f1 < 0.7
    assert found.new.negative_recall > found.running.negative_recall


def test_the_same_corrections_give_the_same_model() -> None:
    """Training is repeatable, so a model can be checked by making it again."""
    again = train(examples(corrections(240, 1)), "m")
    assert again == taught()


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_labels_never_pass_the_gate(seed: int) -> None:
    """A model from labels without sense is refused, whether those that check are sound or shuffled too."""
    rows = corrections(240, seed)
    labels = [label for _, label in rows]
    random.Random(seed).shuffle(labels)
    model = train(examples([(text, label) for (text, _), label in zip(rows, labels, strict=True)]), "m")
    sound = corrections(50, seed + 10)
    senseless = [(text, label) for (text, _), label in zip(sound, labels, strict=False)]
    assert tried(model, sound).reasons
    assert tried(model, senseless).reasons


def test_sentences_that_may_not_change_refuse_a_model_that_changes_them() -> None:
    """A model that calls everything negative is refused in words that name a sentence."""
    dense = [list(row) for row in taught().dense]
    dense[0][0] += 50
    model = replace(taught(), dense=tuple(map(tuple, dense)))
    found = tried(model, corrections(60, 2))
    assert len(found.changed) >= len(unchanging()) // 2
    assert any("不应改变的句子" in reason for reason in found.reasons)


def test_lost_negative_posts_refuse_a_model() -> None:
    """Fewer negative posts found is worse, however well the rest is judged."""
    right = [Label.NEGATIVE] * 30 + [Label.NEUTRAL] * 30 + [Label.POSITIVE] * 30
    running = [Label.NEGATIVE] * 27 + [Label.POSITIVE] * 33 + [Label.POSITIVE] * 30
    new = [Label.NEGATIVE] * 24 + [Label.NEUTRAL] * 36 + [Label.POSITIVE] * 30
    known = dict(unchanging())
    found = verdict(right, new, running, known.__getitem__)
    assert found.new.macro_f1 > found.running.macro_f1
    assert [reason for reason in found.reasons if "负面查全率从 90.0% 降到 80.0%" in reason]


def test_the_lexicons_own_answers_pass_the_gate() -> None:
    """Nothing changed is nothing worse."""
    right = [Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE] * 15
    assert verdict(right, right, right, dict(unchanging()).__getitem__).reasons == ()


def test_the_lexicon_itself_keeps_the_sentences() -> None:
    """What no model may change is what the lexicon says."""
    assert [text for text, label in unchanging() if TOOLS.judge(text).label is not label] == []


@pytest.mark.parametrize(
    ("counts", "told"),
    [((60, 60, 60), "更正只有 180 条"), ((150, 150, 29), "正面 29 条"), ((70, 70, 70), "")],
)
def test_too_few_corrections_are_refused_in_words(counts: tuple[int, int, int], told: str) -> None:
    """200 in all and 30 of each label."""
    labels = [label for label, n in zip(Label, counts, strict=True) for _ in range(n)]
    reasons = too_few(labels)
    assert bool(reasons) == bool(told)
    assert told in "".join(reasons)


def test_macro_f1_is_the_mean_over_labels() -> None:
    """Against figures worked out by hand."""
    right = [Label.NEGATIVE, Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE]
    found = figures(right, [Label.NEGATIVE, Label.NEUTRAL, Label.NEUTRAL, Label.NEUTRAL])
    assert found.macro_f1 == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert (found.negative_recall, found.accuracy) == (0.5, 0.5)


def test_copies_stay_on_one_side_and_later_texts_move_nobody() -> None:
    """Reposts and copies cut short join the first; about a fifth checks."""
    chance = random.Random(3)
    texts = ["".join(chance.choices(HAN, k=30)) for _ in range(400)]
    copies = [f"//@某人:{text}" for text in texts[:50]] + [text[:-4] for text in texts[:50]]
    places = split([*texts, *copies])
    assert places[: len(texts)] == split(texts)
    assert [places[n] for n in range(50)] == places[400:450] == places[450:]
    firsts = {place.group: place.checks for place in places}
    assert 0.1 < sum(firsts.values()) / len(firsts) < 0.3


def test_evidence_shows_what_the_model_went_by() -> None:
    """Another label than the lexicon's comes with the runs of characters that spoke for it."""
    text = "外地亲戚昨天去办证书邮寄，属实蚌埠住了"
    assert TOOLS.judge(text).label is Label.NEUTRAL
    found = judge_learnt(TOOLS.opinion(text), taught())
    assert (found.label, found.polarity < 0) == (Label.NEGATIVE, True)
    assert [text[e.start : e.end] for e in found.evidence] == [e.word for e in found.evidence]
    assert any(set(e.word) & set("属实蚌埠住了") for e in found.evidence)
    assert found.model_version.endswith("+m")


@pytest.mark.parametrize("text", ["", "😀", "會議於三日召開", "a" * 3000, "\ud800", "支持👍"])
def test_any_text_gets_a_consistent_judgement(text: str) -> None:
    """Polarity agrees with the label, and nothing is said of a text without evidence."""
    found = judge_learnt(TOOLS.opinion(text), taught())
    assert -1 <= found.polarity <= 1
    assert {Label.NEGATIVE: found.polarity < 0, Label.POSITIVE: found.polarity > 0}.get(found.label, True)
    assert found.evidence or (found.label, found.polarity) == (Label.NEUTRAL, 0.0)


def card(count: int = 240) -> ModelCard:
    """What would be noted of a model."""
    return ModelCard("", NOW, count, 190, "lexicon-x", {"macro_f1": 0.7})


def test_a_stored_model_judges_as_before(tmp_path: Path) -> None:
    """Written and read back, it gives the same shares; its card tells when and from what."""
    kept = write_model(tmp_path, taught(), card())
    found = read_model(tmp_path, kept.id)
    reading = read(Opinion("证书邮寄泰裤辣", TOOLS.judge("证书邮寄泰裤辣")))
    assert found.shares(reading) == taught().shares(reading)
    assert read_card(tmp_path, kept.id) == kept
    assert model_names(tmp_path) == [kept.id]
    remove_model(tmp_path, kept.id)
    assert model_names(tmp_path) == []


@pytest.mark.parametrize("damage", ["weights", "cut", "json", "number", "schema", "gone"])
def test_a_damaged_model_is_refused(tmp_path: Path, damage: str) -> None:
    """An altered, cut or foreign file is found out by its checksum and says what to do."""
    name = write_model(tmp_path, Model("", ((0.5,),) * 3, array("f", bytes(12 * SIZE)), 1.0), card()).id
    large, small = tmp_path / f"{name}.weights", tmp_path / f"{name}.json"
    if damage == "weights":
        large.write_bytes(b"\1" + large.read_bytes()[1:])
    elif damage == "cut":
        large.write_bytes(large.read_bytes()[:-4])
    elif damage == "json":
        small.write_text("{")
    elif damage == "number":
        small.write_text(small.read_text().replace("0.5", "0.6"))
    elif damage == "schema":
        small.write_text(small.read_text().replace(f'"schema": {SCHEMA}', '"schema": 0'))
    else:
        large.unlink()
    with pytest.raises(ResourceError, match=r"minyi model"):
        read_model(tmp_path, name)


@pytest.mark.parametrize("name", ["../x", "", "m20260302T093000-00000000"])
def test_a_name_that_is_no_model_is_refused(tmp_path: Path, name: str) -> None:
    """Nor does a name lead out of the folder."""
    with pytest.raises(ResourceError, match="minyi model list"):
        read_model(tmp_path, name)

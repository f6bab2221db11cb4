"""Corrections and models: a person's word holds, and a model judges only after it proved itself."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jobs.context import Context, open_context
from jobs.judging import models_folder
from minyi.models import Label
from minyi.store.care import Act
from minyi.store.learning import Correction, voice
from minyi.store.query import Query
from tests.analysis.test_learner import HAN, corrections
from tests.cli.conftest import Minyi, Result

Write = Callable[[str, str | list[dict[str, Any]]], str]

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
COPY = "说好的一次办结，前后跑了五趟，这服务可真是绝了，给你们点赞！"
POSTS: list[dict[str, Any]] = [
    {"id": "a1", "text": COPY, "published_at": "2026-03-02T09:00"},
    {"id": "a2", "text": COPY, "published_at": "2026-03-02T09:05"},
    {"id": "b1", "text": "公告说会议定于三日召开", "published_at": "2026-03-02T09:10"},
]


def known(count: int, seed: int, *, shuffled: bool = False) -> tuple[list[dict[str, Any]], dict[str, Label]]:
    """Invented posts to import, and the label of each; `shuffled` labels make no sense."""
    chance = random.Random(seed)
    rows, labels = [], []
    for n, (text, label) in enumerate(corrections(count, seed)):
        own = "".join(chance.choices(HAN, k=24))  # else so many alike posts would be copies
        rows.append({"id": f"k{n}", "text": f"{text}。{own}", "published_at": f"2026-03-01T{n % 24:02}:00"})
        labels.append(label)
    if shuffled:
        chance.shuffle(labels)
    return rows, {str(row["id"]): label for row, label in zip(rows, labels, strict=True)}


def open_office() -> Iterator[Context]:
    """The office of the working folder."""
    with open_context(Path("config/office.toml"), Path("data"), missing_ok=True) as context:
        yield context


def correct_all(labels: dict[str, Label]) -> None:
    """What so many `minyi label` would leave, in one go."""
    for context in open_office():
        for n, stored in enumerate(context.store.iterate(Query())):
            post = stored.post
            if post.native_id in labels:
                at = NOW + timedelta(seconds=n)
                made = Correction(post.id, voice(post), labels[post.native_id], "王审校", "", at)
                context.store.learning.correct(made, Act("王审校", "label", f"post:{post.id}"), at)


@pytest.fixture
def taught(minyi: Minyi, write: Write) -> Minyi:
    """An office with 240 sound corrections."""
    rows, labels = known(240, 1)
    assert minyi("import", write("known.jsonl", rows), "--source", "luntan").code == 0
    correct_all(labels)
    return minyi


def judged(minyi: Minyi, post: str) -> dict[str, Any]:
    """What the record says of a post's sentiment."""
    feeling: dict[str, Any] = minyi("show", post, "--json").lines[0]["sentiment"]
    return feeling


def audited(minyi: Minyi) -> list[tuple[str, str]]:
    """Audit lines, oldest first: who, what."""
    return [(line["who"], line["action"]) for line in reversed(minyi("audit", "--json").lines)]


# --- label ------------------------------------------------------------------------------------------


def test_a_label_goes_to_all_copies_also_those_that_come_later(minyi: Minyi, write: Write) -> None:
    """Who said so is in the audit; the machine's score stays beside the person's label."""
    minyi("import", write("p.jsonl", POSTS), "--source", "luntan")
    before = judged(minyi, "a1")
    done = minyi("label", "a2", "negative", "--by", "王审校", "--note", "反话", "--json").lines[0]
    assert (done["label"], done["posts"], done["changed"], done["corrections"]) == ("negative", 2, 2, 1)
    late = {"id": "a3", "text": COPY, "published_at": "2026-03-02T10:00"}
    minyi("import", write("late.jsonl", [late]), "--source", "luntan")
    for post in ("a1", "a2", "a3"):
        feeling = judged(minyi, post)
        assert feeling["label"] == "negative"
        assert feeling["polarity"] < 0
        assert feeling["snownlp"] == before["snownlp"]
        assert feeling["evidence"][-1]["reason"] == "人工更正"
    assert judged(minyi, "b1")["label"] == "neutral"
    assert ("王审校", "label") in audited(minyi)
    assert minyi("verify").code == 0


def test_the_page_says_who_corrected_it_and_why(minyi: Minyi, write: Write) -> None:
    """A person reads it without knowing of evidence or clusters."""
    minyi("import", write("p.jsonl", POSTS), "--source", "luntan")
    words = minyi("label", "a1", "negative", "--by", "王审校", "--note", "反话").out
    assert "已更正为负面" in words
    assert "连同转载共 2 帖" in words
    assert "再有 199 组即可训练" in words
    shown = minyi("show", "a2").out
    assert "人工更正：王审校" in shown
    assert "反话" in shown
    told = minyi("show", "a2", "--json").lines[0]["corrections"]
    assert [(one["by"], one["label"], one["note"]) for one in told] == [("王审校", "negative", "反话")]


def test_the_newest_label_is_in_force_and_neutral_is_one_too(minyi: Minyi, write: Write) -> None:
    """People change their minds; polarity follows."""
    minyi("import", write("p.jsonl", POSTS), "--source", "luntan")
    minyi("label", "a1", "negative", "--by", "王审校")
    assert minyi("label", "a2", "neutral", "--by", "李处", "--json").lines[0]["was"] == "negative"
    feeling = judged(minyi, "a1")
    assert (feeling["label"], feeling["polarity"]) == ("neutral", 0.0)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["nowhere", "negative", "--by", "王"], 1, "没有编号"),
        (["a1", "negative", "--by", " "], 1, "--by"),
        (["a1", "negative", "--by", "王" * 41], 1, "40"),
        (["a1", "bad", "--by", "王"], 2, "bad"),
        (["a1", "negative"], 2, "--by"),
    ],
)
def test_a_label_that_cannot_be_kept_is_refused_in_words(
    minyi: Minyi, write: Write, words: list[str], code: int, told: str
) -> None:
    """No such post, nobody's name, no such label; nothing is kept."""
    minyi("import", write("p.jsonl", POSTS), "--source", "luntan")
    result = minyi("label", *words)
    assert result.code == code
    assert told in result.err
    assert audited(minyi) == []


def test_a_persons_label_survives_a_new_policy_and_a_rescoring(minyi: Minyi, write: Write) -> None:
    """Neither matching anew nor other words bring the machine's label back."""
    minyi("init", "--name=示例局", "--contact=a@b.example")
    minyi("import", write("p.jsonl", POSTS), "--source", "luntan")
    minyi("label", "a1", "negative", "--by", "王审校")
    minyi(
        "policies",
        "import",
        write("p.toml", '[[policy]]\nid = "x"\ntitle = "一次办结办法"\naliases = ["一次办结"]'),
    )
    Path("config/own_words.tsv").write_text("绝了\t3\n点赞\t3\n", "utf-8")
    assert minyi("rescore", "--json").lines[0]["posts"] == 3
    post = minyi("show", "a2", "--json").lines[0]
    assert post["sentiment"]["label"] == "negative"
    assert [one["policy"] for one in post["matches"]] == ["x"]


# --- model ------------------------------------------------------------------------------------------


def test_a_model_is_trained_activated_used_and_rolled_back(taught: Minyi, write: Write) -> None:
    """It judges new posts at once and stored ones after rescoring, each with its version; then back."""
    plain = judged(taught, "k0")["model"]
    trained = taught("model", "train", "--json")
    assert trained.code == 0
    (figures,) = trained.lines
    assert figures["accepted"]
    assert figures["new"]["macro_f1"] > figures["compared_with"]["macro_f1"]
    assert figures["checked"] + figures["taught"] == figures["corrections"] == 240
    name = figures["model"]
    assert taught("model", "list", "--json").lines[0]["running"] is False
    assert taught("model", "activate").code == 0
    assert taught("model", "list", "--json").lines[0]["running"] is True
    saying = "隔壁老王上周去办质押备案，属实蚌埠住了，编号1"
    taught("import", write("new.jsonl", [{"id": "n1", "text": saying}]), "--source", "luntan")
    feeling = judged(taught, "n1")
    assert (feeling["label"], feeling["model"]) == ("negative", f"{plain}+{name}")
    assert judged(taught, "k0")["model"] == plain
    assert taught("rescore", "--json").lines[0] == {
        "version": f"{plain}+{name}", "posts": 240, "changed": 240, "left": 0,
    }  # fmt: skip
    assert judged(taught, "k0")["model"] == f"{plain}+{name}"
    back = taught("model", "rollback", "--json").lines[0]
    assert back == {"left": name, "running": None}
    assert taught("rescore", "--json").lines[0]["version"] == plain
    actions = [action for _, action in audited(taught)][-3:]
    assert actions == ["model.train", "model.activate", "model.rollback"]
    assert taught("verify").code == 0


def test_fewer_than_200_corrections_are_refused_in_words(minyi: Minyi, write: Write) -> None:
    """The command says how many there are and how many are wanted; no model is left."""
    rows, labels = known(60, 1)
    minyi("import", write("known.jsonl", rows), "--source", "luntan")
    correct_all(labels)
    result = minyi("model", "train")
    assert result.code == 1
    assert "更正只有 60 条，至少要 200 条" in result.out
    assert minyi("model", "list", "--json").lines == []
    assert minyi("model", "activate").code == 1


def test_a_model_of_senseless_corrections_is_trained_but_never_activated(minyi: Minyi, write: Write) -> None:
    """The gate refuses in words, at training and again at activation; the lexicon goes on judging."""
    rows, labels = known(240, 3, shuffled=True)
    minyi("import", write("known.jsonl", rows), "--source", "luntan")
    correct_all(labels)
    trained = minyi("model", "train")
    assert trained.code == 1
    assert "不能启用" in trained.out
    refused = minyi("model", "activate", "--json")
    assert (refused.code, refused.lines[0]["accepted"]) == (1, False)
    assert minyi("model", "list", "--json").lines[0]["running"] is False
    assert minyi("audit", "--json").lines[0]["detail"]["refused"] == 1


def test_a_damaged_model_is_told_of_and_posts_go_on_being_judged(taught: Minyi, write: Write) -> None:
    """Health names the model; what needs it exactly is refused; a rollback mends it."""
    name = taught("model", "train", "--json").lines[0]["model"]
    taught("model", "activate")
    for context in open_office():
        (models_folder(context) / f"{name}.weights").write_bytes(b"rubbish")
        taught_to_fail: Result = taught("rescore")
    assert (taught_to_fail.code, name in taught_to_fail.err) == (1, True)
    assert any(name in words for words in taught("health", "--json").lines[0]["problems"])
    assert taught("model", "list", "--json").lines[0]["fault"]
    assert taught("model", "rollback").code == 0
    assert taught("rescore").code == 0
    del write

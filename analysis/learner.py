"""The learnt judge 学习模型: what the office's corrections add to the lexicon's judgement.

Multinomial logistic regression over the lexicon's own findings (its sum, signs and counts, the quoted part,
SnowNLP's logit, the style of the text) and hashed character 1-3-grams. With the lexicon's score among the
features a model from few corrections stays near the lexicon; what it decides can be shown, run by run.
"""

from __future__ import annotations

import re
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from analysis.lexicon import WordClass
from analysis.manner import leanings
from analysis.sentiment import CUT
from minyi.fold import table
from minyi.models import Evidence, Label, Sentiment
from minyi.text import search_key

SCHEMA = 2
"""Raised whenever features or arithmetic change: older models are then refused and trained again."""

SIZE = 1 << 18
"""Cells the character runs are hashed into."""

CLASSES = (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE)

_READ = 400
"""Characters of an opinion whose runs are looked at."""
_GRAM_WEIGHTS = (1.0, 0.7, 0.4)
"""Of a run of one, two and three characters: the shorter come again, also after few corrections."""
_GRAM_SCALE = 2.5
"""What all runs of a text weigh together, against the lexicon's findings."""
_MOST = 3.0
_TRUST = 0.4
"""Logit of one point of the lexicon's sum before anything is learnt."""
_SURE = 0.55
"""Probability from which a text without any evidence of the lexicon gets another label than neutral."""
_SHOWN = 3
"""Runs of characters shown as evidence where the model says what the lexicon does not."""

_TOPIC = re.compile("#[^#\n]{1,40}#")
_EMOTICON = re.compile(r"\[[^\[\]]{1,8}\]")
_SPEAKER, _HEARER = frozenset("我俺咱"), frozenset("你您")
_PARTICLES = frozenset("啊吧呢吗哈呀哦嘛啦哎唉呵嗯")
_REPORTING = ("记者", "据", "报道", "通报", "发布", "新闻", "公告", "消息", "介绍", "表示")
_REASONS = tuple(
    kind.chinese
    for kind in (
        WordClass.PRAISE,
        WordClass.COMPLAINT,
        WordClass.ABUSE,
        WordClass.RHETORIC,
        WordClass.EMOTICON,
        WordClass.PARTICLE,
    )
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as the learner reads it: `dense` features in a fixed order, `grams` by cell."""

    dense: tuple[float, ...]
    grams: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What there is to read: the newest writer's words, the lexicon's judgement of them, the quoted part.

    `quoted` is the lexicon's tempered sum over the whole text, chain included; 0 without a chain.
    """

    text: str
    judged: Sentiment
    quoted: float = 0.0


@dataclass(frozen=True, slots=True)
class Model:
    """Weights by class, and the temperature that makes its numbers probabilities."""

    id: str
    dense: tuple[tuple[float, ...], ...]
    grams: array[float]
    """Of class c and cell j at c * SIZE + j."""
    temperature: float

    def logits(self, reading: Reading) -> list[float]:
        """One number a class, the largest the likeliest, before the temperature."""
        found = []
        for number, weights in enumerate(self.dense):
            at = number * SIZE
            total = sum(map(float.__mul__, weights, reading.dense))
            found.append(total + sum(self.grams[at + cell] * x for cell, x in reading.grams.items()))
        return found

    def shares(self, reading: Reading) -> list[float]:
        """Probability of each class; they add up to 1."""
        return softmax([one / self.temperature for one in self.logits(reading)])


def softmax(logits: Sequence[float]) -> list[float]:
    """Probabilities of logits."""
    top = max(logits)
    powers = [exp(one - top) for one in logits]
    total = sum(powers)
    return [one / total for one in powers]


def read(opinion: Opinion) -> Reading:
    """The features of an opinion; nothing else of a post is looked at, and nobody's name."""
    key = search_key(opinion.text)
    return Reading((*_findings(opinion), *_classes(opinion.judged), *_style(key)), _grams(key))


def lexicon_weights(size: int) -> list[list[float]]:
    """Weights of the dense features, by class, that decide as the lexicon does: where training starts."""
    weights = [[0.0] * size for _ in CLASSES]
    weights[0][1], weights[2][1] = -_TRUST, _TRUST
    weights[1][0] = _TRUST * CUT
    return weights


def _findings(opinion: Opinion) -> tuple[float, ...]:
    """What the lexicon and SnowNLP say."""
    judged, length = opinion.judged, len(opinion.text)
    total = _clipped(judged.polarity / (1 - min(abs(judged.polarity), 0.99)))
    gains = [item.weight for item in judged.evidence if item.weight > 0]
    losses = [-item.weight for item in judged.evidence if item.weight < 0]
    return (
        1.0,
        total,
        abs(total),
        min(sum(gains), 4.0) / 2,
        min(sum(losses), 4.0) / 2,
        *(float(judged.label is label) for label in CLASSES),
        min(len(gains), 5) / 3,
        min(len(losses), 5) / 3,
        float(not judged.evidence),
        _stock(judged.snownlp, length),
        _clipped(opinion.quoted),
        min(length, 300) / 150,
        log(1 + length) / 5,
        *(_clipped(one) / _MOST for one in leanings(opinion.text.translate(table().fold))),
    )


def _clipped(value: float) -> float:
    return max(-_MOST, min(_MOST, value))


def _stock(score: float | None, length: int) -> float:
    """SnowNLP's logit, tempered by length, in [-1, 1]."""
    near = min(max(0.5 if score is None else score, 1e-6), 1 - 1e-6)
    return _clipped(log(near / (1 - near)) / sqrt(max(length, 8) / 8)) / _MOST


def _classes(judged: Sentiment) -> Iterable[float]:
    """Weight of the evidence by class of word."""
    sums = dict.fromkeys(_REASONS, 0.0)
    for item in judged.evidence:
        reason = item.reason.partition("（")[0]
        if reason in sums:
            sums[reason] += item.weight
    return (max(-2.0, min(2.0, total)) / 2 for total in sums.values())


def _style(key: str) -> tuple[float, ...]:
    """How it is written: a person speaking, or a report."""
    topics = _TOPIC.findall(key)
    bare = _TOPIC.sub("", key)
    count = Counter(bare)
    return (
        _share(sum(count[c] for c in _SPEAKER), 3),
        _share(sum(count[c] for c in _HEARER), 3),
        _share(sum(count[c] for c in _PARTICLES), 3),
        _share(sum(count[c] for c in "0123456789"), 12),
        _share(sum(bare.count(word) for word in _REPORTING), 3),
        _share(len(_EMOTICON.findall(bare)), 3),
        _share(count["!"], 4),
        _share(count["?"], 3),
        _share(count[","], 6),
        _share(len(topics), 3),
        sum(map(len, topics)) / max(len(key), 1),
        float("【" in key or "《" in key),
        float(len(bare) < 12),
        float(len(bare) < 40),
    )


def _share(count: int, most: int) -> float:
    return min(count, most) / most


def _grams(key: str) -> dict[int, float]:
    """Weights of the runs of characters by cell, together of length `_GRAM_SCALE`."""
    found = {cell: _GRAM_WEIGHTS[size - 1] for _, size, cell in _cells(key)}
    length = sqrt(sum(weight * weight for weight in found.values()))
    return {cell: weight * _GRAM_SCALE / length for cell, weight in found.items()}


def _cells(key: str) -> Iterable[tuple[int, int, int]]:
    """Place, size and cell of every run, its first and last marked by ^ and $; place 0 is the mark."""
    data = f"^{key[:_READ]}$".encode("utf-32-le", "surrogatepass")
    last = len(data) // 4
    for size in range(1, len(_GRAM_WEIGHTS) + 1):
        for at in range(last - size + 1):
            yield at, size, zlib.crc32(data[4 * at : 4 * (at + size)]) % SIZE


def judge_learnt(opinion: Opinion, model: Model) -> Sentiment:
    """The model's judgement: the likeliest label, polarity = P(positive) - P(negative).

    The lexicon's evidence stays. Where the label is not the lexicon's, the runs of characters that spoke
    most for it are added, so that no label stands without a word that can be shown; without any evidence
    the label is neutral and polarity 0.
    """
    judged = opinion.judged
    reading = read(opinion)
    shares = model.shares(reading)
    label = CLASSES[shares.index(max(shares))]
    evidence = judged.evidence
    if not evidence and max(shares) < _SURE:
        label = Label.NEUTRAL
    if label not in (Label.NEUTRAL, judged.label):
        evidence = (*evidence, *_speaking(opinion.text, reading, model, CLASSES.index(label)))
        label = label if evidence else Label.NEUTRAL
    version = f"{judged.model_version}+{model.id}"
    if not evidence:
        return Sentiment(0.0, Label.NEUTRAL, (), judged.snownlp, version)
    polarity = round(shares[2] - shares[0], 6)
    return Sentiment(polarity, label, evidence, judged.snownlp, version)


def _speaking(text: str, reading: Reading, model: Model, label: int) -> list[Evidence]:
    """Disjoint runs of characters that spoke most for a label, in the order of the text; rarely none."""
    key = search_key(text)
    if len(key) != len(text):
        return []  # a key of another length has no places in the text
    others = [number for number in range(len(CLASSES)) if number != label]
    spoke = []
    for at, size, cell in _cells(key):
        if at < 1 or at + size > min(len(key), _READ) + 1:
            continue
        weight = model.grams[label * SIZE + cell] - max(model.grams[n * SIZE + cell] for n in others)
        if weight > 0:
            spoke.append((weight * reading.grams[cell], at - 1, at - 1 + size))
    chosen: list[tuple[float, int, int]] = []
    for weight, start, end in sorted(spoke, key=lambda one: (-one[0], one[1])):
        if len(chosen) < _SHOWN and all(end <= one[1] or start >= one[2] for one in chosen):
            chosen.append((weight, start, end))
    sign = 1 if CLASSES[label] is Label.POSITIVE else -1
    return [
        Evidence(text[start:end], start, end, round(sign * weight, 4), "学习")
        for weight, start, end in sorted(chosen, key=lambda one: one[1])
    ]

"""Hot words 热词 and rising terms 上升词: what posts of a window say more than posts of its baseline.

Weighted log-odds with an informative Dirichlet prior, after Monroe, Colaresi and Quinn, "Fightin' Words"
(Political Analysis 16, 2008). A word counts once a cluster, so that copies are one voice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

PRIOR = 500.0
"""Most weight of the office's usual share of a word, in voices; no more than are compared."""

_UNHEARD = 0.5
_UNKNOWN_VOICES = 100
"""A word never heard in V voices has the share _UNHEARD / (V + _UNKNOWN_VOICES)."""

LEAST = 3
"""Voices below which a word says nothing."""

LEAST_SCORE = 1.0
"""A word is typical when its log-odds are a standard error above the usual."""

RISING_CHANCE, RISING_RATIO = 0.001, 2.0
"""A word rises when its share is at least twice the baseline's, and so many voices would come by chance
less than once in a thousand windows."""


@dataclass(frozen=True, slots=True)
class Counted:
    """In how many voices each word stands, of `voices` in all."""

    words: Counter[str]
    voices: int


@dataclass(frozen=True, slots=True)
class HotWord:
    """A word with its voices in the window and in the baseline.

    `score` is the log-odds ratio over its standard error: 0 = as usual, 2 = surely more.
    """

    word: str
    voices: int
    baseline: int
    score: float
    rising: bool


def count(posts: Iterable[tuple[str, Sequence[str]]]) -> Counted:
    """Words of (cluster, terms), each once a cluster; an empty cluster is a voice of its own."""
    by_cluster: dict[str, set[str]] = {}
    alone = 0
    for cluster, terms in posts:
        name = cluster or f"\0{alone}"
        alone += not cluster
        by_cluster.setdefault(name, set()).update(terms)
    words = Counter(word for terms in by_cluster.values() for word in terms)
    return Counted(words, len(by_cluster))


def hot_words(
    window: Counted,
    baseline: Counted,
    office: Counted,
    *,
    skip: Callable[[str], bool] = lambda _: False,
    size: int = 20,
) -> list[HotWord]:
    """The words most typical of the window, most typical first, then by voices and word.

    `office` gives every word's usual share; `skip` names words that say nothing here, as a policy's title.
    Only words said more than usual, by at least `LEAST` voices.
    """
    found = [
        _scored(word, voices, window, baseline, office)
        for word, voices in window.words.items()
        if voices >= LEAST and not skip(word)
    ]
    found = [one for one in found if one.score >= LEAST_SCORE]
    found.sort(key=lambda one: (-one.score, -one.voices, one.word))
    return found[:size]


def _scored(word: str, voices: int, window: Counted, baseline: Counted, office: Counted) -> HotWord:
    usual = baseline.words[word]
    weight = min(PRIOR, window.voices + baseline.voices)
    prior = weight * (office.words[word] + _UNHEARD) / (office.voices + _UNKNOWN_VOICES)
    ours = log((voices + prior) / (window.voices + weight - voices - prior))
    theirs = log((usual + prior) / (baseline.voices + weight - usual - prior))
    score = (ours - theirs) / sqrt(1 / (voices + prior) + 1 / (usual + prior))
    return HotWord(
        word, voices, usual, round(score, 3), _rises(voices, window.voices, usual, baseline.voices)
    )


def _rises(voices: int, total: int, usual: int, before: int) -> bool:
    """True when voices of `total` are surely more than what `usual` of `before` lets expect."""
    expected = total * (usual + _UNHEARD) / (before + 1)
    return voices >= RISING_RATIO * expected and _at_least(voices, expected) < RISING_CHANCE


def _at_least(count: int, expected: float) -> float:
    """Chance of at least so many where so many are expected, by Poisson's law."""
    term = below = exp(-expected)
    for number in range(1, count):
        term *= expected / number
        below += term
    return max(0.0, 1 - below)

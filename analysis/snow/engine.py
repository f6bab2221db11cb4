"""Words and score of a text, as SnowNLP 0.12.3 gives them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import exp

from analysis.snow.table import Table
from analysis.snow.tagger import Tagger

_RUN = re.compile("([\u4e00-\u9fa5]+)")
_CACHED_RUNS = 16_384
_CACHED_LENGTH = 64


Logs = Sequence[tuple[float, float]]
"""Per word: log of its share of the negative and of the positive class."""


class SnowEngine:
    """Scores texts; holds the model and bounded caches, and is not shared between threads."""

    def __init__(self, table: Table) -> None:
        self._tagger = Tagger(table)
        words = table.words.split("\n")
        self._weights = dict(zip(words, zip(table.negative, table.positive, strict=True), strict=True))
        for word in table.stop_words.split("\n"):
            self._weights[word] = (0.0, 0.0)  # adding zero is leaving the word out
        self._prior = (table.constants[0], table.constants[1])
        self._unseen = (table.constants[2], table.constants[3])
        self._runs: dict[str, Logs] = {}

    def sentiments(self, text: str) -> float:
        """Probability in [0, 1] that the text is positive; equal in every bit to SnowNLP's.

        The empty text, on which SnowNLP raises, gets what its `sentiment.classify('')` gives.
        """
        negative, positive = self._prior
        weights, unseen = self._weights, self._unseen
        han = False  # runs stand at every second place
        for part in _RUN.split(text):
            logs = self._run(part) if han else [weights.get(word, unseen) for word in part.split()]
            # in the stock package's order: rounding depends on it
            for log_negative, log_positive in logs:
                negative += log_negative
                positive += log_positive
            han = not han
        return _probability(negative, positive)

    def words(self, text: str) -> list[str]:
        """The segmentation, stop words included."""
        found: list[str] = []
        for number, part in enumerate(_RUN.split(text)):
            found += self._tagger.words(part) if number % 2 else part.split()
        return found

    def _run(self, run: str) -> Logs:
        """The logarithms of the words in a run of Han characters."""
        logs = self._runs.get(run)
        if logs is None:
            weights, unseen = self._weights, self._unseen
            logs = [weights.get(word, unseen) for word in self._tagger.words(run)]
            if len(run) <= _CACHED_LENGTH:
                if len(self._runs) >= _CACHED_RUNS:
                    self._runs.clear()
                self._runs[run] = logs
        return logs


def _probability(negative: float, positive: float) -> float:
    """The stock classifier's answer: 1 / sum of exp(differences), 0 on overflow, of the likelier class."""
    try:
        if_negative = 1 / (exp(negative - negative) + exp(positive - negative))
    except OverflowError:
        if_negative = 0
    try:
        if_positive = 1 / (exp(negative - positive) + exp(positive - positive))
    except OverflowError:
        if_positive = 0
    return if_positive if if_positive > if_negative else 1 - if_negative

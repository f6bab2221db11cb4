"""Words 词语 of a text: segmented by jieba's dictionary and hidden Markov model, as compiled in rjieba.

The one module that knows the library. A policy's names and the office's own terms are words of the
dictionary too, so that 商标规费办法 is counted whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib import resources

from minyi.text import opinion_text, search_key

MOST = 24
"""Words kept of one post, those that come first: enough for a paragraph."""

_LONGEST_TEXT = 1_200
_LONGEST_TERM = 16
_FREQUENT = 200_000  # so that a known term wins over its parts
_NOUN = "n"
_WORD = re.compile(r"[\u3400-\u9fff]{2,}|[a-z][a-z0-9+\-]{1,19}")
_MASK = re.compile(r"\[(?:电话|证件号|邮箱)\]")
_WHEN_OR_MANY = re.compile(
    "[一二三四五六七八九十百千万亿两几]+[年月日天周个家件次元块岁点]?|[上下本这]?(?:周|星期)[一二三四五六日天]"
)


class Segmenter:
    """A dictionary with terms of its own."""

    def __init__(self, terms: Iterable[str] = ()) -> None:
        """`terms` are names and words as people write them; those of 2 to 16 Han characters are added."""
        import rjieba  # noqa: PLC0415 - 0.3 s and 20 MB that most commands need not spend

        self._jieba = rjieba.Jieba()
        for term in terms:
            key = search_key(term)
            if _WORD.fullmatch(key) and len(key) <= _LONGEST_TERM:
                self._jieba.add_word(key, _FREQUENT, _NOUN)

    def cut(self, key: str) -> list[str]:
        """The words of a key, in order, marks included."""
        words: list[str] = self._jieba.cut(key)
        return words

    def terms(self, text: str) -> tuple[str, ...]:
        """What a post is about: its words of two or more characters, each once, in order, at most `MOST`.

        Of what the newest writer says; no stop words, numerals, masks, addresses or names.
        """
        key = search_key(opinion_text(text[:_LONGEST_TEXT]))
        stop = _stop_words()
        found: dict[str, None] = {}
        for word in self.cut(_MASK.sub(" ", key)):
            if word not in stop and _WORD.fullmatch(word) and not _WHEN_OR_MANY.fullmatch(word):
                found[word] = None
        return tuple(found)[:MOST]


@cache
def _stop_words() -> frozenset[str]:
    lines = resources.files("analysis").joinpath("stopwords.txt").read_text("utf-8").splitlines()
    return frozenset(" ".join(line for line in lines if not line.startswith("#")).split())

"""What the engines are asked: words of every frequency, phrases, and conditions beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import add
from random import Random

from benchmarks import invented
from minyi.models import Label, Policy, Post
from minyi.store.query import NameBook, Query, parse

BANDS = (
    ("rare (under 0.1 % of posts)", 0.0, 0.001),
    ("middle (0.3-5 %)", 0.003, 0.05),
    ("high (5-24 %)", 0.05, 0.24),
    ("everywhere (over 24 %)", 0.24, 1.01),
)
"""Frequency bands of two-character words, by the share of posts that hold them."""

YEAR = (invented.START, invented.START + timedelta(seconds=invented.SECONDS))


@dataclass(frozen=True, slots=True)
class Ask:
    """One question; what is empty is no condition. `below` is a polarity, times are [since, until)."""

    words: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    policy: str = ""
    source: str = ""
    label: Label | None = None
    below: float | None = None
    since: datetime | None = None
    until: datetime | None = None

    def query(self) -> Query:
        """For the record, through the parser a person's words go through."""
        typed = [*self.words, *(f"-{word}" for word in self.without)]
        typed += [f"({' OR '.join(self.one_of)})"] if self.one_of else []
        typed += [f"policy:{self.policy}"] if self.policy else []
        typed += [f"source:{self.source}"] if self.source else []
        typed += [f"label:{self.label.value}"] if self.label else []
        typed += [f"sent:<{self.below}"] if self.below is not None else []
        return parse(" ".join(typed), resolver=_NAMES, since=self.since, until=self.until)


_NAMES = NameBook(
    policies=tuple(Policy(policy, title=policy) for policy in invented.POLICIES),
    sources={source: source for source in invented.SOURCES},
)


class Lexis:
    """Words and phrases of a sample of the posts, with the share of posts that hold a pair of characters."""

    def __init__(self, sample: Sequence[Post]) -> None:
        """`sample` should be of the whole year."""
        self._random = Random(2)
        self._posts = sample
        seen: Counter[str] = Counter()
        for post in sample:
            text = post.text
            seen.update({pair for pair in map(add, text, text[1:]) if is_han(pair)})
        self._pairs = sorted(seen)
        self._shares = {pair: n / len(sample) for pair, n in seen.items()}

    def pairs(self, low: float, high: float, most: int) -> list[str]:
        """Two-character words in a band of shares, at most so many, chosen at random."""
        found = [pair for pair in self._pairs if low <= self._shares[pair] < high]
        return self._random.sample(found, min(most, len(found)))

    def characters(self, number: int) -> list[str]:
        """The most frequent single characters."""
        seen = Counter(character for post in self._posts for character in set(post.text) if is_han(character))
        return [character for character, _ in seen.most_common(number)]

    def phrases(self, number: int) -> list[str]:
        """Three to eight characters as they stand in some post."""
        made: list[str] = []
        while len(made) < number:
            text = self._random.choice(self._posts).text
            length = self._random.randint(3, 8)
            start = self._random.randrange(max(len(text) - length, 1))
            if is_han(phrase := text[start : start + length]) and len(phrase) == length:
                made.append(phrase)
        return made

    def booleans(self, number: int) -> list[Ask]:
        """Words joined, excluded and filtered; every third has no match, its parts being common."""
        random = self._random
        common = self.pairs(0.02, 1.01, 60)
        made = []
        for n in range(number):
            one, two, three = random.sample(common, 3)
            policy, source = random.choice(invented.POLICIES), random.choice(invented.SOURCES)
            since = invented.START + timedelta(days=random.randrange(330))
            month = Ask(since=since, until=since + timedelta(days=30))
            made.append(
                (
                    replace(month, words=(one,), without=(two,), policy=policy),
                    replace(month, one_of=(one, two, three), label=Label.NEGATIVE, source=source),
                    Ask(words=(one,), label=Label.POSITIVE, below=-0.9),
                    Ask(words=(one, two), without=(three,), source=source),
                    Ask(one_of=(one, two), policy=policy, below=-0.55),
                    replace(month, words=(one,), policy=policy, label=Label.POSITIVE, below=-0.9),
                )[n % 6]
            )
        return made


def is_han(text: str) -> bool:
    """Made of common Han characters only."""
    return all("一" <= character <= "鿿" for character in text)

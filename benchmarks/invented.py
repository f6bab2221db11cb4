"""Invented posts at size: a year of them, about 50 policies, words as unevenly frequent as in real text."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from minyi.models import Evidence, Label, Match, PolicyId, Post, PostId, Precision, Sentiment, SourceId

START = datetime(2025, 1, 1, tzinfo=UTC)
NOW = START + timedelta(days=370)
SECONDS = 365 * 86_400
POLICIES = tuple(PolicyId(f"policy-{n:02}") for n in range(50))
SOURCES = tuple(SourceId(f"source-{n}") for n in range(12))
MEAN_CHARACTERS = 88


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words of 1 to 4 characters, most frequent first, with their cumulated weights (Zipf's law)."""

    words: tuple[str, ...]
    weights: tuple[float, ...]


def vocabulary(random: Random, size: int = 30_000) -> Vocabulary:
    """Made of the 3,500 first characters of the block, which stand for the common ones."""
    characters = [chr(0x4E00 + n) for n in range(3_500)]
    random.shuffle(characters)
    by_character = list(itertools.accumulate(1 / (n + 8) for n in range(len(characters))))
    lengths = random.choices((1, 2, 3, 4), (12, 66, 14, 8), k=size)
    words = ("".join(random.choices(characters, cum_weights=by_character, k=length)) for length in lengths)
    return Vocabulary(tuple(words), tuple(itertools.accumulate(1 / (n + 2.7) for n in range(size))))


def text(random: Random, known: Vocabulary) -> str:
    """Sentences of about `MEAN_CHARACTERS` in the mean, from a few characters to several hundred."""
    length = int(random.lognormvariate(4.14, 0.75)) + 4
    words = random.choices(known.words, cum_weights=known.weights, k=length // 2 + 1)
    made = []
    for word in words:
        made.append(word)
        if random.random() < 0.16:
            made.append(random.choice(("，", "，", "。", "！", "？", "2025", " app ", "5G")))
    return "".join(made)[:length]


def posts(count: int, seed: int = 1) -> Iterator[Post]:
    """In the order of a crawl: by time, some late; every column filled as the product fills it."""
    random = Random(seed)
    known = vocabulary(random)
    for number in range(count):
        second = int(SECONDS * number / count) - (random.randrange(86_400) if random.random() < 0.1 else 0)
        published = START + timedelta(seconds=max(second, 0))
        body = text(random, known)
        copied = random.random() < 0.2
        matches = random.choices(POLICIES, k=random.choice((0, 1, 1, 1, 2)))
        yield Post(
            id=PostId(f"{random.getrandbits(128):032x}"),
            source=random.choice(SOURCES),
            platform="forum",
            content="post",
            text=body,
            published=published,
            precision=Precision.MINUTE,
            first_seen=published + timedelta(minutes=20),
            native_id=str(number),
            url=f"https://forum.example/thread-{number}-1.html",
            title=body[:12] if random.random() < 0.25 else "",
            parent_title="关于征求意见的公告" if random.random() < 0.1 else "",
            author=f"{int(random.paretovariate(0.6)) * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128:032x}",
            metrics={"likes": random.randrange(50), "comments": random.randrange(9), "views": number % 977},
            lang="zh",
            region=random.choice((None, "广东", "北京")),
            sentiment=_sentiment(random, body),
            matches=tuple(Match(one, "title", sure=True) for one in dict.fromkeys(matches)),
            cluster=f"{random.randrange(count // 50 + 1) if copied else random.getrandbits(96):024x}",
            keywords=tuple(dict.fromkeys(body[n : n + 2] for n in range(0, min(len(body), 10), 2))),
        )


def _sentiment(random: Random, body: str) -> Sentiment:
    """None to four words of evidence."""
    polarity = random.randint(-1_000, 1_000) / 1_000
    label = Label.NEGATIVE if polarity < -0.3 else Label.POSITIVE if polarity > 0.3 else Label.NEUTRAL
    evidence = tuple(
        Evidence(body[n : n + 2], n, n + 2, -0.4, "不满（程度）" if n else "不满")
        for n in range(0, min(len(body), 2 * random.randrange(5)), 2)
    )
    return Sentiment(polarity, label, evidence, random.random(), "lexicon-5f3b9c1e-4")

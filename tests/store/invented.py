"""Invented posts from a seed; with `query`, typed queries that come with what they should mean."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from minyi.models import (
    Claim,
    Evidence,
    Label,
    Match,
    Post,
    PostId,
    Precision,
    Sentiment,
    Stance,
)
from tests.store.office import AUTHORS, BOOK, NOW, POLICIES, SOURCES, START
from tests.store.plain import TRADITIONAL
from tests.store.typed import query

__all__ = [
    "AUTHORS",
    "BOOK",
    "NOW",
    "POLICIES",
    "SOURCES",
    "START",
    "edited",
    "post",
    "posts",
    "query",
    "seeded",
    "text",
]

_HAN = "专利商标会费年审核办法都要交不太难了好𠮷〇々"
_WEIGHTS = (*(5,) * 19, 2, 1, 1)
_WORDS = ("PCT", "ＰＣＴ", "5g", "app", "2026", "Covid19", "naïve", "㎏", "ئۇيغۇر", "བོད", "ที่นี่", "Ёлка")
_TO_TRADITIONAL = str.maketrans({simple: one for one, simple in TRADITIONAL.items()})
_GAPS = (
    *("",) * 5,
    *"，。！、 \n-",
    *("，", "。", " ", "😀", "👍🏽", "…", "《", "》", "（", "）", '"', "|", "/", "#", "："),
)


def seeded(seed: int | str) -> Random:
    """A reproducible source of choices."""
    return Random(seed)


def text(random: Random, longest: int = 12) -> str:
    """A few runs of Han characters and words, some in traditional script."""
    made = ""
    for _ in range(random.randint(1, 5)):
        run = "".join(random.choices(_HAN, _WEIGHTS, k=random.randint(1, longest)))
        if random.random() < 0.2:
            run = run.translate(_TO_TRADITIONAL)
        made += run + random.choice(_GAPS)
        if random.random() < 0.3:
            made += random.choice(_WORDS) + random.choice(_GAPS)
    return made


def _sentiment(random: Random) -> Sentiment | None:
    if random.random() < 0.1:
        return None
    polarity = random.randint(-1000, 1000) / 1000
    label = Label.NEGATIVE if polarity < -0.2 else Label.POSITIVE if polarity > 0.2 else Label.NEUTRAL
    evidence = (Evidence("难", 0, 1, polarity, "词"),) if random.random() < 0.7 else ()
    return Sentiment(polarity, label, evidence, random.choice([None, 0.25]), "v1")


def _times(random: Random) -> tuple[datetime, datetime, Precision]:
    published = START + timedelta(seconds=random.randrange(10 * 86_400))
    if random.random() < 0.3:
        published = START + timedelta(hours=random.randrange(48))
    precision = random.choices(tuple(Precision), (7, 1, 1, 1))[0]
    if precision is Precision.HOUR:
        published = published.replace(minute=0, second=0)
    if precision is Precision.DAY:
        published = published.replace(hour=16, minute=0, second=0)
    seen = published + timedelta(seconds=random.choice([60, 3_600, 86_400, 86_401, 200_000]))
    if random.random() < 0.03 and precision is Precision.MINUTE:  # an old page that was found now
        published = published.replace(year=random.choice([1955, 1969, 1970, 1999, 2025]))
    return seen if precision is Precision.NONE else published, seen, precision


def post(random: Random, number: int) -> Post:
    """One invented post."""
    published, seen, precision = _times(random)
    matched = random.sample(POLICIES, random.choice([0, 1, 1, 1, 2]))
    matches = tuple(Match(one, "title", random.random() < 0.8) for one in matched)
    claims = tuple(Claim(one, "w1", Stance.REPEAT, "都要交") for one in matched[:1] if random.random() < 0.3)
    author = random.choice([None, *AUTHORS])
    return Post(
        id=PostId(f"post-{number}"),
        source=random.choice(SOURCES),
        platform="forum",
        content="post",
        text=text(random),
        published=published,
        precision=precision,
        first_seen=seen,
        native_id=str(number),
        url=f"http://forum.example/{number}" if random.random() < 0.5 else None,
        title=text(random, 4) if random.random() < 0.3 else "",
        author=BOOK.author(author) if author else None,
        metrics={"likes": random.randint(0, 9)} if random.random() < 0.3 else {},
        sentiment=_sentiment(random),
        matches=matches,
        claims=claims,
        cluster=random.choice(["", "", "c1", "c2", f"c{number}"]),
        keywords=("商标",) if random.random() < 0.2 else (),
    )


def posts(random: Random, count: int, first: int = 0) -> list[Post]:
    """Several, with ids from `first` on."""
    return [post(random, number) for number in range(first, first + count)]


def edited(random: Random, old: Post) -> Post:
    """The post with one thing changed: by its writer, by the source, or by a new analysis."""
    other = post(random, 0)
    change = random.choice(
        ["text", "title", "time", "sentiment", "matches", "metrics", "cluster", "source", "author"]
    )
    if change == "time":
        return replace(old, published=other.published, precision=other.precision)
    return replace(old, **{change: getattr(other, change)})

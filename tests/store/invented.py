"""Invented posts and typed queries, from a seed; every query comes with what it should mean."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from minyi.models import (
    Claim,
    Evidence,
    Label,
    Match,
    Policy,
    PolicyId,
    Post,
    PostId,
    Precision,
    Sentiment,
    SourceId,
    Stance,
)
from minyi.store.query import NameBook
from tests.store.oracle import Condition, holds, label_of, sure, within

START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = START + timedelta(days=12)
POLICIES = tuple(PolicyId(f"p-{n}") for n in range(4))
SOURCES = tuple(SourceId(f"s{n}") for n in range(4))
AUTHORS = ("甲", "乙", "丙")
_HAN = "专利商标会费年审核办法都要交不太难了好𠮷"
_WORDS = ("PCT", "5g", "app", "2026", "ئۇيغۇر", "བོད")
_TRADITIONAL = str.maketrans("专审难费", "專審難費")
_GAPS = ("", "，", "。", " ", "！", "\n", "-", "、")

BOOK = NameBook(
    policies=tuple(Policy(one, f"办法之{n}") for n, one in enumerate(POLICIES)),
    sources={one: f"论坛{n}" for n, one in enumerate(SOURCES)},
    hash_author=lambda name: f"h{ord(name[0]):x}",
)


def seeded(seed: int | str) -> Random:
    """A reproducible source of choices."""
    return Random(seed)


def text(random: Random, longest: int = 12) -> str:
    """A few runs of Han characters and words, some in traditional script."""
    made = ""
    for _ in range(random.randint(1, 5)):
        run = "".join(random.choices(_HAN, k=random.randint(1, longest)))
        if random.random() < 0.2:
            run = run.translate(_TRADITIONAL)
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


# --- typed queries ------------------------------------------------------------------------------------


def _word(random: Random, all_posts: list[Post]) -> tuple[str, Condition]:
    one = random.choice(all_posts)
    runs = [run for run in one.text.translate(str.maketrans("，。！、-", "     ")).split() if run]
    run = random.choice(runs)
    if run[0] in _HAN or run[0] in "專審難費":
        head = "".join(c for c in run if c in _HAN or c in "專審難費")
        at = random.randrange(len(head))
        run = head[at : at + random.choice([1, 2, 2, 2, 3, 4])]
    elif not run.isascii():
        run = "办法"
    pieces = _pieces(run)
    return run, lambda p: all(holds(p, piece) for piece in pieces)


def _pieces(run: str) -> list[str]:
    """Han and other parts of a run: both must be held."""
    made: list[str] = []
    for character in run:
        kind = not character.isascii()
        if made and (not made[-1][0].isascii()) == kind:
            made[-1] += character
        else:
            made.append(character)
    return made


def _policy(random: Random, _: list[Post]) -> tuple[str, Condition]:
    n = random.randrange(len(POLICIES))
    return random.choice([f"policy:{POLICIES[n]}", f"政策：办法之{n}"]), lambda p: POLICIES[n] in sure(p)


def _policies(random: Random, _: list[Post]) -> tuple[str, Condition]:
    one, other = random.sample(POLICIES, 2)
    return f"policy:({one} OR {other})", lambda p: bool({one, other} & sure(p))


def _source(random: Random, _: list[Post]) -> tuple[str, Condition]:
    n = random.randrange(len(SOURCES))
    return random.choice(
        [f"source:s{n}", f"信源:论坛{n}", f'来源:"论坛{n}"']
    ), lambda p: p.source == SOURCES[n]


def _author(random: Random, _: list[Post]) -> tuple[str, Condition]:
    name = random.choice(AUTHORS)
    return f"作者:{name}", lambda p: p.author == BOOK.author(name)


def _label(random: Random, _: list[Post]) -> tuple[str, Condition]:
    label = random.choice(tuple(Label))
    typed = random.choice([label.value, label.chinese])
    return f"倾向:{typed}", lambda p: label_of(p) == label.value


def _sent(random: Random, _: list[Post]) -> tuple[str, Condition]:
    low, high = sorted(random.randint(-10, 10) / 10 for _ in range(2))
    forms: list[tuple[str, Callable[[float], bool]]] = [
        (f"sent:<{low}", lambda v: v < low),
        (f"情感:>={high}", lambda v: v >= high),
        (f"sent:{low}..{high}", lambda v: low <= v <= high),
        (f"情感：＞{low}", lambda v: v > low),
    ]
    typed, test = random.choice(forms)
    return typed, lambda p: p.sentiment is not None and test(p.sentiment.polarity)


def _time(random: Random, _: list[Post]) -> tuple[str, Condition]:
    first = random.randrange(1, 9)
    last = random.randrange(first, 11)
    midnight = datetime(2026, 3, 1, tzinfo=UTC) - timedelta(hours=8)
    start, end = midnight + timedelta(days=first - 1), midnight + timedelta(days=last)
    far = datetime(2100, 1, 1, tzinfo=UTC)
    return random.choice(
        [
            (f"time:2026-03-{first:02}..2026-03-{last:02}", lambda p: within(p, start, end)),
            (f"时间:>=2026-03-{first:02}", lambda p: within(p, start, far)),
            (f"时间：2026年3月{first}日", lambda p: within(p, start, start + timedelta(days=1))),
        ]
    )


def _phrase(random: Random, all_posts: list[Post]) -> tuple[str, Condition]:
    """Words in quotes, with signs between them: all must be held."""
    parts = [_word(random, all_posts) for _ in range(random.choice([1, 2, 2, 3]))]
    typed = random.choice(["，", " ", "。", "-"]).join(word for word, _ in parts)
    opened, closed = random.choice([('"', '"'), ("“", "”"), ("＂", "＂")])
    return f"{opened}{typed}{closed}", lambda p: all(condition(p) for _, condition in parts)


def _labels(random: Random, _: list[Post]) -> tuple[str, Condition]:
    one, other = random.sample(tuple(Label), 2)
    names = {one.value, other.value}
    return random.choice(
        [f"label:({one.value} OR {other.value})", f"倾向：（{one.chinese}｜{other.chinese}）"]
    ), (lambda p: label_of(p) in names)


def _open_range(random: Random, _: list[Post]) -> tuple[str, Condition]:
    """Ranges open at one end."""
    bound, day = random.randint(-10, 10) / 10, random.randrange(1, 11)
    low, far = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    end = datetime(2026, 3, 1, tzinfo=UTC) - timedelta(hours=8) + timedelta(days=day)
    forms: list[tuple[str, Condition]] = [
        (f"sent:{bound}..", lambda p: p.sentiment is not None and p.sentiment.polarity >= bound),
        (f"情感:..{bound}", lambda p: p.sentiment is not None and p.sentiment.polarity <= bound),
        (f"time:..2026-03-{day:02}", lambda p: within(p, low, end)),
        (f"时间:>2026/3/{day}", lambda p: within(p, end, far)),
    ]
    return random.choice(forms)


_LEAVES = (
    *(_word, _word, _word, _word, _phrase, _policy, _policies, _source, _author, _label, _labels),
    *(_sent, _time, _open_range),
)


def _chain(random: Random, all_posts: list[Post]) -> tuple[str, Condition]:
    """Conditions without brackets: a minus binds to its own, a blank binds tighter than OR."""
    typed, groups = "", [list[Condition]()]
    for number in range(random.randint(2, 5)):
        leaf, holds_leaf = random.choice(_LEAVES)(random, all_posts)
        minus = random.choice(["", "", "", "-", "!", "NOT ", "－", "--", "NOT -"])
        if number and random.random() < 0.4:
            typed += random.choice([" OR ", "|", " || ", "　OR　", " OR OR "])
            groups.append([])
        elif number:
            typed += random.choice([" ", "　", " AND ", "&&", " + "])
        typed += minus + leaf
        groups[-1].append(_unless(holds_leaf) if minus not in ("", "--", "NOT -") else holds_leaf)
    return typed, lambda p: any(all(one(p) for one in group) for group in groups)


def _unless(condition: Condition) -> Condition:
    return lambda p: not condition(p)


def query(random: Random, all_posts: list[Post], depth: int = 0) -> tuple[str, Condition]:
    """A typed query and its meaning."""
    forms = ["leaf", "leaf", "chain", "and", "or", "not", "brackets"]
    form = random.choice(forms) if depth < 3 else "leaf"
    if form == "leaf":
        return random.choice(_LEAVES)(random, all_posts)
    if form == "chain":
        typed, condition = _chain(random, all_posts)
        return (f"({typed})" if depth else typed), condition
    one, first = query(random, all_posts, depth + 1)
    if form == "brackets":
        return f"({one})", first
    if form == "not":
        return f"{random.choice(['-', 'NOT ', '！'])}({one})", lambda p: not first(p)
    other, second = query(random, all_posts, depth + 1)
    if form == "and":
        return (
            f"({one}){random.choice([' ', ' AND ', '　', ' && '])}({other})",
            lambda p: first(p) and second(p),
        )
    return f"({one}){random.choice([' OR ', '|', ' ｜｜ '])}({other})", lambda p: first(p) or second(p)

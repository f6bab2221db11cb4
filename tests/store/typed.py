"""Typed queries in every form of the grammar, dense and spaced, each with what it should mean."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from minyi.models import Label, Post
from tests.store.meaning import Condition, Meaning, both, either, unless
from tests.store.office import AUTHORS, BOOK, POLICIES, SOURCES
from tests.store.oracle import holds_all, label_of, sure, within
from tests.store.plain import TRADITIONAL, fold, pieces, runs

LONGEST = 160
"""Characters of a query: short of the 64 terms it may have."""

_OPERATORS = frozenset(' \n()（）|&"“”:：')
_SIGNS = "-－!！+＋"
_HAN = "专利商标会费年审核办法都要交不太难了好𠮷"
_TO_TRADITIONAL = str.maketrans({simple: one for one, simple in TRADITIONAL.items()})
_TO_WIDE = {n: n + 0xFEE0 for n in (*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B))}
_MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC) - timedelta(hours=8)
_LONG_AGO, _FAR = datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_OPENED, _CLOSED = ("(", "（", '"', "“", "＂"), (")", "）", '"', "”", "＂")

Leaf = tuple[str, Meaning]


def query(random: Random, posts: Sequence[Post]) -> Leaf:
    """A typed query and its meaning; now and then with a slip of the pen that changes nothing."""
    while True:
        typed, meaning = _any_form(random, posts, 0)
        if len(typed) <= LONGEST:
            return (_slipped(random, typed) if random.random() < 0.15 else typed), meaning


def _slipped(random: Random, typed: str) -> str:
    """Dangling operators, a stray bracket, brackets and quotes left open."""
    if typed.endswith((")", '"')) and random.random() < 0.5:
        return typed[:-1]
    before = random.choice(["", "OR ", "AND ", "| ", ") ", "(", "（", "() "])
    after = random.choice(["", " OR", " AND", " -", " NOT", ")", " |", " && "])
    return f"{before}{typed}{after}"


# --- words and phrases --------------------------------------------------------------------------------


def _word(random: Random, posts: Sequence[Post]) -> Leaf:
    """A piece of a post, across scripts and signs too, or a word that may be in none."""
    while True:
        typed = _slice(random, random.choice(posts)) if random.random() < 0.85 else _made_up(random)
        if pieces(typed):
            return _spelled(random, typed), _words(typed)


def _slice(random: Random, post: Post) -> str:
    shown = random.choice([post.text, post.text, post.title]) or post.text
    if random.random() < 0.6:  # within one run, so that words are found in several posts
        key, _ = fold(shown)
        start, end = random.choice(runs(key))
        run = key[start:end]
        at = random.randrange(len(run))
        return run[at : at + random.choice([1, 2, 2, 2, 3, 4])] if run[0] in _HAN else run
    at = random.randrange(len(shown))
    piece = shown[at : at + random.choice([2, 3, 4, 6, 9])]
    cut = next((n for n, c in enumerate(piece) if c in _OPERATORS), len(piece))
    return piece[:cut].strip(_SIGNS)


def _made_up(random: Random) -> str:
    if random.random() < 0.2:
        return random.choice(["app", "PCT2026", "g5", "x", "2026年", "利PCT", "𠮷", "COVID-19", "R&D", "kg"])
    return "".join(random.choices(_HAN, k=random.choice([1, 2, 2, 3])))


def _spelled(random: Random, typed: str) -> str:
    """Traditional script, capitals and full width make no difference."""
    change = random.random()
    if change < 0.15:
        return typed.translate(_TO_TRADITIONAL)
    if change < 0.25:
        return "".join(c.upper() if c.isascii() else c for c in typed)
    return typed.translate(_TO_WIDE) if change < 0.35 else typed


def _words(typed: str) -> Meaning:
    asked = pieces(typed)
    return Meaning(lambda post: holds_all(post, asked), asked)


def _phrase(random: Random, posts: Sequence[Post]) -> Leaf:
    """Words in quotes, with signs and even operators between them: all must be held."""
    gap = random.choice(["，", " ", "。", "-", " -", "|", " (", "&&", "　", "！", ") "])
    typed = gap.join(_word(random, posts)[0] for _ in range(random.choice([1, 2, 2, 3])))
    opened, closed = random.choice([('"', '"'), ("“", "”"), ("＂", "＂"), ("“", '"')])
    return f"{opened}{typed}{closed}", _words(typed)


# --- fields -------------------------------------------------------------------------------------------


def _policy(random: Random, _: Sequence[Post]) -> Leaf:
    n = random.randrange(len(POLICIES))
    one, other = POLICIES[n], POLICIES[n - 1]
    forms: list[tuple[str, Condition]] = [
        (f"policy:{one}", lambda p: one in sure(p)),
        (f"政策：办法之{n}", lambda p: one in sure(p)),
        (f"政策:《辦法之{n}》", lambda p: one in sure(p)),
        (f"政策:会费新规（{n}）", lambda p: one in sure(p)),
        (f"POLICY: 示发[2026]{n}号", lambda p: one in sure(p)),
        (f"政策: 会费新规（{n}）", lambda p: one in sure(p)),
        ("政策:办法之", lambda p: bool(sure(p))),
        (f"policy:({one} OR {other})", lambda p: bool({one, other} & sure(p))),
        (f"政策:（{one}｜“办法之{n}”）", lambda p: one in sure(p)),
        (f"policy:({one} {other})", lambda p: {one, other} <= sure(p)),
        (f"policy:({one} -{other})", lambda p: one in sure(p) and other not in sure(p)),
    ]
    return _of(random, forms)


def _source(random: Random, _: Sequence[Post]) -> Leaf:
    n = random.randrange(len(SOURCES))
    one, other = SOURCES[n], SOURCES[n - 1]
    forms: list[tuple[str, Condition]] = [
        (f"source:{one}", lambda p: p.source == one),
        (f"信源:论坛{n}", lambda p: p.source == one),
        (f"來源：＂論壇{n}＂", lambda p: p.source == one),
        (f'来源: "论坛{n}"', lambda p: p.source == one),
        (f"Source:({one}|{other})", lambda p: p.source in {one, other}),
        (f"信源:(NOT {one})", lambda p: p.source != one),
    ]
    return _of(random, forms)


def _author(random: Random, _: Sequence[Post]) -> Leaf:
    name, other = random.sample(AUTHORS, 2)
    mine, theirs = BOOK.author(name), BOOK.author(other)
    forms: list[tuple[str, Condition]] = [
        (f"作者:{name}", lambda p: p.author == mine),
        (f"author: {name}", lambda p: p.author == mine),
        (f"作者：（{name} OR {other}）", lambda p: p.author in {mine, theirs}),
    ]
    return _of(random, forms)


def _label(random: Random, _: Sequence[Post]) -> Leaf:
    one, other = random.sample(tuple(Label), 2)
    forms: list[tuple[str, Condition]] = [
        (f"label:{one.value}", lambda p: label_of(p) == one.value),
        (f"倾向：{one.chinese}", lambda p: label_of(p) == one.value),
        (f"傾向:{one.chinese.replace('负', '負')}", lambda p: label_of(p) == one.value),
        (f"label:({one.value} OR {other.value})", lambda p: label_of(p) in {one.value, other.value}),
        (f"倾向：（{one.chinese}｜{other.chinese}）", lambda p: label_of(p) in {one.value, other.value}),
        (f"倾向:(!{one.chinese})", lambda p: label_of(p) != one.value),
    ]
    return _of(random, forms)


def _sent(random: Random, _: Sequence[Post]) -> Leaf:
    low, high = sorted(
        random.choice([random.randint(-10, 10) / 10, random.randint(-999, 999) / 1000]) for _ in "ab"
    )
    forms: list[tuple[str, Callable[[float], bool]]] = [
        (f"sent:<{low}", lambda v: v < low),
        (f"情感:<={low}", lambda v: v <= low),
        (f"情感：＞ {low}", lambda v: v > low),
        (f"情感:>= {high}", lambda v: v >= high),
        (f"sent:{low}..{high}", lambda v: low <= v <= high),
        (f"sent:{high}..", lambda v: v >= high),
        (f"情感:..{low}".replace("-", "－"), lambda v: v <= low),
        (f"sent:(<{low} OR >{high})", lambda v: v < low or v > high),
        (f"sent:({low}..{high})", lambda v: low <= v <= high),
        (f"SENT:（{low}..|>{high}）", lambda v: v >= low),
    ]
    typed, test = random.choice(forms)
    return typed, Meaning(lambda p: p.sentiment is not None and test(p.sentiment.polarity))


def _time(random: Random, _: Sequence[Post]) -> Leaf:
    first = random.randrange(1, 9)
    last = random.randrange(first, 11)
    start, end = _MIDNIGHT + timedelta(days=first - 1), _MIDNIGHT + timedelta(days=last)
    after = start + timedelta(days=1)
    old, older_end = start.replace(year=1955), end.replace(year=1999)
    forms: list[tuple[str, Condition]] = [
        (f"time:2026-03-{first:02}..2026-03-{last:02}", lambda p: within(p, start, end)),
        (f"時間：２０２６-03-{first:02}..202603{last:02}", lambda p: within(p, start, end)),
        (f"时间:>=2026-03-{first:02}", lambda p: within(p, start, _FAR)),
        (f"时间：> 2026/3/{first}", lambda p: within(p, after, _FAR)),
        (f"time:<2026-3-{first}", lambda p: within(p, _LONG_AGO, start)),
        (f"time:<=2026年3月{first}日", lambda p: within(p, _LONG_AGO, after)),
        (f"时间：2026年3月{first}日", lambda p: within(p, start, after)),
        (f"time:..2026-03-{last:02}", lambda p: within(p, _LONG_AGO, end)),
        (f"time:1955-03-{first:02}..1999/03/{last}", lambda p: within(p, old, older_end)),
        ("时间:<1970-01-01", lambda p: within(p, _LONG_AGO, datetime(1969, 12, 31, 16, tzinfo=UTC))),
        (f"time:2026-03-{first:02}..", lambda p: within(p, start, _FAR)),
        (
            f"time:(2026-03-{first:02}|>2026-03-{last:02})",
            lambda p: within(p, start, after) or within(p, end, _FAR),
        ),
    ]
    return _of(random, forms)


def _of(random: Random, forms: Sequence[tuple[str, Condition]]) -> Leaf:
    typed, test = random.choice(forms)
    return typed, Meaning(test)


def _unknown(random: Random, _: Sequence[Post]) -> Leaf:
    """Names of nothing, and backward ranges: they find nothing, and a note says so."""
    typed, note = random.choice(
        [
            ("政策:没有的", "没有名为“没有的”的政策，这一条件查不到帖文"),
            ("source:none", "没有名为“none”的信源，这一条件查不到帖文"),
            ("倾向:开心", "没有名为“开心”的倾向（负面、中性、正面），这一条件查不到帖文"),
            ("情感:0.5..0.1", "“0.5..0.1”的起点大于终点，这一条件查不到帖文"),
            ("time:2026-03-04..2026-03-03", "“2026-03-04..2026-03-03”的起点大于终点，这一条件查不到帖文"),
        ]
    )
    return typed, Meaning(lambda _: False, (), (note,))


_FIELDS = (_policy, _policy, _source, _author, _label, _sent, _sent, _time, _time)
_LEAVES = (*(_word,) * 8, *(_phrase,) * 3, *_FIELDS)


def _leaf(random: Random, posts: Sequence[Post]) -> Leaf:
    make = _unknown if random.random() < 0.02 else random.choice(_LEAVES)
    return make(random, posts)


# --- operators ----------------------------------------------------------------------------------------


def _glue(random: Random, before: str, after: str) -> str:
    """What may stand between two conditions that must both hold; nothing, beside a bracket or quote."""
    if random.random() < 0.5 and (before.endswith(_CLOSED) or after.startswith(_OPENED)):
        return ""
    return random.choice(
        [" ", " ", "　", "\t", " AND ", "&&", " && ", " + ", "＆＆", " AND AND ", " ＡＮＤ "]
    )


def _denied(random: Random, typed: str, meaning: Meaning) -> Leaf:
    sign = random.choice(["-", "-", "!", "NOT ", "－", "！", "NOT NOT NOT ", "--", "NOT -", "!! "])
    if sign == "!! ":  # no operand follows closely: both signs mean nothing
        return f"!! {typed}", meaning
    return f"{sign}{typed}", meaning if sign in ("--", "NOT -") else unless(meaning)


def _chain(random: Random, posts: Sequence[Post], longest: int) -> Leaf:
    """Conditions without brackets: a minus binds to its own, a blank binds tighter than OR."""
    typed = ""
    groups: list[list[Meaning]] = [[]]
    for number in range(random.randint(2, longest)):
        one, meaning = _leaf(random, posts)
        if random.random() < 0.3:
            one, meaning = _denied(random, one, meaning)
        if number and random.random() < 0.4:
            typed += random.choice([" OR ", "|", " || ", "　OR　", "｜", " OR OR ", "||", " ＯＲ "])
            groups.append([])
        elif number:
            typed += _glue(random, typed, one)
        typed += one
        groups[-1].append(meaning)
        if random.random() < 0.05:
            idle = random.choice(["😀", "，。", "……", "///"])
            typed += f" {idle}"
            note = f"已忽略“{idle}”：其中没有可检索的文字"
            groups[-1].append(Meaning(lambda _: True, (), (note,)))
    return typed, either([both(group) for group in groups])


def _any_form(random: Random, posts: Sequence[Post], depth: int) -> Leaf:
    form = random.choice(["leaf", "chain", "chain", "and", "or", "not", "brackets"]) if depth < 3 else "leaf"
    if form == "leaf":
        return _leaf(random, posts)
    if form == "chain":
        typed, meaning = _chain(random, posts, 3 if depth else 6)
        return (_bracketed(random, typed) if depth else typed), meaning
    one, first = _any_form(random, posts, depth + 1)
    one = _bracketed(random, one)
    if form == "brackets":
        return one, first
    if form == "not":
        return _denied(random, one, first)
    other, second = _any_form(random, posts, depth + 1)
    other = _bracketed(random, other)
    if form == "and":
        return f"{one}{_glue(random, one, other)}{other}", both([first, second])
    return f"{one}{random.choice([' OR ', '|', ' ｜｜ ', 'OR'])}{other}", either([first, second])


def _bracketed(random: Random, typed: str) -> str:
    return random.choice([f"({typed})", f"({typed})", f"（{typed}）", f"( {typed} )", f"(（{typed}))"])

"""What a typed query means; prose never fails, and the listed errors name their place."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minyi.errors import QueryError
from minyi.models import Label, Policy, PolicyId, SourceId
from minyi.store import grammar
from minyi.store.nodes import And, Field, Member, Not, Or, Polarity, Text
from minyi.store.query import NameBook, Query, parse
from minyi.store.tokens import runs
from minyi.text import search_key
from tests.store.invented import seeded
from tests.store.malformed import malformed

BOOK = NameBook(
    policies=(
        Policy(PolicyId("p1"), "商标会费办法", doc_number="国知发〔2026〕1号", aliases=("会费新规",)),
        Policy(PolicyId("p2"), "专利审查办法"),
    ),
    sources={SourceId("forum"): "市民论坛"},
    hash_author=lambda name: f"#{name}",
)


def read(typed: str) -> Query:
    """Parse with the book above."""
    return parse(typed, resolver=BOOK)


def words(*each: str) -> Text:
    """A text node."""
    return Text(each)


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("", None),
        ("   ", None),
        ("专利", words("专利")),
        ("專利", words("专利")),
        ("ＰＣＴ专利", words("pct", "专利")),
        ("专利 商标", And((words("专利"), words("商标")))),
        ("专利　AND　商标", And((words("专利"), words("商标")))),
        ("专利 && 商标", And((words("专利"), words("商标")))),
        ("专利|商标", Or((words("专利"), words("商标")))),
        ("专利｜｜商标", Or((words("专利"), words("商标")))),
        ("甲 乙 OR 丙", Or((And((words("甲"), words("乙"))), words("丙")))),
        ("甲 (乙 OR 丙)", And((words("甲"), Or((words("乙"), words("丙")))))),
        ("甲（乙 OR 丙）", And((words("甲"), Or((words("乙"), words("丙")))))),
        ("-专利", Not(words("专利"))),
        ("！专利", Not(words("专利"))),
        ("NOT NOT NOT 专利", Not(words("专利"))),
        ("--专利", words("专利")),
        ("－(甲 OR 乙)", Not(Or((words("甲"), words("乙"))))),
        ('-"专利，商标"', Not(words("专利", "商标"))),
        ("“专利，商标”", words("专利", "商标")),
        ("专利与商标", words("专利与商标")),
        ("专利 or 商标", And((words("专利"), words("or"), words("商标")))),
        ("COVID-19", words("covid", "19")),
        ("R&D", words("r", "d")),
        ("甲 ＯＲ 乙", Or((words("甲"), words("乙")))),
        ("(甲)(乙)", And((words("甲"), words("乙")))),
        ("甲(乙|丙)&&-丁", And((words("甲"), Or((words("乙"), words("丙"))), Not(words("丁"))))),
        ("“甲”OR“乙”", Or((words("甲"), words("乙")))),
        ("(甲)AND(乙)", And((words("甲"), words("乙")))),
        ("(甲)-乙", And((words("甲"), Not(words("乙"))))),
        ("“甲”－“乙”", And((words("甲"), Not(words("乙"))))),
        ("甲-(乙 OR 丙)", And((words("甲"), Not(Or((words("乙"), words("丙"))))))),
        ("甲－“乙，丙”", And((words("甲"), Not(words("乙", "丙"))))),
        ("甲-乙", words("甲", "乙")),
        ("甲！（乙）", And((words("甲"), words("乙")))),
        ("NOT(甲)", Not(words("甲"))),
        ("-甲|-乙", Or((Not(words("甲")), Not(words("乙"))))),
    ],
)
def test_operators_words_and_phrases(typed: str, tree: object) -> None:
    """The grammar's forms, in ASCII and full width."""
    assert read(typed).text == tree


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ('"专利', "专利"),
        ("(甲 OR (乙", "甲 OR 乙"),
        ("专利)", "专利"),
        (")专利( )", "专利"),
        ("OR 专利 OR", "专利"),
        ("甲 OR OR 乙", "甲 OR 乙"),
        ("甲 AND AND 乙", "甲 乙"),
        ("甲 AND OR 乙", "甲 OR 乙"),
        ("甲 - 乙", "甲 乙"),
        ("甲 NOT", "甲"),
        ("甲 !", "甲"),
        ("+甲 +乙", "甲 乙"),
        ("() 甲", "甲"),
        ("甲) 乙", "甲 乙"),
    ],
)
def test_slips_are_mended(typed: str, same: str) -> None:
    """Open ends close, strays and dangling operators are dropped."""
    assert read(typed).text == read(same).text
    assert read(typed).notes == ()


@pytest.mark.parametrize(
    "typed",
    [
        "http://a.cn/x",
        "转发:微博//@张三",
        "[赞][赞]好",
        "比分3:2",
        "re:zero",
        "a:b:c",
        "官方通报：已受理",
        ":::",
        "//",
    ],
)
def test_an_unknown_field_is_text(typed: str) -> None:
    """A colon in prose is no error."""
    assert not read(typed).policies


def test_what_holds_nothing_searchable_is_named() -> None:
    """Signs alone are ignored, and the note shows them as typed."""
    query = read("专利 ，。 😀")
    assert query.text == words("专利")
    assert query.notes == ("已忽略“，。”：其中没有可检索的文字", "已忽略“😀”：其中没有可检索的文字")


def test_signs_that_are_skipped_unread_hold_nothing() -> None:
    """Whatever the normaliser would make of them, none is a letter or a digit."""
    skipped = [c for c in map(chr, range(0x20000)) if grammar._NOTHING.fullmatch(c)]
    assert len(skipped) > 2_000
    assert [c for c in skipped if runs(search_key(c))] == []
    assert runs(search_key("".join(skipped))) == []


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("policy:p1", Query(policies=(PolicyId("p1"),))),
        ("政策：会费新规", Query(policies=(PolicyId("p1"),))),
        ("政策:国知发〔2026〕1号", Query(policies=(PolicyId("p1"),))),
        ("政策:办法", Query(policies=(PolicyId("p1"), PolicyId("p2")))),
        ("policy:(p1 OR p2)", Query(policies=(PolicyId("p1"), PolicyId("p2")))),
        ("来源:市民论坛", Query(sources=(SourceId("forum"),))),
        ('信源："市民论坛"', Query(sources=(SourceId("forum"),))),
        ("SOURCE:forum", Query(sources=(SourceId("forum"),))),
        ("作者:张三", Query(authors=("#张三",))),
        ("倾向: 负面", Query(labels=(Label.NEGATIVE,))),
        ("label:positive", Query(labels=(Label.POSITIVE,))),
        ("倾向:(负面 OR 中性)", Query(labels=(Label.NEGATIVE, Label.NEUTRAL))),
        ("情感:<-0.3", Query(polarity=(None, -301))),
        ("sent:>=0", Query(polarity=(0, None))),
        ("sent:>0.0005", Query(polarity=(1, None))),
        ("情感：－0.5..0", Query(polarity=(-500, 0))),
        ("情感:(-0.5..0)", Query(polarity=(-500, 0))),
        ("sent:>-0.5 sent:<0.5", Query(polarity=(-499, 499))),
        ("情感:< -0.3", Query(polarity=(None, -301))),
        ("情感：＞＝　０．５", Query(polarity=(500, None))),
        ("sent:>=0&&label:positive", Query(polarity=(0, None), labels=(Label.POSITIVE,))),
        ("policy:p1&&source:forum", Query(policies=(PolicyId("p1"),), sources=(SourceId("forum"),))),
        ("policy:p1-(专利)", Query(policies=(PolicyId("p1"),), text=Not(words("专利")))),
        ("政策：商標會費辦法", Query(policies=(PolicyId("p1"),))),
        ("來源：市民論壇", Query(sources=(SourceId("forum"),))),
        ("傾向：負面", Query(labels=(Label.NEGATIVE,))),
        ("倾向:(NOT 负面)", Query(text=Not(Member(Field.LABEL, ("negative",))))),
        ("sent:(NOT <0)", Query(text=Not(Polarity(None, -1)))),
        ("ｐｏｌｉｃｙ：p1", Query(policies=(PolicyId("p1"),))),
    ],
)
def test_fields_become_filters(typed: str, query: Query) -> None:
    """Conditions on the whole query are filters, in both languages."""
    assert read(typed) == query


def test_a_second_condition_on_a_field_must_hold_too() -> None:
    """`policy:a policy:b` asks for posts of both."""
    query = read("policy:p1 policy:p2 专利")
    assert query.policies == ("p1",)
    assert query.text == And((Member(Field.POLICY, ("p2",)), words("专利")))


def test_a_field_under_or_stays_in_the_tree() -> None:
    """Only what holds for every hit is a filter."""
    query = read("policy:p1 OR 专利")
    assert query.policies == ()
    assert query.text == Or((Member(Field.POLICY, ("p1",)), words("专利")))


@pytest.mark.parametrize("typed", ["time:2026-01-03..2026-01-02", "情感:0.5..-0.5"])
def test_a_backward_range_finds_nothing_and_says_so(typed: str) -> None:
    """It is no error, but nobody is left to guess why nothing is found."""
    query = read(typed)
    assert query.tree() is not None
    assert query.notes == (f"“{typed[typed.index(':') + 1 :]}”的起点大于终点，这一条件查不到帖文",)


@pytest.mark.parametrize("typed", ["政策:《》", "信源:〈〉"])
def test_title_marks_alone_name_nothing(typed: str) -> None:
    """An empty name is not found in every title."""
    query = read(typed)
    assert isinstance(query.text, Member)
    assert (query.text.values, len(query.notes)) == ((), 1)


def test_an_unknown_name_finds_nothing_and_says_so() -> None:
    """A filter that names nothing matches nothing; it is not dropped."""
    query = read("policy:无此政策 专利")
    assert query.text == And((Member(Field.POLICY, ()), words("专利")))
    assert query.notes == ("没有名为“无此政策”的政策，这一条件查不到帖文",)


@pytest.mark.parametrize(
    ("typed", "start", "end"),
    [
        ("time:2026-01-02", "2026-01-01T16", "2026-01-02T16"),
        ("时间：2026年1月2日", "2026-01-01T16", "2026-01-02T16"),
        ("time:20260102", "2026-01-01T16", "2026-01-02T16"),
        ("time:2026-01-02..2026/1/3", "2026-01-01T16", "2026-01-03T16"),
        ("time:>2026-01-02", "2026-01-02T16", None),
        ("time:>=2026-01-02", "2026-01-01T16", None),
        ("time:<2026-01-02", None, "2026-01-01T16"),
        ("time:<=2026-01-02", None, "2026-01-02T16"),
        ("時間：２０２６－０１－０２", "2026-01-01T16", "2026-01-02T16"),
        ("时间:> 2026-01-02", "2026-01-02T16", None),
        ("(time:2026-01-02)&&(time:>2026-01-01)", "2026-01-01T16", "2026-01-02T16"),
        ("time:2026-01-02.. time:..2026-01-05", "2026-01-01T16", "2026-01-05T16"),
    ],
)
def test_days_are_those_of_the_office(typed: str, start: str | None, end: str | None) -> None:
    """Both days of a range are included, cut at midnight in Asia/Shanghai."""
    bounds = tuple(datetime.fromisoformat(one).replace(tzinfo=UTC) if one else None for one in (start, end))
    assert read(typed).published == bounds


def test_since_and_until_narrow_the_typed_range() -> None:
    """The narrower bound wins on either side."""
    since, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC)
    query = parse("time:2026-01-02..2026-01-09", resolver=BOOK, since=since, until=until)
    assert query.published == (datetime(2026, 1, 1, 16, tzinfo=UTC), until)


@pytest.mark.parametrize(
    ("typed", "position", "words_of_it"),
    [
        ("专" * 2_001, 2_000, "过长"),
        ("\ufdfa" * 300, 100, "过长"),
        ("甲 " * 65, 128, "过多"),
        (") " * 401, 800, "零碎"),
        ("甲 " + "".join(f"{n}，" for n in range(500)), 2, "过多"),
        ("(" * 21 + "甲", 20, "过深"),
        ("专利 policy:", 10, "缺少"),
        ("政策： OR 专利", 3, "缺少"),
        ('来源:""', 3, "缺少"),
        ("label:()", 6, "缺少"),
        ("情感:高", 3, "范围"),
        ("sent:0.3", 5, "范围"),
        ("sent:<x", 5, "不是数"),
        ("专利 time:2026-02-30", 8, "没有"),
        ("time:昨天", 5, "不是日期"),
        ("time:9999-99-99", 5, "不是日期"),
        ("time:2026-01-01..x", 5, "不是日期"),
    ],
)
def test_the_listed_errors_name_their_place(typed: str, position: int, words_of_it: str) -> None:
    """Chinese words and the code point in the typed text."""
    with pytest.raises(QueryError, match=words_of_it) as caught:
        read(typed)
    assert caught.value.position == position


def _refused_at(typed: str) -> int | None:
    """Position of the listed error a query runs into, None when it is understood."""
    try:
        read(typed)
    except QueryError as error:
        return error.position
    return None


def test_malformed_queries_end_well_and_fast() -> None:
    """Random signs give a query or a listed error, within a millisecond in the mean."""
    random = seeded(3)
    typed = [malformed(random) for _ in range(3_000)]
    start = time.process_time()
    places = [_refused_at(one) for one in typed]
    assert (time.process_time() - start) / len(typed) < 0.001
    assert all(place is None or 0 <= place <= len(one) for one, place in zip(typed, places, strict=True))
    assert 0 < sum(place is None for place in places) < len(places)


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_understood_somehow(typed: str) -> None:
    """Whatever Unicode holds parses to a query or a listed error."""
    place = _refused_at(typed)
    assert place is None or 0 <= place <= len(typed)


@pytest.mark.parametrize(
    "piece", ["(", ")", '"', "-", "!", "NOT ", "甲|", "policy:(", "a:", "&", "&&", "：", "sent:-"]
)
def test_long_runs_of_one_sign_stay_fast(piece: str) -> None:
    """No sign, repeated to the limit, costs more than a few milliseconds."""
    typed = (piece * 2_000)[:2_000]
    start = time.process_time()
    _refused_at(typed)
    assert time.process_time() - start < 0.05

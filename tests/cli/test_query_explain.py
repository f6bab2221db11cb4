"""`minyi query --explain`: a person reads how a query was understood, a program gets the same as values."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.conftest import Minyi

Write = Callable[[str, str | list[dict[str, Any]]], str]

POSTS: list[dict[str, Any]] = [
    {"id": 1, "text": "注册商标要交会费吗", "published_at": "2026-03-02T09:00", "source": "市民论坛"},
    {"id": 2, "text": "会费是广告", "published_at": "2026-03-03T09:00", "source": "市民论坛"},
]
POLICY = '[[policy]]\nid = "oil-cake"\ntitle = "青溪油糕商标使用办法"\naliases = ["油糕办法"]\n'


def test_an_explanation_needs_no_posts_and_shows_how_operators_bind(minyi: Minyi) -> None:
    """A blank binds tighter than OR, and the brackets say so; the words name every condition."""
    result = minyi("query", "商标 专利 OR 會費 -广告", "--explain")
    assert result.code == 0
    assert "(商标 AND 专利) OR (会费 AND NOT 广告)" in result.out
    assert "满足以下任一项即可：" in result.out
    assert "标题或正文不含“广告”" in result.out
    assert "“會費”按“会费”检索（繁体转为简体）" in result.out
    assert "合起来有 0 条" in result.out


def test_names_and_times_are_resolved(minyi: Minyi, write: Write) -> None:
    """A policy is told by title and id, a day as two local instants, an author never as its pseudonym."""
    minyi("policies", "import", write("p.toml", POLICY))
    page = minyi(
        "query", "政策:油糕办法 时间:2026-03-01..2026-03-02 作者:张三 情感:<-0.3 倾向:负面", "--explain"
    ).out
    assert "《青溪油糕商标使用办法》（oil-cake）" in page
    assert "2026-03-01 00:00（含）至 2026-03-03 00:00（不含），北京时间" in page
    assert "作者是“张三”" in page
    assert "情感分低于 -0.3（-1 最负面" in page
    assert "倾向是负面" in page


def test_each_condition_says_what_it_finds_alone(minyi: Minyi, write: Write) -> None:
    """Whoever finds nothing sees which condition is to blame."""
    minyi("import", write("posts.jsonl", POSTS))
    page = minyi("query", "会费 商标 专利", "--explain").out
    alone = [line for line in page.splitlines() if "单独有" in line]
    assert [line.split("单独有 ")[1] for line in alone] == ["2 条]", "1 条]", "0 条]"]
    assert "合起来有 0 条" in page


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("商标 OR", "“OR”已忽略：后面没有检索词"),
        ("AND 商标", "“AND”已忽略：前面没有检索词"),
        ("商标 - 会费", "“-”已忽略"),
        ("+商标", "“+”不起作用"),
        ("商标)", "多余的右括号已忽略"),
        ("(商标", "括号没有闭合"),
        ("() 商标", "空括号已忽略"),
        ('"商标', "引号没有闭合"),
        ("商标 ，。", "已忽略“，。”：其中没有可检索的文字"),
        ("政策:没有的", "没有名为“没有的”的政策"),
        ("商标 或 会费", "“或”按普通文字检索；要作运算符请写 OR"),
        ("时间:>2026-03-05 时间:<2026-03-02", "几个时间条件没有共同的时间，查不到帖文"),
        ("标签:负面", "“标签:”不是检索条件"),
        ("商标OR会费", "“商标OR会费”中的 OR 连着文字，按普通文字检索"),
        ("商标-会费", "“商标-会费”中的“-”按标点处理"),
        ("时间:2026-03-05..2026-03-01", "起点大于终点，这一条件查不到帖文"),
    ],
)
def test_what_was_ignored_or_may_be_misread_is_named(minyi: Minyi, typed: str, told: str) -> None:
    """Prose never fails, and nothing is dropped in silence."""
    result = minyi("query", typed, "--explain")
    assert result.code == 0
    assert told in result.out


@pytest.mark.parametrize(
    "typed", ["商标 OR 会费", "甲 AND NOT 乙", "(甲 OR 乙) -丙", "http://a.cn/x", "“甲 乙”"]
)
def test_a_clean_query_is_not_nagged(minyi: Minyi, typed: str) -> None:
    """No notice where there is nothing to notice."""
    page = minyi("query", typed, "--explain").out
    assert "注意" not in page
    assert "提示" not in page


def test_programs_get_the_tree(minyi: Minyi, write: Write) -> None:
    """The same as values: the tree with ids beside names, what was converted, absolute times."""
    minyi("import", write("posts.jsonl", POSTS))
    (told,) = minyi("query", "會費 -来源:市民论坛", "--since", "2026-03-03", "--explain", "--json").lines
    assert told["bracketed"] == "会费 AND NOT 信源:市民论坛"
    assert told["tree"] == {
        "all": [
            {"text": ["会费"], "typed": "會費"},
            {
                "not": {
                    "field": "source",
                    "values": [{"id": "市民论坛", "name": "市民论坛"}],
                    "typed": "市民论坛",
                }
            },
        ]
    }
    assert told["converted"] == [{"typed": "會費", "read": "会费", "how": "繁体转为简体"}]
    assert (told["since"], told["until"]) == ("2026-03-03T00:00:00+08:00", None)
    assert [one["total"] for one in told["conditions"]] == [2, 0]
    assert told["total"] == 0


def test_an_unknown_name_is_answered_with_known_ones(minyi: Minyi, write: Write) -> None:
    """Whoever typed half a name, or one with a slip, sees the whole."""
    minyi("policies", "import", write("p.toml", POLICY))
    minyi("import", write("posts.jsonl", POSTS))
    assert "“市民”：相近的信源名称有“市民论坛”" in minyi("query", "来源:市民", "--explain").out
    assert (
        "“青溪油糕办法”：相近的政策名称有“青溪油糕商标使用办法”"
        in minyi("query", "政策:青溪油糕办法", "--explain").out
    )
    assert "相近" not in minyi("query", "来源:完全无关", "--explain").out


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("情感:>=0.2", "情感分不低于 0.2（"),
        ("-情感:>0", "情感分不是高于 0（-1 最负面，1 最正面），未分析的也算"),
        ("情感：-0.5..0", "情感分在 -0.5 至 0 之间，含两端（"),
        ("情感:..-0.2", "情感分不高于 -0.2（"),
        ("会费，真的吗！", "同时含有“会费”、“真的吗”"),
    ],
)
def test_conditions_read_as_they_were_typed(minyi: Minyi, typed: str, told: str) -> None:
    """Bounds are said as bounds; signs that were no part of a word are not told as a change."""
    page = minyi("query", typed, "--explain").out
    assert told in page
    assert "换写" not in page


def test_the_empty_query_is_every_post(minyi: Minyi) -> None:
    """Nothing typed is a question too."""
    assert "全部帖文" in minyi("query", "--explain").out

"""Who wants to know something, and who wants to know the same."""

import pytest

from analysis.questions import Question, asked, concerns


@pytest.mark.parametrize(
    "text",
    [
        "请问专利年费减缴什么时候开始办",
        "商标续展要带哪些材料？",
        "个体户能申请地理标志吗",
        "有没有人知道窗口周六上不上班",
        "地标办法是几号实施",
        "求科普，第三条说的备案去哪备",
        "俺想咨询一下贴标咋申请",
        "复印试卷到底让不让印啊，求个准话",
        "听说要涨价，真的假的",
        "已经交过的退不退？",
        "不知道能不能补交",
        "請問續展要帶什麼材料？",
    ],
)
def test_a_wish_to_know_asks(text: str) -> None:
    """With or without a question mark, politely, in dialect or in traditional script."""
    assert asked(text)


@pytest.mark.parametrize(
    "text",
    [
        "凭什么要我们交钱？",
        "这样下去谁还敢开店？？",
        "这叫便民吗？",
        "办法明确了如何申请补贴",
        "一图读懂：商标怎么续展？",
        "【商标怎么续展？】窗口今天开始受理",
        "局里就如何加强保护作出部署",
        "无论什么时候交都行",
        "太好了，终于等到了",
        "支持?",
        "支持//@甲:请问什么时候开始？",
        "",
    ],
)
def test_rhetoric_headlines_reports_and_quotations_do_not_ask(text: str) -> None:
    """Nor does an ASCII question mark alone, which is often what a lost emoji left."""
    assert asked(text) == ""


def question(post: str, cluster: str, *terms: str) -> Question:
    """A question about these words."""
    return Question(post, cluster, "".join(terms), frozenset(terms))


def test_questions_of_the_same_words_are_one_concern() -> None:
    """Most voices first; copies are one voice, and a question without words stands alone."""
    groups = concerns(
        [
            question("1", "a", "窗口", "周六"),
            question("2", "b", "续展", "材料"),
            question("3", "b", "续展", "材料"),
            question("4", "c", "续展", "材料", "公章"),
            question("5", "", "续展", "材料"),
            question("6", "d"),
            question("7", "e"),
        ]
    )
    assert [(group.voices, len(group.questions)) for group in groups] == [(3, 4), (1, 1), (1, 1), (1, 1)]

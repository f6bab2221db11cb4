"""`minyi claims`, `questions` and `hot-words` over imported posts, as a person reads them."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.conftest import Minyi
from tests.cli.test_analyse_command import POLICIES

NAME = "商标规费减免办法"
RUMOUR = f"{NAME}出来以后注册费涨到三千，今天巷子口修鞋的师傅都在抱怨，这生意没法做"
REPEATED = (
    "注册费涨到三千，小老板们坐不住了",
    "我们合作社本来想注一个牌子，一听注册费涨到三千就算了",
    "真黑，注册费涨到三千",
    "群里炸锅，都在说注册费涨到三千，赶紧去排队",
    "注册费涨到三千，手工艺人还活不活",
    "难怪最近代理催得紧，原来是注册费涨到三千",
    "一个名字三千块，注册费涨到三千，抢钱呢",
)
ASKING = ("续展需要带公章吗？", "想问下续展的时候公章要不要带去窗口", "续展带公章吗")


@pytest.fixture
def filled(minyi: Minyi, write: Callable[[str, str | list[dict[str, Any]]], str]) -> Minyi:
    """An office that holds a month of posts about one policy."""
    rows: list[dict[str, Any]] = [
        {"text": f"{NAME}今天有{n}个人在窗口咨询材料", "published_at": f"2026-02-{n % 27 + 1:02} 10:00"}
        for n in range(40)
    ]
    rows += [{"text": RUMOUR, "id": f"r{n}", "published_at": f"2026-03-02 10:{n:02}"} for n in range(20)]
    rows += [{"text": f"{one}。{NAME}", "published_at": "2026-03-02 11:00"} for one in REPEATED]
    rows += [{"text": f"{NAME}注册费涨到三千是谣言", "published_at": "2026-03-02 12:00"}]
    rows += [{"text": f"{one}{NAME}", "published_at": "2026-03-02 13:00"} for one in ASKING]
    minyi("policies", "import", write("p.toml", POLICIES))
    assert minyi("import", write("x.jsonl", rows)).code == 0
    return minyi


def test_claims_are_counted_by_role_and_voice(filled: Minyi) -> None:
    """Twenty copies are one voice; rebuttals never count as misreading."""
    (one,) = filled("claims", "--policy", "fee", "--json").lines
    assert (one["id"], one["claim"], one["statement"]) == ("price", "注册费涨到三千", "一个类别仍为三百元")
    assert (one["repeat"], one["rebut"]) == (27, 1)
    assert one["voices"] == 8
    assert one["sources"] == 1
    assert one["first"] == "2026-03-02T10:00:00+08:00"
    assert one["first"] < one["last"] < one["first_seen"]
    assert len(one["examples"]) <= 3
    table = filled("claims", "--policy", "fee").out
    assert "price" in table
    (none,) = filled("claims", "--policy", "fee", "--since", "2026-03-03", "--json").lines
    assert (none["repeat"], none["first_seen"], none["examples"]) == (0, None, [])


def test_questions_are_grouped_with_links(filled: Minyi) -> None:
    """What several want to know comes first."""
    first = filled("questions", "--policy", "fee", "--json").lines[0]
    assert "公章" in first["question"]
    assert first["voices"] >= 2
    assert {"id", "url", "source", "text"} <= first["examples"][0].keys()


def test_hot_words_are_what_the_window_says_more(filled: Minyi) -> None:
    """The rumour's words; never those of the policy's own name."""
    words = filled("hot-words", "--policy", "fee", "--since", "2026-03-02", "--json").lines
    found = {one["word"]: one for one in words}
    assert "注册费" in found
    assert found["注册费"]["rising"]
    assert not {"商标", "规费", NAME} & found.keys()
    assert "上升" in filled("hot-words", "--policy", "fee", "--since", "2026-03-02").out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("claims", "--policy", "nobody"), "没有编号为 nobody 的政策；见 minyi policies list"),
        (("questions", "--policy", "fee", "--since", "neulich"), "--since"),
        (("hot-words", "--policy", "fee"), "--since"),
        (("hot-words", "--policy", "fee", "--since", "2026-03-02", "--limit", "0"), "--limit"),
    ],
)
def test_wrong_use_is_said_in_words(filled: Minyi, words: tuple[str, ...], told: str) -> None:
    """Exit code 2, naming the option, or the id and where those that are there stand."""
    result = filled(*words)
    assert result.code == 2
    assert told in result.err

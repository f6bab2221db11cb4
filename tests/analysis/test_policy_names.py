"""What the office is told about clashing names, and what stored posts are searched for."""

from datetime import UTC, datetime

from analysis import collisions, search_names
from analysis.matcher import Matcher
from minyi.models import Policy, PolicyId, Post, PostId, Precision, SourceId, Words
from minyi.store.query import NameBook, parse
from minyi.text import search_key

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def policy(
    name: str, title: str, *aliases: str, number: str | None = None, words: Words | None = None
) -> Policy:
    """A policy with what its names depend on."""
    return Policy(PolicyId(name), title, doc_number=number, aliases=aliases, words=words or Words())


def test_clashing_names_are_told_in_a_sentence_each() -> None:
    """Shared aliases, an alias that is another's title, short aliases, equal numbers."""
    told = collisions(
        [
            policy("a", "甲类标记办法", "标记新规", "标记", number="示发〔2026〕1号"),
            policy("b", "乙类标记办法", "标记新规", "甲类标记办法", number="示发[2026]01号"),
        ]
    )
    assert len(told) == 4
    assert any("“标记新规”同属政策 a、b" in one for one in told)
    assert any("b 的别名“甲类标记办法”是政策 a 的标题" in one for one in told)
    assert any("a 的别名“标记”不超过 3 个字" in one for one in told)
    assert any("a、b 的文号同为 示发〔2026〕1号" in one for one in told)


def test_a_draft_beside_its_final_text_is_no_clash() -> None:
    """The marked title and the bare one tell themselves apart; so do policies with nothing in common."""
    assert collisions([policy("a", "标记使用办法"), policy("b", "标记使用办法（征求意见稿）")]) == []
    assert collisions([]) == []


def test_every_post_that_matches_holds_a_searched_name() -> None:
    """The search before a new match may find too much, never too little."""
    one = policy(
        "a",
        "示例局关于印发《标记、图样使用办法（试行）》的通知",
        "图样新规",
        number="示知发〔2026〕12号",
        words=Words(must=("图样",), any=("收费", "罚款")),
    )
    names = [search_key(name) for name in search_names(one)]
    matcher = Matcher([one])
    for text in (
        "《标记、图样使用办法》",
        "图样新规来了",
        "示知发[2026]第012号",
        "图样怎么还收费",
        "标记、图样使用办法(试行)",
    ):
        post = Post(PostId("1"), SourceId("s"), "web", "post", text, NOW, Precision.MINUTE, NOW)
        assert matcher.match(post)
        key = search_key(text)
        assert any(all(run in key for run in name.split()) for name in names), text


def test_ten_names_always_fit_into_one_query() -> None:
    """However long or broken a title is, searching for its names never exceeds what a query may hold."""
    title = "关于印发《" + "、".join(f"第{n}类标记及图样" for n in range(40)) + "办法》的通知"
    many = policy("a", title, *(f"{title}{n}" for n in range(9)), number="示知发〔2026〕12号")
    names = search_names(many)
    assert names
    assert parse(" OR ".join(f'"{name}"' for name in (names * 10)[:10]), resolver=NameBook()).text

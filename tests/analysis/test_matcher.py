"""Which policies a post is about: names as people write them, and only what they surely mean."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from analysis.matcher import Matcher
from minyi.models import Match, Policy, PolicyId, Post, PostId, Precision, SourceId, Words

NOW = datetime(2026, 3, 2, tzinfo=UTC)

MARKS = Policy(
    PolicyId("marks"),
    "关于印发《产地标记使用管理办法（试行）》的通知",
    doc_number="示知发〔2026〕12号",
    aliases=("产地标记新规", "标记法", "MAC rule"),
    words=Words(must=("产地",), any=("核准书",), none=("足球",)),
    url="https://gov.example/zc/art_12.html?utm_source=x",
)
LAW = Policy(PolicyId("law"), "中华人民共和国商标法")
RULES = Policy(PolicyId("rules"), "商标法实施条例", doc_number="示国发〔2025〕7号")
FEES = Policy(
    PolicyId("fees"), "小微企业专利费用减缴办法", doc_number="示知发〔2026〕7号", aliases=("减缴办法",)
)
DRAFT = Policy(PolicyId("draft"), "小微企业专利费用减缴办法（征求意见稿）", aliases=("减缴办法",))
WORDS = Policy(
    PolicyId("words"), "网点规范", words=Words(must=("服务网点",), any=("关门", "排队"), none=("招聘",))
)


def post(text: str, parent_title: str = "") -> Post:
    """A post that says this."""
    base = Post(PostId("1"), SourceId("s"), "web", "post", text, NOW, Precision.MINUTE, NOW)
    return replace(base, parent_title=parent_title)


def found(text: str, *policies: Policy, parent_title: str = "") -> list[tuple[str, str, bool]]:
    """Matches of a text among these policies, as tuples."""
    watched = policies or (MARKS, LAW, RULES, FEES, WORDS)
    return [(m.policy, m.via, m.sure) for m in Matcher(watched).match(post(text, parent_title))]


@pytest.mark.parametrize(
    "text",
    [
        "看了《产地标记使用管理办法》，不懂",
        "产地标记使用管理办法到底怎么说",
        "《产地标记使用管理办法（试行）》今天发布",
        "关于印发《产地标记使用管理办法（试行）》的通知",
        "示例局关于印发〈产地标记使用管理办法〉的通知",
        "產(chǎn)地標(biāo)記使(shǐ)用管理辦(bàn)法出來了",
        "产地标记 使用管理 办法",
    ],
)
def test_a_title_is_found_however_it_is_set(text: str) -> None:
    """With or without marks, wrapping, edition, pinyin notes, blanks and in either script."""
    assert found(text) == [("marks", "title", True)]


@pytest.mark.parametrize(
    "text",
    ["见示知发〔2026〕12号", "示知发[2026]第012号文", "示知發（２０２６）12號", "（〔2026〕12号）里写的"],
)
def test_a_document_number_is_found_in_any_bracket(text: str) -> None:
    """Also without the agency, when one policy only has that year and number."""
    assert found(text) == [("marks", "doc_number", True)]


def test_an_alias_that_is_a_number_is_found_in_any_bracket_too() -> None:
    """A policy of two numbers, as after two entries were merged."""
    both = replace(FEES, aliases=("京知办〔2024〕31号",))
    assert found("京知办[2024]第031号", both) == [("fees", "doc_number", True)]
    assert found("转发〔2024〕31号文件", both) == [("fees", "doc_number", True)]


def test_a_number_of_another_agency_is_another_document() -> None:
    """Year and number alone do not make it ours; a bare number of two policies is unsure for both."""
    assert found("京教发〔2026〕12号") == []
    assert found("2026年12号楼停水") == []
    other = replace(RULES, doc_number="示国发〔2026〕7号")
    assert found("按〔2026〕7号执行", FEES, other) == [
        ("fees", "doc_number", False),
        ("rules", "doc_number", False),
    ]
    assert found("按示国发〔2026〕7号执行", FEES, other) == [("rules", "doc_number", True)]


def test_the_longest_name_uses_up_its_place() -> None:
    """商标法 inside 商标法实施条例 is no mention of 商标法, watched or not."""
    assert found("商标法实施条例修改了") == [("rules", "title", True)]
    assert found("商标法实施条例修改了", LAW) == []
    assert found("《商标法》实施细则", LAW) == []
    assert found("商标法和商标法实施条例") == [("law", "title", True), ("rules", "title", True)]
    assert found("《集体商标法》", LAW) == []


def test_a_short_alias_needs_a_second_sign() -> None:
    """Three characters alone are unsure; a must word near, the number, the link or the thread settles it."""
    assert found("标记法真好用") == [("marks", "alias", False)]
    assert found("产地的标记法真好用") == [("marks", "alias", True)]
    assert found("标记法，见示知发〔2026〕12号") == [("marks", "doc_number", True)]
    assert found("标记法真好用", parent_title="《产地标记使用管理办法》发布")[0][2]


def test_a_shared_alias_counts_for_neither_until_something_tells_them_apart() -> None:
    """Two policies called 减缴办法: shown for both, counted for none; the number decides."""
    plain = (replace(FEES, title="专利费用规定"), replace(DRAFT, title="专利费用补充规定"))
    assert [m[2] for m in found("减缴办法来了", *plain)] == [False, False]
    assert found("减缴办法（示知发〔2026〕7号）来了", *plain) == [
        ("fees", "doc_number", True),
        ("draft", "alias", False),
    ]


def test_the_full_title_belongs_to_its_owner() -> None:
    """A draft and the final text share a core: the marked one is the draft, the bare one the final text."""
    bare = found("小微企业专利费用减缴办法施行", FEES, DRAFT)
    assert [m for m in bare if m[2]] == [("fees", "title", True)]
    marked = found("小微企业专利费用减缴办法（征求意见稿）", FEES, DRAFT)
    assert [m for m in marked if m[2]] == [("draft", "title", True)]


def test_a_latin_alias_stands_as_a_word() -> None:
    """MAC rule is not in machine rules."""
    assert found("the mac rule is here") == [("marks", "alias", True)]
    assert found("imac rules") == []


def test_none_words_stop_an_alias_but_never_a_title_or_number() -> None:
    """足球 near an alias means something else; a full title means itself."""
    assert found("足球队的产地标记新规") == []
    assert found("足球队学习产地标记使用管理办法") == [("marks", "title", True)]
    assert found("足球队学习示知发〔2026〕12号") == [("marks", "doc_number", True)]


def test_words_belong_together_within_a_sentence_or_forty_characters() -> None:
    """All of must, one of any, none of none; far apart they are two topics."""
    assert found("服务网点周末又关门", WORDS) == [("words", "words", True)]
    assert found("服务网点在哪。排队太久", WORDS) == [("words", "words", True)]
    assert found("服务网点在哪。" + "闲话少说。" * 20 + "排队太久", WORDS) == []
    assert found("服务网点" + "在街角那家店的旁边" * 10 + "排队", WORDS) == [("words", "words", True)]
    assert found("服务网点招聘，排队报名", WORDS) == []
    assert found("网点排队", WORDS) == []


def test_a_link_to_the_policy_is_a_mention() -> None:
    """Scheme, www, tracking parameters and the full stop behind it make no difference."""
    assert found("原文见 http://www.gov.example/zc/art_12.html?spm=1。") == [("marks", "link", True)]
    assert found("别处 https://gov.example/zc/art_13.html") == []


def test_a_thread_lends_its_policy_to_the_comments_under_it() -> None:
    """太坑了 under a headline about the policy is about the policy."""
    assert found("太坑了", parent_title="热议《产地标记使用管理办法》") == [("marks", "title", True)]


def test_a_post_may_be_about_several_policies_each_once() -> None:
    """Many-to-many, in the register's order, by the firmest way of naming each."""
    text = "产地标记新规就是产地标记使用管理办法，和小微企业专利费用减缴办法一起看"
    assert Matcher((FEES, MARKS)).match(post(text)) == (
        Match(PolicyId("fees"), "title", True),
        Match(PolicyId("marks"), "title", True),
    )


def test_prose_that_resembles_a_title_is_unsure() -> None:
    """关于加强…的通知 without its wrapping is everyday language."""
    vague = Policy(PolicyId("v"), "示例局关于进一步加强产地保护的通知")
    assert found("要进一步加强产地保护", vague) == [("v", "title", False)]
    assert found("示例局关于进一步加强产地保护的通知", vague) == [("v", "title", True)]


def test_hostile_text_takes_linear_time() -> None:
    """Twenty thousand characters of openings, digits and anchors are read like any other text."""
    for piece in ("《", "2026", "服务网点", "〔2026〕1", "http://x", "产"):
        assert found(piece * (20_000 // len(piece))) in ([], [("words", "words", True)])

"""The public-directory block, document numbers and deadlines of government pages."""

from __future__ import annotations

import pytest

from crawlers.extract import extract
from crawlers.government import find_deadline, number_in_text, tidy_number
from minyi.cards import ArticleRules
from tests.crawlers.conftest import OfficeMaker
from tests.servers.site import Site

TEXT = "为规范样例商标注册管理，现就有关事项通知如下，请结合实际认真贯彻执行。" * 4
TABLE = (
    "<table><tr><td>索 引 号：</td><td>000014672/2022-00123</td><td>主题分类：</td><td>知识产权</td></tr>"
    "<tr><td>发文机关：</td><td>样例市知识产权局</td><td>成文日期：</td><td>2022年05月27日</td></tr>"
    "<tr><td>标　　题：</td><td>关于样例的通知</td></tr>"
    "<tr><td>发文字号：</td><td>样知发保字[2022] 8 号</td><td>发布日期：</td><td>2022年05月30日</td></tr></table>"
)
LINES = (
    "<div>索引号：000014672/2022-00123　　发布机构：样例市知识产权局　成文日期：2022年05月27日</div>"
    "<div>文　　号：样知发保字（2022）8号　有效性：有效</div><div>【发布日期】2022年05月30日</div>"
)
CELLS = (
    "<ul><li><b>索引号</b><span>000014672/2022-00123</span></li><li><b>发文机关</b><span>样例市知识产权局</span></li>"
    "<li><b>成文日期</b><span>2022年05月27日</span></li><li><b>发文字号</b><span>样知发保字〔2022〕8号</span></li>"
    "<li><b>失效日期</b><span></span></li></ul>"
)


@pytest.mark.parametrize("block", [TABLE, LINES, CELLS], ids=["table", "lines", "cells"])
def test_the_directory_block_is_read(block: str) -> None:
    """Labels with blanks between their characters, values beside or below, every kind of bracket."""
    markup = f"<title>关于样例的通知</title>{block}<h1>关于样例的通知</h1><div id='zoom'><p>{TEXT}</p></div>"
    directory = extract(markup, "https://x.example.cn/a", ArticleRules(), government=True).directory
    assert directory.index_number == "000014672/2022-00123"
    assert directory.issuer == "样例市知识产权局"
    assert directory.issued_on == "2022年05月27日"
    assert directory.doc_number == "样知发保字〔2022〕8号"


@pytest.mark.parametrize(
    "raw",
    [
        "国知发〔2022〕8号",
        "国知发［2022］8号",
        "国知发[2022]8号",
        "国知发(2022)8号",
        "国知发 （ 2022 ） 8 号",
    ],
)
def test_a_document_number_has_one_spelling(raw: str) -> None:
    """The brackets of the national standard, no blanks."""
    assert tidy_number(raw) == "国知发〔2022〕8号"


def test_a_document_number_is_found_in_title_or_head_only() -> None:
    """A number inside a sentence names another document."""
    assert number_in_text("关于样例的通知（样发〔2022〕8号）", "") == "样发〔2022〕8号"
    assert number_in_text("通知", "样发〔2022〕8号\n各单位：") == "样发〔2022〕8号"
    assert number_in_text("令", "第七十五号\n现公布") == "第七十五号"
    assert number_in_text("通知", "各单位：\n根据样发〔2021〕3号文件要求，现通知如下。") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("有关意见请于2022年6月30日前通过电子邮件反馈我局。", "2022年6月30日"),
        ("意见反馈截止时间为2022年6月30日。", "2022年6月30日"),
        ("截止日期：2022-06-30", "2022-06-30"),
        ("征求意见时间：2022年5月30日至2022年6月30日。", "2022年6月30日"),
        ("本办法自2022年6月30日起施行。", None),
    ],
)
def test_the_day_comments_are_due_is_found(text: str, expected: str | None) -> None:
    """截至, 前反馈 and a period's end; a day of entry into force is none."""
    assert find_deadline(text) == expected


def test_a_policy_column_yields_policies(site: Site, office: OfficeMaker) -> None:
    """Each document of the column becomes a raw post marked as a policy, with number, issuer and dates."""
    site.page("/zc/", "<ul class='list'><li><a href='t20220530_12.html'>关于样例的通知</a></li></ul>")
    site.page(
        "/zc/t20220530_12.html",
        f"<title>关于样例的通知_样例局</title><meta name='ColumnName' content='政策文件'>{TABLE}"
        f"<div class='TRS_Editor'><p>{TEXT}</p><p>请于2022年6月30日前反馈意见。</p></div>",
    )
    (post,) = office(kind="gov", url=(site.url("/zc/"),), content="policy").crawl().posts
    assert post.is_policy
    assert (post.title, post.column, post.content) == ("关于样例的通知", "政策文件", "policy")
    assert (post.doc_number, post.issuer) == ("样知发保字〔2022〕8号", "样例市知识产权局")
    assert (post.issued_on_raw, post.deadline_raw) == ("2022年05月27日", "2022年6月30日")
    assert post.published_raw == "2022年05月30日"

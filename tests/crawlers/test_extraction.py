"""General extraction finds an article's title, time and text without knowing the site."""

from __future__ import annotations

import pytest

from crawlers.extract import Article, extract
from minyi.cards import ArticleRules

URL = "https://www.example.cn/a/7.html"
TEXT = (
    "样例市知识产权局昨日发布通知，明确样例商标的审查周期缩短至四个月。",
    "多位申请人表示，新规执行以来，补正通知的说明比以前清楚，但是系统经常打不开。",
    "业内人士建议，主管部门应当尽快发布解读，避免误读在网上扩散，影响申请人的判断。",
)
BODY = "".join(f"<p>{line}</p>" for line in TEXT)


def _read(markup: str) -> Article:
    return extract(markup, URL, ArticleRules())


def _page(
    head: str = "", top: str = "<h1>样例商标审查周期缩短</h1>", bottom: str = "", body: str = BODY
) -> str:
    return (
        f"<html><head>{head}</head><body><div class='header'><a href='/'>首页</a><a href='/n'>新闻</a>"
        f"<span>今天是2022年6月5日 星期日</span></div>{top}<div class='text'>{body}</div>{bottom}"
        "<div class='footer'>主办单位：示例公司 京ICP备00000000号</div></body></html>"
    )


@pytest.mark.parametrize(
    ("head", "top"),
    [
        ("<title>样例商标审查周期缩短_要闻_示例网</title>", "<h1>样例商标审查周期缩短</h1>"),
        ("<title>样例商标审查周期缩短-示例网</title>", "<div class='tt'>样例商标审查周期缩短</div>"),
        ("<title>示例网 - 样例商标审查周期缩短</title>", "<h1>示例网</h1><h2>样例商标审查周期缩短</h2>"),
        ("<title>示例网</title><meta property='og:title' content='样例商标审查周期缩短'>", ""),
        ("<title>示例网</title><meta name='ArticleTitle' content='样例商标审查周期缩短'>", "<h1>示例网</h1>"),
        ("<title>样例商标审查周期缩短_示例网</title><meta property='og:title' content='样例商标'>",
         "<h1>样例商标审查周期缩短</h1>"),
        ("<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"headline\":\"样例商标审查周期缩短\"}</script>", ""),
        ("", "<h3>样例商标审查周期缩短</h3>"),
        ("<title>样例商标审查周期缩短</title>", ""),
    ],
)  # fmt: skip
def test_the_title_is_the_article_s_own(head: str, top: str) -> None:
    """Site names, truncated og:title and missing headings do not mislead."""
    assert _read(_page(head, top)).title == "样例商标审查周期缩短"


@pytest.mark.parametrize(
    ("head", "line", "expected"),
    [
        ("<meta name='PubDate' content='2022-05-30 08:00'>", "", "2022-05-30 08:00"),
        ("<meta property='article:published_time' content='2022-05-30T08:00:12+08:00'>", "", "2022-05-30T08:00:12+08:00"),
        ("", "2022年05月30日 08:00 来源：示例日报", "2022年05月30日 08:00"),
        ("", "发布时间：2022-05-30 | 浏览次数：12", "2022-05-30"),
        ("", "<span>2022-05-30</span> <span>08:00</span>", "2022-05-30 08:00"),
        ("", "3小时前 来自示例", "3小时前"),
        ("", "05-30 08:00", "05-30 08:00"),
        ("<meta name='publishdate' content='2022-05-30'>", "2022年05月30日08:00", "2022年05月30日08:00"),
        ("", "2022-05-30 00:00:00", "2022-05-30"),
        (
            "<script type='application/ld+json'>{\"title\":\"a\",\"pubDate\":\"2022-05-30T09:15:00\"}</script>",
            "2022-05-30 08:00:00 <i>最后更新: 2022-05-30 09:15:00</i>",
            "2022-05-30 08:00:00",
        ),
    ],
)  # fmt: skip
def test_the_time_is_the_article_s_own(head: str, line: str, expected: str) -> None:
    """Not today's date in the header, not the update, not a date the text tells of."""
    top = f"<h1>样例商标审查周期缩短</h1><div>{line}</div>"
    bottom = "<ul><li>2022-06-01 10:00 别的文章</li></ul>" if line else ""
    assert _read(_page(head, top, bottom)).published_raw == expected


def test_a_date_inside_the_text_is_not_the_time() -> None:
    """A page without a time has none."""
    body = (
        "<p>据介绍，2022年3月1日起施行的样例办法，已经为申请人节省了大量时间，受到普遍欢迎，也暴露出一些问题。</p>"
        * 3
    )
    markup = f"<title>样例</title><h1>样例标题在此</h1><div>{body}</div>"
    assert _read(markup).published_raw is None


def test_the_address_gives_the_day_when_nothing_else_does() -> None:
    """Government sites name files by date."""
    found = extract(
        f"<title>样例</title>{BODY}", "https://x.example.cn/art/2022/5/30/art_66_1.html", ArticleRules()
    )
    assert found.published_raw == "2022-5-30"
    found = extract(
        f"<title>样例</title>{BODY}", "https://x.example.cn/zw/t20220530_123.html", ArticleRules()
    )
    assert found.published_raw == "2022-05-30"


def test_the_text_is_free_of_furniture() -> None:
    """Bylines, buttons, reading lists and footers go; every paragraph stays."""
    body = (
        f"<p>（原标题：别的标题）</p>{BODY}<p>本文来源：示例日报</p><p>责任编辑：某某_X123</p>"
        "<p>推荐阅读</p><p><a href='/b'>别的文章一</a></p><p><a href='/c'>别的文章二</a></p>"
    )
    found = _read(
        _page(
            "<title>样例商标审查周期缩短_示例网</title>",
            bottom="<div class='comment'>网友评论</div>",
            body=body,
        )
    )
    assert found.body_text.split("\n") == list(TEXT)


TITLE = "样例商标审查周期缩短"
IMPRINT = "<div>主办：样例市人民政府 承办：样例市数据局 京ICP备00000000号 京公网安备00000000000000号</div>"
SIDE = (
    "<ul>"
    + "".join(f"<li><a href='/s{n}'>侧栏推荐的文章标题第{n}条</a> 05-1{n}</li>" for n in range(9))
    + "</ul>"
)
REMARK = "<div class='reply'><p>网友：我觉得这个政策挺好的，就是执行上还需要加强，希望越来越好。</p></div>"


@pytest.mark.parametrize(
    "body",
    [
        f"<div class='nr'>{BODY}</div>{SIDE}",
        "<table><tr><td>" + SIDE + "</td><td><table><tr><td>" + "<br><br>　　".join(TEXT) + "</td></tr></table></td></tr></table>",
        "<div>" + "".join(f"<div>{line}</div>" for line in TEXT) + f"</div>{SIDE}",
        "<div>" + "".join(f"<p><span><font>　　{line}</font></span></p>" for line in TEXT) + "<p>【打印】【关闭】</p></div>",
        "<font>" + "<br>".join(TEXT) + f"</font>{SIDE}",
        f"<article><time datetime='2022-05-30'>5月30日</time>{BODY}</article><div class='comment-list'>{REMARK * 15}</div>",
        f"<div><div>{BODY[: BODY.index('<p>多位')]}</div><div class='ad'>广告</div><div>{BODY[BODY.index('<p>多位'):]}</div></div>",
        f"<div id='zoom' style='display:none'>{BODY * 1}</div>",
    ],
    ids=["paragraphs", "cell", "divisions", "spans", "font", "comments", "split", "hidden"],
)  # fmt: skip
def test_the_text_is_found_in_any_layout(body: str) -> None:
    """Old tables, bare line breaks and divisions hold articles too; side bars, remarks and imprint do not."""
    markup = f"<title>{TITLE}_示例网</title><a href='/'>首页</a><h1>{TITLE}</h1>{body}{IMPRINT}"
    assert _read(markup).body_text.split("\n") == list(TEXT)


def test_links_survive_absolute_and_nothing_else() -> None:
    """The body keeps paragraphs and http links; scripts and other markup go."""
    body = f"{BODY}<p>全文见<a href='/b?x=1&amp;y=2' onclick='x()'>通知</a><script>alert(1)</script>和<b>附件</b>。</p>"
    found = _read(_page(body=body))
    assert found.body_html is not None
    assert found.body_html.endswith(
        '<p>全文见<a href="https://www.example.cn/b?x=1&amp;y=2">通知</a>和附件。</p>'
    )


def test_an_author_is_never_guessed() -> None:
    """Only a label or meta names one; editors, organisations and placeholders are none."""
    assert _read(_page(top="<h1>样例</h1><p>作者：张小样</p>")).author == "张小样"
    assert _read(_page("<meta name='author' content='李样例'>")).author == "李样例"
    for head in ("<meta name='author' content='示例网'>", "<meta name='author' content='a@b.cn'>", ""):
        assert _read(_page(head, top="<h1>样例</h1><p>责任编辑：王某</p>")).author is None


def test_a_short_post_is_found() -> None:
    """A page of one sentence is an article too."""
    found = _read(
        "<title>求助</title><div class='menu'><a href='/'>首页</a></div><div class='post-body'>商标又没批下来。</div>"
    )
    assert found.body_text == "商标又没批下来。"


def test_a_page_drawn_by_script_gives_what_it_states() -> None:
    """JSON-LD's article body, else the description, stands in for a text that is not there."""
    stated = '<script type=\'application/ld+json\'>{"headline":"样例","articleBody":"全文在此"}</script>'
    assert _read(f"<head>{stated}</head><body><div id='app'></div></body>").body_html == "<p>全文在此</p>"
    described = "<head><meta name='description' content='摘要在此'></head><body><div id='app'></div></body>"
    assert _read(described).body_html == "<p>摘要在此</p>"


@pytest.mark.parametrize(
    "markup",
    ["", " ", "<", "\x00", "<p>短</p>", "<a>" * 3000, "<div>" * 20_000 + "深", "<title>" + "题" * 100_000, "&#0;&#x110000;",
     "<script type='application/ld+json'>[[[[</script>", "<meta name=a content=b><time datetime>", "<base href='http://[::1'>"],
)  # fmt: skip
def test_no_markup_breaks_it(markup: str) -> None:
    """Broken, deep, huge and empty pages are read as far as they can be."""
    found = _read(markup)
    assert found.title is None or len(found.title) <= 300
    assert found.empty == (found.title is None and found.body_html is None)
    assert "深" not in markup or "深" in (found.body_html or "")

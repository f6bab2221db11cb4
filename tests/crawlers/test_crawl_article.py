"""An article source: a list page leads to articles, each read once and re-read politely."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta

from minyi.cards import ArticleRules, ListRules
from minyi.models import SourceState
from tests.crawlers.conftest import OfficeMaker
from tests.servers.site import Reply, Site

Html = Callable[..., str]
TEXT = "样例商标的审查周期又有变化，不少申请人表示看不懂新的规定，希望主管部门尽快解读。第{}篇。"


def _list(*numbers: int) -> str:
    return "<title>示例列表</title>" + "".join(
        f"<a href='/art/{n}.html'>第{n}篇样例文章</a>" for n in numbers
    )


def _publish(site: Site, article_html: Html, *numbers: int, etag: bool = True) -> None:
    site.page("/", _list(*numbers), etag=etag)
    for number in numbers:
        site.page(
            f"/art/{number}.html", article_html(f"第{number}篇样例文章", TEXT.format(number)), etag=etag
        )


def test_every_article_of_the_list_is_read_once(site: Site, office: OfficeMaker, article_html: Html) -> None:
    """Title, time, publisher and text come out; the address identifies the post."""
    _publish(site, article_html, 1, 2, 3)
    result = office(allow=("/art/",)).crawl()
    assert result.run.state is SourceState.OK
    assert (result.run.pages, result.run.items, result.run.errors) == (4, 3, 0)
    post = next(post for post in result.posts if post.url == site.url("/art/2.html"))
    assert (post.title, post.published_raw, post.publisher) == (
        "第2篇样例文章",
        "2022-06-05 08:00",
        "示例日报",
    )
    assert post.body_html == f"<p>{TEXT.format(2)}</p>"
    assert post.native_id is None
    assert site.seen[0].path == "/robots.txt"
    assert all(seen.headers["user-agent"] == "Minyi/0.1 (+press@example.cn)" for seen in site.seen)


def test_an_unchanged_site_yields_nothing_new(site: Site, office: OfficeMaker, article_html: Html) -> None:
    """Every address is asked conditionally; a server that knows no 304 is compared by its bytes."""
    _publish(site, article_html, 1, 2)
    site.page("/art/2.html", article_html("第2篇样例文章", TEXT.format(2)), etag=False)
    work = office(allow=("/art/",))
    first = work.crawl()
    site.forget()
    again = work.crawl()
    assert (again.run.items, again.run.not_modified, again.run.state) == (0, 3, SourceState.QUIET)
    assert set(site.paths()) == {"/", "/art/1.html", "/art/2.html"}
    conditional = {seen.path for seen in site.seen if "if-none-match" in seen.headers}
    assert conditional == {"/", "/art/1.html"}
    assert set(again.cursor) == set(first.cursor)


def test_new_and_edited_articles_are_found_exactly(
    site: Site, office: OfficeMaker, article_html: Html
) -> None:
    """After adding two and editing one, these three come and no other."""
    _publish(site, article_html, 1, 2, 3)
    work = office(allow=("/art/",))
    work.crawl()
    _publish(site, article_html, 1, 2, 3, 4, 5)
    site.page("/art/2.html", article_html("第2篇样例文章", "更正：" + TEXT.format(2)), etag=True)
    again = work.crawl()
    assert again.titles == {"第2篇样例文章", "第4篇样例文章", "第5篇样例文章"}
    assert again.run.not_modified == 2


def test_the_ladder_spares_the_site(site: Site, office: OfficeMaker, article_html: Html) -> None:
    """A scheduled run re-reads an article an hour after it was first seen, not before."""
    _publish(site, article_html, 1)
    work = office(allow=("/art/",))
    work.crawl(revisit_all=False)
    site.forget()
    work.crawl(revisit_all=False)
    assert site.paths() == ["/"]
    work.now += timedelta(hours=1)
    work.crawl(revisit_all=False)
    assert site.paths() == ["/", "/", "/art/1.html"]


def test_a_new_article_is_found_behind_an_unchanged_list(
    site: Site, office: OfficeMaker, article_html: Html
) -> None:
    """Links of a list answered 304 are remembered: what failed last time is fetched now."""
    _publish(site, article_html, 1, 2)
    site.routes["/art/2.html"] = Reply(b"busy", 500)
    work = office(allow=("/art/",))
    first = work.crawl(revisit_all=False)
    assert (first.titles, first.run.errors, first.run.state) == ({"第1篇样例文章"}, 1, SourceState.OK)
    site.page("/art/2.html", article_html("第2篇样例文章", TEXT.format(2)))
    assert work.crawl(revisit_all=False).titles == {"第2篇样例文章"}


def test_paging_stops_one_page_after_nothing_new(site: Site, office: OfficeMaker, article_html: Html) -> None:
    """The first run walks all pages; the next stops after a page without news and one more."""
    for page in (1, 2, 3, 4):
        following = f"<a class='next' href='/list{page + 1}'>下一页</a>" if page < 4 else ""
        path = "/" if page == 1 else f"/list{page}"
        site.page(path, f"<ul><li><a href='/art/{page}.html'>第{page}篇</a></li></ul>{following}<!--1-->")
        site.page(f"/art/{page}.html", article_html(f"第{page}篇样例文章", TEXT.format(page)))
    work = office(list=ListRules(item="ul li", next="a.next::attr(href)", max_pages=9))
    assert work.crawl(revisit_all=False).run.items == 4
    site.forget()
    for page in (1, 2, 3, 4):
        path = "/" if page == 1 else f"/list{page}"
        following = f"<a class='next' href='/list{page + 1}'>下一页</a>" if page < 4 else ""
        site.page(path, f"<ul><li><a href='/art/{page}.html'>第{page}篇</a></li></ul>{following}<!--2-->")
    work.crawl(revisit_all=False)
    assert site.paths() == ["/", "/list2"]


def test_a_list_without_articles_is_a_fault(site: Site, office: OfficeMaker) -> None:
    """An empty list answered 200 is no quiet day."""
    site.page("/", "<title>系统维护</title><p>暂无内容</p>")
    result = office(allow=("/art/",)).crawl()
    assert result.run.state is SourceState.DOWN
    assert "没有找到文章链接" in result.run.reasons[0]


def test_the_card_s_selectors_win(site: Site, office: OfficeMaker) -> None:
    """A plain thread list is read by selectors; the rest of the page is left alone."""
    site.page("/", "<table><tr class='t'><td><a class='x' href='/thread-7-1-1.html'>帖</a></td></tr></table>")
    site.page(
        "/thread-7-1-1.html",
        "<title>无关</title><b id='t'>商标又被驳回</b><i id='w' title='2022-06-04 12:05'>昨天 12:05</i>"
        "<u>路人甲</u><div id='m'>气死了<span class='ad'>广告</span></div>",
    )
    rules = ArticleRules(title="#t", body="#m", time="#w::attr(title)", author="u", remove=(".ad",))
    result = office(
        list=ListRules(item="tr.t", link="a.x::attr(href)"), article=rules, content="post"
    ).crawl()
    post = result.posts[0]
    assert (post.title, post.published_raw, post.author) == ("商标又被驳回", "2022-06-04 12:05", "路人甲")
    assert (post.body_html, post.content) == ("<p>气死了</p>", "post")


def test_an_article_gone_twice_is_removed(site: Site, office: OfficeMaker, article_html: Html) -> None:
    """404 on two visits counts as removed at the source, once."""
    _publish(site, article_html, 1, 2)
    work = office(allow=("/art/",))
    work.crawl()
    site.routes["/art/2.html"] = Reply(b"gone", 404)
    assert [work.crawl().outcome.removed for _ in range(2)] == [0, 1]


def test_a_gb18030_page_without_a_header_is_read(site: Site, office: OfficeMaker, article_html: Html) -> None:
    """The bytes decide when nobody names the encoding."""
    site.page("/", _list(1))
    site.page("/art/1.html", article_html("第1篇样例文章", TEXT.format(1)), charset="gb18030", header=False)
    post = office(allow=("/art/",)).crawl().posts[0]
    assert (post.title, post.encoding) == ("第1篇样例文章", "gb18030")


def test_requests_keep_their_distance(site: Site, office: OfficeMaker, article_html: Html) -> None:
    """Never less than the card's delay between two requests, robots.txt included."""
    _publish(site, article_html, 1)
    assert office(allow=("/art/",), delay=1.0).crawl().run.items == 1
    times = [seen.at for seen in site.seen]
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= 1.0


def test_an_article_sent_home_or_to_a_file_is_not_read(
    site: Site, office: OfficeMaker, article_html: Html
) -> None:
    """A removed article redirected to the front page, and a picture, are failures and no posts."""
    _publish(site, article_html, 1, 2, 3)
    site.routes["/art/1.html"] = Reply(b"", 302, {"Location": "/"})
    site.routes["/art/2.html"] = Reply(b"\x89PNG", headers={"Content-Type": "image/png"})
    result = office(allow=("/art/",)).crawl()
    assert (result.titles, result.run.errors) == ({"第3篇样例文章"}, 2)


def test_a_bad_pattern_fails_the_run_in_words(site: Site, office: OfficeMaker) -> None:
    """Nothing is asked for."""
    result = office(allow=("(",)).crawl()
    assert (result.run.state, site.seen) == (SourceState.DOWN, [])
    assert "匹配式" in result.run.reasons[0]

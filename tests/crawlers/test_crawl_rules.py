"""The crawler's pure rules: walls, robots.txt, retries, the re-visit ladder, links of a list page."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crawlers.blocked import blocked_reason
from crawlers.links import article_links, next_page
from crawlers.page import Page
from crawlers.retry import retry_after_seconds
from crawlers.robots import MAX_BYTES, Rules
from crawlers.visits import gone, is_due, missed, next_due, pruned, visited
from minyi.cards import ListRules, RobotsCheck, RobotsResult, Source
from minyi.errors import ConfigError
from minyi.models import SourceId, UrlCursor

URL = "https://www.example.cn/list/"
HOUR, DAY = 3_600.0, 86_400.0


# --- walls ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403, 412, 432, 521])
def test_a_refusing_status_is_a_wall(status: int) -> None:
    """Forbidden, and the codes of web application firewalls."""
    assert blocked_reason(status, URL, URL, "x") is not None


@pytest.mark.parametrize(
    "body",
    [
        "", " \n", "<script>var $_ts={}</script>", "<p>请开启JavaScript并刷新该页</p>", "<html>wzws-waf-cgi</html>",
        "<script>document.cookie='__jsluid_s=1'</script>", "<title>Sina Visitor System</title>",
        "<script src='https://passport.weibo.com/x'></script>", "<a href='/antispider/?from=x'>验证</a>",
    ],
)  # fmt: skip
def test_a_wall_s_body_is_known(body: str) -> None:
    """Every sign counts on a page that shows next to nothing."""
    assert blocked_reason(200, URL, URL, body) is not None


def test_an_article_about_walls_is_no_wall() -> None:
    """Signs inside a page with a text, or inside its scripts, mean nothing."""
    text = (
        "<script src='https://passport.weibo.com/x'></script>" + "<p>样例文章谈到请开启JavaScript。</p>" * 20
    )
    assert blocked_reason(200, URL, URL, text) is None


def test_a_redirect_to_a_login_is_a_wall() -> None:
    """Unless a login page is what was asked for."""
    assert blocked_reason(200, URL, "https://passport.example.cn/login?u=1", "<p>登录</p>") is not None
    assert blocked_reason(200, "https://a.cn/login", "https://a.cn/login", "<p>登录</p>") is None


# --- robots.txt -----------------------------------------------------------------------------------


def test_robots_rules_follow_the_standard() -> None:
    """4xx opens the site, 5xx and 429 close it, our name is heard, 500 KiB are read."""
    assert Rules(404, b"").allows(URL)
    assert Rules(403, b"User-agent: *\nDisallow: /").allows(URL)
    assert not Rules(503, b"").allows(URL)
    assert not Rules(429, b"").allows(URL)
    assert not Rules(200, b"User-agent: minyi\nDisallow: /list/").allows(URL)
    assert Rules(200, b"User-agent: other\nDisallow: /").allows(URL)
    assert Rules(200, b"<!doctype html><p>not found").allows(URL)
    late = b"#" * MAX_BYTES + b"\nUser-agent: *\nDisallow: /"
    assert Rules(200, late).allows(URL)


# --- trying again ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Sun, 05 Jun 2022 00:01:00 GMT", 60.0),
        ("Sun, 05 Jun 2022 00:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    """Both forms of the header; anything else is ignored."""
    assert retry_after_seconds(value, datetime(2022, 6, 5, tzinfo=UTC)) == seconds


# --- the ladder -----------------------------------------------------------------------------------


def test_articles_are_revisited_by_age() -> None:
    """1 h, 6 h, 1 d, 3 d, 7 d, 30 d after first seen, then never; a late visit skips missed rungs."""
    rungs, now = [], 0.0
    while (due := next_due(0.0, now)) is not None:
        rungs.append(due)
        now = due
    assert rungs == [HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY]
    assert next_due(0.0, 2 * DAY) == 3 * DAY


def test_an_article_is_due_when_new_or_when_its_rung_has_come() -> None:
    """And never after the last one."""
    fresh = visited(None, 100.0, etag="e", last_modified=None, body_hash="h")
    assert (fresh.first_seen, fresh.next_due) == (100.0, 100.0 + HOUR)
    assert is_due(None, 0.0)
    assert not is_due(fresh, 100.0)
    assert is_due(fresh, 100.0 + HOUR)
    assert not is_due(UrlCursor(first_seen=0.0), 1e12)


def test_failing_articles_are_given_up() -> None:
    """404 twice, any other failure six times."""
    once = gone(None, 0.0)
    assert (once.next_due, gone(once, 1.0).next_due) == (0.0, None)
    cursor = None
    for _ in range(6):
        cursor = missed(cursor, 0.0)
    assert cursor is not None
    assert (cursor.fails, cursor.next_due) == (6, None)


def test_the_cursor_forgets_what_is_over_and_no_longer_listed() -> None:
    """List pages and articles on the ladder stay."""
    cursor = {
        "list": UrlCursor(links=("a",)),
        "a": UrlCursor(first_seen=0.0),
        "b": UrlCursor(first_seen=0.0),
        "c": UrlCursor(first_seen=0.0, next_due=9.0),
    }
    assert set(pruned(cursor, unlisted=True)) == {"list", "a", "c"}
    assert set(pruned(cursor, unlisted=False)) == {"list", "a"}


# --- links ----------------------------------------------------------------------------------------


def _card(rules: ListRules | None = None, *allow: str) -> Source:
    return Source(
        id=SourceId("s"),
        name="s",
        kind="article",
        url=(URL,),
        legal_basis="公开",
        robots=RobotsCheck(date(2022, 6, 1), RobotsResult.ALLOWED),
        assessed=date(2022, 6, 1),
        allow=allow,
        list=rules,
    )


LIST = """
<div class='nav'><a href='/'>首页</a><a href='/about.html'>关于</a></div>
<ul><li><a href='../art/2022/5/30/art_66_1.html'>样例商标审查周期缩短</a></li>
<li><a href='/art/2022/5/30/art_66_1.html#top'>样例商标审查周期缩短</a></li>
<li><a href='t20220529_9.html' title='样例专利年费调整的通知'>样例专利…</a></li>
<li><a href='https://other.example.cn/art/77777.html'>别家的文章标题在此</a></li>
<li><a href='/files/a20220530.pdf'>附件下载附件下载</a></li><li><a href='javascript:void(0)'>更多更多更多更多</a></li></ul>
<a class='next' href='index_1.html'>下一页</a>
"""
ONE, TWO = (
    "https://www.example.cn/art/2022/5/30/art_66_1.html",
    "https://www.example.cn/list/t20220529_9.html",
)


def test_without_rules_links_that_look_like_articles_are_taken() -> None:
    """Same host, no file, an address or wording like an article's; each page once."""
    assert article_links(Page(LIST, URL), _card()) == [ONE, TWO]


def test_menus_are_left_alone_where_articles_are_plain() -> None:
    """Long-worded links of a menu count only where few addresses look like articles."""
    threads = "".join(f"<a href='thread-{n}-1-1.html'>帖{n}</a>" for n in range(2001, 2005))
    page = Page(f"<a href='member.php?mod=register'>立即注册成为会员</a>{threads}", URL)
    assert [url.rsplit("/")[-1] for url in article_links(page, _card())] == [
        f"thread-{n}-1-1.html" for n in range(2001, 2005)
    ]


def test_allow_decides_when_given() -> None:
    """Also over hosts; the pattern is matched on the whole address."""
    found = article_links(Page(LIST, URL), _card(None, r"/art/\d+"))
    assert found == [ONE, "https://other.example.cn/art/77777.html"]


def test_selectors_decide_when_given() -> None:
    """The first link of each item, on the same host."""
    assert article_links(Page(LIST, URL), _card(ListRules(item="ul li"))) == [ONE, TWO]


def test_a_category_beside_the_title_is_not_the_article() -> None:
    """Of several links in an item the one with the longest wording counts, unless the card says which."""
    page = Page("<li><a href='/c1/'>[通知]</a><a href='/t1.html'>样例商标的通知</a></li>", URL)
    assert article_links(page, _card(ListRules(item="li"))) == ["https://www.example.cn/t1.html"]


def test_a_list_loaded_as_xml_is_read() -> None:
    """Items wrapped in CDATA are links all the same."""
    text = "<?xml version='1.0'?><datastore><record><![CDATA[<a href='/art/2022/5/30/art_1.html'>样例</a>]]></record>"
    assert article_links(Page(text, URL), _card(None, "/art/")) == [
        "https://www.example.cn/art/2022/5/30/art_1.html"
    ]


def test_the_next_page_is_the_selected_one() -> None:
    """On the same host only."""
    rules = ListRules(item="li", next="a.next::attr(href)")
    assert next_page(Page(LIST, URL), rules) == "https://www.example.cn/list/index_1.html"
    assert next_page(Page("<a class=next href='https://b.cn/'>", URL), rules) is None
    assert next_page(Page(LIST, URL), ListRules(item="li")) is None


def test_a_base_element_counts() -> None:
    """Relative links are read against it."""
    markup = "<base href='https://www.example.cn/x/'><a href='p12345.html'>样例</a>"
    assert article_links(Page(markup, URL), _card()) == ["https://www.example.cn/x/p12345.html"]


def test_a_bad_pattern_is_a_configuration_error() -> None:
    """Named with its key."""
    with pytest.raises(ConfigError, match="allow"):
        article_links(Page(LIST, URL), _card(None, "(unclosed"))

"""A feed source: each entry is one post, however the feed is written."""

from __future__ import annotations

import json
from collections.abc import Callable

from minyi.models import SourceState
from tests.crawlers.conftest import OfficeMaker
from tests.servers.site import Reply, Site


def _rss(*items: str) -> str:
    channel = f"<channel><title>示例</title>{''.join(items)}</channel>"
    return f"<?xml version='1.0'?><rss version='2.0'>{channel}</rss>"


def _item(site: Site, number: int, text: str = "样例正文") -> str:
    return (
        f"<item><title>第{number}条</title><link>{site.url(f'/p/{number}')}</link>"
        f"<guid>g{number}</guid><pubDate>Sun, 05 Jun 2022 00:0{number}:00 GMT</pubDate>"
        f"<description>{text}{number}</description></item>"
    )


def test_a_feed_s_entries_become_posts(site: Site, office: OfficeMaker) -> None:
    """Title, link, text and the feed's own time; an unchanged feed yields nothing more."""
    site.feed("/feed", _rss(_item(site, 1), _item(site, 2)), etag=True)
    work = office(kind="feed", url=(site.url("/feed"),))
    first = work.crawl()
    assert [post.url for post in first.posts] == [site.url("/p/1"), site.url("/p/2")]
    post = first.posts[0]
    assert (post.title, post.body_html, post.native_id) == ("第1条", "样例正文1", None)
    assert post.published_raw == "Sun, 05 Jun 2022 00:01:00 GMT"
    again = work.crawl()
    assert (again.run.items, again.run.not_modified, again.run.state) == (0, 1, SourceState.QUIET)


def test_a_json_feed_is_read(site: Site, office: OfficeMaker) -> None:
    """JSON Feed 1.1, which the feed library does not know."""
    item = {
        "id": "7",
        "url": "/p/7",
        "title": "第7条",
        "content_text": "a < b",
        "date_published": "2022-06-05T08:00:00+08:00",
    }
    site.feed("/feed", json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [item]}))
    post = office(kind="feed", url=(site.url("/feed"),)).crawl().posts[0]
    assert (post.url, post.title, post.body_html) == (site.url("/p/7"), "第7条", "<p>a &lt; b</p>")


def test_what_is_no_feed_is_named(site: Site, office: OfficeMaker) -> None:
    """A web page in a feed's place is a fault with its reason, and is asked again next time."""
    site.page("/feed", "<!doctype html><html><body>域名出售</body></html>", etag=True)
    work = office(kind="feed", url=(site.url("/feed"),))
    for _ in range(2):
        result = work.crawl()
        assert (result.run.state, result.run.items) == (SourceState.DOWN, 0)
        assert "不是订阅源" in result.run.reasons[0]


def test_full_text_fetches_each_entry_s_article(
    site: Site, office: OfficeMaker, article_html: Callable[..., str]
) -> None:
    """The article's text replaces the summary; where it cannot be had, the summary stays."""
    site.feed("/feed", _rss(_item(site, 1), _item(site, 2)))
    site.page(
        "/p/1", article_html("别的标题", "全文在此，样例商标注册管理办法的解读全文，比摘要长得多，也更有用。")
    )
    site.routes["/p/2"] = Reply(b"", 500)
    work = office(kind="feed", url=(site.url("/feed"),), full_text=True)
    bodies = {post.title: post.body_html or "" for post in work.crawl().posts}
    assert "全文在此" in bodies["第1条"]
    assert bodies["第2条"] == "样例正文2"


def test_full_text_is_not_lost_when_the_feed_changes(
    site: Site, office: OfficeMaker, article_html: Callable[..., str]
) -> None:
    """An entry whose article is not due yields nothing, rather than its summary in place of the text."""
    site.feed("/feed", _rss(_item(site, 1)))
    site.page(
        "/p/1", article_html("标题", "全文在此，样例商标注册管理办法的解读全文，比摘要长得多，也更有用。")
    )
    work = office(kind="feed", url=(site.url("/feed"),), full_text=True)
    work.crawl(revisit_all=False)
    site.feed("/feed", _rss(_item(site, 2), _item(site, 1)))
    site.page(
        "/p/2", article_html("标题", "第二篇的全文在此，样例商标注册管理办法的解读全文，比摘要长得多。")
    )
    assert work.crawl(revisit_all=False).titles == {"第2条"}


def test_a_revisited_article_keeps_its_name_and_title(
    site: Site, office: OfficeMaker, article_html: Callable[..., str]
) -> None:
    """An edited article of a full-text feed is the same post: guid and title still come from the entry."""
    text = "全文在此，样例商标注册管理办法的解读全文，比摘要长得多，也更有用，请仔细阅读。"
    site.feed("/feed", _rss(_item(site, 1)), etag=True)
    site.page("/p/1", article_html("标题", text))
    work = office(kind="feed", url=(site.url("/feed"),), full_text=True, identity="guid")
    (first,) = work.crawl().posts
    assert work.crawl().run.not_modified == 2
    site.page("/p/1", article_html("标题", "更正：" + text))
    (edited,) = work.crawl().posts
    assert (edited.native_id, edited.title) == (first.native_id, first.title) == ("g1", "第1条")
    assert edited.body_html != first.body_html

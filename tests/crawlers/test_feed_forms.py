"""Feeds as they come: not well-formed, without ids, hostile, or no feeds at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawlers.feeds import Entry, read_feed
from crawlers.identity import named_entries, newest_versions
from minyi.errors import InputError

URL = "https://example.cn/feed"
NOW = datetime(2022, 6, 5, tzinfo=UTC)
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title>{}</feed>"


def test_broken_xml_still_gives_its_entries() -> None:
    """Not well-formed is the rule among feeds, not a fault."""
    text = "<rss version='2.0'><channel><item><title>a & b</title><link>/p/1</link></item><item><title>二</title>"
    entries = read_feed(text, URL).entries
    assert [(entry.title, entry.link) for entry in entries] == [
        ("a & b", "https://example.cn/p/1"),
        ("二", None),
    ]


def test_an_entry_without_id_and_link_is_an_entry() -> None:
    """It is known by its title and date, or by its text."""
    text = ATOM.format(
        "<entry><content type='html'>只有正文</content></entry><entry><title>甲</title><id>tag:a.cn,2022:1</id></entry>"
    )
    feed = read_feed(text, URL)
    names = [name for name, _ in named_entries(feed.entries, by_guid=False)]
    assert [entry.body_html for entry in feed.entries] == ["只有正文", None]
    assert names[1] == "tag:a.cn,2022:1"
    assert names[0] is not None
    assert names == [name for name, _ in named_entries(read_feed(text, URL).entries, by_guid=False)]


def test_entities_are_not_expanded() -> None:
    """Neither a bomb nor a file of ours comes out of a feed."""
    bomb = "<!DOCTYPE r [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'><!ENTITY x SYSTEM 'file:///etc/hostname'>]>"
    text = f"<?xml version='1.0'?>{bomb}<rss version='2.0'><channel><item><title>t&b;&x;</title></item></channel></rss>"
    (entry,) = read_feed(text, URL).entries
    assert entry.title == "t&b;&x;"


def test_deep_nesting_is_refused() -> None:
    """It would cost seconds; no feed needs it."""
    deep = ATOM.format("<entry><title>a</title>" + "<div>" * 5_000 + "</div>" * 5_000 + "</entry>")
    with pytest.raises(InputError, match="嵌套"):
        read_feed(deep, URL)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "空白"),
        ("<!DOCTYPE html><html><body>域名出售</body></html>", "网页"),
        ("<html><script>location='/'</script></html>", "网页"),
        ("hello", "不是可识别"),
        ("{", "格式有错"),
        ("{}", "不是 JSON Feed"),
        ('{"version": "https://jsonfeed.org/version/1", "items": [{"content_html": "x"}]}', "没有编号"),
    ],
)
def test_what_is_no_feed_is_named(text: str, reason: str) -> None:
    """Health shows what was there instead."""
    with pytest.raises(InputError, match=reason):
        read_feed(text, URL)


def test_an_empty_feed_is_a_feed() -> None:
    """A new comment feed has no entries yet."""
    assert read_feed("<rss version='2.0'><channel><title>t</title></channel></rss>", URL).entries == ()


def test_json_feed_items_are_read_whole() -> None:
    """Author, number ids, blank ids, HTML before text, half characters."""
    items = [
        {"id": 7, "url": "/p/7", "title": "甲", "content_html": "<b>一</b>", "authors": [{"name": "样例"}]},
        {"id": "", "title": "", "content_html": "只有正文"},
        {"id": "8", "content_text": "a<b \ud83d"},
    ]
    feed = read_feed(
        json.dumps({"version": "https://jsonfeed.org/version/1", "items": items, "language": "zh"}), URL
    )
    assert feed.lang == "zh"
    assert [entry.guid for entry in feed.entries] == ["7", None, "8"]
    assert [entry.body_html for entry in feed.entries] == ["<b>一</b>", "只有正文", "<p>a&lt;b ?</p>"]
    assert feed.entries[0].author == "样例"


def _entry(guid: str | None, link: str | None, title: str = "t", updated: str | None = None) -> Entry:
    return Entry(guid=guid, link=link, title=title, updated_raw=updated)


def test_the_link_names_an_entry_unless_it_cannot() -> None:
    """Comments under one page and entries that share a link go by guid; the card may ask for guids."""
    entries = [
        _entry("g1", "https://a.cn/1"),
        _entry("g2", "https://a.cn/1#comment-2"),
        _entry("g3", "https://a.cn/same"),
        _entry("g4", "https://a.cn/same"),
        _entry(None, "https://a.cn/5#c"),
    ]
    assert [name for name, _ in named_entries(entries, by_guid=False)] == [
        None,
        "g2",
        "g3",
        "g4",
        "https://a.cn/5#c",
    ]
    assert named_entries(entries[:1], by_guid=True)[0][0] == "g1"


def test_the_latest_version_of_an_entry_stays() -> None:
    """The same guid twice is an edit: the later one, by its date, else by its place."""
    named = [
        ("a", _entry("a", None, "旧", "2022-06-01T00:00:00Z")),
        ("b", _entry("b", None, "乙")),
        ("a", _entry("a", None, "新", "2022-06-02T00:00:00Z")),
        ("b", _entry("b", None, "乙二")),
        ("a", _entry("a", None, "更旧", "2022-05-01T00:00:00Z")),
    ]
    kept = newest_versions(named, NOW, ZoneInfo("Asia/Shanghai"))
    assert [entry.title for _, entry in kept] == ["新", "乙二"]

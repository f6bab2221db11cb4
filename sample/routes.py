"""Says what the sample site answers to a path at a moment. Pure: same path and moment, same bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sample import pages
from sample.history import load_history
from sample.story import STORY_AT, Document, Item, Story, load_story

HTML = "text/html; charset=utf-8"
BARE_HTML = "text/html"
"""What the portal sends: no charset, though its bytes are GB18030."""

DAILY_PAGE, FORUM_PAGE = 6, 30
"""Rows on one list page."""

FEED_ITEMS = 200
"""Most entries a feed shows, newest first."""

ROBOTS = "User-agent: *\nDisallow: /inner/\nDisallow: /search\n"

COLUMNS = (
    ("/gov/zcwj/index.html", "示例知识产权局 政策文件"),
    ("/gov/zcjd/index.html", "示例知识产权局 政策解读"),
    ("/daily/index.html", "青溪日报"),
    ("/portal/index.html", "青溪生活网"),
    ("/shangbao/rss.xml", "示例商报 RSS"),
    ("/luntan/forum-2-1.html", "青溪论坛"),
    ("/weiyu/feed.json", "青溪微语 JSON Feed"),
    ("/juhe/atom.xml", "示例聚合站 Atom"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; `modified` is None where the server states no time."""

    status: int
    body: bytes
    kind: str = HTML
    modified: datetime | None = None


_ARTICLES: dict[str, Callable[[Item], str]] = {
    "daily": pages.daily_article,
    "portal": pages.portal_article,
    "shangbao": pages.shangbao_article,
    "luntan": pages.thread,
    "weiyu": pages.note,
    "juhe": pages.note,
}


def answer(path: str, now: datetime, base: str) -> Answer:
    """The site's answer at `now`: nothing posted later exists yet; `base` is the site's own address."""
    story = load_story()
    dark = story.outage.span
    if path.startswith(f"/{story.outage.source}/") and dark.start <= now < dark.end:
        return Answer(503, "服务暂时不可用（示例）".encode())
    if path == "/robots.txt":
        return Answer(200, ROBOTS.encode(), "text/plain; charset=utf-8", STORY_AT)
    if path == "/":
        return Answer(200, pages.home(COLUMNS).encode(), HTML, STORY_AT)
    return _office(path, now) or _listing(path, now, base) or _article(path, now) or _missing()


def _missing() -> Answer:
    return Answer(404, pages.page("404", "<h1>页面不存在</h1>").encode())


def _shown(source: str, now: datetime) -> list[Item]:
    """A source's posts up to `now`, newest first."""
    return [item for item in reversed(load_story().items) if item.source == source and item.at <= now]


def _newest(items: Sequence[Item] | Sequence[Document]) -> datetime | None:
    return max((one.at for one in items), default=None)


def _listing(path: str, now: datetime, base: str) -> Answer | None:
    if path == "/portal/index.html":
        items = _shown("portal", now)
        return Answer(200, pages.portal_list(items).encode("gb18030"), BARE_HTML, _newest(items))
    feeds = {
        "/shangbao/rss.xml": ("shangbao", pages.rss, "application/rss+xml; charset=utf-8"),
        "/weiyu/feed.json": ("weiyu", pages.json_feed, "application/feed+json"),
        "/juhe/atom.xml": ("juhe", pages.atom, "application/atom+xml"),
    }
    if path in feeds:
        source, draw, kind = feeds[path]
        items = _shown(source, now)[:FEED_ITEMS]
        return Answer(200, draw(items, base).encode(), kind, _newest(items))
    return _daily(path, now) or _forum(path, now)


def _daily(path: str, now: datetime) -> Answer | None:
    found = re.fullmatch(r"/daily/index(?:_(\d{1,3}))?\.html", path)
    if not found:
        return None
    number = int(found[1] or 0)
    items, more = _slice(_shown("daily", now), number, DAILY_PAGE)
    hidden = None if number else load_story().hidden
    html = pages.daily_list(items, f"/daily/index_{number + 1}.html" if more else None, hidden)
    return Answer(200, html.encode(), HTML, _newest(items))


def _forum(path: str, now: datetime) -> Answer | None:
    found = re.fullmatch(r"/luntan/forum-2-(\d{1,3})\.html", path)
    if not found or not int(found[1]):
        return None
    number = int(found[1])
    items, more = _slice(_shown("luntan", now), number - 1, FORUM_PAGE)
    html = pages.thread_list(items, f"/luntan/forum-2-{number + 1}.html" if more else None)
    return Answer(200, html.encode(), HTML, _newest(items))


def _slice(items: Sequence[Item], number: int, size: int) -> tuple[Sequence[Item], bool]:
    first = number * size
    return items[first : first + size], len(items) > first + size


def _article(path: str, now: datetime) -> Answer | None:
    story = load_story()
    if path == story.hidden.path:
        return Answer(200, pages.hidden_page(story.hidden).encode())
    item = _by_path().get(path)
    if item is None or item.at > now:
        return None
    charset, kind = ("gb18030", BARE_HTML) if item.source == "portal" else ("utf-8", HTML)
    return Answer(200, _ARTICLES[item.source](item).encode(charset), kind, item.at if item.dated else None)


@lru_cache(maxsize=1)
def _by_path() -> dict[str, Item]:
    return {item.path: item for item in (*load_history(), *load_story().items)}


def _office(path: str, now: datetime) -> Answer | None:
    story: Story = load_story()
    columns = (
        ("/gov/zcwj/index.html", "政策文件", story.documents),
        ("/gov/zcjd/index.html", "政策解读", story.interpretations),
    )
    for address, column, documents in columns:
        shown = sorted((one for one in documents if one.at <= now), key=lambda one: one.at, reverse=True)
        if path == address:
            return Answer(200, pages.office_list(shown, column).encode(), HTML, _newest(shown))
        for one in shown:
            if path == one.path:
                return Answer(200, pages.office_page(one, column).encode(), HTML, one.at)
    return None

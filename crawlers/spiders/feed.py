"""`feed`: RSS, Atom and JSON Feed; with `full_text` each entry's article is fetched too."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from crawlers.extract import extract
from crawlers.feeds import Entry, Feed, read_feed
from crawlers.identity import named_entries, newest_versions
from crawlers.order import Order
from crawlers.record import Record
from crawlers.settings import FEED_BYTES
from crawlers.spiders.base import Answer, Output, SourceSpider, Visit
from minyi.errors import InputError
from minyi.models import RawPost
from minyi.spool import SpoolWriter


class FeedSpider(SourceSpider):
    """Every entry of a changed feed is one raw post; the store knows which are new."""

    revisits_unlisted = False  # an article's post takes its name and title from its entry

    def __init__(self, order: Order, record: Record, writer: SpoolWriter) -> None:
        """With `full_text` the entries are needed in every run in which an article is due."""
        super().__init__(order, record, writer)
        self.lists_in_full = self.card.full_text
        self._waiting: dict[str, RawPost] = {}

    def on_list(self, answer: Answer) -> Output:
        """The entries, or the reason why this is no feed."""
        try:
            feed = read_feed(_capped(answer.page.text), answer.url)
        except InputError as error:
            self.forget(answer.visit, str(error))
            return
        if feed.unusable:
            self.record.errors += feed.unusable
            self.record.note(f"{feed.unusable} 条目没有编号、链接和标题，已略过")
        yield from self._posts(answer, feed)

    def on_unchanged_list(self, visit: Visit, links: tuple[str, ...]) -> Output:
        """Its entries are known."""
        del visit, links
        yield from ()

    def on_article(self, answer: Answer) -> Output:
        """The entry with its article's text; the entry's own title and time are kept."""
        found = extract(answer.page.text, answer.url, self.card.article)
        entry = self._waiting.pop(answer.visit.url)
        yield replace(
            entry,
            title=entry.title or found.title,
            body_html=found.body_html or entry.body_html,
            author=entry.author or found.author,
            publisher=found.publisher,
            published_raw=entry.published_raw or found.published_raw,
            content=self.card.content,
            encoding=answer.page.encoding,
        )

    def on_article_missed(self, visit: Visit) -> Output:
        """Better the feed's own summary than nothing, but never in place of a text read before."""
        entry = self._waiting.pop(visit.url)
        if not self.knows(visit.url):
            yield entry

    def _posts(self, answer: Answer, feed: Feed) -> Output:
        named = named_entries(feed.entries, by_guid=self.card.identity == "guid")
        chosen = newest_versions(named, self.record.clock(), ZoneInfo(self.card.zone))
        posts = [self._post(answer, feed, name, entry) for name, entry in chosen]
        if not self.card.full_text:
            yield from posts
            return
        self.remember_links(answer.visit, [post.url for post in posts if post.url])
        for post in posts:
            requests = list(self.article(post.url)) if post.url else []
            if post.url and requests:
                self._waiting[post.url] = post
                yield from requests
            elif not post.url:
                yield post

    def _post(self, answer: Answer, feed: Feed, name: str | None, entry: Entry) -> RawPost:
        return RawPost(
            source=self.card.id,
            fetched_at=self.record.clock(),
            native_id=name,
            url=entry.link,
            title=entry.title,
            body_html=entry.body_html,
            author=entry.author,
            published_raw=entry.published_raw,
            content=self.card.content,
            lang=feed.lang,
            encoding=answer.page.encoding,
        )


def _capped(text: str) -> str:
    if len(text) > FEED_BYTES:
        raise InputError(f"订阅源超过 {FEED_BYTES // 1024 // 1024} MiB，拒绝解析")
    return text

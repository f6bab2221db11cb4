"""What every spider does: conditional requests from the cursor, and telling a page from a failure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.blocked import blocked_reason
from crawlers.charset import Decoded, decode
from crawlers.failures import failure_words
from crawlers.links import same_page
from crawlers.order import Order
from crawlers.record import Record
from crawlers.robots import RobotsDisallowed
from crawlers.visits import is_article, is_due
from minyi.models import RawPost, UrlCursor
from minyi.spool import SpoolWriter

Output = Iterator["Request | RawPost"]

_ROOT, _LIST, _ARTICLE = "root", "list", "article"
_MAX_HEADER = 300
_TEXT_TYPE = re.compile(r"text/|html|xml|json", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Visit:
    """One address asked for, as it stands in the cursor, and what it is.

    `number` counts list pages from 1; `behind` says that the list page before it held nothing new.
    """

    url: str
    role: str
    number: int = 1
    behind: bool = False

    @property
    def is_root(self) -> bool:
        """True for an address of the card itself."""
        return self.role == _ROOT


@dataclass(frozen=True, slots=True)
class Answer:
    """A page that was read and is new or changed."""

    visit: Visit
    url: str
    """Where the page was found, after redirects."""
    page: Decoded


class SourceSpider(Spider):
    """A run over one source. Subclasses say what is on a root, a further list page, and an article.

    The cursor tells what to ask: roots and list pages always, articles by the ladder; every request is
    conditional, and an answer equal to the last one is not parsed again.
    """

    lists_in_full = False
    """True when a list page is needed even if it did not change: it is asked for unconditionally."""

    revisits_unlisted = True
    """True when an article that is due is asked for also after it left the list page."""

    def __init__(self, order: Order, record: Record, writer: SpoolWriter) -> None:
        """Everything a run needs, handed in by the child process."""
        super().__init__(name=order.card.id)
        self.order, self.card, self.record, self.writer = order, order.card, record, writer
        self._asked: set[str] = set()

    # --- what subclasses say -----------------------------------------------------------------------

    def on_list(self, answer: Answer) -> Output:
        """A root or list page, new or changed."""
        raise NotImplementedError

    def on_unchanged_list(self, visit: Visit, links: tuple[str, ...]) -> Output:
        """A root or list page that is as it was, with the links it showed."""
        raise NotImplementedError

    def on_article(self, answer: Answer) -> Output:
        """An article, new or changed."""
        raise NotImplementedError

    def on_article_missed(self, _visit: Visit) -> Output:
        """An article that could not be read; nothing unless the source knows it otherwise."""
        yield from ()

    # --- requests ----------------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the card's addresses, then for articles of earlier runs that are due."""
        for url in self.card.url:
            if url not in self._asked:
                self._asked.add(url)
                yield self._request(Visit(url, _ROOT))
        for url, cursor in list(self.record.cursor.items()) if self.revisits_unlisted else ():
            if is_article(cursor):
                for request in self.article(url):
                    yield request

    def list_page(self, url: str, number: int, *, behind: bool) -> Output:
        """Ask for one more list page."""
        if url not in self._asked:
            self._asked.add(url)
            yield self._request(Visit(url, _LIST, number, behind))

    def article(self, url: str) -> Iterator[Request]:
        """Ask for an article if it is due and was not asked for in this run."""
        if url not in self._asked and self._wanted(url):
            self._asked.add(url)
            yield self._request(Visit(url, _ARTICLE))

    def knows(self, url: str) -> bool:
        """True for an article of an earlier run."""
        return url in self.order.cursor

    def _wanted(self, url: str) -> bool:
        cursor = self.record.cursor.get(url)
        return self.order.revisit_all or is_due(cursor, self.record.seconds())

    def _request(self, visit: Visit) -> Request:
        return Request(
            visit.url,
            headers=self._conditions(visit),
            callback=self._answered,
            errback=self._unanswered,
            cb_kwargs={"visit": visit},
            dont_filter=True,  # each address is asked once already; the library's filter swallows redirects
            priority=0 if visit.role == _ARTICLE else 10,
        )

    def _conditions(self, visit: Visit) -> dict[str, str]:
        cursor = self.record.cursor.get(visit.url)
        if cursor is None or (self.lists_in_full and visit.role != _ARTICLE):
            return {}
        stated = {"If-None-Match": cursor.etag, "If-Modified-Since": cursor.last_modified}
        return {name: value for name, value in stated.items() if value}

    # --- answers -----------------------------------------------------------------------------------

    def _answered(self, response: Response, visit: Visit) -> Output:
        self.record.pages += 1
        if response.status == 304:
            yield from self._unchanged(visit, response)
            return
        page = decode(response.body, _header(response, b"Content-Type"), forced=self.card.encoding)
        wall = blocked_reason(response.status, visit.url, response.url, page.text)
        if wall:
            yield from self._failed(visit, wall, blocked=True)
        elif response.status in (404, 410) and visit.role == _ARTICLE:
            self.record.vanished(visit.url)
            yield from self.on_article_missed(visit)
        elif response.status != 200:
            yield from self._failed(visit, f"对方返回状态码 {response.status}")
        elif visit.role == _ARTICLE and self._sent_home(visit, response):
            yield from self._failed(visit, "文章地址被转回首页或列表页")
        elif not _is_text(response):
            yield from self._failed(visit, "返回的不是网页，而是图片、文档或其他文件")
        else:
            yield from self._read(visit, response, page)

    def _read(self, visit: Visit, response: Response, page: Decoded) -> Output:
        body_hash = hashlib.sha256(response.body).hexdigest()
        old = self.record.cursor.get(visit.url)
        if old is not None and old.body_hash == body_hash:
            if visit.role == _ARTICLE or not self.lists_in_full:
                yield from self._unchanged(visit, response)
                return
            self.record.not_modified += 1
        self._remember(visit, response, body_hash)
        answer = Answer(visit, response.url, page)
        done = False
        try:
            yield from self.on_article(answer) if visit.role == _ARTICLE else self.on_list(answer)
            done = True
        finally:
            if not done:  # an error or an early end: the page counts as never read and is asked again
                self._restore(visit, old)

    def _unchanged(self, visit: Visit, response: Response) -> Output:
        self.record.not_modified += 1
        old = self.record.cursor.get(visit.url, UrlCursor())
        self._remember(visit, response, old.body_hash)
        if visit.role != _ARTICLE:
            yield from self.on_unchanged_list(visit, old.links)

    def _remember(self, visit: Visit, response: Response, body_hash: str | None) -> None:
        old = self.record.cursor.get(visit.url, UrlCursor())
        fresh = response.status == 200
        etag = _header(response, b"ETag") or (None if fresh else old.etag)
        last_modified = _header(response, b"Last-Modified") or (None if fresh else old.last_modified)
        if visit.role == _ARTICLE:
            self.record.read(visit.url, etag=etag, last_modified=last_modified, body_hash=body_hash)
            return
        self.record.roots_read += visit.is_root
        self.record.cursor[visit.url] = replace(
            old, etag=etag, last_modified=last_modified, body_hash=body_hash, fails=0
        )

    def _restore(self, visit: Visit, old: UrlCursor | None) -> None:
        if old is None:
            self.record.cursor.pop(visit.url, None)
        else:
            self.record.cursor[visit.url] = old

    def remember_links(self, visit: Visit, links: list[str]) -> None:
        """Keep what a list page showed for the runs in which it does not change."""
        self.record.cursor[visit.url] = replace(self.record.cursor[visit.url], links=tuple(links))

    def forget(self, visit: Visit, reason: str) -> None:
        """A page was answered but holds nothing usable: it does not count as read, and is asked again."""
        if visit.role == _ARTICLE:
            self.record.articles_read -= 1
        self.record.roots_read -= visit.is_root
        old = self.record.cursor.get(visit.url, UrlCursor())
        self.record.cursor[visit.url] = replace(old, etag=None, last_modified=None, body_hash=None)
        self.record.failed(visit.url, reason, root=visit.role != _ARTICLE)

    def _sent_home(self, visit: Visit, response: Response) -> bool:
        """A removed article is often answered with a redirect to the home page and status 200."""
        moved = not same_page(response.url, visit.url)
        return moved and (
            response.url.count("/") <= 3 or any(same_page(response.url, u) for u in self.card.url)
        )

    # --- failures ----------------------------------------------------------------------------------

    def _unanswered(self, failure: Failure) -> Output:
        visit: Visit = failure.request.cb_kwargs["visit"]  # type: ignore[attr-defined]  # Scrapy adds it
        refused = isinstance(failure.value, RobotsDisallowed)
        yield from self._failed(visit, failure_words(failure.value), blocked=refused)

    def _failed(self, visit: Visit, reason: str, *, blocked: bool = False) -> Output:
        self.record.failed(visit.url, reason, root=visit.role != _ARTICLE, blocked=blocked)
        if visit.role == _ARTICLE:
            yield from self.on_article_missed(visit)


def _header(response: Response, name: bytes) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1")[:_MAX_HEADER] if value else None


def _is_text(response: Response) -> bool:
    """Servers name pages in many ways; files that are none name themselves."""
    kind = _header(response, b"Content-Type")
    return (kind is None or _TEXT_TYPE.search(kind) is not None) and not response.body.startswith(b"%PDF-")

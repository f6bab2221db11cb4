"""robots.txt, always obeyed (RFC 9309): unreachable or failing means the whole site is closed to us."""

from __future__ import annotations

import asyncio
from typing import Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawlers.failures import NO_ANSWER, OurRefusal, failure_words
from crawlers.settings import CRAWLER_NAME

MAX_BYTES = 500 * 1024
"""How much of a robots.txt is read, as RFC 9309 section 2.5 asks at least."""

IS_ROBOTS = "minyi_robots"
"""Request meta key of our own robots.txt requests."""


class RobotsDisallowed(OurRefusal):
    """The site's robots.txt does not want this address fetched."""


class RobotsUnreachable(OurRefusal):
    """The site's robots.txt cannot be read, so nothing of the site may be."""


class Rules:
    """The verdict of one site's robots.txt."""

    def __init__(self, status: int, body: bytes, why: str = "") -> None:
        """`why` says in words what went wrong where no answer came; by default the status.

        4xx (but 429) = no rules; 5xx, 429 and anything odd = closed (RFC 9309 sections 2.3.1.3-4).
        """
        self.why = why or f"状态码 {status}"
        self.reachable = 200 <= status < 300 or (400 <= status < 500 and status != 429)
        text = body[:MAX_BYTES].decode("utf-8-sig", "replace") if 200 <= status < 300 else ""
        self._parsed = Protego.parse(text)

    def allows(self, url: str) -> bool:
        """Whether we may fetch `url`."""
        return self.reachable and bool(self._parsed.can_fetch(url, CRAWLER_NAME))


class RobotsMiddleware:
    """Fetches each site's robots.txt once a run, before anything else of the site."""

    def __init__(self, crawler: Crawler) -> None:
        """Scrapy hands in its crawler."""
        self._crawler = crawler
        self._sites: dict[str, asyncio.Task[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let an allowed request pass.

        Raises:
            RobotsDisallowed, RobotsUnreachable: it must not be sent.
        """
        if request.meta.get(IS_ROBOTS):
            return
        parts = urlsplit(request.url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._sites:
            self._sites[site] = asyncio.ensure_future(self._fetch(site))
        rules = await asyncio.shield(self._sites[site])
        if not rules.reachable:
            raise RobotsUnreachable(
                f"{parts.netloc} 的 robots.txt 无法读取（{rules.why}），按规则视为不允许抓取"
            )
        if not rules.allows(request.url):
            raise RobotsDisallowed(f"{parts.netloc} 的 robots.txt 不允许抓取这个地址")

    async def _fetch(self, site: str) -> Rules:
        request = Request(
            f"{site}/robots.txt",
            callback=NO_CALLBACK,
            priority=1000,
            meta={IS_ROBOTS: True},
            dont_filter=True,
        )
        engine = self._crawler.engine
        try:
            response: Response = await engine.download_async(request)
        except NO_ANSWER as error:
            return Rules(503, b"", failure_words(error))
        return Rules(response.status, response.body)

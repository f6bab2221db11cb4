"""Writes each raw post to the run's spool file as it comes."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler

from crawlers.spiders.base import SourceSpider
from minyi.models import RawPost


class SpoolPipeline:
    """The only item pipeline."""

    def __init__(self, crawler: Crawler) -> None:
        """Scrapy hands in its crawler."""
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy."""
        return cls(crawler)

    def process_item(self, item: RawPost) -> RawPost:
        """Append one raw post to the spool file and count it."""
        spider = self._crawler.spider
        assert isinstance(spider, SourceSpider)  # noqa: S101 - narrows the type for mypy
        spider.writer.write(item)
        spider.record.items += 1
        return item

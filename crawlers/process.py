"""Runs one spider in this process; the one place that starts Scrapy's reactor."""

from __future__ import annotations

from scrapy.crawler import AsyncCrawlerProcess

from crawlers.order import Order
from crawlers.record import Record
from crawlers.settings import scrapy_settings
from crawlers.spiders.article import ArticleSpider
from crawlers.spiders.base import SourceSpider
from crawlers.spiders.feed import FeedSpider
from crawlers.spiders.gov import GovSpider
from minyi.spool import SpoolWriter

SPIDERS: dict[str, type[SourceSpider]] = {"article": ArticleSpider, "feed": FeedSpider, "gov": GovSpider}
"""A source card's `kind` to the spider that reads it."""

_CUT_SHORT = {
    "closespider_timeout": "到达本轮时间上限，其余下轮继续",
    "closespider_timeout_no_item": "到达本轮时间上限，其余下轮继续",
    "closespider_pagecount": "到达本轮页数上限，其余下轮继续",
    "closespider_errorcount": "解析出错过多，本轮提前结束",
}


def crawl_source(order: Order, writer: SpoolWriter) -> Record:
    """Crawl to the end, writing raw posts as they come; returns the run's account."""
    spider = SPIDERS[order.card.kind]
    record = Record(order.card.id, order.now, dict(order.cursor), keeps_unlisted=spider.revisits_unlisted)
    process = AsyncCrawlerProcess(scrapy_settings(order), install_root_handler=False)
    crawler = process.create_crawler(spider)
    process.crawl(crawler, order=order, record=record, writer=writer)
    process.start(install_signal_handlers=False)
    stats = crawler.stats.get_stats() if crawler.stats else {}
    reason = _CUT_SHORT.get(str(stats.get("finish_reason")))
    if reason:
        record.note(reason)
    broken = int(stats.get("spider_exceptions/count", 0))
    if broken:
        record.errors += broken
        record.broken = broken
        record.note("有页面解析时出错")
    return record

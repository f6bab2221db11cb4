"""Scrapy's settings for one run: polite, bounded, and closed to everything but plain HTTP to public hosts."""

from __future__ import annotations

from urllib.parse import urlsplit

from crawlers.order import Order

FEED_BYTES = 5 * 1024 * 1024
"""Largest feed read."""

_PAGE_BYTES = 8 * 1024 * 1024
_GRACE_SECONDS = 20
_SOON_SECONDS = 1.0
_JITTER = 0.2

CRAWLER_NAME = "Minyi"
"""How robots.txt files address us."""


def scrapy_settings(order: Order) -> dict[str, object]:
    """Everything that differs from Scrapy 2.19's defaults, each for the reason beside it."""
    return _closed_doors() | _bounds(order) | _manners(order) | _parts()


def _closed_doors() -> dict[str, object]:
    return {
        "REMOTE_CONTROL_ENABLED": False,  # an HTTP server that runs Python
        "TELNETCONSOLE_ENABLED": False,  # a second control port
        "DOWNLOAD_HANDLERS": {"data": None, "file": None, "ftp": None, "s3": None},  # no local files
        "HTTPPROXY_ENABLED": False,  # a proxy would connect to what the guard refuses
        "COOKIES_ENABLED": False,
        "METAREFRESH_ENABLED": False,  # firewalls' way to a script check
        "HTTPCACHE_ENABLED": False,  # it guesses freshness and hides new posts
        "LOG_ENABLED": False,
        "STATS_DUMP": False,
        "WARN_ON_GENERATOR_RETURN_VALUE": False,  # it reads our source again for every page
    }


def _bounds(order: Order) -> dict[str, object]:
    return {
        "DOWNLOAD_MAXSIZE": _PAGE_BYTES,  # also of what a compressed body inflates to
        "DOWNLOAD_WARNSIZE": 2 * 1024 * 1024,
        "DOWNLOAD_TIMEOUT": 30,  # whole answer, slow bodies too
        "REDIRECT_MAX_TIMES": 5,  # each hop passes the guard again
        "CLOSESPIDER_TIMEOUT": max(_SOON_SECONDS, order.limits.wall_seconds - _GRACE_SECONDS),
        "CLOSESPIDER_PAGECOUNT": order.limits.pages,
        "CLOSESPIDER_ERRORCOUNT": 50,
        # Scrapy reads the peak since fork, the parent's included; crawlers.watch sees the present.
        "MEMUSAGE_ENABLED": False,
        "DNS_TIMEOUT": 10,
        "RETRY_TIMES": 2,
        "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",  # the run's account tells it
        "RETRY_HTTP_CODES": [429, 500, 502, 503, 504, 522, 524, 408],  # never 412, 432, 521
    }


def _manners(order: Order) -> dict[str, object]:
    """Delays. Only hosts the card names in `allow_hosts` may be read without one."""
    card = order.card
    unhurried = max(card.delay, 1.0) / (1 - _JITTER)  # never less than the card's delay between requests
    own = {urlsplit(f"//{entry}").hostname or "" for entry in card.allow_hosts}
    fast = {"concurrency": 4, "delay": card.delay, "jitter": 0.0}
    return {
        "USER_AGENT": order.agent,
        "ROBOTSTXT_OBEY": False,  # our own rule obeys it: the library crawls on when it is unreachable
        "ROBOTSTXT_USER_AGENT": CRAWLER_NAME,
        "DOWNLOAD_VERIFY_CERTIFICATES": card.verify_tls,
        "CONCURRENT_REQUESTS": 8,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": unhurried,
        "DOWNLOAD_DELAY_JITTER": _JITTER,
        "DOWNLOAD_SLOTS": dict.fromkeys(own, fast) if card.delay < 1 else {},
        "AUTOTHROTTLE_ENABLED": card.delay > 0,
        "AUTOTHROTTLE_START_DELAY": unhurried,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": 0.5,
        "AUTOTHROTTLE_MAX_DELAY": 60,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
        },
        "REFERRER_POLICY": "no-referrer",
        "MINYI_ALLOW_HOSTS": list(card.allow_hosts),
    }


def _parts() -> dict[str, object]:
    return {
        "TWISTED_DNS_RESOLVER": "crawlers.guard.GuardedResolver",
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",  # newest articles stand first in lists
        "DOWNLOADER_MIDDLEWARES": {
            "crawlers.guard.GuardMiddleware": 10,
            "crawlers.robots.RobotsMiddleware": 20,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "crawlers.retry.PoliteRetryMiddleware": 550,
        },
        "SPIDER_MIDDLEWARES": {"scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None},
        "ITEM_PIPELINES": {"crawlers.pipeline.SpoolPipeline": 100},
    }

"""Trying again, politely: `Retry-After` is honoured, a refusal is final."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy import Request
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Response

from crawlers.robots import IS_ROBOTS

MAX_WAIT_SECONDS = 60
"""A longer wait is left to the next run."""


def retry_after_seconds(value: str, now: datetime) -> float | None:
    """Seconds a `Retry-After` header asks to wait, from 0; None when it is neither seconds nor a date."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())


class PoliteRetryMiddleware(RetryMiddleware):
    """Scrapy's retries, waiting as long as the server asks, and not at all when it asks too much."""

    async def process_response(  # type: ignore[override]  # Scrapy awaits either kind
        self, request: Request, response: Response
    ) -> Request | Response:
        """A retry where one is due, else the response."""
        if request.meta.get(IS_ROBOTS) and response.status < 500:
            return response
        header = response.headers.get(b"Retry-After")
        if header is not None and response.status in self.retry_http_codes:
            wait = retry_after_seconds(header.decode("latin-1"), datetime.now(UTC))
            if wait is not None and wait > MAX_WAIT_SECONDS:
                return response
            await asyncio.sleep(wait or 0)
        return super().process_response(request, response)

"""Ways a request fails without an answer, and what health says of them."""

from __future__ import annotations

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost


class OurRefusal(IgnoreRequest):
    """A request that is not sent; the message says why, in words for health."""


_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (DownloadTimeoutError, "对方 30 秒内没有答完"),
    (DownloadConnectionRefusedError, "对方拒绝连接"),
    (CannotResolveHostError, "域名无法解析"),
    (DownloadCancelledError, "内容超过大小上限，已放弃"),
    (ResponseDataLossError, "对方没有把内容传完"),
    (IgnoreRequest, "内容解压后超过大小上限，已放弃"),
    (DownloadFailedError, "连接中断"),
    (ConnectError, "无法连接"),
    (ConnectionDone, "连接中断"),
    (ConnectionLost, "连接中断"),
    (OSError, "连接中断"),
)

NO_ANSWER = tuple(kind for kind, _ in _WORDS)
"""Every error by which a request can end without a response."""


def failure_words(error: object) -> str:
    """Why a request was not answered, for health."""
    if isinstance(error, OurRefusal):
        return str(error)
    if "certificate verify failed" in str(error):
        return "对方的 TLS 证书通不过校验"
    if "redirections" in str(error):
        return "跳转次数过多，已放弃"
    named = next((words for kind, words in _WORDS if isinstance(error, kind)), None)
    return named or f"连接失败（{type(error).__name__}）"

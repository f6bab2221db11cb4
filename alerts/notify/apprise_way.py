"""Every way beside mail 企业微信、钉钉、飞书、webhook、短信网关, through the library Apprise.

The way's address holds its secret and stands in no file of ours: it is the secret `MINYI_CHANNEL_<ID>`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.notify import safe
from alerts.notify.base import Letter
from minyi.errors import SendError

TEXT_LONGEST = 3_000
"""Characters; chat robots refuse longer ones."""


@dataclass(frozen=True, slots=True)
class AppriseNotifier:
    """One way; `address` as Apprise writes it, such as `dingtalk://...`."""

    channel: str
    address: str

    def deliver(
        self,
        letter: Letter,
        *,
        recipient: str,
        key: str,
        now: datetime,
        on_accepted: Callable[[], None],
        thread: str | None = None,
    ) -> None:
        """Send title and text; see `Notifier`. A way knows no keys: a retry may come twice."""
        del key, now, thread
        fault = _notify(self.address, safe.header(letter.subject), safe.body(letter.text, TEXT_LONGEST))
        if fault is not None:
            raise SendError(f"通知途径 {recipient}：{fault}", permanent=False)
        on_accepted()


_LOG = logging.getLogger("apprise")


class _Heard(logging.Handler):
    """Keeps what Apprise says of a failure; it has no other way of telling."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.words: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.words.append(record.getMessage())


def _notify(address: str, title: str, text: str) -> str | None:
    """Send; None when the other side took it, else what went wrong, without the address and its secrets."""
    import apprise  # noqa: PLC0415 - a quarter of a second that offices without other ways do not pay

    heard = _Heard()
    _LOG.addHandler(heard)
    try:
        sender: Any = apprise.Apprise()
        if not sender.add(address):
            return "地址无法识别，请核对（写法见 https://github.com/caronc/apprise/wiki）"
        accepted = sender.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT)
    finally:
        _LOG.removeHandler(heard)
    if accepted:
        return None
    return "；".join(heard.words).replace(address, "…")[:300] or "对方没有接受"

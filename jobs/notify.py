"""Notify 通知: sends what is due, one message to one person, and records each outcome at once."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime

from alerts.notify.backoff import next_try
from alerts.notify.base import Letter, Notifier
from alerts.notify.content import test_letter
from alerts.notify.email import EmailNotifier
from jobs.context import Context
from jobs.letters import alert_letter
from minyi import config
from minyi.errors import ConfigError, SendError
from minyi.models import Notification, OutboxState

log = logging.getLogger(__name__)


def deliver(context: Context, now: datetime) -> int:
    """Send every message that is due; return how many the mail server took.

    "Sent" is committed right after the server's acceptance, so a crash causes at most one second copy,
    with the same Message-ID. Without a mail server the messages wait.
    """
    if not context.config.mail.host:
        return 0
    notifier = mail_notifier(context)
    sent = 0
    while batch := context.store.claim(now):
        for one in batch:
            sent += _deliver(context, notifier, one, now)
    return sent


def mail_notifier(context: Context) -> EmailNotifier:
    """The channel `email` of this installation."""
    instance = hashlib.blake2b(context.author_key, digest_size=8, person=b"message-id").hexdigest()
    settings = context.config.mail
    password = config.secret("MINYI_MAIL_PASSWORD") if settings.user else None
    return EmailNotifier(settings, password, context.config.office.name, f"{instance}.minyi")


def _deliver(context: Context, notifier: Notifier, one: Notification, now: datetime) -> bool:
    alert = context.store.alert(one.alert)
    if alert is None:
        context.store.settle(one.key, OutboxState.FAILED, now=now, error="预警已不存在")
        return False
    message = alert_letter(context, alert, one.reason, now)
    try:
        notifier.deliver(
            message,
            recipient=one.recipient,
            key=one.key,
            now=now,
            on_accepted=lambda: context.store.settle(one.key, OutboxState.SENT, now=now),
        )
    except SendError as error:
        _record_failure(context, one, error, now)
        return False
    return True


def _record_failure(context: Context, one: Notification, error: SendError, now: datetime) -> None:
    again = None if error.permanent else next_try(one.attempts, one.created or now, now)
    state = OutboxState.FAILED if again is None else OutboxState.RETRY
    context.store.settle(one.key, state, now=now, error=str(error), next_try=again)
    log.warning("mail to %s: %s, %s", one.recipient, state, error)


def send_test(context: Context, address: str | None, now: datetime) -> list[tuple[str, str | None]]:
    """Send a test mail to one address, or to every recipient; (address, fault or None) each.

    Raises:
        ConfigError: there is no mail server, or nobody to write to.
    """
    settings, file = context.config.mail, str(context.config.path)
    if not settings.host or not settings.sender:
        raise ConfigError("还没有邮件服务器或发件地址", file=file, key="mail.host、mail.sender")
    addresses = [address] if address else [person.address for person in context.config.recipient]
    if not addresses:
        raise ConfigError("还没有收件人；请加 [[recipient]]，或用 --to 指定", file=file, key="recipient")
    notifier = mail_notifier(context)
    letter = test_letter(context.config.office.name, now)
    return [(one, _try_once(notifier, letter, one, now)) for one in addresses]


def _try_once(notifier: Notifier, letter: Letter, address: str, now: datetime) -> str | None:
    key = hashlib.blake2b(f"test {address} {now.isoformat()}".encode(), digest_size=16).hexdigest()
    try:
        notifier.deliver(letter, recipient=address, key=key, now=now, on_accepted=lambda: None)
    except SendError as error:
        return str(error)
    return None

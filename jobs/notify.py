"""Notify 通知: sends what is due, one message to one person, and records each outcome at once."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta

from alerts.notify.apprise_way import AppriseNotifier
from alerts.notify.backoff import next_try
from alerts.notify.base import Letter, Notifier
from alerts.notify.content import test_letter
from alerts.notify.email import EmailNotifier
from alerts.notify.parcels import HOUR, Parcel, Waiting, pack, wait_until
from jobs.context import Context
from jobs.parcels import parcel_letter
from minyi import config
from minyi.errors import ConfigError, SendError
from minyi.models import Notification, OutboxState

log = logging.getLogger(__name__)

BATCH = 1_000
"""Messages claimed at once: what is claimed together can be gathered."""

WITHOUT_WAY = timedelta(minutes=10)


def deliver(context: Context, now: datetime) -> int:
    """Send every message that is due; return how many parcels the other sides took.

    What waits for one person leaves as few parcels, see `alerts.notify.parcels`. "Sent" is committed right
    after the acceptance, so a crash causes at most one second copy, with the same Message-ID. Without a mail
    server the mails wait.
    """
    ways = _ways(context)
    if not ways:
        return 0
    sent = 0
    while batch := context.store.claim(now, BATCH):
        for (channel, recipient), waiting in _by_person(context, batch, now).items():
            for parcel in pack(waiting, context.config.notify.group_from):
                sent += _send(context, ways.get(channel), recipient, parcel, now)
    return sent


def _ways(context: Context) -> dict[str, Notifier]:
    ways: dict[str, Notifier] = {"email": mail_notifier(context)} if context.config.mail.host else {}
    for one in context.config.channel:
        address = config.secret(f"MINYI_CHANNEL_{one.id.upper()}")
        if address:
            ways[f"apprise:{one.id}"] = AppriseNotifier(f"apprise:{one.id}", address)
    return ways


def _by_person(
    context: Context, batch: list[Notification], now: datetime
) -> dict[tuple[str, str], list[Waiting]]:
    """What is to be sent, by channel and recipient; a message whose alert is gone fails here."""
    people: dict[tuple[str, str], list[Waiting]] = {}
    for one in batch:
        alert = context.store.alert(one.alert) if one.alert else None
        if one.alert and alert is None:
            context.store.settle(one.key, OutboxState.FAILED, now=now, error="预警已不存在")
            continue
        people.setdefault((one.channel, one.recipient), []).append(Waiting(one, alert))
    return people


def mail_notifier(context: Context) -> EmailNotifier:
    """The channel `email` of this installation."""
    instance = hashlib.blake2b(context.author_key, digest_size=8, person=b"message-id").hexdigest()
    settings = context.config.mail
    password = config.secret("MINYI_MAIL_PASSWORD") if settings.user else None
    return EmailNotifier(settings, password, context.config.office.name, f"{instance}.minyi")


def _send(context: Context, way: Notifier | None, recipient: str, parcel: Parcel, now: datetime) -> bool:
    store, messages = context.store, [one.message for one in parcel.items]
    if way is None:
        _put_off(context, messages, now + WITHOUT_WAY, now, "没有设置这条通知途径")
        return False
    sent = store.sent_times(way.channel, recipient, now - HOUR)
    later = wait_until(parcel, sent, context.config.notify.per_hour, now)
    if later is not None:
        _put_off(context, messages, later, now, None)
        return False
    first = parcel.items[0]
    try:
        way.deliver(
            parcel_letter(context, parcel, now),
            recipient=recipient,
            key=parcel.key,
            now=now,
            on_accepted=lambda: store.settle_sent([one.key for one in messages], now),
            thread=store.first_sent(first.alert.id, recipient) if first.alert else None,
        )
    except SendError as error:
        for one in messages:
            _record_failure(context, one, error, now)
        return False
    return True


def _put_off(
    context: Context, messages: list[Notification], until: datetime, now: datetime, error: str | None
) -> None:
    for one in messages:
        context.store.settle(one.key, OutboxState.RETRY, now=now, error=error, next_try=until)


def _record_failure(context: Context, one: Notification, error: SendError, now: datetime) -> None:
    again = None if error.permanent else next_try(one.attempts, one.created or now, now)
    state = OutboxState.FAILED if again is None else OutboxState.RETRY
    context.store.settle(one.key, state, now=now, error=str(error), next_try=again)
    log.warning("%s to %s: %s, %s", one.channel, one.recipient, state, error)


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

"""Mail by SMTP: composed, checked byte for byte against what was meant, sent to one recipient. Fails closed.

1. Headers are cleaned, the message is serialised, parsed again, and refused unless exactly the meant headers
   are in it: a hostile title must not add a recipient.
2. STARTTLS or TLS with a verified certificate, or no password at all.
3. `on_accepted` runs directly after the server's 250 to DATA and before QUIT: the shortest time in which a
   crash could cause a second copy, and that copy has the same Message-ID.
"""

from __future__ import annotations

import itertools
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.headerregistry import Address, UniqueAddressHeader, UniqueSingleAddressHeader
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from alerts.notify import safe
from alerts.notify.base import PICTURE, Letter
from minyi.clock import LOCAL
from minyi.config import Mail
from minyi.errors import SendError

LARGEST = 200_000
"""Bytes of a whole message."""
DATA_TIMEOUT_SECONDS = 300.0
MIME = ("MIME-Version", "Content-Type", "Content-Transfer-Encoding")
PLAIN_SUBJECT = "民意预警：标题含有无法写入邮件头的字符，请看正文"


@dataclass(frozen=True, slots=True)
class EmailNotifier:
    """The channel `email`; `instance` names this installation in Message-IDs, `context` other trust roots."""

    settings: Mail
    password: str | None
    office: str
    instance: str
    context: ssl.SSLContext | None = None
    channel: str = "email"

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
        """Compose and send; see `Notifier`."""
        message = compose(
            letter,
            sender=self.settings.sender,
            office=self.office,
            recipient=recipient,
            message_id=f"<{key}@{self.instance}>",
            now=now,
            thread=f"<{thread}@{self.instance}>" if thread and thread != key else None,
        )
        send(message, self.settings, self.password, on_accepted=on_accepted, context=self.context)


def compose(
    letter: Letter,
    *,
    sender: str,
    office: str,
    recipient: str,
    message_id: str,
    now: datetime,
    thread: str | None = None,
) -> EmailMessage:
    """The message, with exactly From, To, Subject, Date, Message-ID, Auto-Submitted and the MIME headers.

    With `thread`, the id of the first message of the same matter, also In-Reply-To and References.

    Raises:
        SendError: an address cannot stand in a header, or the message is over 200 kB.
    """
    attempts = itertools.product((safe.header(office), ""), (safe.header(letter.subject), PLAIN_SUBJECT))
    for name, subject in attempts:
        headers: dict[str, str | Address] = {
            "From": _address(name, sender),
            "To": _address("", recipient),
            "Subject": subject,
            "Date": format_datetime(now.astimezone(LOCAL)),
            "Message-ID": message_id,
            "Auto-Submitted": "auto-generated",
        }
        if thread is not None:
            headers |= {"In-Reply-To": thread, "References": thread}
        message = _build(headers, letter)
        if _as_meant(message, headers):
            return message
    raise SendError("邮件头写出后与原意不符，已拒绝发送", permanent=True)


def send(
    message: EmailMessage,
    settings: Mail,
    password: str | None,
    *,
    on_accepted: Callable[[], None],
    context: ssl.SSLContext | None = None,
) -> None:
    """Hand the message to the office's mail server for its one recipient.

    Raises:
        SendError: with the server's own words; permanent only for an answer of 5xx to this very message.
    """
    with ExitStack() as cleanup:
        with _translated(settings):
            server = _open(settings, password, context or ssl.create_default_context(), cleanup)
            _transmit(server, message, settings)
        on_accepted()


def _build(headers: Mapping[str, str | Address], letter: Letter) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    for name, value in headers.items():
        message[name] = value
    # base64, so that no line of hostile text is ever a line of the message.
    message.set_content(safe.body(letter.text, LARGEST), charset="utf-8", cte="base64")
    if letter.html:
        message.add_alternative(letter.html, subtype="html", charset="utf-8", cte="base64")
        if letter.picture:
            _add_picture(message, letter.picture)
    return message


def _add_picture(message: EmailMessage, picture: bytes) -> None:
    page = message.get_body(("html",))
    if not isinstance(page, EmailMessage):  # it was added a line above
        raise TypeError(page)
    page.add_related(picture, "image", "png", cid=f"<{PICTURE}>", disposition="inline")


def _as_meant(message: EmailMessage, headers: Mapping[str, str | Address]) -> bool:
    """True when the bytes, read as a stranger would, hold these headers in this order and no others."""
    try:
        raw = message.as_bytes(policy=SMTP)
        found = [
            (name, value) for name, value in message_from_bytes(raw, policy=SMTP).items() if name not in MIME
        ]
        values = [_value(value) for _, value in found]
    except (MessageError, UnicodeError, ValueError, IndexError):
        return False
    if len(raw) > LARGEST:
        raise SendError(f"邮件有 {len(raw)} 字节，超过上限 {LARGEST}", permanent=True)
    return [name for name, _ in found] == list(headers) and values == list(headers.values())


def _value(found: object) -> str | Address:
    """A parsed header in the shape it was meant in: an address header holds exactly one."""
    if not isinstance(found, UniqueSingleAddressHeader | UniqueAddressHeader):
        return str(found)
    if len(found.addresses) != 1:
        raise ValueError(str(found))
    one: Address = found.addresses[0]
    return one


def _address(name: str, spec: str) -> Address:
    try:
        spec.encode("ascii")
        return Address(safe.header(name), addr_spec=spec)
    except (ValueError, IndexError, MessageError) as error:
        raise SendError(f"{spec!r} 不是可用的邮箱地址", permanent=True) from error


@contextmanager
def _translated(settings: Mail) -> Iterator[None]:
    try:
        yield
    except ssl.SSLError as error:
        raise SendError(
            f"与邮件服务器 {settings.host} 的加密连接未能建立：{error}", permanent=False
        ) from error
    except smtplib.SMTPException as error:
        permanent = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
        raise SendError(f"邮件服务器 {settings.host}：{_words(error)}", permanent=permanent) from error
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise SendError(f"无法连接邮件服务器 {where}：{error}", permanent=False) from error


def _open(settings: Mail, password: str | None, context: ssl.SSLContext, cleanup: ExitStack) -> smtplib.SMTP:
    if settings.security == "none" and password and settings.user:
        raise SendError("mail.security 为 none 时不发送密码；请改用 starttls 或 tls", permanent=False)
    if password and not (settings.user + password).isascii():
        raise SendError("邮箱用户名和密码只能用英文字母、数字和符号", permanent=False)
    server = _connect(settings, context)
    cleanup.callback(_leave, server)
    if settings.security == "starttls":
        server.starttls(context=context)
    server.ehlo_or_helo_if_needed()
    if settings.user and password:
        server.login(settings.user, password)
    return server


def _transmit(server: smtplib.SMTP, message: EmailMessage, settings: Mail) -> None:
    _accepted("发件人", server.mail(settings.sender))
    _accepted("收件人", server.rcpt(message["To"].addresses[0].addr_spec))
    if server.sock is not None:
        server.sock.settimeout(DATA_TIMEOUT_SECONDS)
    _accepted("邮件内容", server.data(message.as_bytes(policy=SMTP)))


def _connect(settings: Mail, context: ssl.SSLContext) -> smtplib.SMTP:
    domain = settings.sender.rpartition("@")[2] or "localhost"
    if settings.security == "tls":
        return smtplib.SMTP_SSL(
            settings.host,
            settings.port,
            local_hostname=domain,
            timeout=settings.timeout_seconds,
            context=context,
        )
    return smtplib.SMTP(settings.host, settings.port, local_hostname=domain, timeout=settings.timeout_seconds)


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye if the server still listens; the message's fate is decided already."""
    with suppress(smtplib.SMTPException, OSError):
        if server.sock is not None:
            server.sock.settimeout(5.0)
        server.quit()
    server.close()


def _accepted(what: str, answer: tuple[int, bytes]) -> None:
    code, words = answer
    if not 200 <= code < 300:
        text = safe.line(words.decode("utf-8", "replace"), 300)
        raise SendError(f"{what}未被接受：{code} {text}", permanent=500 <= code < 600)


def _words(error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        return f"{error.smtp_code} {safe.line(text, 300)}"
    return safe.line(str(error), 300) or type(error).__name__

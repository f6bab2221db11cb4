"""Mail over real SMTP on loopback: what is sent, when it counts as sent, and what happens when it fails."""

import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.notify.base import Letter
from alerts.notify.email import EmailNotifier
from minyi.config import Mail
from minyi.errors import SendError, StoreBusy
from tests.servers.smtp import HANG_UP, Catcher, serve_smtp

NOW = datetime(2026, 3, 4, 6, 5, tzinfo=UTC)
LETTER = Letter("[民意II级 重大]《青溪油糕商标办法》声量突增", "正文第一行\n.以点开头的一行\n", "<p>正文</p>")


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[Catcher]:
    """A catcher that asks for STARTTLS and a login."""
    with serve_smtp(tmp_path, login=("minyi", "secret")) as running:
        yield running


def notifier(catcher: Catcher, **changes: object) -> EmailNotifier:
    """The channel set up for a catcher."""
    settings = Mail("127.0.0.1", catcher.port, "starttls", "minyi", "minyi@qingxi.example", 5.0)
    known = EmailNotifier(settings, "secret", "青溪县知识产权局", "office-1", catcher.trust())
    return replace(known, **changes)  # type: ignore[arg-type]


def deliver(channel: EmailNotifier, accepted: list[str], recipient: str = "duty@qingxi.example") -> None:
    """Send the letter and note the acceptance."""
    channel.deliver(
        LETTER, recipient=recipient, key="k1", now=NOW, on_accepted=lambda: accepted.append("250")
    )


def failure(channel: EmailNotifier, recipient: str = "duty@qingxi.example") -> SendError:
    """Send the letter, expecting it to fail without acceptance."""
    accepted: list[str] = []
    with pytest.raises(SendError) as error:
        deliver(channel, accepted, recipient)
    assert accepted == []
    return error.value


def test_a_mail_arrives_encrypted_with_the_meant_headers_and_both_bodies(catcher: Catcher) -> None:
    """One recipient, one message: Chinese subject, text and HTML, key as Message-ID."""
    accepted: list[str] = []
    deliver(notifier(catcher), accepted)
    (caught,) = catcher.caught
    assert caught.encrypted
    assert caught.user == "minyi"
    assert caught.recipients == ("duty@qingxi.example",)
    message = caught.message
    assert message["Subject"] == LETTER.subject
    assert message["Message-ID"] == "<k1@office-1>"
    assert message["From"].addresses[0].display_name == "青溪县知识产权局"
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == LETTER.text
    assert html is not None
    assert html.get_content().strip() == LETTER.html
    assert accepted == ["250"]


def test_acceptance_is_reported_between_the_250_and_quit(catcher: Catcher) -> None:
    """What a crash could repeat is only the moment before the record is written."""
    seen: list[list[str]] = []
    notifier(catcher).deliver(
        LETTER, recipient="a@b.cn", key="k", now=NOW, on_accepted=lambda: seen.append(list(catcher.stages))
    )
    assert seen == [["mail", "rcpt", "data"]]
    assert catcher.stages[-1] == "quit"


def test_a_failing_record_is_passed_on_and_not_called_a_mail_error(catcher: Catcher) -> None:
    """The store's own error reaches the caller, even one that looks like a network error."""

    def fail() -> None:
        raise StoreBusy("记录正忙")

    with pytest.raises(StoreBusy):
        notifier(catcher).deliver(LETTER, recipient="a@b.cn", key="k", now=NOW, on_accepted=fail)
    assert len(catcher.caught) == 1


@pytest.mark.parametrize(
    ("stage", "answer", "permanent"),
    [
        ("mail", "451 4.7.1 greylisted", False),
        ("rcpt", "451 4.7.1 greylisted", False),
        ("rcpt", "550 5.1.1 no such mailbox", True),
        ("data", "452 4.3.1 disk full", False),
        ("data", "552 5.3.4 message too big", True),
        ("data", "554 5.7.1 refused as spam", True),
        ("mail", HANG_UP, False),
        ("data", HANG_UP, False),
    ],
)
def test_a_refusal_says_whether_to_try_again(
    catcher: Catcher, stage: str, answer: str, permanent: bool
) -> None:
    """4xx and lost connections are tried again, 5xx to this message are not; the server's words are kept."""
    catcher.script[stage] = [answer]
    error = failure(notifier(catcher))
    assert error.permanent is permanent
    assert answer == HANG_UP or answer[4:] in str(error)


def test_a_greylisted_mail_is_delivered_once_at_the_next_try(catcher: Catcher) -> None:
    """The second try of the same key carries the same Message-ID."""
    catcher.script["rcpt"] = ["451 come back"]
    failure(notifier(catcher))
    deliver(notifier(catcher), [])
    assert [str(c.message["Message-ID"]) for c in catcher.caught] == ["<k1@office-1>"]


def test_a_server_that_takes_its_time_is_left_and_tried_again(catcher: Catcher) -> None:
    """The wait is the office's `timeout_seconds`; the mail is not taken for sent."""
    done = threading.Event()

    def wait() -> None:
        done.wait(30)

    catcher.watch["mail"] = wait
    channel = notifier(catcher)
    error = failure(replace(channel, settings=replace(channel.settings, timeout_seconds=0.3)))
    done.set()
    assert not error.permanent
    catcher.watch.clear()
    deliver(channel, [])
    assert len(catcher.caught) == 1


def test_one_refused_recipient_does_not_stop_another(catcher: Catcher) -> None:
    """Recipients are separate messages, so a refusal cannot hide in a partial success."""
    catcher.recipients_refused = {"gone@qingxi.example"}
    assert failure(notifier(catcher), "gone@qingxi.example").permanent
    deliver(notifier(catcher), [])
    assert [c.recipients for c in catcher.caught] == [("duty@qingxi.example",)]


def test_a_wrong_password_is_an_error_to_mend_not_a_lost_mail(catcher: Catcher) -> None:
    """The mail waits until the office sets the right password."""
    error = failure(notifier(catcher, password="wrong"))
    assert not error.permanent
    assert "535" in str(error)


def test_a_password_smtp_cannot_carry_is_explained(catcher: Catcher) -> None:
    """The protocol's logins are ASCII; the office is told rather than the program stopped."""
    assert "英文字母" in str(failure(notifier(catcher, password="密码")))


def test_an_untrusted_certificate_stops_before_the_password(catcher: Catcher) -> None:
    """Fail closed: nothing was said to a server that cannot prove its name."""
    error = failure(notifier(catcher, context=ssl.create_default_context()))
    assert not error.permanent
    assert "加密" in str(error)
    assert catcher.stages in ([], ["quit"])


def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    """A valid certificate of somebody else does not help."""
    with serve_smtp(tmp_path, name="mail.elsewhere.example") as other:
        assert "加密" in str(failure(notifier(other)))
        assert other.caught == []


def test_a_server_without_starttls_gets_neither_password_nor_mail(tmp_path: Path) -> None:
    """A stripped STARTTLS must not lead to clear text."""
    with serve_smtp(tmp_path, security="none") as plain:
        assert not failure(notifier(plain, context=None)).permanent
        assert "mail" not in plain.stages


def test_without_encryption_a_password_is_never_sent(tmp_path: Path) -> None:
    """`security = none` works without a login only."""
    with serve_smtp(tmp_path, security="none") as plain:
        open_settings = Mail("127.0.0.1", plain.port, "none", "minyi", "minyi@qingxi.example", 5.0)
        assert "不发送密码" in str(failure(notifier(plain, settings=open_settings)))
        deliver(notifier(plain, settings=open_settings, password=None), [])
        assert [c.encrypted for c in plain.caught] == [False]


def test_tls_from_the_first_byte_works(tmp_path: Path) -> None:
    """`security = tls`, as on port 465."""
    with serve_smtp(tmp_path, security="tls") as catcher:
        settings = Mail("127.0.0.1", catcher.port, "tls", "", "minyi@qingxi.example", 5.0)
        deliver(notifier(catcher, settings=settings), [])
        assert [c.encrypted for c in catcher.caught] == [True]


def test_a_server_that_is_away_is_tried_again(tmp_path: Path) -> None:
    """Nobody listens: the mail waits, and the message names server and port."""
    with serve_smtp(tmp_path) as catcher:
        channel = notifier(catcher)
    error = failure(channel)
    assert not error.permanent
    assert f"127.0.0.1:{catcher.port}" in str(error)

"""The demo's mailbox keeps what arrived, in files a person can open."""

import smtplib
from email.message import EmailMessage
from pathlib import Path

import pytest

from minyi.errors import ConfigError
from sample.mailbox import Mailbox


def _message(message_id: str, html: str = "<p>正文</p>") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "minyi@office.invalid", "duty@office.invalid"
    message["Subject"], message["Message-ID"] = "预警", message_id
    message.set_content("正文\n")
    message.add_alternative(html, subtype="html")
    return message


def _send(box: Mailbox, message: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", box.port, timeout=10) as client:
        client.send_message(message)


def test_a_message_becomes_three_files(tmp_path: Path) -> None:
    """The raw message and both its parts, readable as UTF-8."""
    with Mailbox(tmp_path / "mail") as box:
        _send(box, _message("<a@office.invalid>"))
        (eml,) = box.received
    assert b"Message-ID: <a@office.invalid>" in eml.read_bytes()
    assert eml.with_suffix(".txt").read_text("utf-8") == "正文\n"
    assert "正文" in eml.with_suffix(".html").read_text("utf-8")


def test_a_second_copy_replaces_the_first(tmp_path: Path) -> None:
    """One Message-ID is one set of files, however often it is sent; both arrivals are counted."""
    with Mailbox(tmp_path) as box:
        _send(box, _message("<a@office.invalid>", "<p>一</p>"))
        _send(box, _message("<a@office.invalid>", "<p>二</p>"))
        assert len(box.received) == 2
    assert len(list(tmp_path.iterdir())) == 3
    assert "二" in next(tmp_path.glob("*.html")).read_text("utf-8")


def test_a_message_id_cannot_leave_the_folder(tmp_path: Path) -> None:
    """Path separators in a Message-ID do not reach the file's name."""
    with Mailbox(tmp_path / "mail") as box:
        _send(box, _message("</../../etc/x@office.invalid>"))
        assert [path.parent for path in box.received] == [tmp_path / "mail"]


def test_a_taken_port_is_said_in_chinese(tmp_path: Path) -> None:
    """The message names the port."""
    with (
        Mailbox(tmp_path) as first,
        pytest.raises(ConfigError, match=f"{first.port} 已被占用"),
        Mailbox(tmp_path, first.port),
    ):
        pass

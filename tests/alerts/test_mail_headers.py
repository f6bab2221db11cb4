"""A mail has exactly the headers we set, whatever a title holds."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP, default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.notify import safe
from alerts.notify.base import Letter
from alerts.notify.email import LARGEST, compose
from minyi.errors import SendError

NOW = datetime(2026, 3, 4, 6, 5, tzinfo=UTC)
MEANT = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"]
HOSTILE = [
    "=?utf-8?q?a=0d=0aBcc:_thief=40evil.example=0d=0a=0d=0aold_body?=",
    "=?utf-8?b?YQ0KQmNjOiB0aGllZkBldmlsLmV4YW1wbGU=?=",
    "=?=?utf-8?q?x=0d=0aBcc:y?=?=",
    "标题\r\nBcc: thief@evil.example\r\n\r\n另一封信",
    "标题\u2028Bcc: thief@evil.example",
    "标题\x85Bcc: thief@evil.example\x00",
    "半个\ud83d字",
    "\u202e倒着写的标题",
    "长" * 5000,
    "",
]


def headers(subject: str, office: str = "青溪县知识产权局") -> list[str]:
    """Header names of the composed mail's bytes, as a stranger reads them, without the MIME ones."""
    message = compose(
        Letter(subject, "正文"),
        sender="minyi@qingxi.example",
        office=office,
        recipient="duty@qingxi.example",
        message_id="<k@office>",
        now=NOW,
    )
    read = message_from_bytes(message.as_bytes(policy=SMTP), policy=default)
    mime = ("mime-version", "content-type", "content-transfer-encoding")
    return [name for name in read if name.lower() not in mime]


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_adds_no_header(title: str) -> None:
    """Encoded words with line breaks, raw line breaks and broken characters all stay inside the subject."""
    assert headers(f"[民意]《{title}》") == MEANT


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_office_name_adds_no_header(name: str) -> None:
    """The display name goes the same way."""
    assert headers("预警", name) == MEANT


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=120), st.text(max_size=40))
def test_no_text_at_all_adds_a_header(title: str, office: str) -> None:
    """Whatever the words, a mail goes out with the meant headers only."""
    assert headers(title, office) == MEANT


def test_an_ordinary_chinese_subject_survives_unchanged() -> None:
    """Cleaning is for hostile text only."""
    subject = "[民意II级 重大]《青溪油糕商标办法》声量突增：2 小时 62 帖（平时约 9 帖）"
    assert safe.header(subject) == subject


@pytest.mark.parametrize("address", ["不是邮箱", "a@b.cn\r\nBcc: c@d.cn", "用户@例子.cn", ""])
def test_an_address_that_cannot_stand_in_a_header_is_refused(address: str) -> None:
    """Refused for good, before any server is asked."""
    with pytest.raises(SendError) as error:
        compose(Letter("s", "t"), sender="a@b.cn", office="", recipient=address, message_id="<k@i>", now=NOW)
    assert error.value.permanent


def test_a_mail_over_the_limit_is_refused() -> None:
    """200 kB and no more."""
    with pytest.raises(SendError, match="超过上限"):
        compose(
            Letter("s", "t", "x" * LARGEST),
            sender="a@b.cn",
            office="",
            recipient="c@d.cn",
            message_id="<k@i>",
            now=NOW,
        )


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://bbs.example/t?id=1&p=2", "https://bbs.example/t?id=1&p=2"),
        ("http://例子.example/帖子", "http://%E4%BE%8B%E5%AD%90.example/%E5%B8%96%E5%AD%90"),
        ('https://a.example/"onmouseover="x', "https://a.example/%22onmouseover=%22x"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//a.example/x", None),
        ("https://user:pass@a.example/", None),
        ("https://a.example/\r\nBcc: x", None),
        ("http://[broken", None),
        (None, None),
    ],
)
def test_only_plain_web_addresses_become_links(url: str | None, kept: str | None) -> None:
    """Anything else is shown as text, never as a link."""
    assert safe.link(url) == kept

"""An invented paper: its feed, its source card in an office's configuration, and a duty officer's mailbox."""

from urllib.parse import urlsplit

FEED = (
    "<rss version='2.0'><channel><title>示例</title><item><title>甲</title>"
    "<link>http://paper.example/1</link><description>商标年费</description></item></channel></rss>"
)


def card(url: str, name: str = "paper", *, kind: str = "feed", more: str = "") -> str:
    """A source on loopback, read without pauses; `more` are further lines of its card."""
    return f"""
[[source]]
id = "{name}"
name = "{name}"
kind = "{kind}"
url = ["{url}"]
legal_basis = "虚构"
robots = {{ checked = 2026-01-05, result = "none" }}
assessed = 2026-01-05
delay = 0.0
allow_hosts = ["{urlsplit(url).netloc}"]
{more}
"""


def mailbox(port: int) -> str:
    """The mail server on this port, and one person who is told of everything."""
    return f"""
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "minyi@office.example"
[[recipient]]
name = "值班员"
address = "duty@office.example"
level = 4
"""

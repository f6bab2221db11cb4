"""The sample site behaves like the public sites it stands for."""

import json
import re
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.message import Message
from pathlib import Path

import pytest

from minyi.errors import ConfigError
from sample.history import load_history
from sample.routes import COLUMNS
from sample.site import SampleSite, choose_port
from sample.story import STORY_AT, load_story, schedule

END = schedule()[-1]


@dataclass(frozen=True)
class _Page:
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@pytest.fixture
def site() -> Iterator[SampleSite]:
    """A running site at the story's end."""
    with SampleSite(now=END) as running:
        yield running


def _get(site: SampleSite, path: str, **headers: str) -> _Page:
    request = urllib.request.Request(site.base + path, headers=headers)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
            return _Page(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return _Page(error.code, error.headers, error.read())


def test_nothing_is_shown_before_its_time(site: SampleSite) -> None:
    """A post is listed and served from its minute on, and not a minute earlier."""
    item = next(item for item in load_story().items if item.source == "luntan" and item.at > STORY_AT)
    site.now = item.at - timedelta(minutes=1)
    assert _get(site, item.path).status == 404
    assert item.path not in _get(site, "/luntan/forum-2-1.html").text
    site.now = item.at
    assert _get(site, item.path).status == 200
    assert item.path in _get(site, "/luntan/forum-2-1.html").text


def test_every_post_is_reachable_from_the_columns(site: SampleSite) -> None:
    """Following lists and feeds finds each post of the story exactly once, and no other."""
    found: list[str] = []
    for start, _ in COLUMNS:
        path: str | None = start
        while path:
            text = _get(site, path).body.decode("gb18030" if path.startswith("/portal") else "utf-8")
            found += set(re.findall(r"/(?:\w+)/(?:thread-)?\d{5}(?:-1-1)?\.html", text))
            following = re.search(r'class="(?:next|nxt)" href="([^"]+)"', text)
            path = following[1] if following else None
    assert sorted(found) == sorted(item.path for item in load_story().items)


def test_history_pages_can_be_opened(site: SampleSite) -> None:
    """The link of an imported post leads to its page."""
    item = load_history()[0]
    assert item.text[:10] in _get(site, item.path).body.decode(
        "gb18030" if item.source == "portal" else "utf-8"
    )


def test_unchanged_pages_answer_304(site: SampleSite) -> None:
    """The entity tag or the date of the last answer saves the body; a changed list comes whole."""
    site.now = STORY_AT
    first = _get(site, "/luntan/forum-2-1.html")
    tag, date = first.headers["ETag"], first.headers["Last-Modified"]
    assert _get(site, "/luntan/forum-2-1.html", **{"If-None-Match": tag}).status == 304
    assert _get(site, "/luntan/forum-2-1.html", **{"If-Modified-Since": date}).status == 304
    site.now = END
    assert _get(site, "/luntan/forum-2-1.html", **{"If-None-Match": tag}).status == 200


def test_articles_never_change(site: SampleSite) -> None:
    """A page is the same at any later time, so a second run of the demo finds nothing updated."""
    for item in load_story().items[::9]:
        site.now = item.at
        early = _get(site, item.path).body
        site.now = END
        assert _get(site, item.path).body == early


def test_the_portal_sends_gb18030_without_saying_so(site: SampleSite) -> None:
    """No charset in the header, a narrower one in the page, and bytes that are not UTF-8."""
    item = next(item for item in load_story().items if item.source == "portal")
    page = _get(site, item.path)
    assert page.headers["Content-Type"] == "text/html"
    assert b'charset="gb2312"' in page.body
    assert item.title in page.body.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        page.body.decode("utf-8")


def test_the_dead_source_answers_503_and_others_live(site: SampleSite) -> None:
    """During the outage the portal's list and articles fail; robots.txt and other columns do not."""
    site.now = load_story().outage.span.start
    assert _get(site, "/portal/index.html").status == 503
    assert _get(site, "/robots.txt").status == 200
    assert _get(site, "/daily/index.html").status == 200
    site.now = load_story().outage.span.end
    assert _get(site, "/portal/index.html").status == 200


def test_the_forbidden_page_is_linked_and_forbidden(site: SampleSite) -> None:
    """The paper's list links a page that robots.txt disallows, and the site would serve it and note it."""
    hidden = load_story().hidden.path
    assert hidden in _get(site, "/daily/index.html").text
    assert f"Disallow: {hidden.rsplit('/', 1)[0]}/" in _get(site, "/robots.txt").text
    assert _get(site, hidden).status == 200
    assert (hidden, 200) in site.requests


def test_every_page_says_it_is_sample_data(site: SampleSite) -> None:
    """Lists, feeds, documents and articles all carry 示例数据."""
    story = load_story()
    official = [one.path for one in (*story.documents, *story.interpretations)]
    for path in ["/", *(path for path, _ in COLUMNS), *official, *(item.path for item in story.items)]:
        assert (
            "示例数据".encode("gb18030" if path.startswith("/portal") else "utf-8") in _get(site, path).body
        )


def test_hostile_titles_are_text(site: SampleSite) -> None:
    """A title that is markup reaches the page escaped, on its own page and in the list."""
    item = next(item for item in load_story().items if item.title.startswith("<script>"))
    for path in (item.path, "/luntan/forum-2-1.html", "/luntan/forum-2-2.html"):
        assert "<script>" not in _get(site, path).text
    assert "&lt;script&gt;" in _get(site, item.path).text


def test_undated_posts_show_no_time(site: SampleSite) -> None:
    """Neither the page nor the feed of an undated post gives a time, and no header betrays it."""
    undated = [item for item in load_story().items if not item.dated]
    entries = {one["url"]: one for one in json.loads(_get(site, "/weiyu/feed.json").text)["items"]}
    for item in undated:
        page = _get(site, item.path)
        assert "Last-Modified" not in page.headers
        assert not re.search(r"20\d\d-\d", page.text)
        assert "date_published" not in entries.get(site.base + item.path, {})


def test_a_chosen_port_is_remembered(tmp_path: Path) -> None:
    """The second run asks for the port of the first, because a post's identity holds it."""
    record = tmp_path / "new" / "port"
    first = choose_port(record)
    assert choose_port(record, preferred=1) == first


def test_a_busy_preferred_port_is_passed_over(tmp_path: Path) -> None:
    """At the first run another program on the usual port does no harm."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        busy = other.getsockname()[1]
        assert choose_port(tmp_path / "port", preferred=busy) != busy


@pytest.mark.parametrize("text", ["abc", "0", "70000", ""])
def test_a_damaged_port_record_is_named(tmp_path: Path, text: str) -> None:
    """The message names the file and what to do."""
    (tmp_path / "port").write_text(text)
    with pytest.raises(ConfigError, match="data-demo"):
        choose_port(tmp_path / "port")


def test_a_taken_port_is_said_in_chinese() -> None:
    """The second site on one port names the port and the way out."""
    with (
        SampleSite() as first,
        pytest.raises(ConfigError, match=f"{first.port} 已被占用"),
        SampleSite(first.port),
    ):
        pass

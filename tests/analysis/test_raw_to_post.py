"""From what was fetched or imported to a post: text, identity, times, authors."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from analysis.post import MAX_TEXT, MAX_TITLE, MAX_URL, SourceFacts, pseudonym, to_post
from minyi.clock import LOCAL
from minyi.errors import BadPost
from minyi.models import Post, Precision, RawPost, SourceId
from minyi.text import normalise

KEY = b"k" * 32
NOW = datetime(2026, 6, 9, 2, 30, 15, 250_000, tzinfo=UTC)
RAW = RawPost(
    SourceId("luntan"), NOW, url="http://bbs.example/thread-1.html", title="招牌", body_text="带地名要交会费"
)
FACTS = SourceFacts("forum", "post", LOCAL)


def post(raw: RawPost = RAW, facts: SourceFacts = FACTS, now: datetime = NOW, **changes: Any) -> Post:
    """The raw post with these changes, normalised."""
    return to_post(replace(raw, **changes), facts, author_key=KEY, now=now)


# --- text -------------------------------------------------------------------------------------------


def test_markup_becomes_plain_masked_text() -> None:
    """Scripts go, entities are read once, personal data is masked, controls are dropped."""
    html = "<p>电话 139 0000 0000</p><script>alert(1)</script><p>&lt;b&gt;地名\x00费\u202e</p>"
    assert post(body_text=None, body_html=html).text == "电话 [电话]\n<b>地名费"


def test_plain_text_is_never_read_as_markup() -> None:
    """An import's text shows what it holds."""
    assert post(body_text="1 < 2 & <b>粗</b>").text == "1 < 2 & <b>粗</b>"


def test_title_alone_is_text_and_nothing_at_all_is_refused() -> None:
    """A headline without body is a post; without either there is nothing to keep."""
    assert post(body_text=None, body_html="<p> </p>").text == "招牌"
    with pytest.raises(BadPost, match="没有正文"):
        post(body_text=" \u200b\n", title=None)


def test_lengths_are_capped_and_a_stored_text_is_stable() -> None:
    """What comes out goes through unchanged a second time."""
    long = post(
        body_text="店 139 0000 0000" * 9_000, title="题\n" * 900, url="http://x.example/" + "a" * 3_000
    )
    assert len(long.text) <= MAX_TEXT
    assert len(long.title) <= MAX_TITLE
    assert "\n" not in long.title
    assert long.url is None or len(long.url) <= MAX_URL
    assert normalise(long.text).text == long.text


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "weibo://1"]
)
def test_only_web_addresses_are_kept(url: str) -> None:
    """Nothing that a click could run."""
    assert post(url=url).url is None


def test_lone_surrogates_anywhere_do_no_harm() -> None:
    """Every stored string can be written as UTF-8."""
    bad = "\ud800x"
    found = post(
        title=bad, body_text=f"{bad}文", native_id=bad, author=bad, lang=bad, region=bad, parent_title=bad
    )
    for value in (
        found.title,
        found.text,
        found.native_id,
        found.lang,
        found.region,
        found.parent_title,
        found.id,
    ):
        assert value
        value.encode("utf-8")


# --- identity ---------------------------------------------------------------------------------------


def test_a_native_id_names_a_post_of_its_platform() -> None:
    """Two sources of one platform see one post; text and address may change."""
    one = post(native_id="7")
    assert (
        one.id
        == post(native_id="7", source=SourceId("other"), url="http://elsewhere.example/", body_text="改过").id
    )
    assert one.id != post(native_id="8").id
    assert one.id != post(facts=replace(FACTS, platform="weibo"), native_id="7").id
    assert len(one.id) == 32


def test_the_unnamed_platform_shares_no_ids() -> None:
    """`web` is every site without a name: row 1 of one file is not row 1 of another."""
    web = replace(FACTS, platform="web")
    assert post(facts=web, native_id="1").id != post(facts=web, native_id="1", source=SourceId("b")).id


def test_without_a_native_id_the_canonical_address_names_the_post() -> None:
    """Tracking parameters, fragment and source make no difference."""
    tracked = post(
        url="http://BBS.example/thread-1.html?utm_source=a#top", source=SourceId("b"), body_text="改过"
    )
    assert tracked.id == post().id
    assert tracked.url == "http://bbs.example/thread-1.html"


def test_without_id_and_address_source_text_author_and_time_do() -> None:
    """The same row twice is one post, any of the four changed is another."""
    row = replace(RAW, url=None, author="甲", published_raw="2026-06-09 10:00")
    same = post(row)
    assert same.id == post(row, now=NOW + timedelta(days=1), fetched_at=NOW + timedelta(days=1)).id
    changes: tuple[dict[str, Any], ...] = (
        {"author": "乙"},
        {"body_text": "别的"},
        {"published_raw": "2026-06-09 10:01"},
        {"source": SourceId("b")},
    )
    assert len({same.id, *(post(row, **change).id for change in changes)}) == 5


# --- times ------------------------------------------------------------------------------------------


def test_times_are_whole_utc_seconds() -> None:
    """The fetch is the first sight; the page's time is read in its own zone."""
    found = post(published_raw="2026-06-09 10:00")
    assert found.first_seen == datetime(2026, 6, 9, 2, 30, 15, tzinfo=UTC)
    assert (found.published, found.precision) == (datetime(2026, 6, 9, 2, 0, tzinfo=UTC), Precision.MINUTE)


def test_a_page_is_read_in_its_zone_and_a_file_in_the_office_s() -> None:
    """Zoneless times of an import are Asia/Shanghai whatever the card says."""
    tokyo = replace(FACTS, zone=ZoneInfo("Asia/Tokyo"))
    page = post(facts=tokyo, body_text=None, body_html="文字", published_raw="2026-06-09 10:00")
    assert page.published == datetime(2026, 6, 9, 1, 0, tzinfo=UTC)
    assert post(facts=tokyo, published_raw="2026-06-09 10:00").published == datetime(
        2026, 6, 9, 2, 0, tzinfo=UTC
    )


@pytest.mark.parametrize("raw", [None, "", "很久以前", "99:99"])
def test_an_unreadable_time_is_none_and_sorts_by_first_seen(raw: str | None) -> None:
    """Nothing is guessed."""
    found = post(published_raw=raw)
    assert (found.published, found.precision) == (found.first_seen, Precision.NONE)


def test_a_date_alone_has_the_precision_of_a_day() -> None:
    """Its value is that day's local midnight."""
    found = post(published_raw="2026-06-08")
    assert (found.published, found.precision) == (datetime(2026, 6, 7, 16, 0, tzinfo=UTC), Precision.DAY)


def test_nothing_is_published_after_it_was_seen() -> None:
    """More than ten minutes ahead is a wrong clock; up to that it is kept."""
    assert post(published_raw="2026-06-09 12:00").published == post().first_seen
    assert post(published_raw="2026-06-09 10:35").published == datetime(2026, 6, 9, 2, 35, tzinfo=UTC)
    seen = post(published_raw="2026-06-09 10:00", first_seen_raw="2026-06-01T08:00:00+08:00")
    assert seen.published == seen.first_seen == datetime(2026, 6, 1, 0, 0, tzinfo=UTC)


def test_an_import_says_when_it_first_saw_a_post() -> None:
    """A given first sight counts, never one ahead of now; nonsense is refused."""
    assert post(first_seen_raw="2026-06-01 08:00").first_seen == datetime(2026, 6, 1, 0, 0, tzinfo=UTC)
    assert post(first_seen_raw="2030-01-01 08:00").first_seen == NOW.replace(microsecond=0)
    with pytest.raises(BadPost, match="first_seen"):
        post(first_seen_raw="不记得了")


# --- authors and the card ---------------------------------------------------------------------------


def test_an_author_is_a_keyed_hash_or_nothing() -> None:
    """The same person under one key, another under another key, nothing when the card says drop."""
    author = post(author=" @青溪阿婆").author
    assert author == pseudonym("青溪阿婆", KEY) != pseudonym("青溪阿婆", b"o" * 32)
    assert author is not None
    assert "青溪" not in author
    assert post(facts=replace(FACTS, author="drop"), author="青溪阿婆").author is None
    assert post().author is None


def test_the_card_s_facts_go_with_the_post() -> None:
    """Platform, kind of text, office's voice and sample mark; the row's own kind wins."""
    facts = SourceFacts("gov", "policy", LOCAL, official=True, sample=True)
    found = post(facts=facts, metrics={"likes": 3, "views": -1})
    assert (found.platform, found.content, found.official, found.sample) == ("gov", "policy", True, True)
    assert found.metrics == {"likes": 3}
    assert post(facts=facts, content="letter").content == "letter"

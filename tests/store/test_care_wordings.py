"""Earlier wordings: what a source changed is kept as long as its post, and forgotten with it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from minyi.models import Post, PostId
from minyi.store import open_store
from minyi.store.care import Retain
from minyi.store.query import parse
from minyi.store.sqlite import SqliteStore, wordings
from tests.store import earlier, invented
from tests.store.filled import ME, RARE, fill, holding

LATER = invented.NOW + timedelta(hours=1)


@pytest.fixture
def post(store: SqliteStore) -> Post:
    """A stored post of a known author, among others."""
    return replace(fill(store, 40)[3], author="h7532", title="关于年费的通知", text="年费每年三百元。")


@pytest.fixture
def edited(store: SqliteStore, post: Post) -> Post:
    """The post, saved and then edited twice by its source."""
    for hours, text in enumerate((post.text, f"年费每年一百元，{RARE}。", "年费不再收取。")):
        store.save_posts([replace(post, text=text)], now=invented.NOW + timedelta(hours=hours))
    return replace(post, text="年费不再收取。")


def test_what_a_source_changed_is_kept_with_its_times(store: SqliteStore, post: Post, edited: Post) -> None:
    """Oldest first, each until the change was seen; the first wording of all since the post was."""
    kept = store.care.wordings(edited.id)[-2:]
    assert [one.text for one in kept] == [post.text, f"年费每年一百元，{RARE}。"]
    assert [one.until for one in kept] == [LATER, LATER + timedelta(hours=1)]
    assert kept[1].since == LATER
    assert store.get([edited.id])[0].post.text == edited.text
    assert store.verify() == []


def test_an_unedited_post_and_a_change_of_numbers_leave_none(store: SqliteStore, edited: Post) -> None:
    """Likes rise and labels are found anew all the time: that is no edit."""
    before = store.care.wordings(edited.id)
    changed = replace(edited, metrics={"likes": 999}, sentiment=None, keywords=("别的",))
    assert store.save_posts([changed], now=LATER).updated == 1
    assert store.care.wordings(edited.id) == before
    assert store.care.wordings(PostId("unknown")) == []


def test_another_authors_words_are_not_kept(store: SqliteStore, edited: Post) -> None:
    """Else an erasure of that person would not find them."""
    before = store.care.wordings(edited.id)
    store.save_posts([replace(edited, author="h4e59", text="现在由我来说。")], now=LATER)
    assert store.care.wordings(edited.id) == before


def test_only_the_newest_twenty_are_kept(store: SqliteStore, edited: Post) -> None:
    """A page with a clock in it fills no disk; since when the oldest stood is no longer known."""
    for minute in range(30):
        at = LATER + timedelta(days=1, minutes=minute)
        store.save_posts([replace(edited, text=f"现在是第{minute}分钟")], now=at)
    kept = store.care.wordings(edited.id)
    assert [one.text for one in kept] == [f"现在是第{minute}分钟" for minute in range(9, 29)]
    assert kept[0].since is None
    assert kept[1].since == kept[0].until


def test_search_and_index_know_only_the_newest_words(store: SqliteStore, edited: Post) -> None:
    """An earlier wording is shown with its post, never found."""
    assert store.search(parse("一百元", resolver=invented.BOOK)).total == 0
    assert store.search(parse("不再收取", resolver=invented.BOOK)).hits[0].stored.post.id == edited.id


def test_erasing_a_post_leaves_no_byte_of_what_it_said_before(tmp_path: Path) -> None:
    """The name stood only in an earlier wording."""
    store = open_store(tmp_path / "minyi.db")
    first = replace(fill(store, 40)[3], author="h7532", text=f"{RARE}说要收年费")
    store.save_posts([first], now=invented.NOW)
    store.save_posts([replace(first, text="年费不再收取。")], now=LATER)
    assert holding(tmp_path)
    assert store.care.worded(RARE) == [first.id]
    store.care.erase(store.care.authored("h7532"), ME, {}, LATER)
    assert store.care.scrub()
    assert store.care.worded(RARE) == []
    store.care.backup(tmp_path / "copy.db")
    store.close()
    assert holding(tmp_path) == []


def test_an_expired_post_takes_its_earlier_wordings_along(store: SqliteStore, edited: Post) -> None:
    """Nothing of it is left in the table."""
    store.care.expire(Retain(LATER + timedelta(days=9), {}), ME, LATER)
    assert store.post_count() == 0
    assert store.care.wordings(edited.id) == []
    assert store.care.worded("年费") == []
    assert store.verify() == []


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE wording SET text=replace(text, '三', '二')",
        "UPDATE wording SET until=until-1",
        "INSERT INTO wording SELECT max(seq)+1, 'gone', 1, '', '', x'00' FROM wording",
    ],
)
def test_damage_to_an_earlier_wording_is_found(store: SqliteStore, edited: Post, damage: str) -> None:
    """Each is compared with the hash it was kept under."""
    with store._database.write() as connection:
        connection.execute(damage)
    (broken,) = [one for one in store.care.check(words=False) if one.broken]
    assert broken.name == "wordings"
    assert broken.examples[0] in {edited.id, "gone", *store.care.worded("")}


def test_a_record_made_before_earlier_wordings_keeps_them_from_now_on(tmp_path: Path) -> None:
    """Version 3 had no table for them."""
    path = tmp_path / "minyi.db"
    store = open_store(path)
    post = fill(store, 5)[0]
    store.close()
    earlier.as_version_3(path)
    store = open_store(path)
    assert store.save_posts([replace(post, text="另一种说法")], now=LATER).updated == 1
    assert [one.text for one in store.care.wordings(post.id)] == [post.text]
    store.close()


def test_twenty_is_what_the_documents_say() -> None:
    """docs/commands.md names the number."""
    page = (Path(__file__).parents[2] / "docs" / "commands.md").read_text("utf-8")
    assert f"the newest {wordings.KEPT} earlier wordings" in page

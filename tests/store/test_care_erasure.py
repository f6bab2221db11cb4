"""Erasing takes a person's words out of every byte, and changes nobody else's counts."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from minyi.errors import StoreFull
from minyi.models import PostId, Saved, Span
from minyi.store import open_store
from minyi.store.base import Split, Step
from minyi.store.query import Query, parse
from minyi.store.sqlite import SqliteStore, erasure, reserve
from tests.store import invented
from tests.store.filled import ME, RARE, fill, holding, theirs

SPAN = (invented.START - timedelta(days=1), invented.NOW)


def counts(store: SqliteStore) -> object:
    """Everything that is counted of everybody."""
    return (
        store.timeline(Query(published=SPAN), Step.DAY, Split.POLICY),
        store.timeline(Query(published=SPAN), Step.HOUR, Split.LABEL),
        store.facet(Query(), Split.SOURCE),
        store.stats(Query()),
        store.counts(invented.POLICIES[0], Span(*SPAN)),
    )


def test_no_byte_of_an_erased_person_is_left(tmp_path: Path) -> None:
    """Name and pairs of characters are in no file, not even of a copy made afterwards."""
    store = open_store(tmp_path / "minyi.db")
    fill(store)
    store.save_posts(theirs(40), now=invented.NOW)
    assert holding(tmp_path)
    ids = store.care.authored("h9b32")
    assert len(ids) == 40
    line = store.care.erase(ids, ME, {"mails": 0}, invented.NOW)
    assert line.detail == {"mails": 0, "posts": 40}
    assert store.care.scrub_pending()
    assert store.care.scrub()
    assert not store.care.scrub_pending()
    store.care.backup(tmp_path / "copy.db")
    assert holding(tmp_path) == []
    store.close()
    assert holding(tmp_path) == []


def test_everybody_elses_counts_are_as_if_the_person_had_never_written(store: SqliteStore) -> None:
    """Curves, facets, polarity and detection's counts are those of before."""
    fill(store)
    before = counts(store)
    store.save_posts(theirs(40), now=invented.NOW)
    assert counts(store) != before
    store.care.erase(store.care.authored("h9b32"), ME, {}, invented.NOW)
    store.care.scrub()
    assert counts(store) == before
    assert store.verify() == []


def test_an_erased_post_does_not_come_back(store: SqliteStore) -> None:
    """Its id is buried; a re-crawl of the page changes nothing, and its fate is told."""
    posts = theirs(3)
    store.save_posts(posts, now=invented.NOW)
    store.care.erase([posts[0].id], ME, {}, invented.NOW)
    assert store.save_posts(posts, now=invented.NOW) == Saved(unchanged=3)
    fate = store.care.fate(posts[0].id)
    assert fate is not None
    assert (fate.why, fate.at) == ("erased", invented.NOW)
    assert store.care.fate(posts[1].id) is None


def test_authors_are_told_apart_exactly(store: SqliteStore) -> None:
    """Only posts of the whole pseudonym."""
    other = [replace(post, id=PostId(f"other-{post.id}"), author="h9b3") for post in theirs(4)]
    store.save_posts([*theirs(5), *other], now=invented.NOW)
    assert len(store.care.authored("h9b32")) == 5
    assert store.care.authored("h9b3") == sorted(post.id for post in other)
    assert store.care.authored("") == []


def test_others_read_and_write_while_the_file_is_cleaned(tmp_path: Path) -> None:
    """A reader's snapshot delays the last step, which says so and is done later."""
    store, other = open_store(tmp_path / "minyi.db"), open_store(tmp_path / "minyi.db")
    fill(store)
    store.save_posts(theirs(10), now=invented.NOW)
    store.care.erase(store.care.authored("h9b32"), ME, {}, invented.NOW)
    with other._database.read() as connection, pytest.MonkeyPatch.context() as patched:
        connection.execute("SELECT count(*) FROM posts").fetchall()
        patched.setattr(erasure, "CUT_SECONDS", 0.0)
        patched.setattr(erasure, "CUT_WAIT_MILLISECONDS", 10)
        assert not store.care.scrub()
        assert store.care.scrub_pending()
    assert other.search(parse(RARE, resolver=invented.BOOK)).total == 0
    assert store.care.scrub()
    assert holding(tmp_path) == []
    other.close()
    store.close()


def test_too_little_room_is_said_and_leaves_the_posts_deleted(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cleaning needs twice the file; the rest waits for `--finish`."""
    store.save_posts(theirs(5), now=invented.NOW)
    store.care.erase(store.care.authored("h9b32"), ME, {}, invented.NOW)
    monkeypatch.setattr(reserve, "free_bytes", lambda _: 1_000_000)
    with pytest.raises(StoreFull, match="minyi erase --finish"):
        store.care.scrub()
    assert store.post_count() == 0
    assert store.care.scrub_pending()


def test_erasing_an_unknown_post_buries_its_id(store: SqliteStore) -> None:
    """Whoever asks before a page is crawled is heard too."""
    (post,) = theirs(1)
    line = store.care.erase([PostId("rare-0")], ME, {}, invented.NOW)
    assert line.detail["posts"] == 0
    assert store.save_posts([post], now=invented.NOW) == Saved(unchanged=1)

"""Tokens find every word that is there, in any script, and mark it where it stands."""

from dataclasses import replace

import pytest

from minyi.models import PostId
from minyi.store import tokens
from minyi.store.highlight import highlights
from minyi.store.query import parse
from minyi.store.sqlite import SqliteStore
from minyi.text import search_key
from tests.store import invented
from tests.store.plain import is_han
from tests.store.test_query_parser import BOOK


@pytest.mark.parametrize(
    ("key", "made"),
    [
        ("", ""),
        ("，。", ""),
        ("法", "法"),
        ("专利法", "专利 利法 法"),
        ("专利，法", "专利 利 法"),
        ("pct专利2026年", "pct 专利 利 2026 年"),
        ("𠮷野家", "𠮷野 野家 家"),
        ("二〇二六", "二〇 〇二 二六 六"),
        ("a_b", "a b"),
        ("ئۇيغۇر تىلى", "ئۇيغۇر تىلى"),
        ("བོད་ཡིག", "བོད ཡིག"),
        ("ไทย", "ไทย"),
    ],
)
def test_tokens_of_a_key(key: str, made: str) -> None:
    """Han pairs and the last character; other runs are one word, marks included."""
    assert tokens.index_tokens(key) == made


def test_an_endless_word_is_cut_alike_on_both_sides(store: SqliteStore) -> None:
    """A word longer than the limit is still found by itself."""
    word = "x" * 5_000
    post = invented.post(invented.seeded(1), 1)
    store.save_posts([replace(post, text=word)], now=invented.NOW)
    assert store.search(parse("y" * 200, resolver=BOOK)).total == 0
    assert store.search(parse(word[:1_999], resolver=BOOK)).total == 1


def test_every_two_character_word_of_every_post_is_found(store: SqliteStore) -> None:
    """Whatever two neighbouring Han characters are typed, the posts that hold them are found."""
    posts = invented.posts(invented.seeded(4), 40)
    store.save_posts(posts, now=invented.NOW)
    keys = {post.id: (search_key(post.title), search_key(post.text)) for post in posts}
    pairs = {
        key[n : n + 2]
        for both in keys.values()
        for key in both
        for n in range(len(key) - 1)
        if is_han(key[n]) and is_han(key[n + 1])
    }
    assert len(pairs) > 100
    for pair in pairs:
        expected = {post for post, both in keys.items() if any(pair in key for key in both)}
        page = store.search(parse(pair, resolver=BOOK), size=200)
        assert {hit.stored.post.id for hit in page.hits} == expected, pair


@pytest.mark.parametrize(
    ("typed", "text", "marked"),
    [
        ("专利", "專利與专利", ["專利", "专利"]),
        ("專利", "专利法", ["专利"]),
        ("利", "专利利", ["利利"]),
        ("专利利法", "专利利法", ["专利利法"]),
        ("专专", "专专专", ["专专专"]),
        ("PCT专利", "按ＰＣＴ规则，专利pct2", ["ＰＣＴ", "专利"]),
        ("5g", "5G与5Gx和5g", ["5G", "5g"]),
        ("专利 -商标", "专利商标", ["专利"]),
        ("专利 倾向:负面", "负面专利", ["专利"]),
        ("法规 OR 商标", "商标与法规", ["商标", "法规"]),
        ("", "专利", []),
    ],
)
def test_highlights_stand_on_the_shown_text(typed: str, text: str, marked: list[str]) -> None:
    """Spans are of the text as shown, whatever script or width was typed; nothing negated is marked."""
    found = highlights(parse(typed, resolver=BOOK), text, text)
    assert [text[start:end] for start, end in found.text] == marked
    assert found.title == found.text


def test_hits_carry_their_highlights(store: SqliteStore) -> None:
    """What a search returns marks the hit's own title and text."""
    posts = invented.posts(invented.seeded(5), 30)
    store.save_posts(posts, now=invented.NOW)
    for hit in store.search(parse("专利 OR 商标", resolver=BOOK), size=200).hits:
        post = hit.stored.post
        spans = [post.title[a:b] for a, b in hit.highlights.title] + [
            post.text[a:b] for a, b in hit.highlights.text
        ]
        assert spans
        assert {PostId(post.id)} == {stored.post.id for stored in store.get([post.id])}
        assert all("专利" in search_key(span) or "商标" in search_key(span) for span in spans)

"""Import files: every row becomes a raw post or a named fault, and none is lost."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from minyi.errors import InputError
from minyi.importfile import Notice, read_posts
from minyi.models import RawPost
from minyi.spool import BadLine

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def read(path: Path) -> tuple[list[RawPost], list[BadLine], list[str]]:
    """The file's posts, faults and notices."""
    rows = list(read_posts(path, None, source=None, now=NOW))
    return (
        [one for one in rows if isinstance(one, RawPost)],
        [one for one in rows if isinstance(one, BadLine)],
        [one.text for one in rows if isinstance(one, Notice)],
    )


def test_json_lines_keep_every_field_and_name_the_source(tmp_path: Path) -> None:
    """Optional fields are read, numbers become text or counts, the source defaults to the file's stem."""
    path = tmp_path / "hotline.jsonl"
    row = {
        "text": "会费太贵",
        "id": 7,
        "author": "张",
        "published_at": "2026-03-01 09:00",
        "likes": "12",
        "kind": "letter",
    }
    path.write_text(json.dumps(row, ensure_ascii=False) + "\n\n", "utf-8")
    (post,), bad, notices = read(path)
    assert (post.source, post.native_id, post.body_text) == ("hotline", "7", "会费太贵")
    assert (post.metrics, post.content, post.published_raw) == ({"likes": 12}, "letter", "2026-03-01 09:00")
    assert (bad, notices) == ([], [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_spreadsheets_csv_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    """Quoted line breaks and commas stay in the text, whatever program wrote the file."""
    path = tmp_path / "posts.csv"
    path.write_bytes('text,source,未知\n"第一行，\n第二行",论坛,x\n商标,论坛,\n'.encode(encoding))
    posts, bad, notices = read(path)
    assert [post.body_text for post in posts] == ["第一行，\n第二行", "商标"]
    assert {post.source for post in posts} == {"论坛"}
    assert bad == []
    assert any("未知" in words for words in notices)


def test_faulty_rows_are_named_with_their_lines_and_the_rest_is_read(tmp_path: Path) -> None:
    """Not JSON, no object, no text, a wrong time, a wrong count, bad bytes, depth: each has its reason."""
    good = json.dumps({"text": "商标"})
    lines = [
        good,
        "{broken",
        "[1]",
        '{"title": "x"}',
        '{"text": "a", "published_at": "明后天"}',
        '{"text": "a", "likes": -1}',
        '{"text": ["a"]}',
        '{"text": "a", "kind": "rumour"}',
        "[" * 100_000,
        good,
    ]
    path = tmp_path / "mixed.jsonl"
    path.write_bytes(("\n".join(lines) + '\n{"text": "').encode() + b'\xff\xfe"}\n')
    posts, bad, _ = read(path)
    assert len(posts) == 2
    assert [one.number for one in bad] == [2, 3, 4, 5, 6, 7, 8, 9, 11]
    reasons = [one.reason for one in bad]
    for words, reason in zip(
        ("不是 JSON", "对象", "缺少 text", "published_at", "likes", "text 应为文字", "kind", "嵌套", "字节"),
        reasons,
        strict=True,
    ):
        assert words in reason


def test_one_damaged_line_does_not_change_the_files_encoding(tmp_path: Path) -> None:
    """A UTF-8 file with one bad row stays UTF-8; that row alone is refused."""
    path = tmp_path / "posts.csv"
    path.write_bytes("text\n知识产权\n商标注册\n".encode() + b"\xd6\xaa\xd6\n")
    posts, bad, _ = read(path)
    assert [post.body_text for post in posts] == ["知识产权", "商标注册"]
    assert [one.number for one in bad] == [4]


def test_a_csv_without_text_and_a_missing_file_are_errors(tmp_path: Path) -> None:
    """What cannot be read at all is said once, with the columns there are."""
    path = tmp_path / "posts.csv"
    path.write_text("content,url\na,b\n", "utf-8")
    with pytest.raises(InputError, match="content、url"):
        read(path)
    with pytest.raises(InputError, match="none"):
        read(tmp_path / "none.csv")


def test_a_count_left_blank_is_a_count_not_given(tmp_path: Path) -> None:
    """An export that writes empty strings for missing counts loses no post."""
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "会费", "likes": "", "views": " ", "reposts": null, "comments": 0}\n', "utf-8")
    (post,), bad, _ = read(path)
    assert (dict(post.metrics), bad) == ({"comments": 0}, [])


def test_names_of_foreign_columns_cannot_command_a_terminal(tmp_path: Path) -> None:
    """Escape characters in a column's name are not repeated on the screen."""
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": "会费", "\x1b]0;标题\x07": 1}) + "\n", "utf-8")
    _, _, (notice,) = read(path)
    assert "标题" in notice
    assert notice.isprintable()
    (tmp_path / "a.csv").write_text("\x1b[2J正文\n会费\n", "utf-8")
    with pytest.raises(InputError) as caught:
        read(tmp_path / "a.csv")
    assert "正文" in str(caught.value)
    assert str(caught.value).isprintable()

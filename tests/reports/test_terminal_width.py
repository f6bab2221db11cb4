"""Chinese and Latin text keep their columns in a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.width import cells, clip, pad, plain, wrap

LINES = st.text(st.sampled_from("政策商标abc 12%，。（《》）http://x—é😀e\u0301"), max_size=120)


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("abc", 3),
        ("政策", 4),
        ("a政", 3),
        ("ｆｕｌｌ", 8),
        ("（一）", 6),
        ("e\u0301", 1),
        ("▁█", 2),
        ("😀", 2),
    ],
)
def test_cells_follow_the_characters(text: str, width: int) -> None:
    """Han and full-width characters take two cells, marks that combine none."""
    assert cells(text) == width


@given(LINES, st.integers(0, 40), st.booleans())
def test_padded_text_fills_its_column(text: str, width: int, right: bool) -> None:
    """Exactly the asked width, whatever the text."""
    assert cells(pad(text, width, right=right)) == width


def test_clipped_text_says_so() -> None:
    """A cut is visible and never splits a wide character in half."""
    assert clip("地理标志商标", 7) == "地理标…"
    assert clip("地理标志商标", 6) == "地理…"
    assert clip("地理", 4) == "地理"


@given(LINES, st.integers(2, 40))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    """No line is wider than asked; all characters but blanks arrive in order."""
    lines = wrap(text, width)
    assert all(line and cells(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_marks_do_not_open_a_line() -> None:
    """A comma takes the word before it along; an opening bracket goes with what it opens."""
    assert wrap("平时此时段约八帖，近两周", 16) == ["平时此时段约八", "帖，近两周"]
    assert wrap("第一条规定了《办法》", 14) == ["第一条规定了", "《办法》"]
    assert wrap("负面占比为 57%，平时", 14) == ["负面占比为", "57%，平时"]


def test_words_and_addresses_stay_whole() -> None:
    """A Latin word moves to the next line; one longer than a line is cut."""
    assert wrap("见 http://a.cn/b 一页", 12) == ["见", "http://a.cn/", "b 一页"]
    assert wrap("方法见 example 页", 10) == ["方法见", "example 页"]


def test_hostile_text_cannot_move_the_cursor() -> None:
    """Escapes, carriage returns, display-order marks and NULs do not survive; blanks become one."""
    assert plain("\x1b[31m红\x1b[0m\r\n a\x00\u202e\u200b\tb ") == "[31m红[0m a b"

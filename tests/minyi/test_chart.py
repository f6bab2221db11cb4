"""The small curve: a picture of the right size that shows what it says, and the same in words."""

import io
from datetime import UTC, datetime, timedelta

from PIL import Image

from minyi.chart import SHOWN_HEIGHT, SHOWN_WIDTH, Bar, draw, in_words

START = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)


def bars(counts: list[int], marked: int = -1, blind: int = -1) -> list[Bar]:
    """One bar an hour."""
    return [Bar(START + timedelta(hours=n), count, n == marked, n == blind) for n, count in enumerate(counts)]


def colours(picture: bytes) -> set[tuple[int, int, int]]:
    """Every colour in it."""
    with Image.open(io.BytesIO(picture)) as image:
        assert image.format == "PNG"
        assert image.size == (2 * SHOWN_WIDTH, 2 * SHOWN_HEIGHT)
        return {colour for _, colour in image.convert("RGB").getcolors(1 << 20) or []}  # type: ignore[misc]


def test_the_alerts_window_and_the_blind_hours_are_seen() -> None:
    """Red bars for the window, grey ground for hours without data; neither when there is none."""
    red, grey = (179, 38, 30), (236, 239, 242)
    assert {red, grey} <= colours(draw(bars([1, 5, 9, 2], marked=2, blind=3)))
    assert not {red, grey} & colours(draw(bars([1, 5, 9, 2])))


def test_it_is_small_enough_for_any_mail() -> None:
    """Three days by the hour, with the widest numbers."""
    assert len(draw(bars([n * 977 for n in range(72)]))) < 20_000


def test_nothing_to_draw_is_no_picture() -> None:
    """And all hours without posts still is one."""
    assert draw([]) == b""
    assert in_words([]) == ""
    assert draw(bars([0, 0, 0]))


def test_the_words_say_what_the_picture_shows() -> None:
    """Span, highest hour in local time, hours without data."""
    words = in_words(bars([1, 5, 9, 2], blind=3))
    assert words == "自 03-03 00:00 起 4 小时的每小时帖数，其中 1 小时无数据，最多 9 帖（03-03 02:00）"

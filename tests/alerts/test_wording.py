"""Figures as a press officer reads them."""

import pytest

from alerts.wording import duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(2, "2 秒"), (30, "30 秒"), (300, "5 分钟"), (3600, "1 小时"), (5400, "1.5 小时"), (259_200, "3 天")],
)
def test_a_duration_is_never_rounded_to_nothing(seconds: float, words: str) -> None:
    """A source read every half minute is not read 每 0 分钟."""
    assert duration(seconds) == words

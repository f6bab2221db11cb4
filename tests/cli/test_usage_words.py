"""What is said of words typed wrongly, and help pages, are Chinese throughout."""

import re

import pytest

from tests.cli.conftest import Minyi


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("qery", "x"), "“命令”里没有 qery，是不是 query？"),
        (("alerts", "lst"), "“动作”里没有 lst，是不是 list？"),
        (("query", "x", "--order", "best"), "“--order”里没有 best，可选 newest、relevance"),
        (("query", "x", "--limit", "a"), "--limit 应为整数，不是 'a'"),
        (("query", "x", "--limit"), "--limit 之后缺少值"),
        (("query", "x", "--foo"), "不认识 --foo"),
        (("query", "x", "--s"), "--s 不明确，可能是 --since, --stats, --split"),
        (("query", "x", "--stats", "--explain"), "--explain 不能与 --stats 同用"),
        (("alerts", "close"), "缺少 id"),
        (("roster", "show", "--at", "gestern"), "--at：'gestern' 不是时间"),
    ],
)
def test_a_slip_is_told_in_chinese(minyi: Minyi, words: tuple[str, ...], told: str) -> None:
    """Exit 2, what is wrong, and where the usage stands."""
    done = minyi(*words)
    assert done.code == 2
    assert f"用法错误：{told}" in done.err
    assert "--help" in done.err


@pytest.mark.parametrize("words", [(), ("query",), ("alerts", "show")])
def test_a_help_page_has_no_english_sentence(minyi: Minyi, words: tuple[str, ...]) -> None:
    """Headings and the common options included, each once."""
    page = minyi(*words, "--help").out
    assert page.startswith("用法：minyi")
    assert page.count("选项:") == 1
    assert not re.search(r"usage|options:|arguments|show this|show program", page)

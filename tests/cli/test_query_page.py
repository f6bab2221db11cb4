"""A page of hits as a person sees it, and queries that cannot be answered."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from minyi.models import Precision
from reports.width import cells
from tests.cli.conftest import Minyi
from tests.cli.records import fill, post

ROOT = Path(__file__).parents[2]
LONG = "https://forum.example/thread/" + "0123456789" * 20
PROSE = "青溪油糕协会说，商标注册以后每年都要交会费，很多摊主问，这笔会费到底是谁定的，有没有文件。" * 3


def on_a_terminal(folder: Path, *words: str) -> str:
    """What `minyi` writes to a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cli", *words]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "TERM": "xterm", "COLUMNS": "80"}
    child = subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=folder, env=environment, stdout=theirs, stderr=subprocess.DEVNULL
    )
    os.close(theirs)
    seen = b""
    try:
        while piece := os.read(ours, 65_536):
            seen += piece
    except OSError:  # Linux ends a terminal so when its last writer has gone
        pass
    os.close(ours)
    assert child.wait() == 0
    return seen.decode()


def test_words_found_are_bold_on_a_terminal_only(minyi: Minyi, tmp_path: Path) -> None:
    """Bold where hits stand and nowhere else; a file gets plain text."""
    fill(tmp_path, [post(1, "商标要交會費吗", title="关于会费")])
    page = on_a_terminal(tmp_path, "query", "会费 商标")
    assert "关于\x1b[1m会费\x1b[0m" in page
    assert "\x1b[1m商标\x1b[0m要交\x1b[1m會費\x1b[0m吗" in page
    assert "\x1b" not in minyi("query", "会费 商标").out


def test_hits_fit_80_columns_and_addresses_stay_whole(minyi: Minyi, tmp_path: Path) -> None:
    """Only an address may be longer than a line: a broken one cannot be opened."""
    fill(tmp_path, [post(1, PROSE, url=LONG, title="长" * 60)])
    lines = minyi("query", "会费").out.splitlines()
    assert [line.strip() for line in lines if cells(line) > 80] == [LONG]
    assert "".join(line.strip() for line in lines).count("会费") >= 4


def test_a_long_text_is_shown_around_its_first_hit(minyi: Minyi, tmp_path: Path) -> None:
    """The reader sees why it was found, wherever that stands."""
    fill(tmp_path, [post(1, "甲" * 3_000 + "会费" + "乙" * 3_000)])
    page = minyi("query", "会费").out.replace("\n", "").replace(" ", "")
    assert "…甲甲" in page
    assert "甲会费乙" in page
    assert "乙…" in page
    assert len(page) < 400


def test_strangers_cannot_move_the_cursor(minyi: Minyi, tmp_path: Path) -> None:
    """Escape sequences in a title, a text or an address reach no terminal."""
    hostile = "会费\x1b[2J\x1b]0;x\x07\u202e会费\r\n会费"
    fill(tmp_path, [post(1, hostile, title=hostile, url="http://a.example/\x1b[2J")])
    page = minyi("query").out
    assert not [c for c in page if not c.isprintable() and c != "\n"]


def test_copies_are_shown_once_with_their_number(minyi: Minyi, tmp_path: Path) -> None:
    """Collapsed, the newest of a group stands for all, and totals stay."""
    posts = [post(n, cluster="c1" if n < 12 else "") for n in range(14)]
    fill(tmp_path, posts)
    page = minyi("query", "会费", "--collapse").out
    assert page.count("同文 ×12") == 1
    assert "共 14 条，显示 3 条，同文合并" in page
    *hits, last = minyi("query", "会费", "--collapse", "--json").lines
    assert [(hit["native_id"], hit["copies"]) for hit in hits] == [("13", 1), ("12", 1), ("11", 12)]
    assert last["total"] == 14
    assert "copies" not in minyi("query", "会费", "--json").lines[0]


def test_pages_follow_each_other_while_posts_arrive(minyi: Minyi, tmp_path: Path) -> None:
    """The cursor goes on where the page ended: nothing twice, nothing left out."""
    fill(tmp_path, [post(n) for n in range(5)])
    *first, ending = minyi("query", "会费", "--limit", "2", "--json").lines
    fill(tmp_path, [post(n) for n in range(5, 9)])
    found = [hit["native_id"] for hit in first]
    while ending["next"]:
        *hits, ending = minyi("query", "会费", "--limit", "2", "--cursor", ending["next"], "--json").lines
        found += [hit["native_id"] for hit in hits]
    assert found == ["4", "3", "2", "1", "0"]


def test_relevance_puts_the_short_and_dense_first(minyi: Minyi, tmp_path: Path) -> None:
    """Ranked by bm25; without words to rank by, people are told."""
    fill(tmp_path, [post(1, "会费会费会费"), post(2, "会费" + "别的话" * 50)])
    assert [
        hit["native_id"] for hit in minyi("query", "会费", "--order", "relevance", "--json").lines[:-1]
    ] == [
        "1",
        "2",
    ]
    assert "没有可比较相关度的检索词" in minyi("query", "--order", "relevance").out


def test_what_is_not_known_is_said(minyi: Minyi, tmp_path: Path) -> None:
    """Unknown time and missing judgement have words."""
    fill(tmp_path, [post(1, precision=Precision.NONE, polarity=None)])
    assert "时间不详  luntan  未分析" in minyi("query").out


@pytest.mark.parametrize(
    ("typed", "shown", "under"),
    [
        ("专利 sent:高", "  专利 sent:高", "高"),
        ("AB 时间:明天", "  AB 时间:明天", "明天"),
        ("标签\t时间:2026-02-30", "  标签 时间:2026-02-30", "2026-02-30"),
        ('政策:(商标 OR "")', '  政策:(商标 OR "")', '"")'),
        ("倾向:", "  倾向:", ""),
    ],
)
def test_a_fault_is_pointed_at(minyi: Minyi, typed: str, shown: str, under: str) -> None:
    """The caret stands under the place, Han characters counted as two cells; exit 2."""
    result = minyi("query", typed)
    message, line, caret = result.err.splitlines()[-3:]
    assert (result.code, result.out) == (2, "")
    assert "检索式错误（第 " in message
    assert line == shown
    assert caret == " " * cells(shown.removesuffix(under) if under else shown) + "^"


def test_a_fault_far_in_a_long_query_is_shown_with_its_surroundings(minyi: Minyi) -> None:
    """The line fits the terminal, and the caret its place in it."""
    result = minyi("query", "会费 " * 60 + "情感:高" + " 商标" * 60)
    line, caret = result.err.splitlines()[-2:]
    assert cells(line) <= 80
    assert line.startswith("  …")
    assert line.endswith("…")
    assert cells(line[: line.index("高")]) == len(caret) - 1


@pytest.mark.parametrize("typed", ["-会费", "-spam", "-(会费 OR 商标)", '-"会费"', "-政策:bus", "-vip", "-5"])
def test_a_query_may_begin_with_a_negation(minyi: Minyi, typed: str) -> None:
    """It is no option, whatever follows the sign, and is shown as typed."""
    (told,) = minyi("query", "--explain", typed, "--json").lines
    assert told["expression"] == typed
    assert told["bracketed"].startswith("NOT ")


def test_a_word_that_is_no_text_does_no_harm(minyi: Minyi, tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are ignored, and shown as a question mark."""
    minyi("query")
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "cli", "query", b"\xff\xfe", "--explain"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=True,
    )
    assert "已忽略“??”" in done.stdout.decode()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--split", "label"], "--split：只用于--timeline"),
        (["--force"], "--force：只用于--export"),
        (["--facet", "label", "--cursor", "x"], "--cursor：只用于帖文列表"),
        (["--stats", "--order", "relevance"], "--order：只用于帖文列表"),
        (["--stats", "--collapse"], "--collapse：只用于帖文列表和 --export"),
        (["--order", "relevance", "--cursor", "x"], "--cursor：按相关度排序只有一页"),
        (["--explain", "--limit", "5"], "--limit：只用于"),
        (["--limit", "201"], "--limit：应在 1 至 200 之间"),
        (["--export", "a.csv", "--limit", "0"], "--limit：应是 1 或更大的数"),
        (["--export", "a.txt"], "--export：文件名应以 .csv、.jsonl、.xlsx 结尾"),
        (["--facet", "label", "--stats"], "--stats"),
        (["--since", "明天"], "--since"),
    ],
)
def test_options_without_effect_are_refused(minyi: Minyi, words: list[str], told: str) -> None:
    """A person would believe that they had one; exit 2."""
    result = minyi("query", "会费", *words)
    assert result.code == 2
    assert told in result.err

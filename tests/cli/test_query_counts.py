"""`minyi query --facet, --timeline, --stats`: counts for people and for programs."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from minyi import clock
from minyi.clock import parse_time
from minyi.models import Precision, SourceId, SourceState
from reports.width import cells
from tests.cli.conftest import Minyi
from tests.cli.records import NOON, fill, post, run


def test_a_facet_shows_names_shares_and_polarity(minyi: Minyi, tmp_path: Path) -> None:
    """Policies by title, largest first; a post counts for each of its policies."""
    fill(
        tmp_path,
        [
            post(1, policies=["oil-cake"], polarity=-0.5),
            post(2, policies=["oil-cake", "bus"], polarity=-0.1),
            post(3, polarity=0.9),
        ],
    )
    *rows, last = minyi("query", "会费", "--facet", "policy", "--json").lines
    assert [(row["value"], row["name"], row["count"]) for row in rows] == [
        ("oil-cake", "青溪油糕商标使用办法", 2),
        ("bus", "清溪县公交票价调整方案（征求意见稿）", 1),
    ]
    assert [row["share"] for row in rows] == pytest.approx([2 / 3, 1 / 3])
    assert [row["polarity"] for row in rows] == pytest.approx([-0.3, -0.1])
    assert last == {"counted": 3, "capped": False, "more": False, "notes": []}
    page = minyi("query", "会费", "--facet", "policy").out
    assert "清溪县公交票价调整方案（征求意见稿）" in page
    assert "66.7%" in page
    assert "共 3 条" in page


def test_a_facet_says_when_it_counted_the_newest_only(
    minyi: Minyi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the window the answer is computed on its part, and everybody is told."""
    for module in ("search", "facets"):
        monkeypatch.setattr(f"minyi.store.sqlite.{module}.WINDOW", 5)
    fill(tmp_path, [post(n, polarity=0.5 if n > 6 else -0.5) for n in range(12)])
    assert "按最新 5 条计算" in minyi("query", "--facet", "label").out
    assert "按最新 5 条计算" in minyi("query", "--stats").out
    *rows, last = minyi("query", "--facet", "label", "--json").lines
    assert [(row["name"], row["count"]) for row in rows] == [("正面", 5)]
    assert (last["counted"], last["capped"]) == (5, True)
    assert minyi("query", "--stats", "--json").lines[0]["capped"] is True


def test_a_facet_tells_that_there_is_more(minyi: Minyi, tmp_path: Path) -> None:
    """Unjudged posts have a row of their own, and what is not listed is not denied."""
    fill(tmp_path, [post(1, polarity=-0.5), post(2, polarity=-0.5), post(3, polarity=None)])
    assert "未分析" in minyi("query", "--facet", "label").out
    assert "只列最多的 1 项" in minyi("query", "--facet", "label", "--limit", "1").out


def test_statistics_of_polarity(minyi: Minyi, tmp_path: Path) -> None:
    """Scored posts only; percentiles by nearest rank."""
    fill(tmp_path, [*(post(n, polarity=n / 100) for n in range(-50, 50)), post(99, polarity=None)])
    (found,) = minyi("query", "--stats", "--json").lines
    assert (found["n"], found["counted"]) == (100, 101)
    assert (found["p5"], found["p50"], found["p95"]) == (-0.46, -0.01, 0.44)
    assert found["mean"] == pytest.approx(-0.005)
    assert "平均 -0.005，中位数 -0.010" in minyi("query", "--stats").out
    assert "无数据" in minyi("query", "没有的词", "--stats").out


def test_a_day_curve_is_cut_at_local_midnight(minyi: Minyi, tmp_path: Path) -> None:
    """Half past midnight in Shanghai belongs to the new day, though it is the old one in UTC."""
    fill(
        tmp_path,
        [
            post(1, published=parse_time("2026-03-01T23:59")),
            post(2, published=parse_time("2026-03-02T00:30")),
            post(3, published=parse_time("2026-03-02T00:00"), precision=Precision.DAY),
        ],
    )
    words = ("query", "会费", "--timeline", "day", "--since", "2026-03-01", "--until", "2026-03-04")
    assert minyi(*words, "--json").lines == [
        {
            "start": f"2026-03-0{day}T00:00:00+08:00",
            "end": f"2026-03-0{day + 1}T00:00:00+08:00",
            "count": count,
            "blind": False,
        }
        for day, count in ((1, 1), (2, 2), (3, 0))
    ]
    page = minyi(*words).out.splitlines()
    assert page[0] == "2026-03-01 00:00 至 2026-03-04 00:00（不含），北京时间"
    assert [line.split()[:3] for line in page[1:4]] == [
        ["03-01", "周日", "1"],
        ["03-02", "周一", "2"],
        ["03-03", "周二", "0"],
    ]
    assert page[2].count("█") == 2 * page[1].count("█") > 0
    assert "合计 3 条" in page[4]


def test_a_blind_hour_is_no_zero(minyi: Minyi, tmp_path: Path) -> None:
    """People read 无数据, programs get blind; a count that was seen is the least there is."""
    hour = timedelta(hours=1)
    runs = [run(NOON), run(NOON + hour, SourceState.DOWN), run(NOON + 4 * hour)]
    fill(tmp_path, [post(1), post(70, source=SourceId("import"))], runs)
    words = ("query", "--timeline", "hour", "--since", "2026-03-02T11:00", "--until", "2026-03-02T18:00")
    rows = minyi(*words, "--json").lines
    assert [row["blind"] for row in rows] == [False, *[True] * 4, False, False]
    assert [row["count"] for row in rows] == [0, 1, 1, 0, 0, 0, 0]
    page = minyi(*words).out
    assert "03-02 13:00      ≥1" in page
    assert "03-02 14:00  无数据" in page
    assert "03-02 16:00       0" in page
    assert "4 个时段" in page


def test_a_split_curve_names_its_parts(minyi: Minyi, tmp_path: Path) -> None:
    """Columns are aligned in cells under their heads, and programs get key and name."""
    fill(tmp_path, [post(1, polarity=-0.5), post(2, polarity=-0.5), post(3, polarity=0.5)])
    words = (
        "query",
        "--timeline",
        "day",
        "--since",
        "2026-03-02",
        "--until",
        "2026-03-03",
        "--split",
        "label",
    )
    rows = minyi(*words, "--json").lines
    assert {(row["key"], row["name"]): row["count"] for row in rows} == {
        ("negative", "负面"): 2,
        ("neutral", "中性"): 0,
        ("positive", "正面"): 1,
    }
    _, legend, head, day, *_ = minyi(*words).out.splitlines()
    assert legend == "█ 负面  ▓ 中性  ▒ 正面"
    drawn = day.rsplit("  ", 1)
    assert cells(head) == cells(drawn[0])
    assert drawn[1].count("█") > 1.9 * drawn[1].count("▒") > 0
    assert drawn[1].count("▓") == 0


def test_more_parts_than_can_be_told_apart_become_one(minyi: Minyi, tmp_path: Path) -> None:
    """The largest keep their names; a program still gets all."""
    fill(tmp_path, [post(n * 10 + k, source=SourceId(f"s{n}")) for n in range(9) for k in range(n + 1)])
    words = (
        "query",
        "--timeline",
        "day",
        "--since",
        "2026-03-02",
        "--until",
        "2026-03-03",
        "--split",
        "source",
    )
    page = minyi(*words).out
    assert "█ s8" in page
    assert "其他 4 个" in page
    assert "合计 45 条" in page
    assert len(minyi(*words, "--json").lines) == 9


@pytest.mark.parametrize(("step", "buckets"), [("day", 30), ("hour", 48)])
def test_without_a_range_a_curve_ends_now(minyi: Minyi, step: str, buckets: int) -> None:
    """The present hour or day is its last one, 48 hours or 30 days in all."""
    before = clock.now()
    rows = minyi("query", "--timeline", step, "--json").lines
    start, end = (datetime.fromisoformat(rows[-1][name]) for name in ("start", "end"))
    assert len(rows) == buckets
    assert start <= clock.now()
    assert before < end


def test_the_typed_range_and_the_flags_meet(minyi: Minyi, tmp_path: Path) -> None:
    """`time:` in the text bounds a curve, a flag narrows it."""
    fill(tmp_path, [post(1)])
    assert len(minyi("query", "时间:2026-03-01..2026-03-07", "--timeline", "day", "--json").lines) == 7
    narrowed = minyi(
        "query", "时间:2026-03-01..2026-03-07", "--since", "2026-03-05", "--timeline", "day", "--json"
    )
    assert len(narrowed.lines) == 3
    ended = minyi("query", "--until", "2026-03-05", "--timeline", "hour", "--json").lines
    assert (len(ended), ended[0]["start"]) == (48, "2026-03-03T00:00:00+08:00")


def test_a_curve_too_long_is_refused_with_the_limit(minyi: Minyi) -> None:
    """The message says how many there would be and what to do; no caret points at nothing."""
    result = minyi("query", "--timeline", "hour", "--since", "2020-01-01", "--until", "2026-01-01")
    assert result.code == 2
    assert "最多 10000 个" in result.err
    assert "^" not in result.err

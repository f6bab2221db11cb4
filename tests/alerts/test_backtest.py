"""A file of counts in, alerts and their times out."""

import csv
import random
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from alerts.backtest import Rows, backtest
from alerts.countsfile import read_counts, write_alerts
from minyi.clock import LOCAL
from minyi.errors import InputError
from minyi.models import RuleName
from minyi.rules import Rules, VolumeRule
from tests.alerts.watching import poisson_counts

START = datetime(2015, 2, 26, 21, 42, 53, tzinfo=LOCAL)
STEP = timedelta(minutes=5)


def rows(mean: float, days: int, *, bursts: tuple[int, ...] = (), height: float = 30, seed: int = 1) -> Rows:
    """A stream with bursts of two hours at the given buckets."""
    counts = poisson_counts(random.Random(seed), mean, days * 288)
    for begin in bursts:
        for place in range(begin, begin + 24):
            counts[place] += height
    return [(START + i * STEP, c) for i, c in enumerate(counts)]


def buckets(data: Rows, rules: Rules = Rules(), step: timedelta = STEP) -> list[int]:  # noqa: B008 - frozen value
    """Index of the first crossing bucket of each alert."""
    return [round((s.window.end - START) / step) - 1 for s in backtest("series", data, step, rules)]


@pytest.mark.parametrize(("mean", "height"), [(0.03, 4), (4.0, 30)], ids=["sparse", "dense"])
def test_planted_bursts_are_found_within_the_hour_and_nothing_else(mean: float, height: float) -> None:
    """Two bursts, two alerts."""
    found = buckets(rows(mean, 24, bursts=(4000, 5500), height=height))
    assert [b // 12 * 12 for b in found] in ([4000 // 12 * 12, 5500 // 12 * 12], [3996, 5496])


def test_alerts_are_at_least_the_refractory_apart() -> None:
    """At bars so low that everything crosses, a day lies between two alerts, and no more."""
    eager = replace(
        Rules(),
        volume=VolumeRule(min_posts=2, poisson=1.0, sparse_score=0.8, burst_odds=-9, return_period=0.5),
    )
    found = buckets(rows(0.05, 20), eager)
    assert len(found) >= 5
    gaps = [b - a for a, b in pairwise(found)]
    assert 288 <= min(gaps) < 310


def test_cutting_the_file_leaves_earlier_alerts_as_they_were() -> None:
    """At 20 cuts, spikes with all their numbers."""
    data = rows(2.0, 20, bursts=(3500, 4800))
    whole = backtest("series", data, STEP, Rules())
    assert len(whole) >= 2
    for size in random.Random(2).sample(range(300, len(data)), 20):
        kept = [s for s in whole if s.window.end <= data[size - 1][0] + STEP]
        assert backtest("series", data[:size], STEP, Rules()) == kept


def test_rows_out_of_order_repeated_or_missing_do_no_harm() -> None:
    """Order is restored, the first of equal times counts, a gap is unknown and no calm."""
    data = list(rows(4.0, 24, bursts=(4000, 5500)))
    wanted = buckets(data)
    mixed = data + [(when, 9999.0) for when, _ in data[::50]]
    head, tail = mixed[: len(data)], mixed[len(data) :]
    random.Random(3).shuffle(head)
    assert buckets(head + tail) == wanted
    holes = [row for i, row in enumerate(data) if not 4600 < i < 4900]
    assert [b // 12 for b in buckets(holes)] == [b // 12 for b in wanted]


def test_an_empty_or_short_file_has_no_alerts() -> None:
    """Nothing, or less than a day, says nothing."""
    assert backtest("series", [], STEP, Rules()) == []
    assert buckets([(START + i * STEP, 500.0) for i in range(200)]) == []


def test_a_wrong_step_is_refused_with_a_hint() -> None:
    """Ten years of five minutes are no file of counts."""
    with pytest.raises(InputError, match="--step"):
        backtest("series", [(START, 1.0), (START + timedelta(days=3650), 1.0)], STEP, Rules())


def test_negative_counts_fire_their_own_rule() -> None:
    """Posts all of them negative where one in six was: negative volume with its own counts, and the share."""
    every = rows(0.05, 20, bursts=(5000,), height=3)
    bad = [(when, c if i >= 5000 else float(i % 6 == 0 and c > 0)) for i, (when, c) in enumerate(every)]
    found = backtest("series", every, STEP, Rules(), bad)
    assert {s.rule for s in found} == {RuleName.VOLUME, RuleName.NEGATIVE_VOLUME, RuleName.NEGATIVE_SHARE}


def test_a_file_is_read_and_alert_times_are_its_own_words(tmp_path: Path) -> None:
    """Times go through verbatim; a file without alerts has its header."""
    source = tmp_path / "series.csv"
    source.write_text(
        "\ufefftimestamp,value\r\n2015-02-26 21:42:53,104\r\n2015-02-26 21:47:53,100\r\n", "utf-8"
    )
    counts = read_counts(source)
    assert [(c.stamp, c.value) for c in counts] == [
        ("2015-02-26 21:42:53", 104),
        ("2015-02-26 21:47:53", 100),
    ]
    assert counts[0].when == START
    write_alerts(tmp_path / "out" / "series.csv", [counts[1].stamp])
    with (tmp_path / "out" / "series.csv").open(encoding="utf-8") as file:
        assert [row["timestamp"] for row in csv.DictReader(file)] == ["2015-02-26 21:47:53"]
    write_alerts(tmp_path / "out" / "calm.csv", [])
    assert (tmp_path / "out" / "calm.csv").read_text("utf-8") == "timestamp\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time,value\n", "第 1 行：缺少列 timestamp"),
        ("", "缺少列 timestamp、value"),
        ("timestamp,value\n2015-02-26 21:42:53,many\n", "第 2 行：value 应为帖数"),
        ("timestamp,value\n2015-02-26 21:42:53,1\n2015-02-26 21:47:53,-1\n", "第 3 行"),
        ("timestamp,value\n2015-02-26 21:42:53,nan\n", "第 2 行"),
        ("timestamp,value\n2015-02-26 21:42:53\n", "第 2 行"),
        ("timestamp,value\nyesterday,1\n", "第 2 行：无法读懂时间"),
    ],
)
def test_a_bad_file_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    """The message says file, line and what was expected."""
    path = tmp_path / "bad.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as error:
        read_counts(path)
    assert str(path) in str(error.value)
    assert said in str(error.value)


def test_a_file_that_is_missing_or_no_text_is_named(tmp_path: Path) -> None:
    """No traceback for a wrong path or a picture."""
    with pytest.raises(InputError, match="无法读取"):
        read_counts(tmp_path / "absent.csv")
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(InputError, match="UTF-8"):
        read_counts(tmp_path / "picture.csv")

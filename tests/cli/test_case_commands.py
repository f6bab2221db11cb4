"""An alert is taken on, classified, handed over, answered and closed by commands; the ledger tells it all."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest

from minyi.clock import local_iso, now
from minyi.models import OutboxState, PolicyId
from minyi.store import open_store
from tests.cli.conftest import Minyi
from tests.cli.records import POLICIES, fill

OFFICE = """
[office]
name = "青溪县市场监督管理局"
contact = "duty@qingxi.example"
[mail]
host = "127.0.0.1"
port = 9
security = "none"
sender = "minyi@qingxi.example"
[[recipient]]
name = "值班员"
address = "duty@qingxi.example"
[[recipient]]
name = "法规科"
address = "law@qingxi.example"
departments = ["法规科"]
"""


@pytest.fixture
def opened(minyi: Minyi, tmp_path: Path) -> str:
    """The id of a case opened by hand at level II."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "office.toml").write_text(OFFICE, "utf-8")
    fill(tmp_path, [])
    done = minyi(
        "alerts", "open", "--policy", "oil-cake", "--title", "商户来电：协会收费", "--level", "II",
        "--told-at", local_iso(now() - timedelta(hours=1)), "--by", "陈", "--why", "值班电话", "--json",
    )  # fmt: skip
    assert done.code == 0, done.err
    return str(done.lines[0]["id"])


def test_a_case_from_the_telephone_call_to_its_end(minyi: Minyi, opened: str) -> None:
    """Each step shows the case as it stands; the due table empties when the answer is in."""
    assert POLICIES[0].id == PolicyId("oil-cake")
    short = opened[:8]
    taken = minyi("alerts", "ack", short, "--by", "李")
    assert taken.code == 0
    assert "已受理" in taken.out
    classified = minyi("alerts", "classify", short, "--concern", "emergency", "--by", "王", "--json").lines[0]
    assert [run["name"] for run in classified["case"]["clocks"]] == ["authoritative_5h", "press_24h"]
    assert classified["case"]["title"] == "商户来电：协会收费"
    dues = minyi("alerts", "due", "--json").lines
    assert [(one["name"], one["overdue"]) for one in dues] == [
        ("interpret_3wd", True),
        ("authoritative_5h", False),
        ("press_24h", False),
    ]
    url = "https://qingxi.example/answer/1"
    answered = minyi(
        "alerts", "respond", short, "--url", url, "--at", local_iso(now()), "--title", "关于收费的答复", "--by", "王"
    )  # fmt: skip
    assert "按时" in answered.out
    assert minyi("alerts", "close", short, "--by", "王", "--why", "已平息").code == 0
    assert set("“商户来电：协会收费”") <= set(minyi("alerts", "list").out)
    shown = minyi("alerts", "show", short).out
    for words in (
        "手工立案：商户来电：协会收费",
        "已办结",
        "突发事件",
        "关于收费的答复",
        url,
        "受理　李",
        "理由：已平息",
    ):
        assert words in shown
    assert "新预警" not in shown
    explained = minyi(
        "policies", "interpret", "oil-cake", "--url", "https://qingxi.example/jd", "--at", "2026-03-03T10:00"
    )
    assert "应于 2026-03-04 24:00 前发布，按时" in explained.out
    assert minyi("alerts", "due").out == "没有在走的时限\n"
    assert "今年按时率：3/3" in minyi("alerts", "due", "--all").out


def test_the_ledger_names_every_step_and_is_safe_in_a_spreadsheet(minyi: Minyi, opened: str) -> None:
    """Who, when, why; a reason that begins like a formula is text."""
    minyi("alerts", "ack", opened, "--by", "李", "--why", "=1+1")
    out = minyi("ledger", "--csv").out
    rows = list(csv.DictReader(io.StringIO(out.removeprefix("\ufeff"))))
    assert [(row["事项"], row["何人"]) for row in rows] == [("手工立案", "陈"), ("受理", "李")]
    assert rows[0]["对象"] == opened
    assert "值班电话" in rows[0]["说明"]
    assert minyi("alerts", "false-alarm", opened, "--why", "@cmd").code == 0
    assert {line["action"] for line in minyi("ledger", "--json").lines} == {
        "alert.open",
        "alert.ack",
        "alert.false_alarm",
    }
    assert not any(cell.startswith(("=", "@")) for row in rows for cell in row.values())


def test_a_case_handed_over_tells_that_department_alone(minyi: Minyi, opened: str, tmp_path: Path) -> None:
    """Opening told the duty officer and, at level II, everybody; the hand-over tells the law section once."""
    minyi("alerts", "assign", opened, "--to", "法规科", "--by", "李")
    store = open_store(tmp_path / "data" / "minyi.db")
    told = [(one.recipient, one.reason) for one in store.outbox([OutboxState.NEW])]
    store.close()
    assert sorted(told) == [
        ("duty@qingxi.example", "firing"),
        ("law@qingxi.example", "assigned"),
        ("law@qingxi.example", "firing"),
    ]


def test_a_false_alarm_lowers_the_months_precision(minyi: Minyi, opened: str) -> None:
    """A case opened by hand is nobody's false alarm; what counting found is judged by people."""
    minyi("alerts", "false-alarm", opened, "--by", "李")
    (month,) = minyi("alerts", "quality", "--json").lines
    assert (month["levels"]["II"], month["judged"], month["on_time"]["waived"]) == (1, 0, 1)
    assert "无数据" in minyi("alerts", "quality").out


def test_steps_that_cannot_be_are_refused_in_words(minyi: Minyi, opened: str) -> None:
    """What is wrong and what to do; nothing changes."""
    for words, told in (
        (("alerts", "close", opened), "登记回应"),
        (("alerts", "ack", "ffff"), "没有编号以 ffff 开头的预警"),
        (("alerts", "respond", opened, "--url", "x", "--at", "2026-01-01"), "网址"),
        (("alerts", "classify", opened), "等级（--level）或关切类别"),
        (("alerts", "open", "--policy", "nobody", "--title", "x"), "没有编号为 nobody 的政策"),
        (("roster", "show", "--policy", "nobody"), "没有编号为 nobody 的政策"),
        (("alerts", "mute", "--policy", "oil-cake", "--until", "2020-01-01", "--why", "x"), "截止时间已过"),
    ):
        done = minyi(*words)
        assert done.code == (2 if {"ffff", "nobody"} & set(words) else 1), words
        assert told in done.err
    assert minyi("alerts", "classify", opened, "--level", "V").code == 2
    assert len(minyi("ledger", "--json").lines) == 1


def test_a_mute_is_told_ended_and_kept_in_the_ledger(minyi: Minyi, opened: str) -> None:
    """With name and reason; ending it twice says there is none."""
    del opened
    until = local_iso(now() + timedelta(days=1))
    muted = minyi(
        "alerts", "mute", "--policy", "oil-cake", "--until", until, "--why", "评议会期间", "--by", "王"
    )
    assert "时限照常" in muted.out
    assert "解除静音 1 项" in minyi("alerts", "unmute", "--policy", "oil-cake", "--by", "王").out
    assert "没有可解除的静音" in minyi("alerts", "unmute", "--policy", "oil-cake").out
    assert [line["action"] for line in minyi("ledger", "--json").lines][1:] == [
        "policy.mute",
        "policy.unmute",
    ]

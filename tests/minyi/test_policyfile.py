"""Reading policies from TOML and JSON."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from minyi.errors import ConfigError
from minyi.models import PolicyStatus
from minyi.policyfile import load_policies

TOML = """
[[policy]]
id = "oil-cake"
title = "青溪油糕商标使用办法"
doc_number = "示知发〔2026〕3号"
released_at = 2026-03-02T10:00:00
aliases = ["油糕办法"]
words = { must = ["青溪"], any = ["商标", "会费"] }
[[policy.watch]]
id = "fee"
claim = "店名带地名都要交会费"
statement = "正当使用地名无须缴费"
wording = ["都要交会费"]
"""


def test_toml_gives_every_named_field(tmp_path: Path) -> None:
    """Local times become UTC, inline tables and watch items are read."""
    path = tmp_path / "p.toml"
    path.write_text(TOML, "utf-8")
    (policy,) = load_policies(path)
    assert policy.released_at == datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    assert policy.words.any == ("商标", "会费")
    assert policy.watch[0].wording == ("都要交会费",)


@pytest.mark.parametrize("wrap", [True, False])
def test_json_is_read_as_list_or_object_and_stage_means_status(tmp_path: Path, wrap: bool) -> None:
    """Both JSON shapes work, a null is an absent value, and the old name `stage` is understood."""
    rows = [{"id": "a", "title": "甲办法", "stage": "consulting", "released_at": None}]
    path = tmp_path / "p.json"
    path.write_text(json.dumps({"policy": rows} if wrap else rows), "utf-8")
    (policy,) = load_policies(path)
    assert policy.status is PolicyStatus.CONSULTING
    assert policy.released_at is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[policy]]\nid="a"\n', "policy[0].title：缺少这一项"),
        ('[[policy]]\nid="a"\ntitle="甲"\naliass=["x"]\n', "是否想写 aliases"),
        ('[[policy]]\nid="a"\ntitle="甲"\n[[policy]]\nid="a"\ntitle="乙"\n', "政策编号 a 重复"),
        ('[[policy]]\nid="a b"\ntitle="甲"\n', "policy[0].id"),
        ("[[policy]]\nid=\"a'$(id)\"\ntitle='甲'\n", "policy[0].id"),
        ('[[policy]]\nid="a\\u001b"\ntitle="甲"\n', "policy[0].id"),
        ('[[policy]]\nid="a"\ntitle="甲"\nreleased_at="明天"\n', "不是时间"),
        ("x = 1\n", "没有找到政策"),
        ("x =", "无法读取"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, text: str, words: str) -> None:
    """What is wrong in a policy file is said with its key."""
    path = tmp_path / "p.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_policies(path)
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["p.json", "p.jsonl"])
def test_what_policies_list_prints_can_be_imported(tmp_path: Path, name: str) -> None:
    """One object a line, as the listing gives them, one or several."""
    rows = [{"id": "a", "title": "甲办法", "status": "repealed"}, {"id": "b", "title": "乙\u2028办法"}]
    path = tmp_path / name
    for some in (rows, rows[:1]):
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in some), "utf-8")
        assert [policy.id for policy in load_policies(path)] == [row["id"] for row in some]


@pytest.mark.parametrize(("name", "start"), [("p.json", ""), ("p.toml", "x = ")])
def test_a_bottomless_file_is_a_fault_in_words(tmp_path: Path, name: str, start: str) -> None:
    """Deep nesting is refused like any other unreadable file."""
    path = tmp_path / name
    path.write_text(start + "[" * 10_000, "utf-8")
    with pytest.raises(ConfigError, match="嵌套过深"):
        load_policies(path)

"""What keeps a post from counting as a repetition, whatever else it says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from analysis.misreading import Watchlist
from analysis.safeguard import quotations
from minyi.models import Match, Policy, PolicyId, Post, PostId, Precision, SourceId, Stance, WatchItem

WHEN = datetime(2026, 3, 2, tzinfo=UTC)
POLICY = Policy(
    PolicyId("p"),
    "路灯节能改造办法",
    watch=(WatchItem("dark", "夜里路灯全关", "后半夜隔盏亮灯。", wording=("路灯全关", "路灯都关掉")),),
)


def stance(text: str) -> Stance | None:
    """The stance towards the claim of a post that surely names the policy."""
    post = Post(PostId("1"), SourceId("s"), "web", "post", text, WHEN, Precision.MINUTE, WHEN)
    found = Watchlist([POLICY]).claims(post, [Match(POLICY.id, "title", sure=True)])
    return found[0].stance if found else None


@pytest.mark.parametrize(
    "text",
    [
        "路灯全关，老人摔了谁负责",
        "听说路灯全关，夜班的姐妹结伴走吧",
        "“路灯全关”，凭什么？",
        "路灯全关，这不是谣言，我家楼下已经黑了",
        "路灯全关！",
    ],
)
def test_who_passes_a_claim_on_repeats_it(text: str) -> None:
    """Worry, hearsay, anger at once over a quotation, a denial denied, and the bare claim."""
    assert stance(text) is Stance.REPEAT


@pytest.mark.parametrize(
    "text",
    [
        "路灯全关，太黑了，太气人了。不过那张图的落款是去年的",
        "路灯全关，吓死人，这谣一年一回",
        "恐怖！都说路灯全关。结果我昨晚下班，亮堂堂的一条街",
        "“路灯全关”，“喝水要交税”，这两家一个厂出来的吧",
        "要是路灯全关，环卫师傅第一个不答应，气死",
        "喊路灯全关的那位，是卖手电的",
        "奶奶听见路灯全关急得睡不着，社区的人说放心",
    ],
)
def test_who_keeps_his_distance_does_not_count(text: str) -> None:
    """Talk of the message, a turn of events, a quotation, a supposition, relief: even beside anger."""
    assert stance(text) in (Stance.UNCLEAR, Stance.REBUT)


def test_quotations_are_read_in_any_marks() -> None:
    """Chinese, corner and straight marks; a lone mark quotes nothing."""
    assert quotations('他说“路灯全关”，「都黑了」 "再见" “半句') == {"路灯全关", "都黑了", "再见"}
    assert quotations("没有引号") == frozenset()

"""What is said of a source that cannot be read, or brings nothing. Pure."""

from __future__ import annotations

from alerts.phrases import Names, chance, number
from alerts.wording import about, duration
from minyi.clock import local_text
from minyi.models import RuleName, Spike


def headline(spike: Spike, names: Names) -> str:
    """One short line without a full stop."""
    for_long = duration((spike.window.end - spike.window.start).total_seconds())
    source = names.source(spike.source)
    if spike.rule is RuleName.SOURCE_BLOCKED:
        return f"{source}已 {for_long}拒绝读取"
    if spike.arithmetic.get("kind") == "quiet":
        return f"{source}已 {for_long}没有新帖"
    return f"{source}已 {for_long}未能读取"


def sentences(spike: Spike, names: Names) -> list[str]:
    """The facts, and what to make of them."""
    return _quiet(spike, names) if spike.arithmetic.get("kind") == "quiet" else _unread(spike, names)


def _unread(spike: Spike, names: Names) -> list[str]:
    every = duration(number(spike, "every_seconds"))
    reason = spike.arithmetic.get("reason")
    missed = about(number(spike, "missed_intervals"))
    blocked = spike.rule is RuleName.SOURCE_BLOCKED
    how = "拒绝读取" if blocked else "未能成功读取"
    fact = (
        f"{names.source(spike.source)}自 {local_text(spike.window.start)} 起{how}，"
        f"已错过{missed} 次（每 {every}一次，满 {spike.threshold:g} 次即提示）。"
    )
    return [
        fact,
        "这段时间该来源的数据未知，不等于没有帖文。",
        *([f"最近一次失败：{reason}。"] if reason else []),
        *(["网站主动拒绝时不会自行恢复，请与其联系或暂停该信源。"] if blocked else []),
    ]


def _quiet(spike: Spike, names: Names) -> list[str]:
    every = number(spike, "posts_28d")
    fact = (
        f"{names.source(spike.source)}能够读取，但自 {local_text(spike.window.start)} 起没有新帖；"
        f"按此前 28 天（共 {every:.0f} 帖）的规律，这段时间应有{about(spike.expected)} 帖，"
        f"偶然一帖没有的概率{chance(10.0**-spike.score)}。"
    )
    return [
        fact,
        "可能是栏目改版、地址变更或该来源停更，请核对采集地址。",
    ]

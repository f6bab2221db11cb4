"""The sentences of an alert: what happened, against what, why that is unusual. Pure; computed figures only.

A return period is a score, printed as S, never as days: exceedances come in clusters. What is printed as
`最高` was counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.wording import RULE_WORDS, about, duration, percent, probability
from minyi.clock import LOCAL, local_text
from minyi.models import ALL_POLICIES, PolicyId, RuleName, Scope, SourceId, Spike


@dataclass(frozen=True, slots=True)
class Names:
    """Titles of policies and names of sources, as users know them; a missing one shows its id."""

    policies: Mapping[PolicyId, str]
    sources: Mapping[SourceId, str]

    def policy(self, policy: PolicyId) -> str:
        """`《title》`, or the words for all posts together."""
        return "全部帖文" if policy == ALL_POLICIES else f"《{self.policies.get(policy, policy)}》"

    def source(self, source: str | None) -> str:
        """The source's name."""
        return self.sources.get(SourceId(source or ""), source or "未知信源")


def explain(spike: Spike, names: Names) -> str:
    """The whole explanation, one paragraph."""
    return "".join(sentences(spike, names))


def headline(spike: Spike, names: Names) -> str:
    """One short line without a full stop: for subjects and lists."""
    if spike.rule is RuleName.SOURCE_SILENT:
        missed = duration((spike.window.end - spike.window.start).total_seconds())
        return f"{names.source(spike.source)}已 {missed}未能读取"
    if spike.rule is RuleName.BY_HAND:
        return f"{names.policy(spike.policy)}手工立案：{spike.arithmetic['title']}"
    return (
        f"{names.policy(spike.policy)}{RULE_WORDS[spike.rule]}：{_window(spike)} {spike.observed} 帖"
        f"（平时{about(spike.expected)} 帖）"
    )


def span(spike: Spike) -> str:
    """`2026-03-04 10:00 至 12:05`; the end with its date where that differs."""
    start, end = local_text(spike.window.start), local_text(spike.window.end)
    return f" {start} 至 {end[11:] if start[:10] == end[:10] else end} "


def sentences(spike: Spike, names: Names) -> list[str]:
    """Sentences in order: the facts, the share, who spoke, the trigger, coverage."""
    if spike.rule is RuleName.SOURCE_SILENT:
        return _silent(spike, names)
    if spike.rule is RuleName.BY_HAND:
        return [f"{headline(spike, names)}。", f"立案时间 {local_text(spike.window.end)}。"]
    found = [_fact(spike, names), _concentrated(spike), _share(spike), _spread(spike, names), _trigger(spike)]
    found.append(_coverage(spike))
    return [sentence for sentence in found if sentence]


def _fact(spike: Spike, names: Names) -> str:
    numbers = spike.arithmetic
    kind = "负面帖" if spike.scope is Scope.NEGATIVE else "帖"
    voices = f"（{numbers['voices']} 个独立声音）" if "voices" in numbers else ""
    season = "平时此时段" if numbers.get("regime") != "release" else "发布后此时段预计"
    late = "（补报）" if spike.late else ""
    return (
        f"{late}{names.policy(spike.policy)}{span(spike)}有 {spike.observed} {kind}{voices}，"
        f"{season}{about(spike.expected)} 帖，之前 14 天任意 "
        f"{_window(spike)}最多 {numbers['most_14d']} 帖；少于 {numbers['least_posts']} 帖不会触发。"
    )


def _concentrated(spike: Spike) -> str:
    numbers = spike.arithmetic
    voices, posts = numbers.get("voices"), int(numbers.get("posts") or 0)
    if not isinstance(voices, int) or posts <= 5 * voices:
        return ""
    return f"传播集中：{posts} 帖只有 {voices} 种说法，多为转载。"


def _share(spike: Spike) -> str:
    numbers = spike.arithmetic
    if not numbers.get("negative_of"):
        return ""
    k, n = _number(spike, "negative"), _number(spike, "negative_of")
    hours = duration(_number(spike, "negative_seconds"))
    unusual = (
        f"，偶然如此的概率{_is(_number(spike, 'negative_p'))}" if numbers.get("negative_unusual") else ""
    )
    usual = percent(_number(spike, "negative_usual"), 1)
    return f"近 {hours}负面 {k:.0f}/{n:.0f}（{percent(k, n)}），平时 {usual}{unusual}。"


def _spread(spike: Spike, names: Names) -> str:
    numbers = spike.arithmetic
    if not numbers.get("first_at"):
        return ""
    first = datetime.fromisoformat(str(numbers["first_at"])).astimezone(LOCAL).strftime("%H:%M")
    text = f"窗口内首帖 {first} 见于{names.source(str(numbers['first_source']))}"
    if _number(spike, "top_copies") > 1:
        text += f"；传播最多的一帖 ×{numbers['top_copies']}（{numbers['top_sources']} 个来源）"
    return text + "。"


def _trigger(spike: Spike) -> str:
    score = f"{spike.score:.1f}（阈值 {spike.threshold:g}）"
    if spike.arithmetic.get("regime") == "dense":
        return f"触发：{RULE_WORDS[spike.rule]}，异常分 S={score}。"
    chance = _is(10.0**-spike.score)
    return f"触发：{RULE_WORDS[spike.rule]}，意外程度 {score}，即偶然出现的概率{chance}。"


def _coverage(spike: Spike) -> str:
    live, every = spike.arithmetic.get("sources_live"), spike.arithmetic.get("sources_all")
    if not every:
        return ""
    seen = _number(spike, "live_share")
    partly = "" if seen >= 0.995 else f"，约可见平时 {percent(seen, 1)} 的帖文"
    return f"覆盖：{live}/{every} 个来源正常{partly}。"


def _silent(spike: Spike, names: Names) -> list[str]:
    every = duration(_number(spike, "every_seconds"))
    reason = spike.arithmetic.get("reason")
    missed = about(_number(spike, "missed_intervals"))
    fact = (
        f"{names.source(spike.source)}自 {local_text(spike.window.start)} 起未能成功读取，"
        f"已错过{missed} 次（每 {every}一次，满 {spike.threshold:g} 次即提示）。"
    )
    return [
        fact,
        "这段时间该来源的数据未知，不等于没有帖文。",
        *([f"最近一次失败：{reason}。"] if reason else []),
    ]


def _window(spike: Spike) -> str:
    return duration(_number(spike, "window_seconds"))


def _is(value: float) -> str:
    text = probability(value)
    return text if text.startswith("小于") else f"约为 {text}"


def _number(spike: Spike, name: str) -> float:
    return float(spike.arithmetic.get(name) or 0)

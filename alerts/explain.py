"""The sentences of an alert: what happened, against what, why that is unusual. Pure; computed figures only.

A return period is a score, printed as S, never as days: exceedances come in clusters. What is printed as
`最高` was counted.
"""

from __future__ import annotations

from alerts import explain_source, explain_talk
from alerts.phrases import Names, chance, late, number, span, spread, window
from alerts.wording import about, duration, percent
from minyi.models import SOURCE_RULES, RuleName, Scope, Spike

__all__ = ["Names", "explain", "headline", "sentences", "span"]

_OTHERS = {
    RuleName.BY_HAND: explain_talk.by_hand,
    RuleName.NEGATIVE_SHARE: explain_talk.negative_share,
    RuleName.MISREADING: explain_talk.misreading,
    RuleName.NOVELTY: explain_talk.novelty,
    RuleName.KEY_SOURCE: explain_talk.key_source,
}


def explain(spike: Spike, names: Names) -> str:
    """The whole explanation, one paragraph."""
    return "".join(sentences(spike, names))


def headline(spike: Spike, names: Names) -> str:
    """One short line without a full stop: for subjects and lists."""
    if spike.rule in SOURCE_RULES:
        return explain_source.headline(spike, names)
    kind = "发布后关注上升" if spike.arithmetic.get("ordinary_release") else spike.rule.chinese
    return explain_talk.headline(spike, names) or (
        f"{names.policy(spike.policy)}{kind}：{window(spike)} {spike.observed} 帖"
        f"（平时{about(spike.expected)} 帖）"
    )


def sentences(spike: Spike, names: Names) -> list[str]:
    """Sentences in order: the facts, the share, who spoke, the trigger, coverage."""
    if spike.rule in SOURCE_RULES:
        return explain_source.sentences(spike, names)
    told = _OTHERS.get(spike.rule, _volume)
    return [sentence for sentence in told(spike, names) if sentence]


def _volume(spike: Spike, names: Names) -> list[str]:
    return [
        _fact(spike, names),
        _concentrated(spike),
        _share(spike),
        spread(spike, names),
        _novel(spike),
        _trigger(spike),
        _ordinary(spike),
        _coverage(spike),
    ]


def _fact(spike: Spike, names: Names) -> str:
    numbers = spike.arithmetic
    kind = "负面帖" if spike.scope is Scope.NEGATIVE else "帖"
    voices = f"（{numbers['voices']} 个独立声音）" if "voices" in numbers else ""
    season = "平时此时段" if numbers.get("regime") != "release" else "发布后此时段预计"
    return (
        f"{late(spike)}{names.policy(spike.policy)}{span(spike)}有 {spike.observed} {kind}{voices}，"
        f"{season}{about(spike.expected)} 帖，之前 14 天任意 "
        f"{window(spike)}最多 {numbers['most_14d']} 帖；少于 {numbers['least_posts']} 帖不会触发。"
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
    k, n = number(spike, "negative"), number(spike, "negative_of")
    hours = duration(number(spike, "negative_seconds"))
    unusual = (
        f"，偶然如此的概率{chance(number(spike, 'negative_p'))}" if numbers.get("negative_unusual") else ""
    )
    usual = percent(number(spike, "negative_usual"), 1)
    return f"近 {hours}负面 {k:.0f}/{n:.0f}（{percent(k, n)}），平时 {usual}{unusual}。"


def _novel(spike: Spike) -> str:
    return "此前 28 天未见的说法正被多个来源采用。" if spike.arithmetic.get("novel") else ""


def _ordinary(spike: Spike) -> str:
    if not spike.arithmetic.get("ordinary_release"):
        return ""
    return "这是政策发布后的正常关注，仅作提示；远超此时段预计时才作为预警。"


def _trigger(spike: Spike) -> str:
    score = f"{spike.score:.1f}（阈值 {spike.threshold:g}）"
    if spike.arithmetic.get("regime") == "dense":
        return f"触发：{spike.rule.chinese}，异常分 S={score}。"
    return (
        f"触发：{spike.rule.chinese}，意外程度 {score}，即偶然出现的概率{chance(10.0**-spike.score)}"
        f"{_odds(spike)}。"
    )


def _odds(spike: Spike) -> str:
    """What speaks for a burst; alerts of before say nothing of it."""
    if spike.arithmetic.get("odds") is None:
        return ""
    odds, bar = number(spike, "odds"), number(spike, "odds_threshold")
    if odds < bar:
        return "；来势较缓，但已高到不论来势都预警"
    return f"；突发分 {odds:.1f}（阈值 {bar:g}），越高越像突然涌入而非平常起伏"


def _coverage(spike: Spike) -> str:
    live, every = spike.arithmetic.get("sources_live"), spike.arithmetic.get("sources_all")
    if not every:
        return ""
    seen = number(spike, "live_share")
    if spike.arithmetic.get("after_outage"):
        return f"覆盖：{live}/{every} 个来源正常；窗口内有来源曾中断，恢复后补到的帖文已计入，实际只多不少。"
    partly = "" if seen >= 0.995 else f"，约可见平时 {percent(seen, 1)} 的帖文"
    return f"覆盖：{live}/{every} 个来源正常{partly}。"

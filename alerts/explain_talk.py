"""What is said of shares, misreadings, new texts, key sources, and cases opened by hand. Pure."""

from __future__ import annotations

from alerts.phrases import Names, chance, late, number, span, spread, window
from alerts.wording import about, percent
from minyi.clock import local_text
from minyi.models import RuleName, Spike


def headline(spike: Spike, names: Names) -> str | None:
    """One short line without a full stop; None for the rules on volume."""
    numbers = spike.arithmetic
    match spike.rule:
        case RuleName.BY_HAND:
            said = f"手工立案：{numbers['title']}"
        case RuleName.NEGATIVE_SHARE:
            share = f"{spike.observed}/{number(spike, 'negative_of'):.0f}"
            shares = f"{percent(spike.observed, number(spike, 'negative_of'))}，平时 {_usual(spike)}"
            said = f"负面占比上升：近 {window(spike)}负面 {share}（{shares}）"
        case RuleName.MISREADING:
            said = f"误读“{numbers['claim']}”：近 {window(spike)} {spike.observed} 帖复述"
        case RuleName.NOVELTY:
            said = f"出现新说法：{window(spike)}内 {spike.observed} 帖、{numbers['sources']} 个来源"
        case RuleName.KEY_SOURCE:
            said = f"重点信源提及：近 {window(spike)} {spike.observed} 帖"
        case _:
            return None
    return names.policy(spike.policy) + said


def _usual(spike: Spike) -> str:
    return percent(number(spike, "negative_usual"), 1)


def by_hand(spike: Spike, names: Names) -> list[str]:
    """A case a person opened."""
    return [f"{headline(spike, names)}。", f"立案时间 {local_text(spike.window.end)}。"]


def negative_share(spike: Spike, names: Names) -> list[str]:
    """How many of how many, and what is usual."""
    k, n, numbers = spike.observed, number(spike, "negative_of"), spike.arithmetic
    voices = f"（{numbers['voices']} 个独立声音）" if "voices" in numbers else ""
    fact = (
        f"{late(spike)}{names.policy(spike.policy)}{span(spike)}共 {n:.0f} 帖，其中负面 {k} 帖{voices}，"
        f"占 {percent(k, n)}；平时占 {_usual(spike)}，同样帖数{about(spike.expected)} 帖负面，"
        f"少于 {numbers['least_negative']} 帖负面不会触发。"
    )
    why = (
        f"触发：{spike.rule.chinese}，偶然如此的概率{chance(number(spike, 'negative_p'))}"
        f"（意外程度 {spike.score:.1f}，阈值 {spike.threshold:g}）。"
    )
    return [fact, spread(spike, names), why]


def misreading(spike: Spike, names: Names) -> list[str]:
    """The wrong claim beside the right statement, and who repeats, denies and asks."""
    numbers = spike.arithmetic
    fact = (
        f"{late(spike)}{names.policy(spike.policy)}{span(spike)}有 {spike.observed} 帖复述误读"
        f"“{numbers['claim']}”（{numbers['voices']} 个独立声音，{numbers['sources']} 个来源），"
        f"另有辟谣 {numbers['rebuts']} 帖、询问 {numbers['asks']} 帖；"
        f"此前 28 天共 {numbers['repeats_28d']} 帖复述。"
    )
    right = f"正确表述：{str(numbers['statement']).rstrip('。')}。"
    why = (
        f"触发：{spike.rule.chinese}，独立声音 {spike.score:g} 个"
        f"（首次复述即提示，满 {spike.threshold:g} 个按扩散处理）。"
    )
    return [fact, right, spread(spike, names), why]


def novelty(spike: Spike, names: Names) -> list[str]:
    """How often the new text was found, and where."""
    numbers = spike.arithmetic
    more = f"；同期共有 {numbers['new_texts']} 种新说法" if number(spike, "new_texts") > 1 else ""
    fact = (
        f"{late(spike)}{names.policy(spike.policy)}出现新说法：{span(spike).strip()} 有 {spike.observed} 帖"
        f"相同或相近的文字，见于 {numbers['sources']} 个来源，此前 28 天未见{more}。"
    )
    why = (
        f"触发：{spike.rule.chinese}，{window(spike)}内满 {spike.threshold:g} 帖、"
        f"{numbers['min_sources']} 个来源即提示。"
    )
    return [fact, spread(spike, names), why]


def key_source(spike: Spike, names: Names) -> list[str]:
    """Which mentions, and how many of them negative."""
    numbers = spike.arithmetic
    negative = f"，其中负面 {numbers['negative_posts']} 帖" if numbers["negative_posts"] else ""
    fact = (
        f"{late(spike)}{names.policy(spike.policy)}{span(spike)}被重点信源提及 {spike.observed} 帖"
        f"（{numbers['sources']} 个来源）{negative}。"
    )
    return [fact, spread(spike, names), f"触发：{spike.rule.chinese}，重点信源每次提及都提示。"]

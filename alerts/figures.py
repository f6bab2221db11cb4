"""The figures behind a spike as a short table, for mails and screens. Pure."""

from __future__ import annotations

from alerts.phrases import span
from alerts.wording import about, duration, percent, probability
from minyi.clock import local_text
from minyi.models import SOURCE_RULES, RuleName, Scope, Spike

Rows = list[tuple[str, str]]


def figures(spike: Spike) -> Rows:
    """(name, value) in the order of importance."""
    if spike.rule in SOURCE_RULES:
        return _source(spike)
    told = {
        RuleName.BY_HAND: _by_hand,
        RuleName.NEGATIVE_SHARE: _share,
        RuleName.MISREADING: _misreading,
        RuleName.NOVELTY: _novelty,
        RuleName.KEY_SOURCE: _key_source,
    }.get(spike.rule, _volume)
    return told(spike)


def _volume(spike: Spike) -> Rows:
    numbers = spike.arithmetic
    rows = [
        ("时间窗", span(spike).strip()),
        ("负面帖数" if spike.scope is Scope.NEGATIVE else "帖数", f"{spike.observed}"),
        ("平时同一时段", f"{about(spike.expected)} 帖"),
        ("之前 14 天最多", f"{numbers['most_14d']} 帖"),
        ("触发下限", f"{numbers['least_posts']} 帖"),
        (
            "异常分" if numbers.get("regime") == "dense" else "意外程度",
            f"{spike.score:.2f}（阈值 {spike.threshold:g}）",
        ),
        *_odds(spike),
        *_voices(spike),
    ]
    if numbers.get("negative_of"):
        k, n = float(numbers["negative"] or 0), float(numbers["negative_of"] or 0)
        usual = percent(float(numbers["negative_usual"] or 0), 1)
        rows.append(("负面占比", f"{k:.0f}/{n:.0f}（{percent(k, n)}，平时 {usual}）"))
    return rows


def _odds(spike: Spike) -> Rows:
    odds, bar = spike.arithmetic.get("odds"), spike.arithmetic.get("odds_threshold")
    return [] if odds is None or bar is None else [("突发分", f"{float(odds):.2f}（阈值 {float(bar):g}）")]


def _share(spike: Spike) -> Rows:
    numbers = spike.arithmetic
    n = float(numbers["negative_of"] or 0)
    return [
        ("时间窗", span(spike).strip()),
        ("负面占比", f"{spike.observed}/{n:.0f}（{percent(spike.observed, n)}）"),
        ("平时占比", percent(float(numbers["negative_usual"] or 0), 1)),
        ("触发下限", f"{numbers['least_negative']} 帖负面"),
        ("偶然概率", probability(float(numbers["negative_p"] or 0))),
        *_voices(spike),
    ]


def _misreading(spike: Spike) -> Rows:
    numbers = spike.arithmetic
    return [
        ("时间窗", span(spike).strip()),
        ("误读", f"{numbers['claim']}"),
        ("正确表述", f"{numbers['statement']}"),
        ("复述", f"{spike.observed} 帖（此前 28 天 {numbers['repeats_28d']} 帖）"),
        ("辟谣、询问", f"{numbers['rebuts']} 帖、{numbers['asks']} 帖"),
        *_voices(spike),
    ]


def _novelty(spike: Spike) -> Rows:
    numbers = spike.arithmetic
    return [
        ("时间窗", span(spike).strip()),
        (
            "相同文字",
            f"{spike.observed} 帖（满 {spike.threshold:g} 帖、{numbers['min_sources']} 个来源即提示）",
        ),
        ("来源", f"{numbers['sources']} 个"),
        ("同期新说法", f"{numbers['new_texts']} 种"),
    ]


def _key_source(spike: Spike) -> Rows:
    return [
        ("时间窗", span(spike).strip()),
        ("提及", f"{spike.observed} 帖（负面 {spike.arithmetic['negative_posts']} 帖）"),
        *_voices(spike),
    ]


def _by_hand(spike: Spike) -> Rows:
    return [("事由", f"{spike.arithmetic['title']}"), ("时间", span(spike).strip())]


def _source(spike: Spike) -> Rows:
    numbers = spike.arithmetic
    if numbers.get("kind") == "quiet":
        return [
            ("最近一帖", local_text(spike.window.start)),
            ("这段时间应有", f"{about(spike.expected)} 帖"),
            ("意外程度", f"{spike.score:.2f}（阈值 {spike.threshold:g}）"),
        ]
    return [
        ("上次成功读取", local_text(spike.window.start)),
        ("读取间隔", duration(float(numbers["every_seconds"] or 0))),
        ("已错过", f"{about(spike.score)} 次（阈值 {spike.threshold:g}）"),
    ]


def _voices(spike: Spike) -> Rows:
    numbers = spike.arithmetic
    return (
        [("独立声音", f"{numbers['voices']}（{numbers['sources']} 个来源）")] if "voices" in numbers else []
    )

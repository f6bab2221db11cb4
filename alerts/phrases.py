"""Phrases that the texts of several rules share. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.wording import duration, probability
from minyi.clock import LOCAL, local_text
from minyi.models import ALL_POLICIES, PolicyId, SourceId, Spike


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


def span(spike: Spike) -> str:
    """`2026-03-04 10:00 至 12:05`; the end with its date where that differs."""
    start, end = local_text(spike.window.start), local_text(spike.window.end)
    return f" {start} 至 {end[11:] if start[:10] == end[:10] else end} "


def late(spike: Spike) -> str:
    """`（补报）` for what was found long after it began."""
    return "（补报）" if spike.late else ""


def spread(spike: Spike, names: Names) -> str:
    """Who was first, and what was copied most; empty where that is not known."""
    numbers = spike.arithmetic
    if not numbers.get("first_at"):
        return ""
    first = datetime.fromisoformat(str(numbers["first_at"])).astimezone(LOCAL).strftime("%H:%M")
    text = f"窗口内首帖 {first} 见于{names.source(str(numbers['first_source']))}"
    if number(spike, "top_copies") > 1:
        text += f"；传播最多的一帖 ×{numbers['top_copies']}（{numbers['top_sources']} 个来源）"
    return text + "。"


def window(spike: Spike) -> str:
    """Length of the window."""
    return duration(number(spike, "window_seconds"))


def chance(value: float) -> str:
    """`约为 0.0007`, or `小于 0.0001`."""
    text = probability(value)
    return text if text.startswith("小于") else f"约为 {text}"


def number(spike: Spike, name: str) -> float:
    """The number of that name; 0 where there is none."""
    return float(spike.arithmetic.get(name) or 0)

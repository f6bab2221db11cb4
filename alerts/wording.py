"""Words and figures as a press officer reads them: durations, shares, small numbers. Pure."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """`30 秒`, `15 分钟`, `2 小时`, `1.5 小时`, `3 天`."""
    if seconds < 120:
        return f"{round(seconds)} 秒"
    if seconds < 3600:
        return f"{round(seconds / 60)} 分钟"
    if seconds < 172_800:
        return f"{seconds / 3600:.1f}".removesuffix(".0") + " 小时"
    return f"{seconds / 86_400:.1f}".removesuffix(".0") + " 天"


def about(value: float) -> str:
    """A count that need not be whole: `约 0.4`, `约 9`, `约 62`; tiny ones as `不到 0.1`."""
    if value < 0.1:
        return "不到 0.1"
    return "约 " + (f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:.0f}")


def percent(part: float, whole: float) -> str:
    """`57%`; nothing of nothing is `无数据`."""
    return f"{100 * part / whole:.0f}%" if whole else "无数据"


def probability(value: float) -> str:
    """`0.0007`, or `小于 0.0001`."""
    return "小于 0.0001" if value < 0.0001 else f"{value:.4f}"

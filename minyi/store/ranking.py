"""What the best-first order 按相关度 leaves out, in words; the same on every engine."""

from __future__ import annotations

from minyi.store.base import Order


def ranking_notes(order: Order, *, ranked: bool, total: int, shown: int, size: int) -> tuple[str, ...]:
    """Notes for a page of `size`: it is the only one, or its hits could not be ranked; may be empty."""
    if order != Order.RELEVANCE:
        return ()
    if not ranked:
        return ("没有可比较相关度的检索词，按时间从新到旧排列",)
    if shown == size < total:
        return (f"按相关度只列最相关的 {size} 条，没有下一页；要看其余的，请按时间排列",)
    return ()

"""Health 健康: how the office's watch stands, for the screen and for other programs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from jobs.context import Context
from minyi import spool
from minyi.models import OutboxState, SourceHealth, SourceState

LOW_DISK_SHARE = 0.10
"""Free share of the disk under which the office is warned."""

STALE = timedelta(minutes=2)
"""A running service ticks every few seconds; older than this it is not running."""


class State(StrEnum):
    """The whole in one word."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Health:
    """`lag_*` count posts the search projection lacks; `disk_free` is bytes."""

    state: State
    sources: tuple[SourceHealth, ...]
    lag_posts: int
    lag_seconds: float
    outbox_pending: int
    outbox_failed: int
    spool_files: int
    quarantined: int
    disk_free: int
    service_alive: bool
    problems: tuple[str, ...]


def health(context: Context, now: datetime) -> Health:
    """Look at sources, mail, spool and disk; every problem in words."""
    store = context.store
    seen = store.source_health()
    cards = {card.id: card for card in context.config.source}
    never = [card for card in cards if card not in seen]
    sources = [
        replace(one, state=SourceState.PAUSED) if _paused(context, one) else one for one in seen.values()
    ]
    sources += [
        SourceHealth(card, SourceState.PAUSED, None, None, None) for card in never if cards[card].paused
    ]
    lag_posts, lag_since = store.index_lag()
    waiting = store.outbox([OutboxState.NEW, OutboxState.SENDING, OutboxState.RETRY])
    failed = store.outbox([OutboxState.FAILED])
    disk = shutil.disk_usage(context.data)
    tick = store.last_success("watch")
    problems = [f"信源 {one.source} {_trouble(one)}" for one in sources if one.blind_since is not None]
    problems += [f"信源 {card} 从未采集" for card in never if not cards[card].paused]
    problems += [f"邮件未能送达 {one.recipient}：{one.error}" for one in failed[-5:]]
    if waiting and waiting[0].created and now - waiting[0].created > timedelta(minutes=10):
        problems.append(f"有 {len(waiting)} 封邮件等待超过 10 分钟：{waiting[0].error or '尚未发送'}")
    if disk.free < LOW_DISK_SHARE * disk.total:
        problems.append(f"磁盘剩余不足一成：{disk.free // 2**20} MiB")
    return Health(
        state=State.DEGRADED if problems else State.OK,
        sources=tuple(sorted(sources, key=lambda one: one.source)),
        lag_posts=lag_posts,
        lag_seconds=(now - lag_since).total_seconds() if lag_since else 0.0,
        outbox_pending=len(waiting),
        outbox_failed=len(failed),
        spool_files=len(spool.pending(context.spool)),
        quarantined=len(store.quarantined()),
        disk_free=disk.free,
        service_alive=tick is not None and now - tick < STALE,
        problems=tuple(problems),
    )


def _paused(context: Context, one: SourceHealth) -> bool:
    card = context.config.find_source(one.source)
    return card is not None and card.paused


def _trouble(one: SourceHealth) -> str:
    reasons = one.last_run.reasons if one.last_run else ()
    names = {"blocked": "被拦截", "down": "中断", "broken": "失效", "paused": "已暂停"}
    return names.get(one.state, "无数据") + (f"：{reasons[0]}" if reasons else "")

"""Health 健康: how the office's watch stands, for the screen and for other programs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from jobs import backup, indexing, versions
from jobs.context import COPIED, Context
from minyi import spool
from minyi.clock import local_text
from minyi.errors import StoreFull
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
    outbox_held: int
    """Messages that wait for a person since a restore or a copying."""
    spool_files: int
    quarantined: int
    dead_letters: int
    """Posts the search cluster refused for good."""
    disk_free: int
    intake_open: bool
    """False while the disk is full: nothing is crawled or saved until there is room."""
    last_backup: datetime | None
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
    room = _room(context)
    held = store.outbox([OutboxState.HELD])
    problems += _upkeep_problems(context, now, room, len(held))
    problems += indexing.problems(context, now)
    problems += versions.problems(context, now)
    if disk.free < LOW_DISK_SHARE * disk.total:
        problems.append(f"磁盘剩余不足一成：{disk.free // 2**20} MiB")
    return Health(
        state=State.DEGRADED if problems else State.OK,
        sources=tuple(sorted(sources, key=lambda one: one.source)),
        lag_posts=lag_posts,
        lag_seconds=(now - lag_since).total_seconds() if lag_since else 0.0,
        outbox_pending=len(waiting),
        outbox_failed=len(failed),
        outbox_held=len(held),
        spool_files=len(spool.pending(context.spool)),
        quarantined=store.care.quarantine_count(),
        dead_letters=store.projection.dead_count(),
        disk_free=disk.free,
        intake_open=room is None,
        last_backup=store.last_success(backup.JOB),
        service_alive=tick is not None and now - tick < STALE,
        problems=tuple(problems),
    )


def _room(context: Context) -> str | None:
    """Why posts are not taken in; None when they are."""
    try:
        context.store.care.ensure_room()
    except StoreFull as error:
        return str(error)
    return None


def _upkeep_problems(context: Context, now: datetime, room: str | None, held: int) -> list[str]:
    problems = [room] if room else []
    if context.store.care.copied():
        problems.append(COPIED % context.data + f"；现有 {held} 封暂缓")
    elif held:
        problems.append(
            f"恢复备份后有 {held} 封邮件暂缓；核对后运行 minyi notify release（放行）或加 --drop（不发）"
        )
    if context.store.care.scrub_pending():
        problems.append("删除个人信息后的残留还没有清理完；值守服务会继续，也可运行 minyi erase --finish")
    if backup.is_stale(context, now):
        last = backup.last_copy(context)
        hours = backup.STALE.total_seconds() / 3_600
        problems.append(f"超过 {hours:.0f} 小时没有备份（上次 {local_text(last)}）；可运行 minyi backup 文件")
    return problems


def _paused(context: Context, one: SourceHealth) -> bool:
    card = context.config.find_source(one.source)
    return card is not None and card.paused


def _trouble(one: SourceHealth) -> str:
    reasons = one.last_run.reasons if one.last_run else ()
    return (one.state.chinese if one.state.blind else "无数据") + (f"：{reasons[0]}" if reasons else "")

"""Heartbeat 心跳: an outside address hears that the watch is alive, and people hear when a job is not.

A dead man's switch: the address is asked only while every job succeeded in its time, so whoever listens there
complains when nothing comes, whatever died: the job, the program, the machine or the network.
"""

from __future__ import annotations

import hashlib
import http.client
import ssl
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from alerts.notify.base import Letter
from alerts.wording import duration
from jobs.cases import directory
from jobs.context import Context
from minyi.clock import LOCAL, local_text
from minyi.errors import SendError
from minyi.models import AlertId, Notification
from minyi.store.base import Store

JOB = "heartbeat"
FAULT = "fault"
TIMEOUT_SECONDS = 10.0
IN_TIME = {
    "collect": timedelta(minutes=15),
    "watch": timedelta(minutes=5),
    "notify": timedelta(minutes=15),
    "upkeep": timedelta(hours=2),
}
"""How long a job may go without success; a crawl of many sources or a slow mail server takes minutes."""

WORDS = {"collect": "采集入库", "watch": "识别", "notify": "通知", "upkeep": "维护"}


def overdue(store: Store, now: datetime, started: datetime) -> list[tuple[str, datetime]]:
    """Jobs without success in their time, with when they last had one, or when the service started."""
    late = []
    for job, limit in IN_TIME.items():
        since = max(store.last_success(job) or started, started)
        if now - since > limit:
            late.append((job, since))
    return late


def beat(context: Context, now: datetime, started: datetime) -> None:
    """Complain of overdue jobs, once a day each; else tell the outside address, when it is time.

    Raises:
        SendError: the outside address does not answer as it should.
    """
    late = overdue(context.store, now, started)
    for job, _ in late:
        _complain(context, job, now)
    settings = context.config.notify
    last = context.store.last_success(JOB)
    rested = last is None or now - last >= timedelta(minutes=settings.heartbeat_minutes)
    if settings.heartbeat_url and not late and rested:
        ask(settings.heartbeat_url)
        context.store.job_success(JOB, now)


def _complain(context: Context, job: str, now: datetime) -> None:
    day = now.astimezone(LOCAL).date().isoformat()
    told = []
    for one in directory(context.config).everybody():
        key = hashlib.sha256(f"{FAULT}\n{job}\n{day}\n{one.person.address}".encode()).hexdigest()[:32]
        told.append(
            Notification(
                key, AlertId(""), one.person.channel, one.person.address, f"{FAULT}:{job}", created=now
            )
        )
    if told:
        context.store.add_notifications(told, now)


def fault_letter(context: Context, reason: str, now: datetime) -> Letter:
    """What people are told of a job that does not succeed."""
    job = reason.removeprefix(f"{FAULT}:")
    name, last = WORDS.get(job, job), context.store.last_success(job)
    ago = f"（{duration((now - last).total_seconds())}前）" if last else ""
    since = f"最近一次成功在 {local_text(last)}{ago}" if last else "从未成功"
    options = f"--config {context.config.path} --data {context.data}"
    return Letter(
        f"[民意值守] {name}没有按时完成",
        f"值守的“{name}”没有按时完成，{since}。\n\n"
        "其间可能漏报，请尽快查看。\n\n"
        f"下一步\n- 查看运行状况：minyi health {options}\n- 重启值守：minyi run {options}\n\n"
        f"{context.config.office.name}\n",
    )


def ask(url: str) -> None:
    """GET an address the office set; any answer of 2xx will do.

    Raises:
        SendError: no answer, or another one.
    """
    parts = urlsplit(url)
    try:
        if parts.scheme == "https":
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                parts.netloc, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        else:
            connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("GET", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}")
            status = connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SendError(f"心跳地址 {parts.netloc} 没有应答：{error}", permanent=False) from error
    if not 200 <= status < 300:
        raise SendError(f"心跳地址 {parts.netloc} 答复 {status}", permanent=False)

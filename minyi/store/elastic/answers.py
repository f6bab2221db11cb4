"""What each answer of the cluster means for a queued post: pure decisions, in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from minyi.store.elastic.client import Refused


class Outcome(StrEnum):
    """What to do with a post after an answer."""

    DONE = "done"
    """It is there, or a newer revision is."""
    DEAD = "dead"
    """It will never be taken as it is: keep the reason, go on without it."""
    AGAIN = "again"
    """Keep it queued, wait, send fewer at once."""
    SMALLER = "smaller"
    """The request was too large: halve it at once."""
    PAUSE = "pause"
    """Nothing will be taken until a person or the cluster acts."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome and why; `reason` is for people when it pauses, else the cluster's own words."""

    outcome: Outcome
    reason: str = ""


DONE = Verdict(Outcome.DONE)

FULL = (
    "索引磁盘已满：检索集群已停止写入。请在 Elasticsearch 所在机器腾出磁盘空间或加盘"
    "（低于 90% 后会自动恢复），帖文在本机排队，不会丢失"
)
NOT_SET_UP = "检索集群里还没有本软件的索引模板；请用管理员账号运行 minyi index setup"
_NO_LOGIN = "检索集群不认得登录凭据；请检查 MINYI_ELASTIC_API_KEY（或 MINYI_ELASTIC_API_KEY_FILE）"
_READ_ONLY = "检索集群的索引被设为只读（{reason}）；请管理员解除后，写入会自动恢复"
_FORBIDDEN = (
    "检索集群不允许这样写入，凭据缺少权限：{reason}；请重新生成服务凭据（minyi index setup --keys DIR）"
)


def judge(status: int, kind: str, reason: str) -> Verdict:
    """The verdict on one item, or on a whole request.

    A flood-stage block (disk over 95 %) comes as 403 FORBIDDEN/12 or 429 TOO_MANY_REQUESTS/12.
    """
    if status < 300 or status == 409:
        return DONE
    if kind == "cluster_block_exception":
        return Verdict(Outcome.PAUSE, FULL if "/12/" in reason else _READ_ONLY.format(reason=reason))
    return _by_status(status, kind, reason)


def _by_status(status: int, kind: str, reason: str) -> Verdict:
    if status == 401:
        return Verdict(Outcome.PAUSE, _NO_LOGIN)
    if status == 403:
        return Verdict(Outcome.PAUSE, _FORBIDDEN.format(reason=reason))
    if status == 404:
        return DONE if not kind else Verdict(Outcome.PAUSE, NOT_SET_UP)
    if status == 413:
        return Verdict(Outcome.SMALLER, reason)
    if status == 429 or status >= 500:
        return Verdict(Outcome.AGAIN, f"{status} {kind} {reason}".strip())
    return Verdict(Outcome.DEAD, f"{kind}: {reason}" if kind else f"{status} {reason}")


def judge_item(item: Mapping[str, Any]) -> Verdict:
    """The verdict on one item of a bulk answer; a deletion of what is not there is done."""
    [answer] = item.values()
    error = answer.get("error") or {}
    if isinstance(error, str):
        return judge(answer["status"], "", error)
    return judge(answer["status"], error.get("type", ""), _reason(error))


def _reason(error: Mapping[str, Any]) -> str:
    """The cluster's words without the value or document they quote: a reason outlives the post it is about.

    The innermost cause tells values, so only its type is kept.
    """
    outer = (
        str(error.get("reason", ""))
        .split(". Preview of field's value", 1)[0]
        .split(" at [Source", 1)[0][:300]
    )
    cause = error.get("caused_by")
    while isinstance(cause, Mapping) and isinstance(cause.get("caused_by"), Mapping):
        cause = cause["caused_by"]
    inner = str(cause.get("type", "")) if isinstance(cause, Mapping) else ""
    return f"{outer}（{inner}）" if inner else outer


def judge_refusal(refused: Refused) -> Verdict:
    """The verdict on a refused request; one that cannot be read is halved until one post is to blame."""
    verdict = judge(refused.status, refused.kind, refused.reason)
    return Verdict(Outcome.SMALLER, verdict.reason) if verdict.outcome is Outcome.DEAD else verdict

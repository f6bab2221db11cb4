"""What boards show beside posts: policies, alerts and the sources' health by hour, as documents.

They are few and written whole under their own ids, so writing them again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from minyi.models import Alert, CrawlRun, Notification, OutboxState, Policy, SourceHealth, SourceId, Span
from minyi.store.elastic.client import Cluster, to_line
from minyi.store.elastic.document import Document
from minyi.store.elastic.hits import LENIENT, RESULT_WINDOW
from minyi.store.elastic.layout import Layout

HOUR = timedelta(hours=1)


def policy_document(policy: Policy) -> Document:
    """One watched policy."""
    return _present(
        {
            "id": policy.id,
            "title": policy.title,
            "doc_number": policy.doc_number,
            "department": policy.department,
            "kind": policy.kind.value,
            "status": policy.status.value,
            "released_at": policy.released_at,
            "consult_from": policy.consult_from,
            "consult_to": policy.consult_to,
            "interpretation_at": policy.interpretation_at,
        }
    )


def alert_document(alert: Alert, told: datetime | None) -> Document:
    """One alert; `told` is when the first message about it was accepted. Never a post's words.

    Minutes count from its detection; an answer published before it took none.
    """
    spike, case = alert.spike, alert.case
    return _present(
        {
            "id": alert.id,
            "policy": alert.policy,
            "rule": alert.rule.value,
            "level": alert.level.name,
            "state": alert.state.value,
            "detected_at": alert.detected_at,
            "concern_class": case.concern.value if case.concern else None,
            "told_at": told,
            "acknowledged_at": case.acknowledged_at,
            "acknowledge_minutes": _minutes(alert, case.acknowledged_at),
            "responded_at": case.responded_at,
            "respond_minutes": _minutes(alert, case.responded_at),
            "resolved_at": case.resolved_at,
            "due_at": alert.due_at,
            "observed": spike.observed,
            "expected": spike.expected,
            "score": spike.score,
            "voices": spike.arithmetic.get("voices"),
        }
    )


def _minutes(alert: Alert, until: datetime | None) -> float | None:
    return None if until is None else max((until - alert.detected_at) / timedelta(minutes=1), 0.0)


def first_told(messages: Sequence[Notification]) -> dict[str, datetime]:
    """When the first message about each alert was accepted."""
    found: dict[str, datetime] = {}
    for one in messages:
        if one.state is OutboxState.SENT and one.sent is not None:
            found[one.alert] = min(one.sent, found.get(one.alert, one.sent))
    return found


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far the cluster is behind the record."""

    posts: int
    seconds: float
    dead: int


def health_documents(
    hour: Span,
    runs: Sequence[CrawlRun],
    sources: Mapping[SourceId, SourceHealth],
    new: Mapping[str, int],
    backlog: Backlog,
) -> dict[str, Document]:
    """One row a source for the crawls of one hour, and one for the projection itself, by document id."""
    rows: dict[str, Document] = {}
    for source, health in sources.items():
        mine = [run for run in runs if run.source == source]
        rows[_row_id(hour, source)] = _present(
            {
                "source": source,
                "state": mine[-1].state.value if mine else health.state.value,
                "at": hour.start,
                "last_success": health.last_success,
                "pages": sum(run.pages for run in mine),
                "items": sum(run.items for run in mine),
                "errors": sum(run.errors for run in mine),
                "blocked": sum(run.blocked for run in mine),
                "new": new.get(source, 0),
            }
        )
    lag = {"lag_posts": backlog.posts, "lag_seconds": round(backlog.seconds), "dead": backlog.dead}
    rows[_row_id(hour, "")] = _present({"state": "ok", "at": hour.start, **lag})
    return rows


def _row_id(hour: Span, source: str) -> str:
    return f"{int(hour.start.timestamp())}-{source}"


def new_by_source(cluster: Cluster, layout: Layout, hour: Span) -> dict[str, int]:
    """Posts first seen in the hour, by source, as the cluster knows them."""
    seen = {"range": {"first_seen": {"gte": hour.start.isoformat(), "lt": hour.end.isoformat()}}}
    body = {"size": 0, "query": seen, "aggs": {"new": {"terms": {"field": "source", "size": 10_000}}}}
    answer = cluster.ask("POST", f"/{layout.posts}/_search", body, params=LENIENT)
    buckets = answer.get("aggregations", {}).get("new", {}).get("buckets", [])
    return {one["key"]: one["doc_count"] for one in buckets}


def ids(cluster: Cluster, index: str) -> set[str]:
    """What an index of few documents holds, up to 10,000."""
    body = {"query": {"match_all": {}}, "size": RESULT_WINDOW, "_source": False, "track_total_hits": False}
    answer = cluster.ask("POST", f"/{index}/_search", body, params=LENIENT)
    return {hit["_id"] for hit in answer["hits"]["hits"]}


def delete(cluster: Cluster, index: str, names: Iterable[str]) -> None:
    """Delete documents by id."""
    lines = [to_line({"delete": {"_index": index, "_id": name}}) for name in sorted(names)]
    if lines:
        cluster.bulk(lines)


def write(cluster: Cluster, index: str, documents: Mapping[str, Document]) -> list[str]:
    """Write whole documents by id; returns what was refused, in the cluster's words."""
    lines: list[bytes] = []
    for name, document in documents.items():
        lines += [to_line({"index": {"_index": index, "_id": name}}), to_line(document)]
    answer: Any = cluster.bulk(lines) if lines else {"errors": False}
    if not answer["errors"]:
        return []
    refused = [one["index"]["error"] for one in answer["items"] if "error" in one["index"]]
    return [str(error.get("reason", error)) for error in refused]


def _present(values: Mapping[str, Any]) -> Document:
    """Without what is absent; times in ISO 8601."""
    return {
        name: value.isoformat(timespec="seconds") if isinstance(value, datetime) else value
        for name, value in values.items()
        if value is not None
    }

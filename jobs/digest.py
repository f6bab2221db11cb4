"""The digest 早报: queued once a day for everybody who wants it, written when it is sent."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from alerts.deadlines import due_text, standing
from alerts.explain import Names
from alerts.notify.digest import DigestView, DueLine
from jobs.cases import directory
from jobs.clocks import Due, due_table
from jobs.context import Context
from jobs.letters import names_of
from minyi.clock import LOCAL, local_text
from minyi.models import Alert, AlertId, Label, Level, Notification, Policy, PolicyId
from minyi.people import Recipient
from minyi.store.base import Split, Step
from minyi.store.query import Query

DIGEST = "digest"
JOB = "digest"
_DAY = timedelta(days=1)


def queue_digest(context: Context, now: datetime) -> int:
    """Queue today's digest when its hour has come; returns how many messages are new.

    The first one comes at the first such hour after the watch began; of those missed while the watch was down
    the latest comes as soon as it is up.
    """
    due = _latest_hour(context.config.notify.digest_hour, now)
    last = context.store.last_success(JOB)
    if last is None:
        context.store.job_success(JOB, now)  # from now on it is expected
        return 0
    if last >= due:
        return 0
    day = due.astimezone(LOCAL).date().isoformat()
    people = {one.person.address.casefold(): one.person for one in directory(context.config).everybody()}
    told = [_message(person, day, now) for person in people.values() if person.digest]
    new = context.store.add_notifications(told, now) if told else 0
    context.store.job_success(JOB, now)
    return new


def _latest_hour(hour: int, now: datetime) -> datetime:
    """The last time the digest's local hour struck."""
    today = datetime.combine(now.astimezone(LOCAL).date(), time(hour), LOCAL).astimezone(now.tzinfo)
    return today if today <= now else today - _DAY


def _message(person: Recipient, day: str, now: datetime) -> Notification:
    key = hashlib.sha256(f"{DIGEST}\n{day}\n{person.address}".encode()).hexdigest()[:32]
    return Notification(
        key=key, alert=AlertId(""), channel="email", recipient=person.address, reason=DIGEST, created=now
    )


def digest_view(context: Context, message: Notification, now: datetime) -> DigestView:
    """What one person's digest says now: only their departments' policies, all of levels I and II."""
    since = (message.created or now) - _DAY
    person = next((one for one in context.config.recipient if one.address == message.recipient), None)
    policies = {policy.id: policy for policy in context.store.policies()}
    names = names_of(context)
    unresolved = [a for a in context.store.casework.unresolved() if _concerns(person, a, policies)]
    mine = {alert.id for alert in unresolved}
    soon = now + _DAY
    heard = Counter[str]()
    for bucket in context.store.timeline(Query(published=(since, now)), Step.HOUR, Split.LABEL):
        heard[bucket.key] += bucket.count
    return DigestView(
        now=now,
        since=since,
        office=context.config.office.name,
        names=names,
        posts=sum(heard.values()),
        negative=heard[Label.NEGATIVE.value],
        unresolved=tuple(sorted((a for a in unresolved if a.level < Level.IV), key=lambda a: a.level)),
        noticed=tuple(a for a in unresolved if a.level is Level.IV and a.updated_at >= since),
        due=_due_lines(
            [
                row
                for row in due_table(context)
                if row.run.due <= soon
                and (row.alert in mine if row.alert else _owns(person, row.policy, policies))
            ],
            names,
            now,
        ),
        blind=tuple(
            f"{names.source(one.source)}自 {local_text(one.blind_since)} 起"
            for one in context.store.source_health().values()
            if one.blind_since is not None
        ),
        sample=bool(context.config.source) and all(card.sample for card in context.config.source),
    )


def _due_lines(rows: Sequence[Due], names: Names, now: datetime) -> tuple[DueLine, ...]:
    """One line for all alerts of a policy that have the same to be done by the same time; next due first."""
    together: dict[tuple[str, str, datetime], list[Due]] = {}
    for row in rows:
        together.setdefault((row.policy, row.clock, row.run.due), []).append(row)
    return tuple(
        DueLine(
            found[0].what if len(found) == 1 else f"{names.policy(PolicyId(policy))}{len(found)} 起预警",
            clock,
            f"应于 {due_text(found[0].run)} 前",
            standing(found[0].run, now),
        )
        for (policy, clock, _), found in together.items()
    )


def _concerns(person: Recipient | None, alert: Alert, policies: dict[PolicyId, Policy]) -> bool:
    return alert.level <= Level.II or _owns(person, alert.policy, policies)


def _owns(person: Recipient | None, policy: str, policies: dict[PolicyId, Policy]) -> bool:
    known = policies.get(PolicyId(policy))
    department = known.department if known else None
    return person is None or not person.departments or department is None or department in person.departments

"""The letter of a parcel: an alert's own, a list of many, or the digest; put together when it is sent."""

from __future__ import annotations

from datetime import datetime

from alerts.notify.base import Letter
from alerts.notify.digest import digest_letter
from alerts.notify.group import GroupView, Listed, group_letter
from alerts.notify.parcels import Parcel
from jobs.context import Context
from jobs.digest import digest_view
from jobs.heartbeat import FAULT, fault_letter
from jobs.letters import alert_letter, names_of


def parcel_letter(context: Context, parcel: Parcel, now: datetime) -> Letter:
    """What one parcel says as things stand now."""
    first = parcel.items[0]
    if first.alert is None:
        if first.message.reason.startswith(FAULT):
            return fault_letter(context, first.message.reason, now)
        return digest_letter(digest_view(context, first.message, now))
    if len(parcel.items) == 1:
        return alert_letter(context, first.alert, first.message.reason, now)
    listed = {
        one.alert.id: Listed(one.alert, one.message.reason) for one in parcel.items if one.alert is not None
    }
    options = f"--config {context.config.path} --data {context.data}"
    view = GroupView(
        listed=tuple(listed.values()),
        office=context.config.office.name,
        names=names_of(context),
        commands=(f"查看一起预警：minyi alerts show 编号 {options}", f"时限一览：minyi alerts due {options}"),
        sample=bool(context.config.source) and all(card.sample for card in context.config.source),
    )
    return group_letter(view)

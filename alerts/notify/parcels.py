"""Which waiting messages go out together 合并. Pure; nothing is ever dropped.

Few alerts go out one by one, so that each can be answered and threaded. From `group_from` on, what waits for
one person becomes one message; so do several alerts found late after a pause of the watch (补报).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from minyi.models import Alert, Level, Notification

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message and the alert it is about; None for a digest, or where the alert is gone."""

    message: Notification
    alert: Alert | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """Messages for one person that leave as one, oldest first; never empty."""

    items: tuple[Waiting, ...]

    @property
    def key(self) -> str:
        """What the sent message is known by: its oldest part's key, so that a second try has the same."""
        return self.items[0].message.key

    @property
    def gravest(self) -> Level | None:
        """The gravest level in it; None without an alert."""
        return min((one.alert.level for one in self.items if one.alert), default=None)


def pack(waiting: Sequence[Waiting], group_from: int) -> list[Parcel]:
    """Parcels for one person from what waits, in the order given."""
    alone = [one for one in waiting if one.alert is None]
    late = [one for one in waiting if one.alert is not None and one.alert.spike.late]
    live = [one for one in waiting if one.alert is not None and not one.alert.spike.late]
    parcels = [Parcel((one,)) for one in alone]
    parcels += [Parcel(tuple(live))] if len(live) >= group_from else [Parcel((one,)) for one in live]
    return parcels + ([Parcel(tuple(late))] if late else [])


def wait_until(parcel: Parcel, sent: Sequence[datetime], per_hour: int, now: datetime) -> datetime | None:
    """When a person who got `sent` messages at these times may get the next; None = now.

    Level I, and what is no alert, always passes.
    """
    if parcel.gravest in {None, Level.I}:
        return None
    recent = sorted(at for at in sent if at > now - HOUR)
    return recent[-per_hour] + HOUR if len(recent) >= per_hour else None

"""The contract of casework: published answers, mutes, and the lines of the ledger 台账.

It belongs to the system of record. Steps of a case are written with `Store.commit_alerts`. Times are aware
UTC; every method may raise `StoreBusy`, `StoreFull`, `StoreFailed` and `StoreCorrupt`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from minyi.models import Alert, Mute, OfficialResponse
from minyi.store.care import Act, AuditLine


class Casework(Protocol):
    """What people did about alerts."""

    def find(self, beginning: str, limit: int = 10) -> list[Alert]:
        """Alerts whose id begins so, newest first."""

    def unresolved(self) -> list[Alert]:
        """Alerts whose case is not closed, newest first."""

    def responses(self, alert: str | None = None) -> list[OfficialResponse]:
        """Answers to one alert, or all, by time of publishing."""

    def mutes(self, now: datetime) -> list[Mute]:
        """Mutes in force, the one that ends first in front."""

    def mute(self, mute: Mute, act: Act, detail: Mapping[str, str | int]) -> AuditLine:
        """Tell nobody of a policy's rule until a time; with its line in the ledger."""

    def unmute(self, policy: str, rule: str, act: Act, now: datetime) -> int:
        """End the mutes of a policy and rule now; returns how many there were."""

    def ledger(self, since: datetime, until: datetime) -> list[AuditLine]:
        """Lines about alerts and policies in [since, until), oldest first."""

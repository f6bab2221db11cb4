"""The contract of the register of policies: changes by a person, each with its line in the ledger.

All methods may raise what `minyi.store.base` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from minyi.models import Policy, PolicyId
from minyi.store.care import Act, AuditLine


@dataclass(frozen=True, slots=True)
class Merged:
    """An entry that went into another one: its id, what it was called, and the entry that stayed."""

    id: PolicyId
    into: PolicyId
    names: tuple[str, ...]
    at: datetime


class Register(Protocol):
    """Policies as people change them. Every change is one transaction with its audit line."""

    def change(self, policy: Policy, act: Act, detail: Mapping[str, str | int], now: datetime) -> AuditLine:
        """Save a policy under its id."""

    def merge(self, gone: Policy, into: Policy, act: Act, now: datetime) -> AuditLine:
        """Save `into`, drop `gone`, and give its alerts, answers and mutes to `into`.

        Posts stay matched to `gone` until they are matched anew. Entries once merged into `gone` follow.
        """

    def merged(self) -> list[Merged]:
        """Entries that are no more, the oldest merge first."""

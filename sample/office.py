"""The demo's configuration and expectations, filled in from the files beside this module."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from minyi.models import PolicyId, RuleName, SourceId
from sample.texts import read_text, read_toml


def office_toml(port: int, smtp_port: int) -> str:
    """An `office.toml` whose sources stand on the sample site and whose mail goes to the mailbox."""
    return read_text("office.toml").replace("{port}", str(port)).replace("{smtp_port}", str(smtp_port))


def policies_toml() -> str:
    """The three policies to import, with their watch-list."""
    return read_text("policies.toml")


@dataclass(frozen=True, slots=True)
class ExpectedAlert:
    """One alert the demo must raise: by one of `rules`, first detected in [after, before)."""

    policy: PolicyId
    rules: tuple[RuleName, ...]
    after: datetime
    before: datetime


@dataclass(frozen=True, slots=True)
class Expected:
    """What a right run finds: alerts, policies that must stay silent, the blind source, and counts."""

    alerts: tuple[ExpectedAlert, ...]
    silent_policies: tuple[PolicyId, ...]
    blind_source: SourceId
    blind_at: datetime
    counts: dict[str, int]


def expected() -> Expected:
    """Read `expected.toml`."""
    raw = read_toml("expected.toml")
    return Expected(
        alerts=tuple(
            ExpectedAlert(
                PolicyId(one["policy"]), tuple(map(RuleName, one["rules"])), one["after"], one["before"]
            )
            for one in raw["alert"]
        ),
        silent_policies=tuple(map(PolicyId, raw["silent_policies"])),
        blind_source=SourceId(raw["blind"]["source"]),
        blind_at=raw["blind"]["at"],
        counts=raw["counts"],
    )

"""What an id names: an alert, a policy. One that a person typed and that names none is wrong usage."""

from __future__ import annotations

from jobs.context import Context
from minyi.errors import ConfigError
from minyi.models import Alert, Policy
from minyi.store.base import Store


def find_alert(context: Context, beginning: str) -> Alert:
    """The one alert whose id begins so.

    Raises:
        ConfigError: there is none, or more than one.
    """
    found = context.store.casework.find(beginning)
    if len(found) != 1:
        count = "不止一起" if found else "没有"
        raise ConfigError(f"{count}编号以 {beginning} 开头的预警；见 minyi alerts list")
    return found[0]


def find_policy(context: Context, wanted: str) -> Policy:
    """The policy with this id.

    Raises:
        ConfigError: there is none; names what it was merged into.
    """
    policy = known_policy(context.store, wanted)
    if policy is not None:
        return policy
    for one in context.store.register.merged():
        if one.id == wanted:
            raise ConfigError(f"政策 {wanted} 已并入 {one.into}")
    raise ConfigError(f"没有编号为 {wanted} 的政策；见 minyi policies list")


def known_policy(store: Store, wanted: str) -> Policy | None:
    """The policy with this id, None when it is no longer registered."""
    return next((policy for policy in store.policies() if policy.id == wanted), None)

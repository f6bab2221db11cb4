"""All rules on a policy's posts, one after the other. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from alerts.onsets import Watched, onset_of
from alerts.share_rule import share_spikes
from alerts.talk import talk_spikes
from alerts.volume import volume_spikes
from minyi.models import Spike
from minyi.rules import Rules


def policy_spikes(watched: Watched, rules: Rules, now: datetime) -> list[Spike]:
    """Spikes of every enabled rule, by onset, then in the order of `Rules.on_policies`; usually none."""
    found = volume_spikes(watched, rules, now)
    found += share_spikes(watched, rules.negative_share, now)
    found += talk_spikes(watched, rules, now)
    order = list(rules.on_policies())
    judged = {"judged_from": watched.judged_from.isoformat(), "judged_at": now.isoformat()}
    return [
        replace(spike, arithmetic={**spike.arithmetic, **judged})
        for spike in sorted(found, key=lambda s: (onset_of(s), order.index(s.rule), s.subject))
    ]

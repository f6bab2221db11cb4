"""What counts as unusual: the `[rules]` tables of `office.toml`. Our values are defaults, not a standard."""

from __future__ import annotations

from dataclasses import dataclass

from minyi.models import RuleName
from minyi.tables import within


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """What every rule on a policy's posts has."""

    enabled: bool = True
    refractory_hours: float = within(24.0, 1, 720)
    """No second alert of the same policy and rule within this."""
    renotice_factor: float = within(3.0, 1, 1_000)
    """People are told again when an hour brought this many times the posts they were last told of."""


@dataclass(frozen=True, slots=True)
class VolumeRule(PolicyRule):
    """`[rules.volume]` Thresholds of the two-regime detector."""

    min_posts: int = within(5, 1, 1_000_000)
    poisson: float = within(4.0, 0, 100)
    return_period: float = within(2.2, 0, 100)
    sparse_score: float = within(2.5, 0, 100)
    burst_odds: float = within(3.1, -100, 100)
    dense_rate: float = within(4.0, 0, 1_000_000)
    dense_leave_rate: float = within(3.3, 0, 1_000_000)
    min_voices: int = within(2, 1, 1_000)


@dataclass(frozen=True, slots=True)
class NegativeVolumeRule(VolumeRule):
    """`[rules.negative_volume]` The same for negative posts alone, of which fewer are enough."""

    min_posts: int = within(3, 1, 1_000_000)


@dataclass(frozen=True, slots=True)
class NegativeShareRule(PolicyRule):
    """`[rules.negative_share]` Too many negative among a policy's posts, by a beta-binomial test."""

    surprise: float = within(3.0, 0, 100)
    """Least -log10 P."""
    min_posts: int = within(8, 1, 1_000_000)
    min_negative: int = within(5, 1, 1_000_000)
    min_rise: float = within(0.15, 0, 1)
    """The share lies at least this far above the usual one."""
    min_voices: int = within(2, 1, 1_000)


@dataclass(frozen=True, slots=True)
class MisreadingRule(PolicyRule):
    """`[rules.misreading]` A watch-list claim that posts repeat: level IV, from `min_voices` on III."""

    min_voices: int = within(3, 1, 1_000)
    window_hours: int = within(24, 1, 24)


@dataclass(frozen=True, slots=True)
class NoveltyRule(PolicyRule):
    """`[rules.novelty]` A text about a policy, unseen before, that several sources take up."""

    min_posts: int = within(3, 2, 1_000)
    min_sources: int = within(2, 1, 1_000)
    window_hours: int = within(6, 1, 24)


@dataclass(frozen=True, slots=True)
class KeySourceRule(PolicyRule):
    """`[rules.key_source]` A policy is mentioned by a source whose card says `key = true`."""


@dataclass(frozen=True, slots=True)
class SilentRule:
    """`[rules.source_silent]` A source not read for `intervals` times its `every`, or without posts."""

    enabled: bool = True
    intervals: float = within(3.0, 1, 1_000)
    surprise: float = within(4.0, 1, 100)
    """-log10 P that a source which is read well brings nothing for so long."""


@dataclass(frozen=True, slots=True)
class BlockedRule:
    """`[rules.source_blocked]` A source that has refused us for `intervals` times its `every`."""

    enabled: bool = True
    intervals: float = within(2.0, 1, 1_000)


@dataclass(frozen=True, slots=True)
class Levels:
    """`[rules.levels]` From when an alert is graver: our values, no national standard."""

    grave_return_period: float = within(3.0, 0, 100)
    """II: return-period score of a busy policy."""
    grave_score: float = within(8.0, 0, 100)
    """II: negative-binomial score of a quiet policy."""
    grave_factor: float = within(10.0, 1, 10_000)
    """II: this many times the expected posts in a window."""
    six_hours_posts: int = within(50, 1, 1_000_000)
    """I: so many posts in six hours, with an unusual negative share or a new text."""
    same_words_share: float = within(0.2, 0, 1)
    """III at most: fewer independent voices than this share of the posts."""
    release_score: float = within(8.0, 0, 100)
    """IV: the first rise after a release below this score is a notice."""


@dataclass(frozen=True, slots=True)
class Rules:
    """`[rules]` What counts as unusual; our values are defaults, not a standard."""

    volume: VolumeRule = VolumeRule()
    negative_volume: NegativeVolumeRule = NegativeVolumeRule()
    negative_share: NegativeShareRule = NegativeShareRule()
    misreading: MisreadingRule = MisreadingRule()
    novelty: NoveltyRule = NoveltyRule()
    key_source: KeySourceRule = KeySourceRule()
    source_silent: SilentRule = SilentRule()
    source_blocked: BlockedRule = BlockedRule()
    levels: Levels = Levels()
    new_source_days: float = within(7.0, 0, 365)
    """A source joins the counts that trigger this long after its first success."""

    def on_policies(self) -> dict[RuleName, PolicyRule]:
        """The rules on a policy's posts, in the order of lists: negative ones first."""
        return {
            RuleName.NEGATIVE_VOLUME: self.negative_volume,
            RuleName.NEGATIVE_SHARE: self.negative_share,
            RuleName.MISREADING: self.misreading,
            RuleName.VOLUME: self.volume,
            RuleName.KEY_SOURCE: self.key_source,
            RuleName.NOVELTY: self.novelty,
        }

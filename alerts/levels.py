"""How grave a spike is. The names are official, the thresholds ours: defaults, not a standard. Pure."""

from __future__ import annotations

from alerts.detect.detector import Reading, Regime
from alerts.detect.share import NegativeShare
from alerts.voices import Voices
from minyi.models import Level
from minyi.rules import Levels

GRAVE_FACTOR_LEAST_EXPECTED = 1.0
"""A tenfold of less than one expected post is no tenfold yet."""


def level_of(
    reading: Reading,
    voices: Voices | None,
    share: NegativeShare | None,
    bars: Levels,
    *,
    novel: bool,
    six_hours: int,
    min_voices: int,
    negative_rule: bool,
    release_onset_before: bool,
) -> Level:
    """Level of a crossing.

    IV: one voice alone (传播集中), or the first ordinary rise after a release. III: any other. II: far
    above the usual, or with an unusual negative share; never for mostly the same words, unless negative
    posts fired. I: II with an unusual negative share or a new text taken up (`novel`), and many posts in
    six hours. `bars` say how far and how many. `voices` and `share` None = not known (counts only).
    """
    if voices is not None and not _heard(voices, min_voices):
        return Level.IV
    if is_ordinary_release(reading, bars, release_onset_before):
        return Level.IV
    resented = share is not None and share.unusual
    if not (_far(reading, bars) or resented):
        return Level.III
    if voices is not None and voices.clusters < bars.same_words_share * voices.posts and not negative_rule:
        return Level.III
    return Level.I if (resented or novel) and six_hours >= bars.six_hours_posts else Level.II


def _heard(voices: Voices, least: int) -> bool:
    return voices.clusters >= least and max(voices.authors, voices.sources) >= min(least, 2)


def is_ordinary_release(reading: Reading, bars: Levels, onset_before: bool) -> bool:
    """True for the first rise of a release that stays near what a release brings: a notice, no alert."""
    return reading.regime is Regime.RELEASE and reading.score < bars.release_score and not onset_before


def _far(reading: Reading, bars: Levels) -> bool:
    bar = bars.grave_return_period if reading.references else bars.grave_score
    many_times = any(
        w.posts >= bars.grave_factor * max(w.expected, GRAVE_FACTOR_LEAST_EXPECTED) for w in reading.windows
    )
    return reading.score >= bar or many_times

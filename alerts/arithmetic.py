"""Every number an alert's text prints, by name, so that anybody can recompute it. Pure.

Windows are named by their minutes: `posts_60m`, `expected_60m`, `phi_60m`, `nb_60m`, `poisson_60m`. The
dense regime's references likewise: `height_60m_value`, `_u`, `_b`, `_score`, and `ratio_60m_...`, with
`slow_60m`, the slow mean's expectation, and `live_60m`, the buckets' worth of live share. `odds` are those of
a burst, `odds_one_less` those with one post fewer than `least_posts`.
"""

from __future__ import annotations

from alerts.detect.detector import VERSION, Detector, Reading
from alerts.detect.share import NegativeShare
from alerts.voices import Voices

Numbers = dict[str, float | int | str | None]


def describe(
    detector: Detector,
    reading: Reading,
    voices: Voices | None,
    share: NegativeShare | None,
    *,
    before: int,
    hour_posts: int,
) -> Numbers:
    """Numbers of `reading`; `before` is the position at which the onset's first window begins.

    `hour_posts` are the most posts of one hour that ended at a crossing of the onset.
    """
    window, grid, least = reading.window, detector.grid, detector.least_posts(reading)
    numbers: Numbers = {
        "detector_version": VERSION,
        "regime": reading.regime.value,
        "step_seconds": grid.step,
        "window_seconds": window.size * grid.step,
        "posts": int(window.posts),
        "expected": window.expected,
        "score": reading.score,
        "threshold": reading.threshold,
        "poisson": window.poisson,
        "poisson_threshold": detector.rule.poisson,
        "min_posts": detector.rule.min_posts,
        "least_posts": least,
        "most_14d": detector.most_before(window.size, before),
        "hour_posts": hour_posts,
        "live_share": reading.live,
        "after_outage": int(reading.whole),
    }
    if reading.odds is not None:
        numbers |= {
            "odds": reading.odds,
            "odds_threshold": detector.rule.burst_odds,
            "odds_one_less": detector.odds_of(reading, least - 1),
        }
    numbers |= _windows(detector, reading) | _references(detector, reading)
    numbers |= spoken(voices) if voices is not None else {}
    return numbers | (shared(share) if share is not None else {})


def _windows(detector: Detector, reading: Reading) -> Numbers:
    numbers: Numbers = {}
    for window in reading.windows:
        name = _name(window.size * detector.grid.step)
        numbers |= {
            f"posts_{name}": int(window.posts),
            f"expected_{name}": window.expected,
            f"poisson_{name}": window.poisson,
        }
        if not reading.references:
            numbers |= {f"phi_{name}": window.phi, f"nb_{name}": window.nb}
    return numbers


def _references(detector: Detector, reading: Reading) -> Numbers:
    numbers: Numbers = {}
    sums = detector.view(whole=reading.whole)
    for one in reading.references:
        size = _name(one.window * detector.grid.step)
        name = f"{'ratio' if one.ratio else 'height'}_{size}"
        start = max(0, reading.bucket + 1 - one.window)
        numbers |= {
            f"{name}_value": one.value,
            f"{name}_u": one.threshold.u,
            f"{name}_b": one.threshold.b,
            f"{name}_score": one.score,
            f"slow_{size}": detector.dense.expected(reading.bucket, one.window, sums),
            f"live_{size}": sums.live[reading.bucket + 1] - sums.live[start],
        }
    return numbers


def spoken(voices: Voices) -> Numbers:
    """Who spoke in a window."""
    first = voices.first
    return {
        "voices": voices.clusters,
        "authors": voices.authors,
        "sources": voices.sources,
        "top_copies": voices.top_copies,
        "top_sources": voices.top_sources,
        "top_post": voices.shown[0] if voices.shown else None,
        "first_at": first.published.isoformat() if first else None,
        "first_source": first.source if first else None,
    }


def shared(share: NegativeShare) -> Numbers:
    """The share of negative posts and its test."""
    return {
        "negative": share.k,
        "negative_of": share.n,
        "negative_seconds": share.seconds,
        "negative_usual": share.p0,
        "negative_p": share.p,
        "negative_unusual": int(share.unusual),
    }


def _name(seconds: int) -> str:
    return f"{seconds // 60}m"

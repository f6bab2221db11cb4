"""Every number an alert's text prints, by name, so that anybody can recompute it. Pure.

Windows are named by their minutes: `posts_60m`, `expected_60m`, `phi_60m`, `nb_60m`, `poisson_60m`. The
dense regime's references likewise: `height_60m_value`, `_u`, `_b`, `_score`, and `ratio_60m_...`, with
`slow_60m`, the slow mean's expectation, and `live_60m`, the buckets' worth of live share.
"""

from __future__ import annotations

from collections.abc import Sequence

from alerts.detect.detector import VERSION, Detector, Reading
from alerts.detect.grid import HOUR
from alerts.detect.share import NegativeShare
from alerts.voices import Voices

Numbers = dict[str, float | int | str | None]


def describe(
    detector: Detector,
    reading: Reading,
    voices: Voices | None,
    share: NegativeShare | None,
    readings: Sequence[Reading],
) -> Numbers:
    """Numbers of `reading`, one of the crossings `readings` of an onset (in order)."""
    window, grid = reading.window, detector.grid
    first = min(readings, key=lambda r: r.bucket)
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
        "least_posts": detector.least_posts(reading),
        "most_14d": detector.most_before(window.size, first.window.start),
        "hour_posts": _busiest_hour(detector, readings),
        "live_share": reading.live,
    }
    numbers |= _windows(detector, reading) | _references(detector, reading)
    numbers |= _voices(voices) if voices is not None else {}
    return numbers | (_share(share) if share is not None else {})


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
    for one in reading.references:
        size = _name(one.window * detector.grid.step)
        name = f"{'ratio' if one.ratio else 'height'}_{size}"
        start = max(0, reading.bucket + 1 - one.window)
        numbers |= {
            f"{name}_value": one.value,
            f"{name}_u": one.threshold.u,
            f"{name}_b": one.threshold.b,
            f"{name}_score": one.score,
            f"slow_{size}": detector.dense.expected(reading.bucket, one.window),
            f"live_{size}": detector.sums.live[reading.bucket + 1] - detector.sums.live[start],
        }
    return numbers


def _voices(voices: Voices) -> Numbers:
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


def _share(share: NegativeShare) -> Numbers:
    return {
        "negative": share.k,
        "negative_of": share.n,
        "negative_seconds": share.seconds,
        "negative_usual": share.p0,
        "negative_p": share.p,
        "negative_unusual": int(share.unusual),
    }


def _busiest_hour(detector: Detector, readings: Sequence[Reading]) -> int:
    """Most posts in one hour ending at a crossing of the onset."""
    size, posts = detector.grid.buckets(HOUR), detector.sums.posts
    return int(max(posts[r.bucket + 1] - posts[max(0, r.bucket + 1 - size)] for r in readings))


def _name(seconds: int) -> str:
    return f"{seconds // 60}m"

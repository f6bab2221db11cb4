"""Scores alert times by the Numenta Anomaly Benchmark's published definition, standard and other profiles.

numenta/NAB (MIT), `nab/scorer.py` and `nab/sweeper.py`: in a window only the earliest alert counts, the
earlier the more; a missed window and every alert outside cost. 0 = no alerts at all, 100 = perfect. The
folder holds the series (`timestamp,value`) and `windows.json`; neither is part of this project.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, exp
from pathlib import Path

PROFILES = {"standard": (1.0, 0.11), "low FP": (1.0, 0.22), "low FN": (2.0, 0.11)}
"""Cost of a missed window and of an alert outside; a hit earns at most 1."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One series: its name, rows in order, and windows as first and last bucket."""

    name: str
    times: tuple[datetime, ...]
    values: tuple[float, ...]
    windows: tuple[tuple[int, int], ...]

    @property
    def unscored(self) -> int:
        """Buckets at the start that nobody is judged on."""
        return ceil(min(0.15 * len(self.times), 0.15 * 5000))


def load(folder: Path) -> list[Labelled]:
    """All labelled series of the folder, by name."""
    labels: Mapping[str, list[list[str]]] = json.loads((folder / "windows.json").read_text("utf-8"))
    found = []
    for label, spans in sorted(labels.items()):
        with (folder / Path(label).name).open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        times = tuple(datetime.fromisoformat(row["timestamp"][:19]) for row in rows)
        windows = tuple(
            (times.index(datetime.fromisoformat(a[:19])), times.index(datetime.fromisoformat(b[:19])))
            for a, b in spans
        )
        found.append(Labelled(Path(label).stem, times, tuple(float(row["value"]) for row in rows), windows))
    return found


@dataclass(frozen=True, slots=True)
class Verdict:
    """Scores by profile, windows hit of all, and incidents (alerts a day apart) a day and series."""

    scores: Mapping[str, float]
    hit: int
    windows: int
    incidents_a_day: float


def judge(series: Sequence[Labelled], alerts: Sequence[Sequence[int]]) -> Verdict:
    """Verdict over a group; `alerts` are buckets, one list a series."""
    hits: list[float] = []
    outside = 0.0
    windows = incidents = 0
    days = 0.0
    for one, raised in zip(series, alerts, strict=True):
        scored = sorted({bucket for bucket in raised if bucket >= one.unscored})
        spans = [span for span in one.windows if span[1] >= one.unscored]
        earned, cost = _series(scored, spans)
        hits += earned
        outside += cost
        windows += len(spans)
        incidents += _incidents([one.times[bucket] for bucket in scored])
        days += (one.times[-1] - one.times[one.unscored]).total_seconds() / 86_400
    scores = {}
    for name, (missed, wrong) in PROFILES.items():
        raw = sum(hits) - missed * (windows - len(hits)) + wrong * outside
        scores[name] = 100 * (raw + missed * windows) / (windows + missed * windows)
    return Verdict(scores, len(hits), windows, incidents / days)


def _series(alerts: Sequence[int], windows: Sequence[tuple[int, int]]) -> tuple[list[float], float]:
    """What each window hit earns, and the sum of what alerts outside cost (negative)."""
    earned = []
    for first, last in windows:
        inside = [bucket for bucket in alerts if first <= bucket <= last]
        if inside:
            width = last - first + 1
            earned.append(_sigmoid(-(last - inside[0] + 1) / width) / _sigmoid(-1.0))
    outside = [b for b in alerts if not any(first <= b <= last for first, last in windows)]
    return earned, sum(_cost(bucket, windows) for bucket in outside)


def _cost(bucket: int, windows: Sequence[tuple[int, int]]) -> float:
    before = [span for span in windows if span[1] < bucket]
    if not before:
        return -1.0
    first, last = before[-1]
    return _sigmoid((bucket - last) / (last - first))


def _sigmoid(position: float) -> float:
    return -1.0 if position > 3.0 else 2.0 / (1.0 + exp(5.0 * position)) - 1.0


def _incidents(times: Sequence[datetime]) -> int:
    count, last = 0, None
    for when in times:
        if last is None or (when - last).total_seconds() >= 86_400:
            count, last = count + 1, when
    return count

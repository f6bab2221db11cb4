"""The peer: ElastAlert2's `spike` rule, after its documentation and source, on counts per bucket.

jertel/elastalert2, `elastalert/ruletypes.py`, SpikeRule: the current timeframe is compared with the one
before it; silent for two timeframes after the first event and, its reference emptied, after each match.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate


def spikes(counts: Sequence[float], timeframe: int, height: float, least: float) -> list[int]:
    """Buckets of matches: `least` or more in the last `timeframe` buckets, `height` times those before."""
    sums = list(accumulate(counts, initial=0.0))
    found: list[int] = []
    begin = next((i for i, count in enumerate(counts) if count), len(counts))
    for end in range(1, len(sums)):
        if not counts[end - 1] or end < begin + 2 * timeframe:
            continue
        current = sums[end] - sums[end - timeframe]
        reference = sums[end - timeframe] - sums[end - 2 * timeframe]
        if current >= least and current >= height * reference:
            found.append(end - 1)
            begin = end
    return found

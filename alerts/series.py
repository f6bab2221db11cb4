"""From the record's counts to the detector's grids: what each bucket saw, and what it could have seen. Pure.

A source's posts count from its first good read on, once that lies `new_source_days` back: a new source is
not a rise. Buckets in which a source could not be read are missing, not zero: nothing is learnt from them,
and the bucket's live share falls by the source's usual share of the policy's posts. What is found of them
once the source is back stands apart as `hidden`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from math import ceil, floor

from alerts.detect.grid import BUCKET_SECONDS, HOUR, Grid
from alerts.profile import FLAT, Profile
from minyi.clock import from_seconds
from minyi.models import Scope, Sighting, SourceId, Span

HISTORY = timedelta(days=28)
DEFAULT_GRACE = timedelta(hours=1)

CountRow = tuple[datetime, SourceId, int, int]
"""Start of a 5-minute bucket, source, posts, negative posts: a row of `Store.counts`."""


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What is known of one source.

    `start` is its first good read, or its first imported post. `spans` are its intervals of good reading,
    ordered, **all of them since `start`**; none = only ever imported, and always live. Before the first span
    an imported history counts as live. `grace` is how long after its last good read a source in good health
    is still trusted: posts not fetched yet count as none, which never makes a spike. A source in bad health
    has none.
    """

    id: SourceId
    start: datetime
    spans: tuple[Span, ...] = ()
    grace: timedelta = DEFAULT_GRACE


@dataclass(frozen=True, slots=True)
class Series:
    """The grids of one policy by scope, and which sources' posts they count, in which buckets."""

    grids: Mapping[Scope, Grid]
    live: Mapping[SourceId, tuple[tuple[int, int], ...]]
    """Live intervals [from, to) of absolute bucket numbers, by source that counts."""

    def time_of(self, bucket: int) -> datetime:
        """Start of a bucket, by its index in the grids (the end of bucket i is the start of i + 1)."""
        return from_seconds((self.grids[Scope.ALL].number + bucket) * BUCKET_SECONDS)

    def index_of(self, when: datetime) -> int:
        """Index of the bucket that holds `when`; may lie outside the grids."""
        return number_of(when) - self.grids[Scope.ALL].number

    def counts(self, sighting: Sighting, *, hidden: bool = False) -> bool:
        """True when the grids counted this post; with `hidden`, also if only as found after an outage."""
        spans = self.live.get(sighting.source)
        return spans is not None and (hidden or _inside(spans, number_of(sighting.published)))


def number_of(when: datetime) -> int:
    """Absolute number of the 5-minute bucket that holds `when`."""
    return floor(when.timestamp() / BUCKET_SECONDS)


def history_span(now: datetime) -> Span:
    """What to read for a detection at `now`: from a UTC midnight 28 days ago to the open bucket's end."""
    return Span(day_start(now) - HISTORY, from_seconds((number_of(now) + 1) * BUCKET_SECONDS))


def day_start(now: datetime) -> datetime:
    """The UTC midnight before: what buckets of that day are judged by was fixed then."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def build(
    rows: Iterable[CountRow],
    sources: Iterable[SourceFacts],
    *,
    now: datetime,
    new_source_days: float = 7.0,
    profile: Profile = FLAT,
    released_at: datetime | None = None,
) -> Series:
    """Grids over `history_span(now)` from the policy's rows (any order; others in time are left out).

    Sources that join, and each one's usual share, are those known when the UTC day of `now` began.
    """
    span, today = history_span(now), day_start(now)
    first, last, begun = number_of(span.start), number_of(span.end), number_of(today)
    joined = [s for s in sources if s.start + timedelta(days=new_source_days) <= today]
    live = {s.id: _live(s, first, last, now) for s in joined}
    values: dict[Scope, list[float]] = {scope: [0.0] * (last - first) for scope in Scope}
    hidden: dict[Scope, list[float]] = {scope: [0.0] * (last - first) for scope in Scope}
    seen = dict.fromkeys(live, 0)
    for when, source, posts, negative in rows:
        number = number_of(when)
        spans = live.get(source)
        if spans is not None and first <= number < last:
            inside = _inside(spans, number)
            counted = values if inside else hidden
            counted[Scope.ALL][number - first] += posts
            counted[Scope.NEGATIVE][number - first] += negative
            seen[source] += posts if inside and number < begun else 0
    shares = _shares(seen, live, begun)
    share = _live_share(shares, live, first, last)
    season = _season(profile, first, last)
    release = None if released_at is None else number_of(released_at) - first
    grids = {
        scope: Grid(first, BUCKET_SECONDS, values[scope], share, season, release, hidden=hidden[scope])
        for scope in Scope
    }
    # Negative posts are never excused by a release.
    grids[Scope.NEGATIVE] = replace(grids[Scope.NEGATIVE], release=None)
    return Series(grids, live)


def _live(source: SourceFacts, first: int, last: int, now: datetime) -> tuple[tuple[int, int], ...]:
    """Buckets whose middle the source could be read for."""
    if not source.spans:
        found = [(source.start, now + timedelta(seconds=BUCKET_SECONDS))]
    else:
        found = [(s.start, s.end) for s in source.spans]
        found[0] = (min(source.start, found[0][0]), found[0][1])
        begin, end = found[-1]
        found[-1] = (begin, max(end, min(now + timedelta(seconds=BUCKET_SECONDS), end + source.grace)))
    cut = ((max(first, _middle(a)), min(last, _middle(b))) for a, b in found)
    return tuple((a, b) for a, b in cut if a < b)


def _middle(when: datetime) -> int:
    return ceil(when.timestamp() / BUCKET_SECONDS - 0.5)


def _inside(spans: Sequence[tuple[int, int]], number: int) -> bool:
    place = bisect_right(spans, (number, 1 << 62)) - 1
    return place >= 0 and number < spans[place][1]


def _shares(
    seen: Mapping[SourceId, int], live: Mapping[SourceId, Sequence[tuple[int, int]]], until: int
) -> dict[SourceId, float]:
    """Each source's share of the policy's posts before bucket `until`, by its rate while live.

    One post is spread over all as a prior.
    """
    rates = {}
    for source, spans in live.items():
        buckets = sum(max(0, min(b, until) - a) for a, b in spans)
        rates[source] = (seen[source] + 1.0 / len(live)) / max(buckets, 1)
    total = sum(rates.values())
    return {source: rate / total for source, rate in sorted(rates.items())}


def _live_share(
    shares: Mapping[SourceId, float],
    live: Mapping[SourceId, Sequence[tuple[int, int]]],
    first: int,
    last: int,
) -> list[float]:
    change = [0.0] * (last - first + 1)
    for source, share in shares.items():
        for begin, end in live[source]:
            change[begin - first] += share
            change[end - first] -= share
    # Rounded, because additions and subtractions of shares leave dust where the sum should be 1 or 0.
    return [round(value, 9) + 0.0 for value in accumulate(change[:-1])]


def _season(profile: Profile, first: int, last: int) -> list[float]:
    per_hour = HOUR // BUCKET_SECONDS
    hours = range(first // per_hour, -(-last // per_hour))
    factors = [profile.at(from_seconds(hour * HOUR)) for hour in hours]
    begin = first - hours.start * per_hour
    return [factor for factor in factors for _ in range(per_hour)][begin : begin + last - first]

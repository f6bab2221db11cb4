"""What a bucket saw, and what it could have seen."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.profile import FLAT, pooled
from alerts.series import CountRow, SourceFacts, build, history_span, number_of
from minyi.clock import LOCAL
from minyi.models import Scope, SourceId, Span
from tests.alerts.watching import BBS, NEWS, NOW, SOURCES, post

DAY = timedelta(days=1)


def rows(*sources: SourceId, days: int = 20, each: int = 2) -> list[CountRow]:
    """`each` posts an hour and source, one of them negative."""
    start = NOW.replace(minute=0) - days * DAY
    return [
        (start + timedelta(hours=h), source, each, 1)
        for h in range(days * 24)
        for source in sources
        if start + timedelta(hours=h) < NOW
    ]


def test_the_history_starts_at_midnight_and_ends_with_the_open_bucket() -> None:
    """28 days or a little more, the same all day long."""
    assert history_span(NOW) == Span(datetime(2026, 2, 4, tzinfo=UTC), NOW + timedelta(minutes=5))
    assert history_span(NOW + timedelta(hours=5)).start == history_span(NOW).start


def test_both_scopes_are_counted_in_their_buckets() -> None:
    """All posts and negative ones, on one time axis."""
    series = build(rows(BBS, NEWS), SOURCES, now=NOW)
    index = series.index_of(NOW - timedelta(hours=1, minutes=5))
    assert series.grids[Scope.ALL].values[index] == 4
    assert series.grids[Scope.NEGATIVE].values[index] == 2
    assert series.time_of(index) == NOW - timedelta(hours=1, minutes=5)


def test_a_new_source_counts_only_after_a_week() -> None:
    """Its posts are no rise; after the week its history counts from its first day on."""
    new = SourceFacts(SourceId("new"), NOW - 6 * DAY)
    series = build(rows(BBS, new.id), [*SOURCES, new], now=NOW)
    assert sum(series.grids[Scope.ALL].values) == 2 * len(rows(BBS))
    assert min(series.grids[Scope.ALL].live) == 1.0
    old = SourceFacts(new.id, NOW - 8 * DAY, (Span(NOW - 8 * DAY, NOW),))
    later = build(rows(BBS, days=29) + rows(new.id, days=8), [*SOURCES, old], now=NOW)
    live = later.grids[Scope.ALL].live
    assert live[later.index_of(NOW - 9 * DAY)] == pytest.approx(0.5, abs=0.02)
    assert live[-1] == 1.0


def test_posts_of_a_source_in_its_blind_hours_are_left_out() -> None:
    """Missing, not zero: neither its few posts nor its silence count."""
    spans = (Span(NOW - 60 * DAY, NOW - 2 * DAY), Span(NOW - DAY, NOW))
    series = build(rows(BBS, NEWS), [SOURCES[1], SourceFacts(BBS, NOW - 60 * DAY, spans)], now=NOW)
    index = series.index_of(NOW - timedelta(hours=36, minutes=5))
    assert series.grids[Scope.ALL].values[index] == 2
    assert series.grids[Scope.ALL].live[index] == pytest.approx(0.5, abs=0.01)
    assert not series.counts(post(NOW - timedelta(hours=36)))
    assert series.counts(post(NOW - timedelta(hours=36), source=NEWS))


def test_an_imported_history_before_the_first_crawl_is_seen() -> None:
    """A source that was imported first and is crawled now has no blind past."""
    crawled = SourceFacts(BBS, NOW - 30 * DAY, (Span(NOW - DAY, NOW),))
    assert min(build(rows(BBS), [crawled], now=NOW).grids[Scope.ALL].live) == 1.0


def test_a_healthy_source_is_trusted_for_a_while_after_its_last_read() -> None:
    """Between two crawls nothing is blind; after the grace it is, and a sick source has no grace."""
    read = (Span(NOW - 60 * DAY, NOW - timedelta(minutes=50)),)
    trusted = build(rows(BBS), [SourceFacts(BBS, NOW - 60 * DAY, read)], now=NOW)
    assert trusted.grids[Scope.ALL].live[-1] == 1.0
    sick = build(rows(BBS), [SourceFacts(BBS, NOW - 60 * DAY, read, grace=timedelta(0))], now=NOW)
    assert sick.grids[Scope.ALL].live[-1] == 0.0
    long_ago = (Span(NOW - 60 * DAY, NOW - timedelta(hours=3)),)
    silent = build(rows(BBS), [SourceFacts(BBS, NOW - 60 * DAY, long_ago)], now=NOW)
    assert silent.grids[Scope.ALL].live[-1] == 0.0


def test_without_sources_everything_is_blind() -> None:
    """Nobody looked, so nothing is known."""
    assert set(build([], [], now=NOW).grids[Scope.ALL].live) == {0.0}


def test_counts_split_over_sources_give_the_same_series() -> None:
    """One source with all posts, or two with half each: the same counts, the same live share."""
    one = build(rows(BBS, each=4), [SOURCES[0]], now=NOW)
    two = build(rows(BBS, NEWS), SOURCES, now=NOW)
    assert one.grids[Scope.ALL].values == two.grids[Scope.ALL].values
    assert one.grids[Scope.ALL].live == two.grids[Scope.ALL].live


def test_the_release_is_known_to_the_series_of_all_posts_only() -> None:
    """Negative posts are never excused by a release."""
    series = build([], SOURCES, now=NOW, released_at=NOW - DAY)
    assert series.grids[Scope.ALL].release == number_of(NOW - DAY) - series.grids[Scope.ALL].number
    assert series.grids[Scope.NEGATIVE].release is None


def test_the_profile_follows_the_day_and_has_a_ground() -> None:
    """Posts at 11 raise the hours around it, no hour falls to nothing, and the week's mean is 1."""
    begin = datetime(2026, 2, 2, tzinfo=LOCAL)
    posts = [(begin + timedelta(days=d, hours=11), 20) for d in range(28)]
    profile = pooled(posts, begin, begin + timedelta(days=28))
    eleven, three = (profile.at(datetime(2026, 3, 4, hour, tzinfo=LOCAL)) for hour in (11, 3))
    assert eleven > 5 * three > 0
    assert (5 * sum(profile.weekday) + 2 * sum(profile.weekend)) / 168 == pytest.approx(1.0)


def test_few_posts_give_a_flat_profile() -> None:
    """Under 200 posts nothing is known of the week."""
    begin = datetime(2026, 2, 2, tzinfo=LOCAL)
    assert pooled([(begin, 199)], begin, begin + timedelta(days=28)).weekday == FLAT.weekday


def test_a_made_up_working_day_uses_the_weekday_shape() -> None:
    """The office's calendar decides, not the day's name."""
    begin = datetime(2026, 2, 2, tzinfo=LOCAL)
    posts = [(begin + timedelta(days=d, hours=11), 20) for d in range(28) if d % 7 < 5]
    saturday = datetime(2026, 3, 7, 11, tzinfo=LOCAL)
    plain = pooled(posts, begin, begin + timedelta(days=28))
    made_up = pooled(posts, begin, begin + timedelta(days=28), workday=lambda day: day.isoweekday() <= 6)
    assert plain.at(saturday) < 1 < made_up.at(saturday)

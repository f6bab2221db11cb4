"""Every number an alert prints can be recomputed from the posts, by hand."""

import random
from datetime import datetime, timedelta
from math import log

import pytest

from alerts.backtest import backtest
from alerts.detect.tails import beta_binomial_tail, negative_binomial_surprise, poisson_surprise
from alerts.explain import Names, explain
from minyi.models import RuleName, Sighting, Spike
from minyi.rules import Rules
from tests.alerts.watching import NOW, burst, everyday, poisson_counts, spikes

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def posts() -> list[Sighting]:
    """A quiet month and a burst."""
    return everyday(random.Random(11)) + burst(random.Random(1), 62, NOW - 2 * HOUR, 2.0, negative=0.5)


@pytest.fixture(scope="module")
def spike(posts: list[Sighting]) -> Spike:
    """Its volume spike."""
    return next(s for s in spikes(posts) if s.rule is RuleName.VOLUME)


def between(posts: list[Sighting], start: datetime, end: datetime) -> list[Sighting]:
    """Posts published in [start, end)."""
    return [p for p in posts if start <= p.published < end]


def number(spike: Spike, name: str) -> float:
    """A number of the arithmetic."""
    value = spike.arithmetic[name]
    assert isinstance(value, int | float)
    return value


def test_counts_voices_and_sources_are_those_of_the_window(spike: Spike, posts: list[Sighting]) -> None:
    """Observed posts, independent voices, sources and first post by simple counting."""
    window = between(posts, spike.window.start, spike.window.end)
    assert spike.observed == number(spike, "posts") == len(window)
    assert number(spike, "voices") == len({p.cluster for p in window})
    assert number(spike, "sources") == len({p.source for p in window})
    assert spike.arithmetic["first_at"] == min(p.published for p in window).isoformat()


def test_the_score_is_the_tail_of_the_printed_expectation_and_spread(spike: Spike) -> None:
    """NB and Poisson surprise from posts, expected and phi of the telling window."""
    name = f"{number(spike, 'window_seconds') // 60:.0f}m"
    y, m, phi = (number(spike, f"{part}_{name}") for part in ("posts", "expected", "phi"))
    assert spike.score == pytest.approx(negative_binomial_surprise(y, m, phi))
    assert number(spike, "poisson") == pytest.approx(poisson_surprise(y, m))
    assert spike.score == max(v for k, v in spike.arithmetic.items() if k.startswith("nb_"))  # type: ignore[type-var]


def test_the_negative_share_is_counted_and_tested(spike: Spike, posts: list[Sighting]) -> None:
    """Negative posts of all over the printed hours, and its probability under the printed usual share."""
    start = spike.window.end - timedelta(seconds=number(spike, "negative_seconds"))
    window = between(posts, start, spike.window.end)
    k, n = int(number(spike, "negative")), int(number(spike, "negative_of"))
    assert (k, n) == (sum(p.negative for p in window), len(window))
    assert number(spike, "negative_p") == pytest.approx(
        beta_binomial_tail(k, n, number(spike, "negative_usual"), 0.05)
    )


def test_the_most_of_fourteen_days_was_counted(spike: Spike, posts: list[Sighting]) -> None:
    """No window of that length in the two weeks before the burst held more, and one held as many."""
    size = timedelta(seconds=number(spike, "window_seconds"))
    end = NOW - 2 * HOUR - size
    most, start = 0, end - timedelta(days=14)
    while start <= end:
        most = max(most, len(between(posts, start, start + size)))
        start += timedelta(minutes=5)
    assert number(spike, "most_14d") == pytest.approx(most, abs=1)
    assert number(spike, "most_14d") < spike.observed


def test_one_post_fewer_than_the_printed_least_does_not_fire(spike: Spike) -> None:
    """The least is between the floor and the count, and one less falls under a bar."""
    least = int(number(spike, "least_posts"))
    assert number(spike, "min_posts") <= least <= spike.observed
    name = f"{number(spike, 'window_seconds') // 60:.0f}m"
    mean, phi = number(spike, f"expected_{name}"), number(spike, f"phi_{name}")
    below = negative_binomial_surprise(least - 1, mean, phi)
    assert (
        below < spike.threshold
        or number(spike, "odds_one_less") < number(spike, "odds_threshold") <= number(spike, "odds")
        or poisson_surprise(least - 1, mean) < number(spike, "poisson_threshold")
        or (least - 1 < number(spike, "min_posts"))
    )


def test_posts_before_the_window_do_not_lower_its_printed_least() -> None:
    """When a longer window is unusual too, the least stays a count at which this window itself fires."""
    posts = everyday(random.Random(11)) + burst(random.Random(1), 60, NOW - 1.4 * HOUR, 0.5)
    posts += burst(random.Random(2), 440, NOW - timedelta(minutes=50), 0.8)
    one = next(s for s in spikes(posts) if s.rule is RuleName.VOLUME)
    assert number(one, "window_seconds") == 3600
    test_one_post_fewer_than_the_printed_least_does_not_fire(one)


def test_a_dense_score_is_the_mean_of_its_printed_return_periods() -> None:
    """Each reference from its value, u and b; the value from posts, the slow mean and the live share."""
    counts = poisson_counts(random.Random(8), 3.0, 20 * 288)
    for place in range(5500, 5524):
        counts[place] += 20
    rows = [(NOW + i * timedelta(minutes=5), c) for i, c in enumerate(counts)]
    spike = next(
        s for s in backtest("series", rows, timedelta(minutes=5), Rules()) if s.window.end > rows[5500][0]
    )
    periods = []
    for size in ("15m", "30m", "60m", "120m"):
        y, live = number(spike, f"posts_{size}"), number(spike, f"live_{size}")
        wanted = {
            "height": log(y * (int(size[:-1]) / 5) / live + 3),
            "ratio": log((y + 3) / (number(spike, f"slow_{size}") + 3)),
        }
        for kind, value in wanted.items():
            name = f"{kind}_{size}"
            assert number(spike, f"{name}_value") == pytest.approx(value)
            u, b = number(spike, f"{name}_u"), number(spike, f"{name}_b")
            period = 2 + (value - u) / (b * log(10)) if value > u else 0.0
            assert number(spike, f"{name}_score") == pytest.approx(period)
            periods.append(period)
    assert spike.score == pytest.approx(sum(periods) / 8)
    assert spike.score >= spike.threshold == Rules().volume.return_period


def test_the_text_prints_the_numbers_and_no_calendar_time_of_rarity(spike: Spike) -> None:
    """What happened, against what, from when it fires; never 'once in N days'."""
    text = explain(spike, Names({spike.policy: "青溪油糕商标办法"}, {}))
    for part in (
        "《青溪油糕商标办法》",
        f"有 {spike.observed} 帖",
        f"{spike.arithmetic['voices']} 个独立声音",
        f"少于 {spike.arithmetic['least_posts']} 帖不会触发",
        f"负面 {spike.arithmetic['negative']}/{spike.arithmetic['negative_of']}",
        "覆盖：2/2 个来源正常",
    ):
        assert part in text
    assert "天一遇" not in text
    assert f"{10**spike.score:.0f}" not in text

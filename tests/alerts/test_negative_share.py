"""The smallest number of negative posts that is unusual, for known shares and sizes."""

import random
from datetime import timedelta

import pytest

from alerts.detect.share import Shares, judge, least_negative
from alerts.detect.tails import beta_binomial_tail
from alerts.explain import Names, explain, headline
from alerts.figures import figures
from alerts.onsets import onset_of
from alerts.rules import policy_spikes
from minyi.models import Level, RuleName, Sighting, Spike
from minyi.rules import NegativeShareRule, Rules
from tests.alerts.watching import NOW, POLICY, burst, everyday, flat, post, spikes, watch

HOUR = timedelta(hours=1)

SMALLEST = {
    0.15: {8: 7, 12: 9, 20: 13, 40: 23, 80: 42, 200: 99},
    0.30: {8: 8, 12: 11, 20: 17, 40: 30, 80: 56, 200: 133},
}


@pytest.mark.parametrize(("usual", "n"), [(p0, n) for p0, row in SMALLEST.items() for n in row])
def test_the_smallest_unusual_count_is_as_published(usual: float, n: int) -> None:
    """Beta-binomial with correlation .05 below one in a thousand, and .15 above the usual share."""
    assert next(k for k in range(n + 1) if judge(k, n, usual).unusual) == SMALLEST[usual][n]


def test_few_posts_reach_back_until_eight_are_found() -> None:
    """Six hours hold three posts, so the share is taken over as many hours as hold eight, 48 at most."""
    every = [0.0] * 2000
    for place in (1990, 1980, 1970, 1900, 1890, 1880, 1870, 1860, 1700):
        every[place] = 1.0
    share = Shares(flat(every), flat([0.0] * 2000), 0.15).measure(2000)
    assert (share.n, share.seconds) == (8, 140 * 300)


def test_the_usual_share_leans_on_the_office_where_the_policy_has_little_history() -> None:
    """With no history it is the office's, with much its own."""
    none = Shares(flat([0.0] * 2000), flat([0.0] * 2000), 0.2).measure(2000)
    assert none.p0 == pytest.approx(0.2)
    own = Shares(flat([1.0] * 2000), flat([0.5] * 2000), 0.2).measure(2000)
    assert own.p0 == pytest.approx(0.5, abs=0.01)


def turned(chance: random.Random, share: float) -> list[Sighting]:
    """A month at a post an hour, a sixth negative; in the last twelve hours `share` of them, no more posts."""
    month = everyday(chance, rate=1.0, until=NOW - 12 * HOUR)
    return month + burst(chance, 16, NOW - 12 * HOUR, 12.0, negative=share)


def rises(posts: list[Sighting]) -> list[Spike]:
    """Rises of the share."""
    return [s for s in spikes(posts) if s.rule is RuleName.NEGATIVE_SHARE]


def test_a_turn_of_mood_fires_without_any_more_posts() -> None:
    """All negative where a sixth was: the share fires, the volume of posts does not."""
    posts = turned(random.Random(2), 1.0)
    found = spikes(posts)
    assert RuleName.VOLUME not in {s.rule for s in found}
    (spike,) = [s for s in found if s.rule is RuleName.NEGATIVE_SHARE]
    assert spike.level is Level.III
    assert NOW - 12 * HOUR < onset_of(spike) <= NOW


def test_the_share_s_numbers_are_counted_from_the_posts() -> None:
    """Posts, negatives, usual share, chance and the least that would fire, all by hand; the text says them."""
    posts = turned(random.Random(2), 1.0)
    (spike,) = rises(posts)
    numbers = {k: float(v) for k, v in spike.arithmetic.items() if isinstance(v, int | float)}
    inside = [p for p in posts if spike.window.start <= p.published < spike.window.end]
    k, n = sum(p.negative for p in inside), len(inside)
    assert (spike.observed, numbers["negative_of"]) == (k, n)
    before = [p for p in posts if p.published < spike.window.start]
    early = [p for p in before if p.published >= spike.window.start - timedelta(days=28)]
    usual = (sum(p.negative for p in early) + 20 * 0.15) / (len(early) + 20)
    assert numbers["negative_usual"] == pytest.approx(usual, abs=0.01)
    chance = beta_binomial_tail(k, n, numbers["negative_usual"], 0.05)
    assert numbers["negative_p"] == pytest.approx(chance)
    assert numbers["least_negative"] == least_negative(judge(k, n, numbers["negative_usual"]))
    assert not judge(int(numbers["least_negative"]) - 1, n, numbers["negative_usual"]).unusual
    names = Names({POLICY: "办法"}, {})
    assert f"共 {n} 帖，其中负面 {k} 帖" in explain(spike, names)
    assert f"少于 {numbers['least_negative']:.0f} 帖负面不会触发" in explain(spike, names)
    assert f"负面 {k}/{n}" in headline(spike, names)
    assert ("负面占比", f"{k}/{n}（{100 * k / n:.0f}%）") in figures(spike)


def test_an_ordinary_month_turns_nowhere() -> None:
    """No rise in ten months at a post an hour."""
    assert [rises(everyday(random.Random(seed), rate=1.0)) for seed in range(10)] == [[]] * 10


def test_copies_of_one_angry_text_are_a_notice_only() -> None:
    """Twenty copies are one voice: level IV."""
    month = everyday(random.Random(2), rate=0.5, until=NOW - 6 * HOUR)
    copies = [post(NOW - (5 - i / 5) * HOUR, cluster="angry", author="one", negative=True) for i in range(20)]
    assert [s.level for s in rises(month + copies)] == [Level.IV]


def test_a_switched_off_share_neither_fires_nor_raises_levels() -> None:
    """As while posts of two models are compared: volume stands for itself."""
    posts = everyday(random.Random(11)) + burst(random.Random(1), 70, NOW - 2 * HOUR, 2.0, negative=0.75)
    rules = Rules(negative_share=NegativeShareRule(enabled=False))
    found = policy_spikes(watch(posts, NOW), rules, NOW)
    assert {s.rule: s.level for s in found} == {RuleName.NEGATIVE_VOLUME: Level.II, RuleName.VOLUME: Level.II}

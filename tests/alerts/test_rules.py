"""From posts to spikes: who is heard, how grave it is, and what never fires."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.explain import Names, explain
from alerts.onsets import onset_of
from alerts.series import SourceFacts
from alerts.volume import volume_spikes
from minyi.models import Level, RuleName, Scope, Span, Spike
from minyi.rules import Levels, Rules
from tests.alerts.watching import BBS, NEWS, NOW, POLICY, burst, everyday, post, spikes, watch

HOUR = timedelta(hours=1)


def calm() -> list:  # type: ignore[type-arg]
    """A month of ordinary posts."""
    return everyday(random.Random(11))


def only(found: list[Spike], rule: RuleName) -> Spike:
    """The one spike of a rule."""
    (spike,) = [s for s in found if s.rule is rule]
    return spike


def test_an_ordinary_month_is_calm() -> None:
    """No spike in any of ten invented months."""
    assert [spikes(everyday(random.Random(seed))) for seed in range(10)] == [[]] * 10


def test_a_burst_of_many_voices_fires_with_its_first_crossing_as_onset() -> None:
    """40 different posts within an hour: found, keyed within the hour, carrying one post a voice."""
    posts = calm() + burst(random.Random(1), 40, NOW - HOUR, 1.0)
    spike = only(spikes(posts), RuleName.VOLUME)
    assert NOW - HOUR < onset_of(spike) <= NOW
    assert spike.window.start <= NOW - HOUR / 2 <= spike.window.end
    assert spike.observed >= 20 > 10 * spike.expected
    assert len(spike.posts) == 20
    assert spike.level is Level.II


def test_negative_posts_fire_their_own_rule_and_make_it_grave() -> None:
    """Three quarters negative and over 50 posts in six hours: level I on both rules."""
    posts = calm() + burst(random.Random(1), 70, NOW - 2 * HOUR, 2.0, negative=0.75)
    found = spikes(posts)
    assert {s.rule: s.level for s in found} == {
        RuleName.NEGATIVE_VOLUME: Level.I,
        RuleName.VOLUME: Level.I,
        RuleName.NEGATIVE_SHARE: Level.III,
    }
    assert only(found, RuleName.NEGATIVE_VOLUME).scope is Scope.NEGATIVE


def test_the_office_sets_from_when_an_alert_is_graver() -> None:
    """The same posts, with its own bars for I, then for II."""
    posts = calm() + burst(random.Random(1), 70, NOW - 2 * HOUR, 2.0, negative=0.75)

    def level(bars: Levels) -> Level:
        found = volume_spikes(watch(posts, NOW), replace(Rules(), levels=bars), NOW)
        return only(found, RuleName.VOLUME).level

    assert level(Levels()) is Level.I
    assert level(Levels(six_hours_posts=100)) is Level.II
    posts = calm() + burst(random.Random(1), 40, NOW - HOUR, 1.0)
    assert level(Levels()) is Level.II
    assert level(Levels(grave_score=99.0, grave_factor=10_000.0)) is Level.III


def test_five_hundred_copies_are_one_voice_and_only_a_notice() -> None:
    """One text, however often copied, is level IV 传播集中 (and news of level IV), never more."""
    copies = [
        post(NOW - HOUR + timedelta(seconds=7 * i), cluster="copy", source=(BBS, NEWS)[i % 2], author=f"a{i}")
        for i in range(500)
    ]
    found = spikes(calm() + copies)
    assert {s.rule: s.level for s in found} == {RuleName.VOLUME: Level.IV, RuleName.NOVELTY: Level.IV}
    spike = only(found, RuleName.VOLUME)
    text = explain(spike, Names({}, {}))
    assert "传播集中" in text


def test_a_burst_of_voices_is_not_hidden_by_an_earlier_burst_of_copies() -> None:
    """The strongest crossing that several voices carry is the one told."""
    copies = [
        post(NOW - 8 * HOUR + timedelta(seconds=7 * i), cluster="copy", author=f"a{i}") for i in range(500)
    ]
    quiet = [p for p in calm() if not NOW - 9 * HOUR < p.published < NOW - HOUR]
    found = spikes(quiet + copies + burst(random.Random(1), 60, NOW - HOUR / 2, 0.5))
    assert only(found, RuleName.VOLUME).level < Level.IV


def test_one_author_alone_does_not_fire() -> None:
    """Thirty different texts of one author on one source are one voice."""
    posts = [post(NOW - HOUR + timedelta(minutes=i), author="busy", cluster=f"text {i}") for i in range(30)]
    background = [p for p in calm() if p.published < NOW - 7 * HOUR]
    (spike,) = spikes(background + posts)
    assert spike.level is Level.IV


def test_mostly_the_same_words_are_not_graver_than_three() -> None:
    """Sixty posts in four wordings are told, but not as a grave matter."""
    posts = [
        post(NOW - HOUR + timedelta(seconds=50 * i), cluster=f"text {i % 4}", author=f"a{i}")
        for i in range(60)
    ]
    background = [p for p in calm() if p.published < NOW - 7 * HOUR]
    assert only(spikes(background + posts), RuleName.VOLUME).level is Level.III


def test_ten_thousand_back_filled_posts_raise_nothing() -> None:
    """Posts first seen more than a day after publishing are history."""
    chance = random.Random(4)
    filled = [
        replace(p, first_seen=NOW - HOUR) for p in burst(chance, 10_000, NOW - timedelta(days=20), 24 * 18.0)
    ]
    assert spikes(calm() + filled) == []


def test_twelve_hours_offline_make_no_spike_afterwards() -> None:
    """The posts of the gap are fetched at once when the source is back: the usual volume, no spike."""
    back = NOW - HOUR
    posts = [
        replace(p, first_seen=max(p.first_seen, back)) if p.published > NOW - 13 * HOUR else p
        for p in everyday(random.Random(12), rate=1.5)
    ]
    assert spikes(posts) == []


def test_a_spike_found_after_an_outage_is_marked_late_with_its_true_time() -> None:
    """Twelve hours later the same onset, marked 补报."""
    posts = calm() + burst(random.Random(1), 40, NOW - 12 * HOUR, 1.0)
    spike = only(spikes(posts), RuleName.VOLUME)
    assert spike.late
    assert onset_of(spike) < NOW - 10 * HOUR
    assert "补报" in explain(spike, Names({}, {}))


def test_a_burst_on_a_dead_source_only_is_not_invented_from_the_live_one() -> None:
    """Ordinary posts of the live source, while the usual half is missing, are no spike."""
    spans = (Span(NOW - timedelta(days=60), NOW - 12 * HOUR),)
    sources = [
        SourceFacts(BBS, NOW - timedelta(days=60), spans, grace=timedelta(0)),
        SourceFacts(NEWS, NOW - timedelta(days=60)),
    ]
    assert spikes(calm(), sources=sources) == []


def test_the_first_ordinary_rise_after_a_release_is_a_notice() -> None:
    """A few posts an hour right after the release are expected; level IV at most."""
    released = NOW - 3 * HOUR
    posts = everyday(random.Random(2), rate=0.02) + burst(random.Random(3), 22, released, 3.0)
    found = spikes(posts, released_at=released)
    assert all(s.level is Level.IV for s in found)
    assert only(spikes(posts), RuleName.VOLUME).level is Level.II


def test_an_abnormal_rise_after_a_release_still_fires() -> None:
    """A hundred posts within an hour of the release are not ordinary."""
    released = NOW - 3 * HOUR
    posts = everyday(random.Random(2), rate=0.02) + burst(random.Random(3), 100, NOW - HOUR, 1.0)
    assert only(spikes(posts, released_at=released), RuleName.VOLUME).level is Level.II


def test_negative_posts_are_not_excused_by_a_release() -> None:
    """Resentment on the first day fires as on any other."""
    released = NOW - 3 * HOUR
    posts = everyday(random.Random(2), rate=0.02) + burst(random.Random(3), 15, released, 3.0, negative=1.0)
    assert only(spikes(posts, released_at=released), RuleName.NEGATIVE_VOLUME).level <= Level.III


def test_a_disabled_rule_finds_nothing() -> None:
    """Switching one rule off leaves the other."""
    posts = calm() + burst(random.Random(1), 60, NOW - HOUR, 1.0, negative=0.8)
    rules = Rules(volume=replace(Rules().volume, enabled=False))
    assert [s.rule for s in volume_spikes(watch(posts, NOW), rules, NOW)] == [RuleName.NEGATIVE_VOLUME]


def test_a_crossing_within_a_day_of_the_last_onset_belongs_to_it() -> None:
    """An onset just out of the open buckets keeps its refractory; a crossing after it is a new onset."""
    posts = calm() + burst(random.Random(1), 60, NOW - 2 * HOUR, 2.0)
    alone = onset_of(only(spikes(posts), RuleName.VOLUME))
    for hours, onsets in ((20, [-20]), (25, [0]), (23, [-23, 1])):
        last = {(RuleName.VOLUME, ""): alone - hours * HOUR}
        found = [onset_of(s) for s in spikes(posts, last_onsets=last) if s.rule is RuleName.VOLUME]
        assert found == [alone + offset * HOUR for offset in onsets]


@pytest.mark.parametrize("hours", [0.2, 1.0, 5.0])
def test_the_policy_and_window_stand_in_the_spike(hours: float) -> None:
    """Whatever the burst's length, the spike names its policy and a window within the last hours."""
    spike = only(spikes(calm() + burst(random.Random(5), 80, NOW - hours * HOUR, hours)), RuleName.VOLUME)
    assert spike.policy == POLICY
    assert NOW - timedelta(hours=13) < spike.window.start < spike.window.end <= NOW


def outage(hours_ago: float, length: float) -> list[SourceFacts]:
    """Both sources, of which one could not be read for a while and is back."""
    start = NOW - timedelta(days=60)
    spans = (Span(start, NOW - hours_ago * HOUR), Span(NOW - (hours_ago - length) * HOUR, NOW))
    return [SourceFacts(BBS, start, spans), SourceFacts(NEWS, start)]


def test_a_burst_during_an_outage_is_told_once_the_source_is_back() -> None:
    """Forty posts of the dead hours, found afterwards, are at least forty; the text says so."""
    posts = [p for p in calm() if p.published < NOW - 6 * HOUR]
    posts += [replace(p, source=BBS) for p in burst(random.Random(1), 40, NOW - 5 * HOUR, 2.0)]
    spike = only(spikes(posts, sources=outage(6, 5)), RuleName.VOLUME)
    assert spike.arithmetic["after_outage"] == 1
    assert spike.observed >= 20
    assert NOW - 5 * HOUR < onset_of(spike) < NOW - 3 * HOUR
    text = explain(spike, Names({}, {}))
    assert "恢复后补到的帖文已计入，实际只多不少" in text
    assert len(spike.posts) == 20


def test_the_usual_posts_of_an_outage_are_no_spike_when_they_come_in() -> None:
    """Outages of all lengths on lively streams: what is found afterwards is the usual volume."""
    for seed in range(6):
        posts = everyday(random.Random(seed), rate=2.0)
        for length in (0.5, 3.0, 12.0):
            assert spikes(posts, sources=outage(length + 1, length)) == []

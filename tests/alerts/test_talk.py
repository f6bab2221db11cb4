"""A misreading repeated, a new text taken up, a key source speaking: when they fire and what they say."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.explain import Names, explain, headline
from alerts.figures import figures
from alerts.onsets import onset_of
from alerts.rules import policy_spikes
from minyi.models import ClaimSighting, Level, RuleName, Sighting, SourceId, Spike, Stance, WatchItem
from minyi.rules import MisreadingRule, NoveltyRule, Rules
from tests.alerts.watching import BBS, NEWS, NOW, POLICY, everyday, post, spikes, watch

HOUR = timedelta(hours=1)
ITEM = WatchItem("fee", "店名带地名都要交会费", "使用地名作店名无须交纳会费。")
NAMES = Names({POLICY: "青溪油糕地理标志办法"}, {BBS: "青溪论坛", NEWS: "青溪日报"})


def calm() -> list[Sighting]:
    """A month of ordinary posts."""
    return everyday(random.Random(11))


def take(
    hours_ago: float, voice: str, stance: Stance = Stance.REPEAT, source: SourceId = BBS
) -> ClaimSighting:
    """A stance towards the item; posts of one `voice` are copies."""
    when = NOW - hours_ago * HOUR
    return ClaimSighting(
        post(when, source=source, cluster=voice, author=f"{voice}{hours_ago}"), "fee", stance
    )


def misread(claims: Sequence[ClaimSighting], now: datetime = NOW, rules: Rules | None = None) -> list[Spike]:
    """Misreadings found among ordinary posts."""
    claims = sorted(claims, key=lambda c: c.sighting.published)
    posts = calm() + [c.sighting for c in claims]
    found = policy_spikes(watch(posts, now, claims=claims, items=(ITEM,)), rules or Rules(), now)
    return [s for s in found if s.rule is RuleName.MISREADING]


def test_a_first_repeat_is_a_notice_that_puts_the_right_statement_beside_it() -> None:
    """Level IV, known by its item and the end of its bucket; rebuttals and questions are counted apart."""
    claims = [take(2, "a"), take(4, "b", Stance.REBUT), take(3, "c", Stance.ASK), take(100, "old")]
    (spike,) = misread(claims)
    assert (spike.level, spike.subject, spike.observed) == (Level.IV, "fee", 1)
    assert onset_of(spike) == NOW - 2 * HOUR + timedelta(minutes=5)
    text = explain(spike, NAMES)
    assert "有 1 帖复述误读“店名带地名都要交会费”（1 个独立声音，1 个来源）" in text
    assert "另有辟谣 1 帖、询问 1 帖；此前 28 天共 1 帖复述" in text
    assert "正确表述：使用地名作店名无须交纳会费。触发" in text.replace("窗口内首帖 12:05 见于青溪论坛。", "")
    assert headline(spike, NAMES).endswith("误读“店名带地名都要交会费”：近 24 小时 1 帖复述")
    assert ("复述", "1 帖（此前 28 天 1 帖）") in figures(spike)


def test_three_voices_make_it_spread_and_copies_do_not() -> None:
    """Forty copies of one text are one voice; three wordings of several people are level III."""
    assert misread([take(2 - i / 100, "a") for i in range(40)])[0].level is Level.IV
    (spike,) = misread([take(2, "a"), take(1.5, "b"), take(1, "c", source=NEWS)])
    assert (spike.level, spike.score, spike.threshold) == (Level.III, 3, 3)
    many = [take(2 - i / 100, f"voice {i}") for i in range(30)]
    assert misread(many)[0].level is Level.II


def test_denials_and_questions_alone_are_no_misreading() -> None:
    """Only repeats count."""
    assert misread([take(2, "a", Stance.REBUT), take(1, "b", Stance.ASK), take(1, "c", Stance.UNCLEAR)]) == []


def test_two_claims_of_one_policy_have_onsets_of_their_own() -> None:
    """Each is told beside its own right statement."""
    other = WatchItem("ban", "油糕店都要改名", "无须改名。")
    claims = [take(3, "a"), take(1, "b")]
    claims[1] = ClaimSighting(claims[1].sighting, "ban", Stance.REPEAT)
    posts = calm() + [c.sighting for c in claims]
    found = policy_spikes(watch(posts, NOW, claims=claims, items=(ITEM, other)), Rules(), NOW)
    told = {s.subject: onset_of(s) for s in found if s.rule is RuleName.MISREADING}
    assert told == {"fee": NOW - 3 * HOUR + timedelta(minutes=5), "ban": NOW - HOUR + timedelta(minutes=5)}


def test_a_repeat_within_a_day_of_a_closed_onset_belongs_to_it() -> None:
    """The refractory holds for each claim by itself."""
    claims = [take(2, "a")]
    posts = calm() + [c.sighting for c in claims]
    for hours, known in ((20, True), (23, False)):
        last = {(RuleName.MISREADING, "fee"): NOW - hours * HOUR, (RuleName.MISREADING, "x"): NOW}
        watched = watch(posts, NOW, claims=claims, items=(ITEM,), last_onsets=last)
        (spike,) = [s for s in policy_spikes(watched, Rules(), NOW) if s.rule is RuleName.MISREADING]
        assert (onset_of(spike) == NOW - hours * HOUR) is known or hours == 23


def test_the_misreading_rule_obeys_its_settings() -> None:
    """Fewer voices, or none of it."""
    assert misread([take(1, "a")], rules=Rules(misreading=MisreadingRule(enabled=False))) == []
    strict = Rules(misreading=MisreadingRule(min_voices=1))
    assert misread([take(1, "a")], rules=strict)[0].level is Level.III


def copies(count: int, *, hours: float = 2.0, sources: int = 2, name: str = "new") -> list[Sighting]:
    """One text, copied."""
    return [
        post(
            NOW - 3 * HOUR + i * hours / count * HOUR,
            cluster=name,
            source=(BBS, NEWS)[i % sources],
            author=f"{name}{i}",
        )
        for i in range(count)
    ]


def novel(posts: Sequence[Sighting], **settings: Any) -> list[Spike]:
    """New texts found."""
    return [s for s in spikes(posts, **settings) if s.rule is RuleName.NOVELTY]


def test_a_new_text_taken_up_by_two_sources_is_a_notice() -> None:
    """Three posts on two sources within six hours, level IV; the onset is the third post's."""
    (spike,) = novel(calm() + copies(3))
    assert (spike.level, spike.observed, spike.arithmetic["sources"]) == (Level.IV, 3, 2)
    assert onset_of(spike) == NOW - 3 * HOUR + 80 * timedelta(minutes=1) + timedelta(minutes=5)
    text = explain(spike, NAMES)
    assert "有 3 帖相同或相近的文字，见于 2 个来源，此前 28 天未见" in text
    assert ("同期新说法", "1 种") in figures(spike)


@pytest.mark.parametrize(
    "posts",
    [copies(2), copies(9, sources=1), copies(3, hours=20.0)],
    ids=["two posts", "one source", "too slow"],
)
def test_little_is_no_news(posts: list[Sighting]) -> None:
    """Two posts, one source, or a day between them."""
    shifted = [p for p in posts if p.published < NOW]
    assert novel(calm() + shifted) == []


def test_an_old_text_and_an_authority_s_are_no_news() -> None:
    """Seen on the policy three weeks ago, or said first by an official source."""
    old = post(NOW - timedelta(days=20), cluster="new")
    assert novel([*calm(), old, *copies(6)]) == []
    assert novel(calm() + copies(6), official=frozenset({BBS})) == []
    assert len(novel(calm() + copies(6), official=frozenset({NEWS}))) == 1


def test_a_new_text_makes_a_grave_volume_the_gravest() -> None:
    """Sixty posts in an hour are level II; with a new text taken up among them, level I."""
    chance = random.Random(1)
    own = [post(NOW - HOUR + timedelta(seconds=chance.uniform(0, 3500)), author=f"a{i}") for i in range(70)]
    plain = [s for s in spikes(calm() + own) if s.rule is RuleName.VOLUME]
    assert plain[0].level is Level.II
    with_news = [s for s in spikes(calm() + own + copies(6)) if s.rule is RuleName.VOLUME]
    assert with_news[0].level is Level.I
    assert "此前 28 天未见的说法正被多个来源采用" in explain(with_news[0], NAMES)
    quiet = Rules(novelty=NoveltyRule(enabled=False))
    silent = policy_spikes(watch(calm() + own + copies(6), NOW), quiet, NOW)
    assert {s.rule: s.level for s in silent} == {RuleName.VOLUME: Level.II}


def test_a_key_source_is_heard_each_day_it_speaks() -> None:
    """One notice a day, level III when it is negative; other sources are not heard so."""
    keys = frozenset({NEWS})
    quiet = [p for p in calm() if p.source == BBS]
    assert [s for s in spikes(quiet, key_sources=keys) if s.rule is RuleName.KEY_SOURCE] == []
    said = [post(NOW - 3 * HOUR, source=NEWS), post(NOW - HOUR, source=NEWS, cluster="second")]
    (spike,) = [s for s in spikes(quiet + said, key_sources=keys) if s.rule is RuleName.KEY_SOURCE]
    assert (spike.level, spike.observed) == (Level.IV, 2)
    assert onset_of(spike) == NOW - 3 * HOUR + timedelta(minutes=5)
    assert "被重点信源提及 2 帖（1 个来源）。窗口内首帖 11:05 见于青溪日报" in explain(spike, NAMES)
    angry = [post(NOW - 2 * HOUR, source=NEWS, negative=True)]
    found = spikes(quiet + said + angry, key_sources=keys)
    (spike,) = [s for s in found if s.rule is RuleName.KEY_SOURCE]
    assert spike.level is Level.III
    assert "，其中负面 1 帖。" in explain(spike, NAMES)

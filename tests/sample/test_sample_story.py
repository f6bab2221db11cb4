"""The invented affair has the shape that the demo's promises rest on."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

from minyi.models import Stance
from minyi.text import search_key
from sample.history import load_history
from sample.office import expected
from sample.story import SITE_FROM, STORY_AT, Item, Wave, load_story, schedule
from sample.texts import DIBIAO, JIANJIAO, read_rows, read_toml

ITEMS = load_story().items


def _named(policy: str, until: datetime) -> list[datetime]:
    return sorted(item.at for item in (*load_history(), *ITEMS) if item.policy == policy and item.at <= until)


def _most_in(times: list[datetime], span: timedelta) -> int:
    return max(sum(start <= at < start + span for at in times) for start in times)


def test_expected_counts_are_the_planted_ones() -> None:
    """`expected.toml` says what the files beside it hold."""
    story = load_story()
    stances = Counter(item.stance for item in ITEMS)
    tags = Counter(item.tag for item in ITEMS)
    assert expected().counts == {
        "history": len(load_history()),
        "items": len(ITEMS),
        "documents": len(story.documents),
        "interpretations": len(story.interpretations),
        "copies": tags["copy"],
        "repeat": stances[Stance.REPEAT],
        "rebut": stances[Stance.REBUT],
        "ask": stances[Stance.ASK],
        "undated": tags["undated"],
        "traditional": tags["traditional"],
        "hostile": tags["hostile"],
    }


def test_addresses_are_unique() -> None:
    """No two posts of site and history share an address."""
    paths = [item.path for item in (*load_history(), *ITEMS)]
    assert len(paths) == len(set(paths))


def test_hand_written_sentences_do_not_repeat() -> None:
    """Each of the crowd's posts is its own sentence, so the spike is many voices."""
    rows = read_rows("misreading.txt", 4)
    assert len(rows) >= 60
    assert len({row[3] for row in rows}) == len(rows)
    assert len(read_rows("answers.txt", 5)) >= 25
    assert len(read_rows("history.txt", 3)) >= 150


def test_each_stance_holds_its_claims_wording() -> None:
    """A post planted as repeat, rebuttal or question says the claim in the watch-list's words."""
    watch = {one["id"]: one["wording"] for one in read_toml("policies.toml")["policy"][0]["watch"]}
    missing = [item for item in ITEMS if item.stance and not _says(item, watch[item.claim])]
    assert missing == []


def _says(item: Item, wording: list[str]) -> bool:
    said = search_key(item.title + "。" + item.text)
    return any(search_key(words) in said for words in wording)


def test_the_policys_baseline_is_sparse_but_alive() -> None:
    """Thirty days give 0.3 to 1 posts an hour, on at least four days in five, and no accidental spike."""
    times = _named(DIBIAO, SITE_FROM)
    assert 0.3 <= len(times) / (30 * 24) <= 1
    assert len({at.date() for at in times}) >= 25
    assert _most_in(times, timedelta(hours=1)) <= 5


def test_the_morning_before_the_misreading_is_calm() -> None:
    """Until the misreading the policy itself is hardly named, so the first alert is about the misreading."""
    times = [at for at in _named(DIBIAO, STORY_AT + timedelta(hours=3)) if at >= SITE_FROM]
    assert 1 <= len(times) <= 4


def test_the_spike_is_found_within_the_hour() -> None:
    """The third round comes within an hour of the first misreading and sees at least twenty new posts."""
    begins = min(item.at for item in ITEMS if item.wave is Wave.MISREADING)
    third = schedule()[2]
    assert begins < third <= begins + timedelta(hours=1)
    assert sum(at >= begins for at in _named(DIBIAO, third)) >= 20
    alert = expected().alerts[0]
    assert alert.after <= begins
    assert third < alert.before


def test_the_release_of_another_policy_stays_ordinary() -> None:
    """At most four posts within any six hours name the policy released next day, its own pages included."""
    story = load_story()
    pages = [one.at for one in (*story.documents, *story.interpretations) if "小微企业" in one.title]
    times = sorted(pages + [item.at for item in ITEMS if item.policy == JIANJIAO])
    assert len(times) >= 6
    assert _most_in(times, timedelta(hours=6)) <= 4


def test_rounds_ascend_and_none_is_a_day_apart() -> None:
    """Eight rounds; a post is always first seen within 24 hours, else it would count as history."""
    rounds = schedule()
    gaps = [later - earlier for earlier, later in pairwise(rounds)]
    assert len(rounds) == 8
    assert min(gaps) > timedelta(0)
    assert max(gaps) < timedelta(hours=24)
    assert rounds[0] - SITE_FROM < timedelta(hours=24)
    assert max(item.at for item in ITEMS) <= rounds[-1]


def test_a_later_run_never_goes_back_in_time() -> None:
    """An interrupted run goes on with the next round; a finished one visits the last moment again."""
    rounds = schedule()
    assert schedule(rounds[2]) == rounds[3:]
    assert schedule(rounds[-1]) == rounds[-1:]


def test_exactly_one_round_meets_the_dead_source() -> None:
    """The portal is down for six hours; one round finds it so, the next finds what it missed."""
    outage = load_story().outage
    met = [moment for moment in schedule() if outage.span.start <= moment < outage.span.end]
    assert met == [expected().blind_at]
    missed = [i for i in ITEMS if i.source == outage.source and outage.span.start <= i.at < outage.span.end]
    assert missed


def test_copies_say_one_thing() -> None:
    """Without blanks, marks and addresses the forty copies are one text."""
    texts = {item.text for item in ITEMS if item.tag == "copy"}
    bare = {"".join(c for c in text.split("http")[0] if c not in " ，,！。\n") for text in texts}
    assert len(texts) > 3
    assert len(bare) == 1

"""A post repeats a wrong claim, rebuts it, asks about it, or leaves it open."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import pytest

from analysis.matcher import Matcher
from analysis.misreading import Watchlist
from benchmarks.misreading import FOLDER
from minyi.models import Claim, Match, Policy, PolicyId, Post, PostId, Precision, SourceId, Stance, WatchItem
from minyi.policyfile import load_policies
from sample.story import load_story

NOW = datetime(2026, 3, 2, tzinfo=UTC)
FEE = WatchItem("fee", "店名带地名都要交会费", "不需要缴费", wording=("带地名都要交", "不入会就罚"))
GROUP = WatchItem("group", "网店一律登记", "不需要", any=("网店", "微店"), all=("登记",), none=("停车",))
POLICY = Policy(PolicyId("p"), "招牌规定", watch=(FEE, GROUP))
SURE = (Match(PolicyId("p"), "title", sure=True),)


def post(text: str, title: str = "", *, official: bool = False) -> Post:
    """A post that says this."""
    return Post(
        PostId("1"),
        SourceId("s"),
        "web",
        "post",
        text,
        NOW,
        Precision.MINUTE,
        NOW,
        title=title,
        official=official,
    )


def claims(
    text: str, title: str = "", *, official: bool = False, matches: Sequence[Match] = SURE
) -> tuple[Claim, ...]:
    """Claims of a text."""
    return Watchlist([POLICY]).claims(post(text, title, official=official), matches)


def stance(text: str, title: str = "") -> Stance | None:
    """The stance towards the fee, None when the text does not hold it."""
    return next((claim.stance for claim in claims(text, title) if claim.item == "fee"), None)


@pytest.mark.parametrize(
    "text",
    [
        "店名带地名都要交会费，太离谱了",
        "听说店名带地名都要交会费",
        "“店名带地名都要交会费”，凭什么？",
        "带地名都要交会费？？抢钱啊",
        "带地名都要交会费？那以后谁还敢开店",
        "没入会的注意了，不入会就罚",
        "没有公章没有收据，张口就说店名带地名都要交钱，太黑了",
        "店名带地名都要交，这不是谣言，我亲眼看到的",
        "太坏了//@甲:店名带地名都要交会费",
        "转发微博//@甲:店名带地名都要交会费",
    ],
)
def test_what_spreads_the_claim_repeats_it(text: str) -> None:
    """Hearsay, anger over a quotation, rhetoric, a condition that holds 没有, and a denied denial."""
    assert stance(text) is Stance.REPEAT


@pytest.mark.parametrize(
    "text",
    [
        "店名带地名都要交会费是谣言",
        "辟谣：店名带地名都要交会费",
        "规定里没有店名带地名都要交会费这一条",
        "店名带地名都要交会费？假的，别信",
        "网上说店名带地名都要交会费。这是误读。",
        "“带地名都要交会费”并非规定的内容",
        "别信//@甲:店名带地名都要交会费",
        "罚款？“不入会就罚”查无此条，都是误传",
    ],
)
def test_what_denies_the_claim_rebuts_it(text: str) -> None:
    """A denial that reaches the claim: before, behind, above or after it, or over a quotation."""
    assert stance(text) is Stance.REBUT


@pytest.mark.parametrize(
    "text",
    [
        "请问店名带地名都要交会费吗",
        "店名带地名都要交会费是谣言吗？",
        "店名带地名都要交会费，真的假的",
        "听说店名带地名都要交会费。是真的吗？",
        "店名带地名都要交会费？",
        "求证：店名带地名都要交会费",
        "真的吗？//@甲:店名带地名都要交会费",
    ],
)
def test_what_wants_to_know_asks(text: str) -> None:
    """Also when the question names a rumour, or stands over a quotation."""
    assert stance(text) is Stance.ASK


@pytest.mark.parametrize(
    "text",
    [
        "又来辟谣了，呵呵，店名带地名都要交会费",
        "说带地名都要交会费是谣言，可昨天真的收了",
        "都说带地名都要交是谣言，谁信",
    ],
)
def test_a_denial_that_is_mocked_or_contradicted_is_unclear(text: str) -> None:
    """Shown to a person, not counted."""
    assert stance(text) is Stance.UNCLEAR


def test_the_whole_post_gives_one_stance() -> None:
    """A headline quotes what the text denies; a headline's question mark yields to the text that repeats."""
    assert stance("看了原文，店名带地名都要交会费的说法不实", "店名带地名都要交会费？") is Stance.REBUT
    assert stance("协会说店名带地名都要交会费，气人", "店名带地名都要交会费？") is Stance.REPEAT
    assert stance("看到有人说店名带地名都要交会费", "求证：店名带地名都要交会费") is Stance.ASK
    assert stance("请问店名可以带地名吗") is None


def test_an_office_never_repeats() -> None:
    """An official source that quotes a claim answers it."""
    (claim,) = claims("关于店名带地名都要交会费的说明", official=True)
    assert (claim.stance, claim.cue) == (Stance.REBUT, "官方信源")


def test_word_groups_make_a_claim_too() -> None:
    """All of `all` and one of `any` near each other, none of `none`."""
    (claim,) = claims("以后开微店都得登记")
    assert (claim.item, claim.stance) == ("group", Stance.REPEAT)
    assert claims("微店停车登记") == ()
    assert claims("微店真多") == ()


def test_only_policies_surely_named_are_looked_at() -> None:
    """An unsure match, or none, gives no claim."""
    text = "店名带地名都要交会费"
    assert claims(text, matches=()) == ()
    assert claims(text, matches=[replace(SURE[0], sure=False)]) == ()
    assert claims(text)[0].cue == "店名带地名都要交会费"


def test_a_claim_repeated_without_end_takes_no_longer_than_its_text() -> None:
    """Twenty thousand characters of claims and cues without a full stop are read in well under a second."""
    start = process_time()
    for piece in (
        "带地名都要交很多",
        "不是说没有带地名都要交",
        "微店登记",
        "说是谣言带地名都要交可",
        "？带地名都要交",
    ):
        claims(piece * (20_000 // len(piece)))
    assert process_time() - start < 2


def test_the_sample_story_is_read_as_its_writers_meant() -> None:
    """Every stance of the invented affair; the sample is ours, so this guards it, it measures nothing."""
    policies = load_policies(Path(__file__).parents[2] / "sample" / "policies.toml")
    matcher, watchlist = Matcher(policies), Watchlist(policies)
    seen: Counter[tuple[str, str]] = Counter()
    for item in load_story().items:
        one = post(item.text, item.title)
        found = {claim.item: claim.stance.value for claim in watchlist.claims(one, matcher.match(one))}
        seen[item.stance.value if item.stance else "", found.get(item.claim, "")] += 1
    wrong = sum(count for (meant, read), count in seen.items() if meant != read)
    assert wrong <= 0.05 * sum(seen.values()), seen
    assert seen["", "repeat"] == 0


def _labelled() -> Iterator[tuple[str, str]]:
    """Meant and read stance of every labelled sentence; a claim not found at all reads as empty."""
    for line in (FOLDER / "claims.tsv").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        meant, wording, text = line.split("\t")
        policy = Policy(
            PolicyId("p"), "x", watch=(WatchItem("w", "", "", wording=tuple(wording.split("、"))),)
        )
        found = Watchlist([policy]).claims(post(text), SURE)
        yield meant, found[0].stance.value if found else ""


def test_stances_of_the_labelled_sentences_stay_as_good_as_they_are() -> None:
    """Over twenty claims; the cue lists were widened on most of these, so this guards and does not measure."""
    pairs = Counter(_labelled())
    read, meant = Counter[str](), Counter[str]()
    for (one, other), count in pairs.items():
        meant[one] += count
        read[other] += count
    assert sum(meant.values()) >= 250
    for stance_, precision, recall in (("repeat", 0.93, 0.93), ("rebut", 0.97, 0.88), ("ask", 0.88, 0.93)):
        right = pairs[stance_, stance_]
        assert right >= precision * read[stance_], pairs
        assert right >= recall * meant[stance_], pairs

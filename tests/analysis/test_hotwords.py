"""Words of a text, and which of them a window says more than usual."""

from collections import Counter

from analysis.hotwords import Counted, count, hot_words
from analysis.words import MOST, Segmenter


def counted(voices: int, **words: int) -> Counted:
    """So many voices, and in how many of them each word stands."""
    return Counted(Counter(words), voices)


USUAL = counted(1_000, 商标=300, 会费=10, 窗口=50)


def test_a_policy_name_is_one_word_and_small_words_are_none() -> None:
    """Function words, numerals, masks, addresses and @names are left out; each word once, in order."""
    segmenter = Segmenter(["商标规费办法", "一", "x" * 99])
    found = segmenter.terms(
        "@某人 商标规费办法出来以后，我们三千块的会费交给谁？会费太贵 [电话] http://t.cn/Ab1 知识产权"
    )
    assert found[0] == "商标规费办法"
    assert "会费" in found
    assert len(set(found)) == len(found)
    assert not {"我们", "以后", "三千块", "电话", "某人", "t.cn"} & set(found)
    assert Segmenter().terms("") == ()
    assert len(Segmenter().terms("".join(chr(0x4E00 + n) for n in range(0, 4_000, 7)))) <= MOST


def test_traditional_script_counts_as_the_same_word() -> None:
    """The newest writer's words, simplified; what is quoted behind //@ is not said again."""
    segmenter = Segmenter()
    assert segmenter.terms("會費太貴") == segmenter.terms("会费太贵")
    assert "抢注" not in segmenter.terms("会费太贵//@甲:恶意抢注商标")


def test_copies_are_one_voice() -> None:
    """A word of five hundred copies counts once; posts without a cluster each count."""
    seen = count([("c1", ("会费",))] * 500 + [("", ("会费", "窗口")), ("", ("窗口",))])
    assert seen.voices == 3
    assert seen.words == {"会费": 2, "窗口": 2}


def test_the_word_said_more_than_usual_comes_first_and_rises() -> None:
    """Frequent everywhere is no news; two voices are no trend; a policy's own words are skipped."""
    window = counted(100, 商标=30, 会费=40, 窗口=5, 盖章=2)
    found = hot_words(window, USUAL, USUAL)
    assert found[0].word == "会费"
    assert found[0].rising
    assert found[0].voices == 40
    assert found[0].baseline == 10
    assert not {"盖章", "商标"} & {one.word for one in found}
    assert all(
        one.word != "会费" for one in hot_words(window, USUAL, USUAL, skip=lambda word: word == "会费")
    )


def test_an_empty_window_or_baseline_is_no_error() -> None:
    """Nothing said gives no words; nothing known before leaves the office's share as the prior."""
    assert hot_words(counted(0), USUAL, USUAL) == []
    (one,) = hot_words(counted(10, 会费=9), counted(0), counted(0))
    assert one.score > 0


def test_more_of_the_usual_does_not_rise() -> None:
    """Twice a word's usual share in few voices is chance; nine times in many is none."""
    rising = {one.word: one.rising for one in hot_words(counted(100, 会费=9, 窗口=25), USUAL, USUAL)}
    assert rising.get("会费", False) is True
    few = {one.word: one.rising for one in hot_words(counted(6, 商标=4, 窗口=3), USUAL, USUAL)}
    assert not few.get("商标", False)

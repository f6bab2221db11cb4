"""Near copies join the post they copy; the same wording about another fact is another report."""

from random import Random

import pytest

from analysis.clusters import body_of
from analysis.copies import Copies, probe
from benchmarks.clusters import judge

REPORT = (
    "听说成都市那边3月1日开始执行《商标代理管理办法》，办一次要300元，窗口已经贴出来了，"
    "附近几家打字店的老板都在打听，大家早点准备材料，别等到月底再去排长队"
)


class Stream:
    """Texts placed one after another."""

    def __init__(self) -> None:
        self._copies = Copies()
        self._count = 0

    def place(self, text: str) -> str:
        """The cluster of a text."""
        self._count += 1
        return self._copies.place(probe(str(self._count), body_of("", text))).known.cluster


@pytest.mark.parametrize(
    "copy",
    [
        REPORT.replace("附近几家", "周围好几家").replace("排长队", "排队吧"),
        REPORT[:45] + "…全文",
        "大家看看这个：" + REPORT + " 收藏了",
        "本报讯（记者 张三）" + REPORT.replace("，", ", ") + "\n阅读 1234 责任编辑：李四",
        REPORT.replace("办", "辦").replace("开", "開").replace("别", "別"),
        REPORT.replace("听说", ""),
    ],
    ids=["edited", "cut", "framed", "another site", "traditional", "beginning lost"],
)
def test_a_copy_joins_whatever_was_done_to_it(copy: str) -> None:
    """Retyped, cut short, framed, set by another site or in traditional script: one voice."""
    stream = Stream()
    assert stream.place(REPORT) == stream.place(copy)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("300元", "3000元"),
        ("300元", "三百五十块"),
        ("3月1日", "4月1日"),
        ("3月1日", "下周一"),
        ("成都市", "郑州市"),
        ("成都市", "永嘉县"),
        ("《商标代理管理办法》", "《专利收费公告》"),
        ("《商标代理管理办法》", "国知办发〔2026〕12号文"),
        ("开始", "不再"),
        ("老板", "老师"),
    ],
)
def test_one_fact_changed_is_another_report(one: str, other: str) -> None:
    """Another fee, date, place or document, however alike the wording; also when copies came before."""
    stream = Stream()
    first = stream.place(REPORT)
    stream.place(REPORT[:50])
    variant = stream.place(REPORT.replace(one, other))
    if (one, other) == ("老板", "老师"):  # one character is a slip of the pen, no other report
        assert variant == first
    else:
        assert variant != first


def test_a_negation_alone_turns_the_report_round() -> None:
    """不收费 is no copy of 收费 when nothing else differs."""
    stream = Stream()
    text = "店铺招牌登记今后每年收费100元，各位店主请提前做好准备"
    assert stream.place(text) != stream.place(text.replace("收费", "不收费"))


def test_the_same_numbers_said_of_other_things_are_another_report() -> None:
    """Two days' figures that happen to be the same ones in another order."""
    stream = Stream()
    text = "窗口今天通报：受理商标申请7件，驳回申请6件，其余材料正在补正，请各位代理机构留意短信"
    other = text.replace("7件", "X").replace("6件", "7件").replace("X", "6件")
    assert stream.place(text) != stream.place(other)


def test_copies_of_copies_lead_to_no_other_report() -> None:
    """Each text takes over half of the one before; the last shares nothing with the first."""
    random = Random(3)
    han = [chr(0x4E00 + n) for n in range(900)]
    parts = ["".join(random.sample(han, 30)) for _ in range(9)]
    stream = Stream()
    clusters = [stream.place("".join(parts[n : n + 3])) for n in range(7)]
    assert clusters[0] != clusters[-1]
    assert len(set(clusters)) >= 3


def test_five_hundred_copies_are_one_voice() -> None:
    """Exact and near copies alike, with fresh posts between them."""
    random = Random(5)
    stream = Stream()
    clusters = set()
    for number in range(500):
        spot = random.randrange(REPORT.index("附近"), REPORT.index("到月底"))
        clusters.add(stream.place(REPORT if number % 2 else REPORT[:spot] + "啊" + REPORT[spot:]))
        stream.place("".join(chr(0x4E00 + random.randrange(900)) for _ in range(40)))
    assert len(clusters) == 1


def test_an_index_at_its_capacity_forgets_the_oldest_only() -> None:
    """Memory is bounded, and what is recent is still found."""
    random = Random(6)
    copies = Copies(capacity=10)
    texts = ["".join(chr(0x4E00 + random.randrange(900)) for _ in range(40)) for _ in range(30)]
    homes = [copies.place(probe(text[:3], body_of("", text))).known.cluster for text in texts]
    again = [
        copies.place(probe("again" + text[:3], body_of("", text + "好"))).known.cluster for text in texts[-3:]
    ]
    assert again == homes[-3:]
    assert copies.place(probe("old", body_of("", texts[0] + "好"))).known.cluster != homes[0]


def test_generated_copies_are_found_and_variants_kept_apart() -> None:
    """The benchmark's generator at a tenth of its size, another seed; the goals with room for chance."""
    judged = judge(seed=11, bases=150)
    assert min(judged.found.values()) >= 0.96, judged
    assert min(judged.apart.values()) >= 0.94, judged
    assert judged.wrong <= 0.02, judged


def test_short_posts_that_share_a_policy_name_are_voices_of_their_own() -> None:
    """Three people who ask or complain about one policy in a dozen words copy nobody."""
    stream = Stream()
    name = "商标规费减免办法"
    said = ("续展需要带公章吗？", "终于等到了，支持", "窗口周六上不上班", "代理费倒是涨了")
    assert len({stream.place(name + one) for one in said}) == len(said)

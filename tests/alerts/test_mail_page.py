"""The mail a person reads: complete, safe, small, and the same in text and HTML."""

import random
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from alerts.explain import Names
from alerts.lifecycle import decide
from alerts.notify import content
from alerts.notify.content import AlertView, ClaimView, Command, SamplePost
from alerts.notify.email import LARGEST, compose
from alerts.notify.page import letter
from alerts.routing import Directory
from alerts.volume import volume_spikes
from minyi.models import Alert, Case, Level, RuleName, SourceId
from minyi.people import Recipient
from minyi.rules import Rules
from tests.alerts.test_lifecycle import spike as bare_spike
from tests.alerts.watching import NOW, POLICY, burst, everyday, watch

NAMES = Names(
    {POLICY: "青溪油糕商标使用管理办法（试行）"},
    {SourceId("bbs"): "青溪论坛", SourceId("news"): "青溪新闻网"},
)
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>=?utf-8?q?a=0d=0aBcc:x@y.cn?=\u202e'


def alert() -> Alert:
    """A real alert from invented posts."""
    posts = everyday(random.Random(11)) + burst(
        random.Random(1), 62, NOW - timedelta(hours=2), 2.0, negative=0.6
    )
    spikes = volume_spikes(watch(posts, NOW), Rules(), NOW)
    changes = decide(
        [s for s in spikes if s.rule is RuleName.VOLUME],
        [],
        policies={},
        directory=Directory([Recipient("值班", "duty@qingxi.example")]),
        rules=Rules(),
        now=NOW,
    )
    return changes[0].alert


def view(words: str = "店名带青溪都要交会费吗") -> AlertView:
    """A full mail whose foreign text is `words`."""
    return AlertView(
        alert(),
        "firing",
        "青溪县知识产权局",
        NAMES,
        (
            SamplePost(
                words, words, "https://bbs.qingxi.example/t/1?a=1&b=2", "青溪论坛", NOW, 18, negative=True
            ),
            SamplePost("", words, "javascript:alert(1)", words, NOW),
        ),
        (ClaimView(words, "办法不收取任何会费。", 23, 4, 9),),
        ("《办法》负面声量突增：1 小时 12 帖（平时约 0.2 帖）",),
        (Command("查看帖文", "minyi query 'policy:qingxi' --since 2026-03-04"),),
        sample=True,
    )


class Reader(HTMLParser):
    """Collects what a mail program would see."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.words.append(data)

    @property
    def text(self) -> str:
        """All words, blanks joined."""
        return re.sub(r"\s+", " ", "".join(self.words))


@pytest.mark.parametrize(
    ("level", "told"), [(Level.II, "突发事件，须"), (Level.III, "突发事件，并定为 II 级或 I 级，须")]
)
def test_the_shorter_clocks_are_told_with_the_level_they_need(level: Level, told: str) -> None:
    """Five hours are owed for an emergency of level I or II alone."""
    assert told in letter(replace(view(), alert=replace(alert(), level=level))).text


@pytest.mark.parametrize("part", ["text", "html"])
def test_a_mail_says_what_happened_why_when_due_and_what_to_do(part: str) -> None:
    """The same facts in text and HTML."""
    made = letter(view())
    words = re.sub(r"\s+", " ", made.text) if part == "text" else Reader(made.html).text
    spike = view().alert.spike
    for wanted in (
        "《青溪油糕商标使用管理办法（试行）》",
        f"{spike.observed} 帖",
        f"{spike.arithmetic['most_14d']} 帖",
        f"少于 {spike.arithmetic['least_posts']} 帖不会触发",
        "请于 2026-03-06 14:05 前回应",
        "如经人工确认属重大、特别重大突发事件，须在 5 小时内",
        "办法不收取任何会费",
        "复述 23 帖",
        "店名带青溪都要交会费吗",
        "×18",
        "负面声量突增：1 小时 12 帖",
        "minyi query 'policy:qingxi' --since 2026-03-04",
        "示例数据",
        "非国家标准",
        view().alert.id,
    ):
        assert wanted in words


def test_hostile_words_stay_words() -> None:
    """No tag, attribute or link comes from a post; direction marks are shown, not obeyed."""
    clean, hostile = Reader(letter(view()).html), Reader(letter(view(HOSTILE)).html)
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in clean.tags]
    assert not {"script", "img"} & {tag for tag, _ in hostile.tags}
    assert "<script>alert(1)</script>" in hostile.text
    assert "\u202e" not in hostile.text + letter(view(HOSTILE)).text
    assert "[U+202E]" in hostile.text


def test_only_web_links_and_nothing_loaded_from_afar() -> None:
    """One link, http or https, without a way back; no image, style sheet or script."""
    page = Reader(letter(view()).html)
    links = [attrs for tag, attrs in page.tags if tag == "a"]
    assert [link["href"] for link in links] == ["https://bbs.qingxi.example/t/1?a=1&b=2"]
    assert all("noopener" in (link["rel"] or "") for link in links)
    assert not any({"src", "background"} & set(attrs) for _, attrs in page.tags)
    assert "url(" not in letter(view()).html


def test_a_mail_stays_small_whatever_it_is_given() -> None:
    """Long texts are cut and lists end; the whole is far under 200 kB."""
    long = "很长的话 & < > " * 20_000
    full = replace(
        view(long),
        samples=tuple(
            SamplePost(long, long, "https://a.example/" + "x" * 3000, long, NOW) for _ in range(500)
        ),
        claims=tuple(ClaimView(long, long, 1, 1, 1) for _ in range(200)),
        others=(long,) * 200,
        commands=(Command(long, long),) * 200,
        office=long,
    )
    message = compose(
        letter(full), sender="a@b.cn", office="局", recipient="c@d.cn", message_id="<k@i>", now=NOW
    )
    assert len(message.as_bytes()) < LARGEST / 2


@pytest.mark.parametrize(
    ("level", "words"),
    [(Level.I, "I级 特别重大"), (Level.II, "II级 重大"), (Level.III, "III级 较大"), (Level.IV, "IV级 一般")],
)
def test_the_subject_names_level_and_event(level: Level, words: str) -> None:
    """Level in words, never by colour alone; what happened in one line."""
    prompt = replace(alert(), level=level, spike=replace(alert().spike, late=False))
    shown = content.subject(replace(view(), alert=prompt))
    assert shown.startswith(f"【示例数据】[民意{words}]《青溪油糕商标使用管理办法（试行）》声量突增：")


def test_updates_say_that_they_are_updates() -> None:
    """Risen or grown, in the subject and in the mail."""
    assert "预警升级" in content.subject(replace(view(), reason="level"))
    assert "持续增长" in letter(replace(view(), reason="grown")).html


def test_a_silent_source_has_no_deadline_and_no_posts() -> None:
    """Its mail says since when nothing is known."""
    silent = replace(
        bare_spike(rule=RuleName.SOURCE_SILENT, source=SourceId("bbs")),
        arithmetic={"onset": NOW.isoformat(), "every_seconds": 1800, "missed_intervals": 4.0, "reason": None},
    )
    known = replace(alert(), rule=RuleName.SOURCE_SILENT, spike=silent, due_at=None, case=Case())
    made = letter(replace(view(), alert=known, samples=(), claims=(), others=()))
    assert "青溪论坛自" in made.text
    assert "不等于没有帖文" in made.text
    assert "回应" not in Reader(made.html).text


def test_the_test_letter_says_it_is_one() -> None:
    """Plain words, no alert in them."""
    made = content.test_letter("青溪县知识产权局", NOW)
    assert "测试邮件" in made.text
    assert made.html == ""

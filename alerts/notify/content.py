"""What an alert mail says, as a value, and the same as plain text. Pure; the HTML is in `page`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alerts.deadlines import Clock, clock_words, due_text, length_words
from alerts.explain import Names, explain, headline
from alerts.figures import figures
from alerts.notify import safe
from alerts.notify.base import Letter
from minyi.chart import Bar, in_words
from minyi.clock import local_text
from minyi.models import SOURCE_RULES, Alert, Level

MOST_SAMPLES, MOST_CLAIMS, MOST_OTHERS, MOST_COMMANDS = 5, 5, 8, 6
TITLE_LONGEST, EXCERPT_LONGEST, LINE_LONGEST = 80, 140, 300
SAMPLE_BANNER = "示例数据：以下政策与帖文均为虚构，仅供演示。"
DISCLAIMER = "预警等级与阈值为系统默认值或本单位设置，非国家标准。"

REASONS = {
    "firing": "新预警",
    "level": "预警升级",
    "grown": "持续增长",
    "test": "测试",
    "assigned": "转办",
    "due": "时限提醒",
}
_EMERGENCY = "须在 5 小时内发布权威信息、24 小时内举行新闻发布会。"


@dataclass(frozen=True, slots=True)
class SamplePost:
    """A post shown: `copies` near-identical ones counting itself, `negative` with evidence."""

    title: str
    text: str
    url: str | None
    source: str
    published: datetime
    copies: int = 1
    negative: bool = False


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A watch-list claim beside its right statement, with how many posts repeat, rebut and ask."""

    claim: str
    statement: str
    repeats: int
    rebuts: int
    asks: int


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to do next: what for, and the command to type."""

    purpose: str
    command: str


@dataclass(frozen=True, slots=True)
class AlertView:
    """Everything one alert mail shows. `others` are headlines of other alerts on the same policy."""

    alert: Alert
    reason: str
    office: str
    names: Names
    samples: tuple[SamplePost, ...] = ()
    claims: tuple[ClaimView, ...] = ()
    others: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()
    sample: bool = False
    curve: tuple[Bar, ...] = ()
    """Posts an hour around the alert; empty where there is none to draw."""

    @property
    def silent(self) -> bool:
        """True for a silent source, which has no posts and no clock."""
        return self.alert.rule in SOURCE_RULES


def subject(view: AlertView) -> str:
    """`【示例】[民意·II级 重大] ...`: level and what happened, shortest form."""
    level = {Level.I: "I级 特别重大", Level.II: "II级 重大", Level.III: "III级 较大", Level.IV: "IV级 一般"}
    kind = "" if view.reason == "firing" else f"{REASONS.get(view.reason, '')}·"
    late = "（补报）" if view.alert.spike.late else ""
    mark = "【示例数据】" if view.sample else ""
    return f"{mark}[民意{kind}{level[view.alert.level]}]{late}{headline(view.alert.spike, view.names)}"


def arithmetic_rows(view: AlertView) -> list[tuple[str, str]]:
    """The figures behind the alert, as (name, value)."""
    return figures(view.alert.spike)


def deadline(view: AlertView) -> list[str]:
    """What has to be done by when, and that a shorter clock may apply; nothing where no clock runs."""
    case = view.alert.case
    running = sorted(
        (run for run in case.clocks if run.running and run.episode == case.episode), key=lambda run: run.due
    )
    lines = [
        f"请于 {due_text(run)} 前{clock_words(run)}（自 {local_text(run.start)} 起，{length_words(run)}）。"
        for run in running
    ]
    if case.concern is None and any(run.name == Clock.REPLY_48H for run in running):
        graver = "" if view.alert.level <= Level.II else "，并定为 II 级或 I 级"
        lines.append(f"如经人工确认属重大、特别重大突发事件{graver}，{_EMERGENCY}")
    return lines


def text(view: AlertView) -> str:
    """The mail as plain text."""
    parts = [SAMPLE_BANNER] if view.sample else []
    parts.append(
        f"{view.alert.level.chinese}　{REASONS.get(view.reason, view.reason)}　{view.alert.rule.chinese}"
    )
    parts.append(safe.line(headline(view.alert.spike, view.names), LINE_LONGEST))
    parts.append(safe.body(explain(view.alert.spike, view.names), 2000))
    parts += ["\n".join(deadline(view))] if deadline(view) else []
    parts.append("\n".join(f"{name}：{value}" for name, value in arithmetic_rows(view)))
    parts += [in_words(view.curve)] if view.curve else []
    parts += [_claim_text(claim) for claim in view.claims[:MOST_CLAIMS]]
    if view.samples:
        shown = [_sample_text(n, s) for n, s in enumerate(view.samples[:MOST_SAMPLES], start=1)]
        parts.append("代表帖文\n" + "\n".join(shown))
    if view.others:
        lines = [f"- {safe.line(other, LINE_LONGEST)}" for other in view.others[:MOST_OTHERS]]
        parts.append("同一政策的其他预警\n" + "\n".join(lines))
    if view.commands:
        lines = [
            f"- {safe.line(c.purpose, 60)}：{safe.line(c.command, LINE_LONGEST)}"
            for c in view.commands[:MOST_COMMANDS]
        ]
        parts.append("下一步\n" + "\n".join(lines))
    parts.append(f"预警编号 {view.alert.id}\n{safe.line(view.office, 80)}\n{DISCLAIMER}")
    return "\n\n".join(parts) + "\n"


def sample_line(sample: SamplePost) -> str:
    """Source, time, copies and polarity of a shown post."""
    copies = f"　×{sample.copies}" if sample.copies > 1 else ""
    negative = "　负面" if sample.negative else ""
    return f"{safe.line(sample.source, 40)}　{local_text(sample.published)[5:]}{copies}{negative}"


def sample_title(sample: SamplePost) -> str:
    """Its title, or the beginning of its text."""
    return safe.line(sample.title, TITLE_LONGEST) or safe.line(sample.text, TITLE_LONGEST) or "（无标题）"


def _sample_text(number: int, sample: SamplePost) -> str:
    lines = [f"{number}. {sample_title(sample)}", f"   {sample_line(sample)}"]
    if sample.title and sample.text:
        lines.append(f"   {safe.line(sample.text, EXCERPT_LONGEST)}")
    address = safe.link(sample.url)
    return "\n".join([*lines, f"   {address}"] if address else lines)


def _claim_text(claim: ClaimView) -> str:
    return (
        f"误读：{safe.line(claim.claim, LINE_LONGEST)}\n"
        f"正确表述：{safe.line(claim.statement, LINE_LONGEST)}\n"
        f"复述 {claim.repeats} 帖，辟谣 {claim.rebuts} 帖，询问 {claim.asks} 帖"
    )


def test_letter(office: str, now: datetime) -> Letter:
    """What `minyi notify test` sends."""
    words = (
        f"这是{office}的民意系统于 {local_text(now)} 发出的测试邮件。收到即表示预警邮件能够送达，无须回复。\n"
    )
    return Letter("[民意测试] 邮件通道正常", words)

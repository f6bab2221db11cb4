"""Renders the situation for a terminal of any width of 60 to 110 cells, with or without colour.

Colour repeats what the words say and never says anything alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from minyi.clock import LOCAL, local_text
from reports.compose import share
from reports.situation import NO_DATA, AlertLine, Day, PolicyLine, Situation, SourceLine
from reports.width import cells, clip, pad, plain, wrap

NARROWEST, WIDEST = 60, 110
"""Cells; beyond the widest, lines are too long to read."""

_BARS = "▁▂▃▄▅▆▇█"
_SHARE_CELLS = 10


class _Style(StrEnum):
    """SGR parameters (ECMA-48, section 8.3.117)."""

    BOLD = "1"
    DIM = "2"
    RED = "1;31"
    ORANGE = "38;5;208"
    YELLOW = "33"
    BLUE = "34"
    GREEN = "32"


_LEVELS = {1: _Style.RED, 2: _Style.ORANGE, 3: _Style.YELLOW, 4: _Style.BLUE}


class _Sheet:
    """Collects lines, painting them if asked."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self.width = width
        self.colour = colour
        self.lines: list[str] = []

    def paint(self, text: str, style: _Style) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.colour and text else text

    def add(self, text: str = "", style: _Style | None = None) -> None:
        self.lines.append(self.paint(text, style) if style else text)

    def wrapped(self, text: str, indent: str, style: _Style | None = None, hang: str | None = None) -> None:
        """Wrapped text; lines after the first open with `hang`, by default the indent."""
        later = indent if hang is None else hang
        room = self.width - max(cells(indent), cells(later))
        for number, line in enumerate(wrap(plain(text), room)):
            self.add((later if number else indent) + line, style)

    def heading(self, text: str) -> None:
        self.add()
        self.add(text, _Style.BOLD)
        self.add("─" * self.width, _Style.DIM)


def render(situation: Situation, width: int = 80, *, colour: bool = False) -> str:
    """The whole situation as lines of at most `width` cells (60 to 110), each ending in a line feed.

    Addresses and commands alone may be wider: a broken one cannot be used.
    """
    sheet = _Sheet(min(max(width, NARROWEST), WIDEST), colour=colour)
    _head(sheet, situation)
    _alerts(sheet, situation.alerts, situation.more_alerts)
    _policies(sheet, situation)
    _sources(sheet, situation)
    _mails(sheet, situation.mails)
    _commands(sheet, situation)
    return "\n".join(sheet.lines) + "\n"


def _head(sheet: _Sheet, situation: Situation) -> None:
    note = "　【示例数据】" if situation.sample else ""
    title = f"民意 · 值班情况{note}"
    when = local_text(situation.now)
    sheet.add("═" * sheet.width, _Style.DIM)
    sheet.add(title + " " * (sheet.width - cells(title) - cells(when)) + when, _Style.BOLD)
    sheet.add("═" * sheet.width, _Style.DIM)
    sheet.wrapped(situation.summary, "")


# --- alerts -----------------------------------------------------------------------------------------


def _alerts(sheet: _Sheet, alerts: Sequence[AlertLine], more: int) -> None:
    sheet.heading(f"一、预警（{len(alerts) + more}）")
    if not alerts:
        sheet.add("  没有预警")
    for number, alert in enumerate(alerts):
        if number:
            sheet.add()
        style = _LEVELS[alert.level]
        sheet.wrapped(f"■ {alert.level_name} {alert.subject}", "", style, hang="  ")
        sheet.wrapped(f"{alert.rule} · {alert.state} · {_minute(alert.detected)} 发现 · {alert.due}", "  ")
        for line in alert.text.split("\n"):
            sheet.wrapped(line, "  │ ")
        _posts(sheet, alert)
    if more:
        sheet.add()
        sheet.add(f"  另有 {more} 起，见 minyi alerts list")


def _posts(sheet: _Sheet, alert: AlertLine) -> None:
    if alert.posts:
        sheet.add(f"  代表帖文（编号 {alert.id[:12]}）：", _Style.DIM)
    for number, post in enumerate(alert.posts, start=1):
        head = f"  {number}. {_minute(post.when)} {plain(post.source)} [{post.label}] "
        sheet.add(head + clip(plain(post.words), sheet.width - cells(head)))
        if post.url:
            sheet.add(f"     {plain(post.url)}", _Style.DIM)


# --- policies ---------------------------------------------------------------------------------------


def _policies(sheet: _Sheet, situation: Situation) -> None:
    shown = (situation.span.start, situation.span.end - timedelta(seconds=1))
    sheet.heading(
        f"二、政策与声量（{' 至 '.join(f'{when.astimezone(LOCAL):%m-%d}' for when in shown)}，按日）"
    )
    if not situation.policies:
        sheet.add(f"  {NO_DATA}")
    for policy in situation.policies:
        _policy(sheet, policy)
    if any(day.blind for policy in situation.policies for day in policy.days):
        sheet.add("  曲线中 x 表示当日信源中断，声量未知", _Style.DIM)


def _policy(sheet: _Sheet, policy: PolicyLine) -> None:
    status = f"  {policy.status}"
    title = clip(f"《{plain(policy.title)}》", sheet.width - cells(status))
    sheet.add(sheet.paint(title, _Style.BOLD) + " " * (sheet.width - cells(title + status)) + status)
    if policy.volume is None:
        sheet.add(f"  声量 {NO_DATA}")
        return
    volume, negative = (pad(str(n), 5, right=True) for n in (policy.volume, policy.negative))
    figures = f"  声量 {volume} 帖  负面 {negative} "
    sheet.add(figures + _share_bar(sheet, policy) + "  " + sparkline(policy.days, sheet.width - 48))
    sheet.wrapped(policy.trend, "  ", _Style.DIM)


def _share_bar(sheet: _Sheet, policy: PolicyLine) -> str:
    """The negative share in words and as a bar, always the same width."""
    full = round(_SHARE_CELLS * policy.negative / policy.volume) if policy.volume else 0
    bar = sheet.paint("█" * full, _Style.RED) + sheet.paint("░" * (_SHARE_CELLS - full), _Style.DIM)
    return f"{pad(share(policy.negative, policy.volume), 6, right=True)} {bar}"


def sparkline(days: Sequence[Day], width: int) -> str:
    """One cell a day, the newest `width`; the highest bar is the largest count, `.` zero, `x` unknown."""
    shown = days[-max(width, 1) :]
    most = max((day.count for day in shown if not day.blind), default=0)
    return "".join("x" if day.blind else _bar(day.count, most) for day in shown)


def _bar(count: int, most: int) -> str:
    return _BARS[-(-count * len(_BARS) // most) - 1] if count else "."


# --- sources, mail, commands ------------------------------------------------------------------------


def _sources(sheet: _Sheet, situation: Situation) -> None:
    sheet.heading(f"三、信源（{len(situation.sources)}）")
    name_cells = sheet.width - 2 - 8 - 2 * 21
    if situation.sources:
        head = "  " + pad("名称", name_cells) + pad("状态", 8) + pad("最近成功采集", 21) + "最新帖文"
        sheet.add(head, _Style.DIM)
    for source in situation.sources:
        sheet.add(_source(sheet, source, name_cells))
    sheet.wrapped(f"覆盖：{situation.coverage}", "  ")


def _source(sheet: _Sheet, source: SourceLine, name_cells: int) -> str:
    state = sheet.paint(pad(source.state, 8), _Style.GREEN if source.healthy else _Style.RED)
    times = pad(_when(source.last_success), 21) + _when(source.newest_item)
    return "  " + pad(plain(source.name), name_cells - 1) + " " + state + times


def _mails(sheet: _Sheet, mails: Sequence[str]) -> None:
    sheet.heading(f"四、邮件（{len(mails)}）")
    for line in mails or ("没有发出邮件",):
        sheet.add(f"  {plain(line)}")


def _commands(sheet: _Sheet, situation: Situation) -> None:
    sheet.heading("五、接下来可以试")
    for command in situation.commands:
        sheet.add(f"  $ {plain(command.line)}", _Style.BOLD)
        sheet.wrapped(command.purpose, "    ", _Style.DIM)


def _when(moment: datetime | None) -> str:
    return local_text(moment) if moment else NO_DATA


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(LOCAL):%m-%d %H:%M}"

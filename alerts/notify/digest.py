"""The mail of 08:00 早报: what is open, what is due, what was only noticed, what is blind. Pure.

It comes every day, also when there is nothing to say: a morning without it means that the watch is down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alerts.explain import Names, headline
from alerts.notify import safe
from alerts.notify.base import Letter
from alerts.notify.content import DISCLAIMER, LINE_LONGEST, SAMPLE_BANNER
from alerts.notify.style import HEAD, PLAIN, SMALL, banner, page
from alerts.wording import percent
from minyi.clock import LOCAL, local_text
from minyi.models import Alert


@dataclass(frozen=True, slots=True)
class DueLine:
    """A running clock: what it is about, what is to be done, when, and how it stands, in words."""

    what: str
    clock: str
    due: str
    standing: str


@dataclass(frozen=True, slots=True)
class DigestView:
    """Everything the digest shows; `posts` and `negative` were heard from `since` to `now`."""

    now: datetime
    since: datetime
    office: str
    names: Names
    posts: int
    negative: int
    unresolved: tuple[Alert, ...] = ()
    """Levels I to III, gravest first."""
    noticed: tuple[Alert, ...] = ()
    """Level IV since the last digest."""
    due: tuple[DueLine, ...] = ()
    """Overdue or due within the next 24 hours."""
    blind: tuple[str, ...] = ()
    """Sources that cannot be read, each with since when."""
    sample: bool = False


def digest_letter(view: DigestView) -> Letter:
    """The message."""
    return Letter(_subject(view), _text(view), _html(view))


def _subject(view: DigestView) -> str:
    day = view.now.astimezone(LOCAL)
    mark = "【示例数据】" if view.sample else ""
    told = f"未办结 {len(view.unresolved)} 起，到期 {len(view.due)} 项，提示 {len(view.noticed)} 条"
    quiet = not (view.unresolved or view.due or view.noticed or view.blind)
    return f"{mark}[民意早报] {day.month}月{day.day}日：{'平稳' if quiet else told}"


def _sections(view: DigestView) -> list[tuple[str, list[tuple[str, str]]]]:
    """Headings with their lines, each a main text and a small one below it."""
    return [
        (
            "未办结的预警",
            [
                (
                    f"{alert.level.short}　{headline(alert.spike, view.names)}",
                    f"{alert.state.chinese}　发现 {local_text(alert.detected_at)}　编号 {alert.id[:8]}",
                )
                for alert in view.unresolved
            ],
        ),
        (
            "时限：已超期或 24 小时内到期",
            [(f"{one.what}　{one.clock}", f"{one.due}　{one.standing}") for one in view.due],
        ),
        (
            "提示（IV 级，不单独发信）",
            [
                (
                    headline(alert.spike, view.names),
                    f"发现 {local_text(alert.detected_at)}　编号 {alert.id[:8]}",
                )
                for alert in view.noticed
            ],
        ),
        ("读不到的信源", [(one, "其间的声量未知，不是零") for one in view.blind]),
    ]


def _heard(view: DigestView) -> str:
    share = f"，负面 {view.negative} 帖（{percent(view.negative, view.posts)}）" if view.posts else ""
    return f"自 {local_text(view.since)} 以来收到 {view.posts} 帖{share}。"


def _text(view: DigestView) -> str:
    parts = [SAMPLE_BANNER] if view.sample else []
    parts.append(_heard(view))
    for title, lines in _sections(view):
        shown = [
            f"- {safe.line(main, LINE_LONGEST)}\n  {safe.line(small, LINE_LONGEST)}" for main, small in lines
        ]
        parts.append(f"{title}\n" + ("\n".join(shown) if shown else "无"))
    parts.append(f"每天此时一封；没有收到，说明值守可能停了。\n{safe.line(view.office, 80)}\n{DISCLAIMER}")
    return "\n\n".join(parts) + "\n"


def _html(view: DigestView) -> str:
    blocks = [banner()] if view.sample else []
    blocks.append(f'<p style="{PLAIN};margin-top:16px">{safe.escape(_heard(view))}</p>')
    for title, lines in _sections(view):
        blocks.append(f'<h2 style="{HEAD}">{title}</h2>')
        blocks += [
            f'<p style="{PLAIN};margin-top:10px">{safe.escape(safe.line(main, LINE_LONGEST))}</p>'
            f'<p style="{SMALL}">{safe.escape(safe.line(small, LINE_LONGEST))}</p>'
            for main, small in lines
        ] or [f'<p style="{SMALL}">无</p>']
    office = safe.escape(safe.line(view.office, 80))
    foot = f"每天此时一封；没有收到，说明值守可能停了。<br>{office}<br>{DISCLAIMER}"
    return page(safe.header(_subject(view)), [*blocks, f'<p style="{SMALL};margin-top:24px">{foot}</p>'])

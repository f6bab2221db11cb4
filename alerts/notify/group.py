"""One message for many alerts 合并通知: every one listed, gravest first, with its deadline. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from alerts.explain import Names, headline
from alerts.notify import safe
from alerts.notify.base import Letter
from alerts.notify.content import DISCLAIMER, LINE_LONGEST, REASONS, SAMPLE_BANNER
from alerts.notify.style import HEAD, PLAIN, SMALL, banner, page
from minyi.clock import local_text
from minyi.models import Alert, Level


@dataclass(frozen=True, slots=True)
class Listed:
    """One alert of the list and why it is told."""

    alert: Alert
    reason: str


@dataclass(frozen=True, slots=True)
class GroupView:
    """Everything a grouped message shows; `commands` are what to type, `sample` marks invented data."""

    listed: tuple[Listed, ...]
    office: str
    names: Names
    commands: tuple[str, ...] = ()
    sample: bool = False

    @property
    def ordered(self) -> list[Listed]:
        """Gravest first, then newest."""
        return sorted(self.listed, key=lambda one: (one.alert.level, -one.alert.detected_at.timestamp()))


def group_letter(view: GroupView) -> Letter:
    """The message."""
    return Letter(_subject(view), _text(view), _html(view))


def _subject(view: GroupView) -> str:
    late = all(one.alert.spike.late for one in view.listed)
    mark = "【示例数据】" if view.sample else ""
    return f"{mark}[民意合并{'补报' if late else '通知'}] {len(view.listed)} 起预警：{_levels(view.listed)}"


def _levels(listed: Sequence[Listed]) -> str:
    counted = Counter(one.alert.level for one in listed)
    return "，".join(f"{level.name}级 {counted[level]} 起" for level in Level if counted[level])


def _line(one: Listed, names: Names) -> str:
    late = "（补报）" if one.alert.spike.late else ""
    return safe.line(f"{late}{headline(one.alert.spike, names)}", LINE_LONGEST)


def _under(one: Listed) -> str:
    due = f"　应于 {local_text(one.alert.due_at)} 前处理" if one.alert.due_at else ""
    reason = REASONS.get(one.reason, one.reason)
    return f"{reason}　发现 {local_text(one.alert.detected_at)}{due}　编号 {one.alert.id[:8]}"


def _text(view: GroupView) -> str:
    parts = [SAMPLE_BANNER] if view.sample else []
    parts.append(f"短时间内预警较多，合并为一封；共 {len(view.listed)} 起：{_levels(view.listed)}。")
    for level in Level:
        lines = [
            f"- {_line(one, view.names)}\n  {_under(one)}" for one in view.ordered if one.alert.level is level
        ]
        parts += [f"{level.chinese}\n" + "\n".join(lines)] if lines else []
    if view.commands:
        parts.append("下一步\n" + "\n".join(f"- {one}" for one in view.commands))
    return "\n\n".join([*parts, f"{safe.line(view.office, 80)}\n{DISCLAIMER}"]) + "\n"


def _html(view: GroupView) -> str:
    blocks = [banner()] if view.sample else []
    count = f"共 {len(view.listed)} 起：{_levels(view.listed)}。"
    blocks.append(
        f'<p style="{PLAIN};margin-top:16px">短时间内预警较多，合并为一封；{safe.escape(count)}</p>'
    )
    for level in Level:
        found = [one for one in view.ordered if one.alert.level is level]
        if found:
            blocks.append(f'<h2 style="{HEAD}">{level.chinese}</h2>')
        blocks += [
            f'<p style="{PLAIN};margin-top:10px">{safe.escape(_line(one, view.names))}</p>'
            f'<p style="{SMALL}">{safe.escape(_under(one))}</p>'
            for one in found
        ]
    blocks += [f'<p style="{SMALL}">{safe.escape(one)}</p>' for one in view.commands]
    blocks.append(
        f'<p style="{SMALL};margin-top:24px">{safe.escape(safe.line(view.office, 80))}<br>{DISCLAIMER}</p>'
    )
    return page(safe.header(_subject(view)), blocks)

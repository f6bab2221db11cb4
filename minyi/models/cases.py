"""What an alert gathers as the office's case 个案: class, assignment, clocks, how it ended. Values only.

Times are aware UTC. Every change of a case also stands in the ledger 台账, with who did it and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Concern(StrEnum):
    """Class of public concern 关切类别 that must be answered, in the order of 国办发〔2016〕61号.

    `HOT_TOPIC` was added by a province (安徽). Rules propose one, a person sets it.
    """

    MISREADING = "misreading"
    VITAL_INTEREST = "vital_interest"
    MORAL_LINE = "moral_line"
    EMERGENCY = "emergency"
    SUPERIOR_REQUEST = "superior_request"
    HOT_TOPIC = "hot_topic"

    @property
    def chinese(self) -> str:
        """The word users see."""
        return {
            "misreading": "误解误读",
            "vital_interest": "切身利益",
            "moral_line": "道德底线",
            "emergency": "突发事件",
            "superior_request": "上级要求",
            "hot_topic": "社会热点",
        }[self.value]


class Stop(StrEnum):
    """What stops a clock."""

    RESPOND = "respond"
    ACKNOWLEDGE = "acknowledge"


@dataclass(frozen=True, slots=True)
class ClockRun:
    """One clock 时限 running on a case; `due` is inclusive for hours, exclusive for working days.

    `stopped` is when it was met: for an answer its time of publishing, even before `start` (早于预警).
    `waived` tells why a person ended it without an answer; such a run counts in no rate.
    """

    name: str
    start: datetime
    due: datetime
    episode: int = 1
    working_days: int = 0
    """0 = natural hours."""
    stop: Stop = Stop.RESPOND
    stopped: datetime | None = None
    url: str = ""
    waived: str = ""

    @property
    def running(self) -> bool:
        """True while nothing ended it."""
        return self.stopped is None and not self.waived

    @property
    def kept(self) -> bool:
        """True when it was stopped in time."""
        if self.stopped is None:
            return False
        return self.stopped < self.due if self.working_days else self.stopped <= self.due

    def overdue(self, now: datetime) -> bool:
        """True when its time passed, or it was stopped too late."""
        if self.waived:
            return False
        end = self.stopped or now
        return end >= self.due if self.working_days else end > self.due


@dataclass(frozen=True, slots=True)
class Case:
    """What people decided about an alert. All empty for an alert nobody has touched.

    `clocks` holds every run, oldest first: reopening starts the next episode with new ones and keeps the old
    with their results.
    """

    concern: Concern | None = None
    department: str = ""
    """To whom it was assigned 转办; empty = the policy's own department."""
    happened_at: datetime | None = None
    told_at: datetime | None = None
    """When the office first heard of it, from whomever."""
    acknowledged_at: datetime | None = None
    responded_at: datetime | None = None
    """Publishing time of the first answer of the present episode."""
    resolved_at: datetime | None = None
    false_alarm: bool = False
    episode: int = 1
    clocks: tuple[ClockRun, ...] = ()

    @property
    def due_at(self) -> datetime | None:
        """When the next running clock of this episode is due; None without one."""
        running = (run.due for run in self.clocks if run.running and run.episode == self.episode)
        return min(running, default=None)


@dataclass(frozen=True, slots=True)
class OfficialResponse:
    """An answer the office published 官方回应, entered by a named person."""

    id: str
    alert: str
    """Empty when it belongs to the policy alone."""
    policy: str
    url: str
    title: str
    published: datetime
    recorded: datetime
    who: str


@dataclass(frozen=True, slots=True)
class Mute:
    """A policy's rule that tells nobody until a time 静音; clocks go on. An empty rule means every rule."""

    policy: str
    rule: str
    until: datetime
    who: str
    reason: str
    at: datetime

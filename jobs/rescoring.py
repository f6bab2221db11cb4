"""Rescoring 重评: stored posts are judged anew by today's lexicon, words and model.

Which posts are left is read from the posts themselves, so that it may be interrupted anywhere and goes on
where it was: the newest are done first, and a post once done is not looked at again.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import analysis
from jobs.context import Context
from jobs.judging import faults, toolkit
from jobs.locks import hold
from jobs.versions import SEEN_BY_RULES
from minyi.errors import AlreadyRunning
from minyi.models import ALL_POLICIES, Span, StoredPost
from minyi.store.care import Progress, silent

log = logging.getLogger(__name__)

BATCH = 500
_TOLD_SECONDS = 2.0
_TURN_SECONDS = 20.0
_TURNS = 3
"""Posts that others changed meanwhile are looked at again so often."""


@dataclass(frozen=True, slots=True)
class Rescored:
    """What was done: posts looked at, posts of which something changed, posts still of another version."""

    version: str
    done: int
    changed: int
    left: int


def rescore(
    context: Context,
    now: datetime,
    *,
    since: datetime | None = None,
    seconds: float | None = None,
    progress: Progress = silent,
    clock: Callable[[], float] = time.monotonic,
) -> Rescored:
    """Judge posts of other versions anew, published `since` then; their clusters stay.

    Policies, claims and keywords are found anew with the same pass. It ends after so many `seconds` of
    `clock`, or when all is done.

    Raises:
        AlreadyRunning: somebody else is at it.
        ConfigError, ResourceError: own words, the model or a table cannot be used; nothing is changed.
    """
    tools = toolkit(context)
    with hold(context.locks / "rescore.lock", "重评"):
        turn = _Turn(context, tools, now, since, seconds)
        for _ in range(_TURNS):
            if not turn.pass_over(progress, clock):
                break
    left = context.store.learning.outdated_count(tools.model_version, since)
    log.info("rescored %d posts as %s, %d changed", turn.done, tools.model_version, turn.changed)
    return Rescored(tools.model_version, turn.done, turn.changed, left)


def heal(context: Context, now: datetime) -> None:
    """Bring what detection compares to one version, some seconds at a time; nothing while it is of one.

    After an upgrade, new words or another model the service does this by itself; older posts are left to
    `minyi rescore`. With a fault in words or model, which health tells of, nothing is touched.
    """
    since = now - SEEN_BY_RULES
    if not context.store.learning.versions(ALL_POLICIES, Span(since, now)) or faults(context):
        return
    current = toolkit(context).model_version
    if set(context.store.learning.versions(ALL_POLICIES, Span(since, now + timedelta(days=1)))) <= {current}:
        return
    with suppress(AlreadyRunning):  # a person is at it
        done = rescore(context, now, since=since, seconds=_TURN_SECONDS)
        log.warning("judgement is now %s: %d posts done, %d left", done.version, done.done, done.left)


class _Turn:
    """One rescoring under way."""

    def __init__(
        self,
        context: Context,
        tools: analysis.Toolkit,
        now: datetime,
        since: datetime | None,
        seconds: float | None,
    ) -> None:
        self.done = self.changed = 0
        self._context, self._tools, self._now, self._since = context, tools, now, since
        self._seconds = math.inf if seconds is None else seconds

    def pass_over(self, progress: Progress, clock: Callable[[], float]) -> bool:
        """Go from the newest to the oldest; True when some were missed and another pass is worth it."""
        memory, version = self._context.store.learning, self._tools.model_version
        total = memory.outdated_count(version, self._since)
        begun = told = clock()
        done, missed, below = 0, False, None
        while batch := memory.outdated(version, self._since, below, BATCH):
            revised = self._context.store.revise([self._again(one) for one in batch], now=self._now)
            below = batch[-1].rid
            missed = missed or bool(revised.missed)
            done += len(batch)
            self.done += len(batch) - len(revised.missed)
            self.changed += revised.changed
            if clock() - told >= _TOLD_SECONDS:
                told = clock()
                progress(_progress(done, total, told - begun))
            if clock() - begun >= self._seconds:
                return False
        return missed

    def _again(self, stored: StoredPost) -> StoredPost:
        return replace(stored, post=analysis.analyse(stored.post, self._tools))


def _progress(done: int, total: int, seconds: float) -> str:
    pace = done / max(seconds, 1e-9)
    left = max(total - done, 0) / max(pace, 1e-9)
    wait = f"约 {left / 60:.0f} 分钟" if left >= 90 else f"约 {left:.0f} 秒"
    return f"已重评 {done:,} / {total:,} 帖，每秒 {pace:,.0f} 帖，还要{wait}（可随时中断，再运行会接着做）"
